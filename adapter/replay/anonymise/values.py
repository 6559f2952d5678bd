"""What a value of a document is, by where it stands and what it looks like, and what takes its place.

Nothing stays but codes, what a schema fixes (`standing`), and small numbers. What is recognised by neither place nor
look is free text, and replaced like that.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from adapter.check.profile import Profile
from adapter.replay.anonymise import filler, standing
from adapter.replay.anonymise.filler import Filler
from adapter.replay.anonymise.place import Place
from adapter.replay.anonymise.protocol import Protocol
from adapter.replay.anonymise.pseudonyms import UUID, Pseudonyms

_GIVEN = frozenset({"GivenName", "MiddleName", "Fornavn", "Mellomnavn"})
_FAMILY = frozenset({"FamilyName", "Etternavn"})
_PERSON = frozenset({"NavnFastlege", "GivenBy", "ContactPerson"})
_ORGANISATION = frozenset(
    (
        *("OrganisationName", "NameInst", "NavnArbeidsgiver", "virksomhetsBetegnelse", "NavnMottaker", "WorkingPlace"),
        *("Arbeidssted", "trygdekontor", "DepartmentName"),
    )
)
#: Elements whose `Name` is an organisation's; that of all others is a person's.
_NAMED_ORGANISATIONS = frozenset({"Inst", "Dept", "SubInst", "Institution", "Organisation", "HCP", "Role"})
_STREET = frozenset({"StreetAdr", "StreetAddress", "Postbox", "PostBox"})
_PLACE = frozenset({"City", "Country", "County"})
_PHONE = frozenset({"TeleAddress", "Teleinformasjon", "TeleInformation"})
_BIRTH = frozenset({"DateOfBirth", "BirthDate", "Fodselsdato", "fodselsdato", "FodtDato"})
_ID = frozenset(
    (
        *("Id", "MsgId", "RefToParent", "RefToConversation", "DocumentId", "DokIdNotat", "DokIdForesp", "ServProvId"),
        *("OffId", "ForlopsId", "IdByServProvider", "ediLoggId", "PostalCode", "fodselsnummer", "organisasjonsnummer"),
        *("Strekkode",),
    )
)
#: Elements that say what they say in the attribute V, which holds a code in others.
_IN_V = _PHONE | _BIRTH | {"County"}

_TYPE = re.compile(r"(?:application|audio|image|message|model|multipart|text|video)/[\w.+-]{1,80}")
_SAYS_NOTHING = re.compile(r"true|false|[-+<>]?\d{1,3}(?:[.,]\d{1,3})?|[\W_0]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ID_LIKE = re.compile(r"[\w.:/@{}-]*\d[\w.:/@{}-]*")
_NUMBER = re.compile(r"\d[\d .]*")
_MAIL = re.compile(r"[^\s@:]{1,200}@[^\s@]{1,200}")
#: How an address begins, with the country.
_SCHEME = re.compile(r"(?:(?:tel|fax|mailto|callto|sms|http|https)\s*:)?\s*(?:\+47|0047)?", re.IGNORECASE)
_AROUND = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)


class Values:
    """Replaces values one by one, and counts what they were."""

    def __init__(self, pseudonyms: Pseudonyms, text: Filler, protocol: Protocol) -> None:
        """Take what everything becomes, and where to count."""
        self._pseudonyms = pseudonyms
        self._filler = text
        self._protocol = protocol

    def replaced(self, value: str, place: Place) -> str:
        """Return what takes the place of a value; the blanks around it stay."""
        found = _AROUND.fullmatch(value)
        if found is None or not found[2] or standing.stays(found[2], place):
            return value
        change = self._locations(found[2]) if place.attribute == "schemaLocation" else self._by_place(found[2], place)
        return f"{found[1]}{change}{found[3]}"

    # --- By place -------------------------------------------------------------------------------------------------

    def _by_place(self, core: str, place: Place) -> str:
        # the forms to NAV keep in attributes what others keep in elements
        is_own = place.attribute is None or (place.attribute == "V" and place.element in _IN_V)
        name = place.element if is_own else (place.attribute or "")
        if name in _BIRTH:
            return self._birth(core)
        if name in _PHONE:
            return self._telecom(core)
        if name in _ID or (name == "County" and core.isdigit()):
            return self._id(core)
        if name == "MimeType":
            return self._mime_type(core)
        return self._renamed(core, name, place.parent)

    def _renamed(self, core: str, name: str, parent: str) -> str:
        change = self._renaming(name, parent)
        if change is None:
            return core if standing.is_fixed(core) else self._by_look(core)
        kind, renamed = change
        self._protocol.count(kind)
        return renamed(core)

    def _renaming(self, name: str, parent: str) -> tuple[str, Callable[[str], str]] | None:
        """Return what kind of name stands somewhere, and what gives another one; None where no name does."""
        pseudonyms = self._pseudonyms
        is_organisation = name in _ORGANISATION or (name == "Name" and parent in _NAMED_ORGANISATIONS)
        kinds: tuple[tuple[bool, str, Callable[[str], str]], ...] = (
            (name in _GIVEN, "names of people", pseudonyms.given),
            (name in _FAMILY, "names of people", pseudonyms.family),
            (is_organisation, "names of organisations", lambda old: pseudonyms.organisation(old, filler.is_keyword)),
            (name in _PERSON or name == "Name", "names of people", pseudonyms.person),
            (name in _STREET, "addresses", pseudonyms.street),
            (name in _PLACE, "addresses", pseudonyms.place),
        )
        return next(((kind, renamed) for applies, kind, renamed in kinds if applies), None)

    def _birth(self, core: str) -> str:
        new = self._pseudonyms.birth(core)
        if new is None:
            return self._by_look(core)
        self._protocol.count("days of birth")
        return new

    def _telecom(self, core: str) -> str:
        scheme = _SCHEME.match(core)
        prefix = scheme[0] if scheme else ""
        rest = core[len(prefix) :]
        if _MAIL.fullmatch(rest):
            return prefix + self._mail(rest)
        self._protocol.count("phone numbers and other addresses")
        return prefix + self._pseudonyms.scrambled(rest)

    def _mail(self, core: str) -> str:
        self._protocol.count("mail addresses")
        return self._pseudonyms.mail(core)

    def _mime_type(self, core: str) -> str:
        kind, mark, parameters = core.partition(";")
        if _TYPE.fullmatch(kind.strip()) is None:
            return self._by_look(core)
        return kind + mark + self._filler.text(parameters)

    def _locations(self, core: str) -> str:
        """Keep the namespaces of pairs of namespace and file."""
        return " ".join(
            part if standing.is_namespace(part) and not part.endswith(".xsd") else self._filler.text(part)
            for part in core.split(" ")
        )

    # --- By look --------------------------------------------------------------------------------------------------

    def _by_look(self, core: str) -> str:
        if _SAYS_NOTHING.fullmatch(core):
            return core
        new = self._pseudonyms.year(core) if _YEAR.fullmatch(core) else self._pseudonyms.day(core)
        if new is not None:
            self._protocol.count("dates")
            return new
        if _MAIL.fullmatch(core):
            return self._mail(core)
        if _ID_LIKE.fullmatch(core) or _NUMBER.fullmatch(core):
            return self._id(core)
        self._protocol.count("free texts")
        return self._filler.text(core)

    def _id(self, core: str) -> str:
        if _NUMBER.fullmatch(core):
            self._protocol.count("numbers of people, organisations and services")
            return self._pseudonyms.number(core)
        # NAV tells its own tests by how an id begins
        begin = None if UUID.fullmatch(core) else Profile.load("nav").words["never_answered"].match(core)
        if begin is not None and begin.end() < len(core):
            return begin[0] + self._id(core[begin.end() :])
        self._protocol.count("ids of messages and documents")
        return self._pseudonyms.id(core)
