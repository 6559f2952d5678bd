"""People, organisations, and the parties they act as."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from adapter.message.address import Address, Telecom
from adapter.message.code import Code, Moment
from adapter.values import value_class

HER = "HER"
HPR = "HPR"
ENH = "ENH"
NATIONAL_IDS = ("FNR", "DNR", "FHN", "HNR")


@value_class(kw_only=False)
class Identifier:
    """A number somebody is known by, and which kind of number it is."""

    value: str | None = None
    #: List 8116 for persons, 9051 for organisations; real messages mix the lists, so match on `kind.value`.
    kind: Code | None = None

    def is_kind(self, *kinds: str) -> bool:
        """Tell whether this is a non-empty number of one of the kinds, such as "HER" or "FNR"."""
        return bool(self.value and self.value.strip()) and self.kind is not None and self.kind.value in kinds


def find(identifiers: Iterable[Identifier], *kinds: str) -> str | None:
    """Return the first number of one of the kinds, without blanks and dots, or None."""
    for identifier in identifiers:
        kind = identifier.kind
        if kind is not None and kind.value in kinds and identifier.value:
            number = identifier.value.replace(" ", "").replace(".", "").strip()
            if number:
                return number
    return None


@value_class
class Person:
    """Anyone a message names."""

    family_name: str | None = None
    middle_name: str | None = None
    given_name: str | None = None
    #: The whole name in one string, as Henvisning 1.x and AppRec write it.
    full_name: str | None = None
    date_of_birth: Moment | None = None
    #: List 3101.
    sex: Code | None = None
    nationality: Code | None = None
    #: The first is the main one; it is empty where only additional ones were given.
    identifiers: tuple[Identifier, ...] = ()
    address: Address | None = None
    telecoms: tuple[Telecom, ...] = ()

    @property
    def name(self) -> str:
        """Return "Given Middle Family", or the whole name as written."""
        parts = [
            part.strip() for part in (self.given_name, self.middle_name, self.family_name) if part and part.strip()
        ]
        return " ".join(parts) or (self.full_name or "").strip()

    def phones(self) -> tuple[Telecom, ...]:
        """Return every way to reach the person, wherever the standard keeps it."""
        return self.telecoms + (self.address.telecoms if self.address else ())

    def identified_by(self, *kinds: str) -> str | None:
        """Return the first number of one of the kinds, or None."""
        return find(self.identifiers, *kinds)


@value_class
class Patient(Person):
    """The person a message is about."""

    date_of_death: Moment | None = None
    #: The referrer's own number for the patient (IdByRequester).
    local_id: str | None = None


@value_class
class HealthcareProfessional(Person):
    """A person who acts as health personnel."""

    #: List 9060.
    profession: Code | None = None
    #: List 9034.
    role_to_patient: Code | None = None


@value_class
class Organisation:
    """An organisation, with the units and people inside it that the message names."""

    name: str | None = None
    #: List 9040 for organisations, 8624 for departments.
    kind: Code | None = None
    #: The first is the main one; it is empty where only additional ones were given.
    identifiers: tuple[Identifier, ...] = ()
    address: Address | None = None
    telecoms: tuple[Telecom, ...] = ()
    units: tuple[Organisation, ...] = ()
    people: tuple[HealthcareProfessional, ...] = ()

    def identified_by(self, *kinds: str) -> str | None:
        """Return the first number of one of the kinds, or None."""
        return find(self.identifiers, *kinds)

    @property
    def her_id(self) -> str | None:
        """Return the organisation's own HER-id, or None."""
        return self.identified_by(HER)

    def walk(self) -> Iterator[Organisation | HealthcareProfessional]:
        """Yield this organisation, then everyone and everything inside it, outermost first."""
        yield self
        for unit in self.units:
            yield from unit.walk()
        yield from self.people


@value_class
class CopyUse:
    """What a copy recipient shall get (CopyDestRole)."""

    kind: Code | None = None
    requested_method: Code | None = None
    actual_method: Code | None = None


@value_class(slots=False)
class Party:
    """Someone who sends, receives or takes part: an organisation, or a person.

    Without slots: what it is asked for often is worked out once.
    """

    #: List 8112 (COP, PRIM ...) or AppRec's own roles.
    role: Code | None = None
    #: List 8235, only where the message went by post.
    method: Code | None = None
    organisation: Organisation | None = None
    person: Person | None = None
    #: MedSpeciality of Henvisning 1.x and AppRec.
    speciality: Code | None = None
    #: Address of the party as a whole, in Henvisning 1.x and AppRec.
    address: Address | None = None
    #: Numbers the two sides use for the party, Henvisning 1.0 only.
    id_by_requester: str | None = None
    id_by_provider: str | None = None
    copy_uses: tuple[CopyUse, ...] = ()

    def her_ids(self) -> tuple[str, ...]:
        """Return the HER-ids of all levels, outermost first; the last one is the address (HIS 1153-3)."""
        return self._her_ids

    @cached_property
    def _her_ids(self) -> tuple[str, ...]:
        found: list[str] = []
        members: list[Organisation | Person] = list(self.organisation.walk()) if self.organisation else []
        if self.person:
            members.append(self.person)
        for member in members:
            her_id = member.identified_by(HER)
            if her_id and her_id not in found:
                found.append(her_id)
        return tuple(found)

    @property
    def her_id(self) -> str | None:
        """Return the deepest HER-id: the communication party itself."""
        her_ids = self.her_ids()
        return her_ids[-1] if her_ids else None

    @property
    def organisation_number(self) -> str | None:
        """Return the organisation number of the outermost level that has one, or None."""
        for member in self.organisation.walk() if self.organisation else ():
            number = member.identified_by(ENH)
            if number:
                return number
        return None

    @property
    def name(self) -> str:
        """Return the name of the innermost organisation or person that has one."""
        names = [self.person.name] if self.person else []
        if self.organisation:
            names += [member.name or "" for member in self.organisation.walk() if isinstance(member, Organisation)]
        return next((name for name in reversed(names) if name), "")

    def in_role(self, role: Code | None) -> Party:
        """Return the same party in another role."""
        return replace(self, role=role)
