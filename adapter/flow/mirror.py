"""A party of one message, written as a party of another: for receipts and answers."""

from __future__ import annotations

from dataclasses import replace

from adapter.message.code import Code, coded
from adapter.message.party import ENH, HER, HPR, HealthcareProfessional, Identifier, Organisation, Party

PERSON_IDS = "8116"
ORGANISATION_IDS = "9051"


def for_receipt(party: Party, role: Code | None) -> Party:
    """Return a party as AppRec writes it.

    Addresses are mirrored as they are, even when incomplete (HITS 1168 6.1 and 11). A sub-organisation
    becomes a department; a person is only mirrored when the person is the communication party.
    """
    if party.organisation is None:
        person = party.person
        shown = None
        if person is not None:
            profession = person.profession if isinstance(person, HealthcareProfessional) else None
            shown = HealthcareProfessional(
                full_name=person.name or None, identifiers=_her_first(person.identifiers), profession=profession
            )
        return Party(role=role, person=shown, organisation=None if shown else Organisation())
    top = party.organisation
    departments = tuple(
        Organisation(name=unit.name, kind=None, identifiers=_her_first(unit.identifiers))
        for unit in top.walk()
        if isinstance(unit, Organisation) and unit is not top
    )
    people = tuple(
        HealthcareProfessional(full_name=member.name or None, identifiers=_her_first(member.identifiers))
        for member in top.walk()
        if isinstance(member, HealthcareProfessional) and member.identified_by(HER)
    )
    return Party(
        role=role,
        organisation=Organisation(
            name=top.name, identifiers=_her_first(top.identifiers), units=departments, people=people
        ),
    )


def for_dialogue(party: Party) -> Party:
    """Return a party as MsgHead writes it: an organisation, at most one unit or person inside it."""
    if party.organisation is None:
        person = party.person
        number = person.identifiers if person else ()
        name = person.name if person else ""
        return Party(organisation=Organisation(name=name, identifiers=_complete(number, ORGANISATION_IDS)))
    top = party.organisation
    unit = next(iter(top.units), None)
    person = next((person for person in top.people if person.identified_by(HER, HPR)), None)
    return Party(
        organisation=Organisation(
            name=top.name or "",
            identifiers=_complete(top.identifiers, ORGANISATION_IDS),
            units=(
                (Organisation(name=unit.name or "", identifiers=_complete(unit.identifiers, ORGANISATION_IDS)),)
                if unit
                else ()
            ),
            people=(_dialogue_person(person),) if person else (),
        )
    )


def family_and_given(full_name: str) -> tuple[str, str | None]:
    """Split a name written "Family, Given" or "Given Family"."""
    family, comma, given = full_name.partition(",")
    if comma:
        return family.strip(), given.strip() or None
    given, _, family = full_name.strip().rpartition(" ")
    return family, given or None


def _dialogue_person(person: HealthcareProfessional) -> HealthcareProfessional:
    family, given = person.family_name, person.given_name
    if not family and person.full_name:
        family, given = family_and_given(person.full_name)
    return HealthcareProfessional(
        family_name=family,
        middle_name=person.middle_name,
        given_name=given,
        profession=person.profession,
        identifiers=_complete(person.identifiers, PERSON_IDS),
    )


def _her_first(identifiers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """Put the HER-id first: AppRec's own Id; the others become additional ones."""
    known = [identifier for identifier in identifiers if identifier.value or identifier.kind]
    return tuple(sorted(known, key=lambda identifier: not identifier.is_kind(HER)))


def _complete(identifiers: tuple[Identifier, ...], list_number: str) -> tuple[Identifier, ...]:
    """Keep numbers with a kind, and name the list of the kind: MsgHead demands both."""
    names = {HER: "HER-id", ENH: "Organisasjonsnummeret i Enhetsregisteret", HPR: "HPR-nummer"}
    kept = []
    for identifier in identifiers:
        kind = identifier.kind
        if identifier.value and kind and kind.value:
            kept.append(replace(identifier, kind=coded(list_number, kind.value, kind.name or names.get(kind.value))))
    return tuple(kept)
