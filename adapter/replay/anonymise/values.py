"""What a value of a document is, by where it stands and what it looks like, and what takes its place.

Nothing stays but codes, what a schema fixes, and small numbers. What is recognised by neither place nor look is free
text, and replaced like that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.replay.anonymise import filler
from adapter.replay.anonymise.filler import Filler
from adapter.replay.anonymise.protocol import Protocol
from adapter.replay.anonymise.pseudonyms import UUID, WORD, Pseudonyms

_GIVEN = frozenset({"GivenName", "MiddleName", "Fornavn", "Mellomnavn"})
_FAMILY = frozenset({"FamilyName", "Etternavn"})
_PERSON = frozenset({"NavnFastlege", "GivenBy"})
_ORGANISATION = frozenset(
    "OrganisationName NameInst NavnArbeidsgiver virksomhetsBetegnelse NavnMottaker WorkingPlace Arbeidssted "
    "trygdekontor DepartmentName".split()
)
#: Elements whose `Name` is an organisation's; that of all others is a person's.
_NAMED_ORGANISATIONS = frozenset({"Inst", "Dept", "SubInst", "Institution", "Organisation", "HCP", "Role"})
_STREET = frozenset({"StreetAdr", "StreetAddress", "Postbox", "PostBox"})
_PLACE = frozenset({"City", "Country"})
_PHONE = frozenset({"TeleAddress", "Teleinformasjon", "TeleInformation"})
_BIRTH = frozenset({"DateOfBirth", "BirthDate", "Fodselsdato", "fodselsdato", "FodtDato"})
_ID = frozenset(
    "Id MsgId RefToParent RefToConversation DocumentId DokIdNotat DokIdForesp ServProvId OffId ForlopsId IdByServProvider "
    "ediLoggId ediloggid PostalCode fodselsnummer organisasjonsnummer Strekkode".split()
)
#: Attributes that hold a code of the standard itself.
_CODES = frozenset("V kodeverdi kodesystem".split())
_NAMES_OF_CODES = frozenset({"DN"})
#: What only tells how a document is built.
_STRUCTURE = frozenset({"MIGversion", "Algorithm", "ebRole", "ebService", "ebAction"})

_TYPE = re.compile(r"(?:application|audio|image|message|model|multipart|text|video)/[\w.+-]{1,80}")
_OID = re.compile(r"[0-2](?:\.\d{1,6}){2,20}")
_VERSION = re.compile(r"v?\d{1,2}(?:\.\d{1,4}){0,3}(?: \d{4}-\d\d-\d\d)?")
_SMALL = re.compile(r"[-+<>]?\d{1,3}(?:[.,]\d{1,3})?|[0.,]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BOOLEAN = frozenset({"true", "false"})
_CODE = re.compile(r"(?=.{1,12}$)(?:[A-ZÆØÅ]{1,4}|[A-ZÆØÅ]{0,4}\d{1,5}(?:[-.]?[A-Z0-9]{1,4})?[+*]?)")
_UNIT = re.compile(
    r"(?:%|(?:[munkpfdc]?(?:g|l|L|mol|m|IE|IU|E|kat|eq|U|J|cal)|10\^?\d{1,2}|mmHg|stk|min|s|t|d)(?:/|\b)){1,4}"
)
_NAMESPACE = re.compile(
    r"(?:https?://(?:www\.)?(?:kith|ehelse|nav|trygdeetaten|w3)\.(?:no|org)/[\w./#-]*|urn:[\w:.-]{1,80})"
)
_QUALIFIED = re.compile(r"(?:\w{1,20}:)?[A-Za-z]{1,30}")
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

    def text(self, value: str, element: str, parent: str) -> str:
        """Return what takes the place of the text of an element."""
        return self._within(value, lambda core: self._text(core, element, parent))

    def attribute(self, value: str, name: str, element: str, system: str | None) -> str:
        """Return what takes the place of an attribute; `system` is the attribute S beside it."""
        return self._within(value, lambda core: self._attribute(core, name, element, system))

    def _within(self, value: str, replace: Callable[[str], str]) -> str:
        found = _AROUND.fullmatch(value)
        if found is None or not found[2]:
            return value
        return f"{found[1]}{replace(found[2])}{found[3]}"

    # --- By place -------------------------------------------------------------------------------------------------

    def _text(self, core: str, element: str, parent: str) -> str:
        if element in _BIRTH:
            return self._birth(core)
        named = self._name(core, element, parent)
        if named is not None:
            return named
        if element in _PHONE:
            return self._telecom(core)
        if element in _ID:
            return self._id(core)
        if element == "MimeType":
            return self._mime_type(core)
        if element in _STRUCTURE and (_VERSION.fullmatch(core) or _TYPE.fullmatch(core)):
            return core
        if core in _enumerated():
            return core
        return self._by_look(core)

    def _attribute(self, core: str, name: str, element: str, system: str | None) -> str:  # noqa: PLR0911 - one place after the other
        if name == "schemaLocation":
            return " ".join(
                part if place % 2 == 0 and _NAMESPACE.fullmatch(part) else self._filler.text(part)
                for place, part in enumerate(core.split(" "))
            )
        if name in _NAMES_OF_CODES and core in _code_names():
            return core
        if name == "U" and _UNIT.fullmatch(core):
            return core
        if name == "S" and _OID.fullmatch(core):
            return core
        if name == "type" and _QUALIFIED.fullmatch(core):
            return core
        if name in _STRUCTURE and (_NAMESPACE.fullmatch(core) or core in _couplings()):
            return core
        if element in {"TeleAddress", "DateOfBirth"} and name == "V":
            return self._text(core, element, "")
        if name in _CODES and _is_code(core, system):
            return core
        if name != "V" and (name in _ID | _BIRTH | _ORGANISATION | _GIVEN | _FAMILY):
            return self._text(core, name, element)
        return core if core in _enumerated() else self._by_look(core)

    def _name(self, core: str, element: str, parent: str) -> str | None:
        """Return another name or address, or None where there is none."""
        pseudonyms = self._pseudonyms
        kinds: tuple[tuple[bool, str, Callable[[str], str]], ...] = (
            (element in _GIVEN, "names of people", pseudonyms.given),
            (element in _FAMILY, "names of people", pseudonyms.family),
            (
                element in _ORGANISATION or (element == "Name" and parent in _NAMED_ORGANISATIONS),
                "names of organisations",
                lambda name: pseudonyms.organisation(name, _is_keyword),
            ),
            (element in _PERSON or element == "Name", "names of people", pseudonyms.person),
            (element == "ContactPerson", "names of people", pseudonyms.person),
            (element in _STREET, "addresses", pseudonyms.street),
            (element in _PLACE, "addresses", pseudonyms.place),
        )
        for applies, kind, change in kinds:
            if applies:
                self._protocol.count(kind)
                return change(core)
        return None

    def _birth(self, core: str) -> str:
        new = self._pseudonyms.birth(core)
        if new is None:
            return self._by_look(core)
        self._protocol.count("days of birth")
        return new

    def _telecom(self, core: str) -> str:
        scheme = _SCHEME.match(core)
        prefix, rest = (scheme[0], core[scheme.end() :]) if scheme else ("", core)
        if _MAIL.fullmatch(rest.strip()):
            self._protocol.count("mail addresses")
            return prefix + self._pseudonyms.mail(rest.strip())
        self._protocol.count("phone numbers")
        return prefix + self._pseudonyms.scrambled(rest)

    def _mime_type(self, core: str) -> str:
        kind, mark, parameters = core.partition(";")
        if _TYPE.fullmatch(kind.strip()) is None:
            return self._by_look(core)
        return kind + mark + self._filler.text(parameters)

    # --- By look --------------------------------------------------------------------------------------------------

    def _by_look(self, core: str) -> str:
        if core in _BOOLEAN or _SMALL.fullmatch(core) or WORD.search(core) is None and not any(map(str.isdigit, core)):  # noqa: RUF021 - three ways to say nothing
            return core
        if (new := self._pseudonyms.day(core)) is not None:
            self._protocol.count("dates")
            return new
        if _YEAR.fullmatch(core):
            self._protocol.count("dates")
            return self._pseudonyms.year(core)
        if _MAIL.fullmatch(core):
            self._protocol.count("mail addresses")
            return self._pseudonyms.mail(core)
        if _ID_LIKE.fullmatch(core) or _NUMBER.fullmatch(core):
            return self._id(core)
        self._protocol.count("free texts")
        return self._filler.text(core)

    def _id(self, core: str) -> str:
        if UUID.fullmatch(core):
            self._protocol.count("ids of messages and documents")
            return self._pseudonyms.id(core)
        if _NUMBER.fullmatch(core):
            self._protocol.count("numbers of people, organisations and services")
            return self._pseudonyms.number(core)
        if (beginning := _never_answered(core)) is not None:
            return beginning + self._id(core[len(beginning) :])
        self._protocol.count("ids of messages and documents")
        return self._pseudonyms.id(core)


def _never_answered(core: str) -> str | None:
    """Return how an id begins that NAV never answers, or None where it does not begin like that."""
    from adapter.check.profile import Profile

    found = Profile.load("nav").words["never_answered"].match(core)
    return found[0] if found and found.end() < len(core) else None


def _is_keyword(word: str) -> bool:
    return len(filler.kept(word)) == len(word)


def _is_code(core: str, system: str | None) -> bool:
    lists = CodeLists.load()
    if system and (known := lists.knows(system, core)) is not None:
        return known or _CODE.fullmatch(core) is not None
    return core in _codes() or _CODE.fullmatch(core) is not None


@cache
def _codes() -> frozenset[str]:
    """Return every code of every list."""
    lists = CodeLists.load()
    found = (lists.get(number) for number in lists.numbers)
    return frozenset(code for one in found if one for code in one.codes)


@cache
def _code_names() -> frozenset[str]:
    """Return what the codes are called; these words are the standard's, not the sender's."""
    lists = CodeLists.load()
    found = (lists.get(number) for number in lists.numbers)
    return frozenset(name for one in found if one for name in one.codes.values())


@cache
def _couplings() -> frozenset[str]:
    """Return the names of services and actions of NAV."""
    from adapter.check.nav_facts import Process

    return frozenset(part for process in Process for part in process.value.split("/"))


_FIXED = re.compile(r"(?:<xs:enumeration value|\bfixed)=\"([^\"]*)\"")
_DECLARED = re.compile(r"<(?:\w+:)?element name=\"([^\"]*)\"")


@cache
def _schema_texts() -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8") for path in sorted(resources.schemas().glob("*.xsd")))


@cache
def _enumerated() -> frozenset[str]:
    """Return the values that schemas fix."""
    return frozenset(value for text in _schema_texts() for value in _FIXED.findall(text))


@cache
def declared() -> frozenset[str]:
    """Return the names of all elements that a schema here knows."""
    return frozenset(name for text in _schema_texts() for name in _DECLARED.findall(text))
