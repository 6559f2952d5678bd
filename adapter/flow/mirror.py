"""A party of one message, written as a party of another: for receipts and answers."""

from __future__ import annotations

from dataclasses import replace

from adapter.message.address import Address, Telecom
from adapter.message.code import Code, coded
from adapter.message.party import ENH, HER, HPR, HealthcareProfessional, Identifier, Organisation, Party, Person

PERSON_IDS = "8116"
ORGANISATION_IDS = "9051"


def for_receipt(party: Party, role: Code | None) -> Party:
    """Return a party as AppRec writes it.

    Names, numbers and addresses are mirrored as they are, even when incomplete (HITS 1168 6.1 and 11, test 22). A
    sub-organisation becomes a department. A person is the communication party by a HER-id, or by standing alone
    in the organisation; one who only signs beside a service is not mirrored (test 6).
    """
    top = party.organisation
    speciality = party.speciality if party.speciality and party.speciality.value else None
    if top is None:
        person = party.person
        if person is None:
            return Party(role=role, organisation=Organisation())
        profession = person.profession if isinstance(person, HealthcareProfessional) else None
        return Party(
            role=role,
            person=replace(_receipt_person(person), profession=_plain(profession)),
            speciality=speciality,
            address=_receipt_address(party.address or person.address, person.telecoms),
        )
    units = tuple(unit for unit in top.walk() if isinstance(unit, Organisation) and unit is not top)
    departments = tuple(Organisation(name=unit.name, identifiers=_her_first(unit.identifiers)) for unit in units)
    people = tuple(
        _receipt_person(member)
        for member in top.walk()
        if isinstance(member, HealthcareProfessional) and (member.identified_by(HER) or not units)
    )
    return Party(
        role=role,
        organisation=Organisation(
            name=top.name, identifiers=_her_first(top.identifiers), units=departments, people=people
        ),
        speciality=speciality,
        address=_receipt_address(party.address or top.address, top.telecoms),
    )


def for_dialogue(party: Party) -> Party:
    """Return a party as MsgHead writes it: an organisation, at most one unit and one person inside each."""
    top = party.organisation
    if top is None:
        return Party(organisation=_stand_in(party.person))
    return Party(organisation=_dialogue_organisation(top) or Organisation(name=top.name or ""))


def family_and_given(full_name: str) -> tuple[str, str | None]:
    """Split a name written "Family, Given" or "Given Family"."""
    family, comma, given = full_name.partition(",")
    if comma:
        return family.strip(), given.strip() or None
    given, _, family = full_name.strip().rpartition(" ")
    return family, given or None


def _receipt_person(person: Person) -> HealthcareProfessional:
    return HealthcareProfessional(full_name=person.name or None, identifiers=_her_first(person.identifiers))


def _receipt_address(address: Address | None, telecoms: tuple[Telecom, ...]) -> Address | None:
    """Return an address as AppRec writes it, phone numbers included; None where it lacks its mandatory kind."""
    if address is None or _plain(address.kind) is None:
        return None
    return replace(
        address,
        kind=_plain(address.kind),
        postbox=None,
        county=_plain(address.county),
        country=_plain(address.country),
        district=_plain(address.district),
        telecoms=tuple(Telecom(address=line.address) for line in address.telecoms or telecoms if line.address),
    )


def _dialogue_organisation(top: Organisation) -> Organisation | None:
    """Return an organisation with the unit and the person that lead to its address, or None without any number.

    MsgHead has no organisation without a number, so a level without one is left out.
    """
    units = sorted(top.units, key=lambda unit: not any(member.identified_by(HER) for member in unit.walk()))
    unit = next((made for made in map(_dialogue_organisation, units) if made is not None), None)
    person = next((person for person in top.people if person.identified_by(HER)), None) or next(
        (person for person in top.people if person.identified_by(HPR)), None
    )
    numbers = with_lists(top.identifiers, ORGANISATION_IDS)
    if not numbers:
        return unit or (_stand_in(person) if person else None)
    return Organisation(
        name=top.name or "",
        identifiers=numbers,
        units=(unit,) if unit else (),
        people=(_dialogue_person(person),) if person else (),
    )


def _stand_in(person: Person | None) -> Organisation:
    """Return an organisation in a person's place: MsgHead knows no other sender."""
    identifiers = person.identifiers if person else ()
    return Organisation(name=person.name if person else "", identifiers=with_lists(identifiers, ORGANISATION_IDS))


def _dialogue_person(person: HealthcareProfessional) -> HealthcareProfessional:
    family, given = person.family_name, person.given_name
    if not family and person.full_name:
        family, given = family_and_given(person.full_name)
    return HealthcareProfessional(
        family_name=family,
        middle_name=person.middle_name,
        given_name=given,
        profession=person.profession,
        identifiers=with_lists(person.identifiers, PERSON_IDS),
    )


def _her_first(identifiers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """Put the HER-id first: AppRec's own Id. The others become additional ones, which must have number and kind."""
    known = [Identifier(identifier.value, _plain(identifier.kind)) for identifier in identifiers]
    first, *others = sorted(known, key=lambda identifier: not identifier.is_kind(HER)) or [Identifier()]
    kept = (first, *(other for other in others if other.value and other.kind))
    return kept if any(identifier.value or identifier.kind for identifier in kept) else ()


def _plain(code: Code | None) -> Code | None:
    """Return a code without list and free text, as AppRec holds it; None without a value."""
    return Code(code.value, code.name) if code and code.value else None


def with_lists(identifiers: tuple[Identifier, ...], list_number: str) -> tuple[Identifier, ...]:
    """Return the numbers that have a kind, with the list and the name of the kind: MsgHead demands them."""
    kept = []
    for identifier in identifiers:
        kind = identifier.kind
        if identifier.value and kind and kind.value:
            name = kind.name or _NAMES.get(kind.value)
            kept.append(replace(identifier, kind=coded(list_number, kind.value, name)))
    return tuple(kept)


#: Henvisning 1.x may leave the names of the kinds out.
_NAMES = {
    HER: "HER-id",
    ENH: "Organisasjonsnummeret i Enhetsregisteret",
    HPR: "HPR-nummer",
    "FNR": "Fødselsnummer",
    "DNR": "D-nummer",
    "FHN": "Felles hjelpenummer",
}
