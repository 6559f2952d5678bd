"""Parties written as parties of another message."""

from __future__ import annotations

import pytest

from adapter.flow.mirror import family_and_given, for_dialogue, for_receipt
from adapter.message import Address, Code, HealthcareProfessional, Identifier, Organisation, Party, Telecom, coded

HER = Code("HER", "HER-id")
CLINIC = Organisation(
    name="Poliklinikk",
    identifiers=(Identifier("222222222", Code("ENH")), Identifier("8990100", HER), Identifier()),
    units=(Organisation(name="Enhet", identifiers=(Identifier("8990101", HER),)),),
    people=(
        HealthcareProfessional(
            given_name="Grønn", family_name="Vits", identifiers=(Identifier("565501872", Code("HPR")),)
        ),
        HealthcareProfessional(full_name="Vits, Grønn", identifiers=(Identifier("8990109", HER),)),
    ),
)


def test_a_receipt_puts_the_her_id_first_and_units_as_departments() -> None:
    """HITS 1168 11."""
    organisation = for_receipt(Party(organisation=CLINIC), None).organisation

    assert [number.value for number in organisation.identifiers] == ["8990100", "222222222"]
    assert [unit.name for unit in organisation.units] == ["Enhet"]


def test_a_receipt_mirrors_only_people_who_are_communication_parties() -> None:
    """A person who signs inside an organisation is not mapped (HITS 1168 6.1)."""
    organisation = for_receipt(Party(organisation=CLINIC), None).organisation

    assert [person.full_name for person in organisation.people] == ["Vits, Grønn"]


def test_a_person_in_an_organisation_without_units_is_mirrored_even_without_her_id() -> None:
    """Addresses are mirrored even when incomplete (HITS 1168, official tests 18 and 19)."""
    doctor = HealthcareProfessional(full_name="Vits, Grønn", identifiers=(Identifier("565501872", Code("HPR")),))

    organisation = for_receipt(Party(organisation=Organisation(name="Kontor", people=(doctor,))), None).organisation

    assert organisation.people == (doctor,)


def test_a_receipt_mirrors_the_address_as_far_as_apprec_has_room() -> None:
    """Official test 5: all of the address comes back."""
    address = Address(
        kind=Code("RES", "Besøksadresse"),
        street="Storgata 1",
        postbox="12",
        county=coded(3402, "5501"),
        country=Code(name="Norge"),
    )
    phone = Telecom(kind=Code("WP"), address="tel:+4777000000")
    top = Organisation(name="Kontor", address=address, telecoms=(phone, Telecom()))

    assert for_receipt(Party(organisation=top), None).address == Address(
        kind=Code("RES", "Besøksadresse"),
        street="Storgata 1",
        county=Code("5501"),
        telecoms=(Telecom(address="tel:+4777000000"),),
    )
    assert for_receipt(Party(organisation=Organisation(address=Address(street="Storgata 1"))), None).address is None


def test_numbers_that_apprec_cannot_hold_are_left_out() -> None:
    """An additional number must have a kind; the main one need not."""
    numbers = (Identifier("1"), Identifier("2", Code("LIN", text="annet")), Identifier(kind=Code("HER")))

    assert for_receipt(Party(organisation=Organisation(identifiers=numbers)), None).organisation.identifiers == (
        Identifier("1"),
        Identifier("2", Code("LIN")),
    )


def test_a_person_alone_is_mirrored_as_a_person() -> None:
    person = HealthcareProfessional(full_name="Grønn Vits", profession=Code("LE"), identifiers=(Identifier("1", HER),))

    mirrored = for_receipt(Party(person=person), Code("AVS"))

    assert mirrored.organisation is None
    assert (mirrored.person.full_name, mirrored.person.profession) == ("Grønn Vits", Code("LE"))


def test_nobody_is_mirrored_as_an_empty_organisation() -> None:
    """Addresses are mirrored even when there is nothing in them (official test 22)."""
    assert for_receipt(Party(), None).organisation == Organisation()


def test_a_dialogue_names_lists_of_identifiers() -> None:
    """MsgHead demands a list with each kind of number; Henvisning 1.x has none."""
    organisation = for_dialogue(Party(organisation=CLINIC)).organisation

    assert [number.kind for number in organisation.identifiers] == [
        coded(9051, "ENH", "Organisasjonsnummeret i Enhetsregisteret"),
        coded(9051, "HER", "HER-id"),
    ]


def test_a_dialogue_has_one_unit_and_one_person_with_family_name() -> None:
    top = Organisation(name="Kontor", identifiers=(Identifier("1", HER),), people=(CLINIC.people[1],))

    (person,) = for_dialogue(Party(organisation=top)).organisation.people

    assert (person.family_name, person.given_name) == ("Vits", "Grønn")
    assert len(for_dialogue(Party(organisation=CLINIC)).organisation.units) == 1


def test_a_dialogue_goes_down_to_the_address() -> None:
    """More than two levels occur, units without a number too, and an address in the second of two departments."""
    her = (Identifier("3", HER),)
    deep = Organisation(name="A", identifiers=(Identifier("1", HER),), units=(Organisation(units=(CLINIC.units[0],)),))
    wide = Organisation(name="A", identifiers=(Identifier("1", HER),), units=(CLINIC.units[0], Organisation()))
    two = Organisation(units=(Organisation(identifiers=(Identifier("9", Code("LOK")),)), Organisation(identifiers=her)))

    assert for_dialogue(Party(organisation=deep)).her_ids() == ("1", "8990101")
    assert for_dialogue(Party(organisation=wide)).her_ids() == ("1", "8990101")
    assert for_dialogue(Party(organisation=two)).her_ids() == ("3",)


def test_a_person_alone_is_addressed_as_an_organisation() -> None:
    """MsgHead knows no sender that is not an organisation."""
    person = HealthcareProfessional(full_name="Grønn Vits", identifiers=(Identifier("8990201", HER),))

    assert for_dialogue(Party(person=person)).her_id == "8990201"
    only_person = Organisation(name="Kontor", people=(person,))
    assert for_dialogue(Party(organisation=only_person)).her_id == "8990201"
    assert for_dialogue(Party()).organisation.name == ""


@pytest.mark.parametrize(
    ("full_name", "expected"),
    [
        ("Vits, Grønn", ("Vits", "Grønn")),
        ("Grønn Vits", ("Vits", "Grønn")),
        ("Vits", ("Vits", None)),
        ("Vits,", ("Vits", None)),
        ("Svært Grønn Vits", ("Vits", "Svært Grønn")),
    ],
)
def test_whole_names_are_split(full_name: str, expected: tuple[str, str | None]) -> None:
    assert family_and_given(full_name) == expected
