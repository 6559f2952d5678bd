"""The referral: what its service type means, and who stands behind it."""

from __future__ import annotations

import pytest

from adapter.message.address import Address, Telecom
from adapter.message.code import Code, coded
from adapter.message.henvisning import CareRelation, Contact, Henvisning, Responsible
from adapter.message.party import HealthcareProfessional, Identifier, Organisation, Party, Person

GP = HealthcareProfessional(full_name="Vits, Grønn", role_to_patient=coded(9034, "6"))
NURSE = HealthcareProfessional(full_name="Blomst, Vakker", role_to_patient=coded(9034, "21"))
OFFICE = Address(telecoms=(Telecom(address="tel:77000000"),))


@pytest.mark.parametrize(
    ("code", "is_change", "is_cancellation"),
    [(Code("N"), False, False), (Code("M"), True, False), (Code("C"), False, True), (None, False, False)],
)
def test_only_the_outer_service_type_tells_a_change(
    code: Code | None, *, is_change: bool, is_cancellation: bool
) -> None:
    """List 7309; the inner one stays N."""
    henvisning = Henvisning(service_type=code)

    assert (henvisning.is_change, henvisning.is_cancellation) == (is_change, is_cancellation)


def test_version_2_0_names_professionals_in_two_places() -> None:
    """Those who answer for the referral, and the contacts; the GP is a contact with role 6."""
    henvisning = Henvisning(
        responsibles=(
            Responsible(person=NURSE, relation=Code("HHE")),
            Responsible(relation=Code("HHE")),
            Responsible(person=GP, relation=Code("ARP")),
        ),
        contacts=(Contact(person=NURSE), Contact(person=GP), Contact()),
    )

    assert henvisning.professionals("HHE") == (NURSE,)
    assert henvisning.professionals("FLE") == (GP,)
    assert henvisning.professionals("OEB") == ()


@pytest.mark.parametrize(
    ("party", "name", "number"),
    [
        (Party(person=GP, address=OFFICE), "Vits, Grønn", None),
        (
            Party(person=Person(full_name="Vits", identifiers=(Identifier("1", Code("HPR")),)), address=OFFICE),
            "Vits",
            "1",
        ),
        (Party(organisation=Organisation(name="Toppen", people=(GP,)), address=OFFICE), "Vits, Grønn", None),
        (
            Party(
                organisation=Organisation(
                    name="Toppen", people=(HealthcareProfessional(identifiers=(Identifier("1", Code("HPR")),)),)
                ),
                address=OFFICE,
            ),
            "Toppen",
            "1",
        ),
        (Party(organisation=Organisation(name="Toppen"), address=OFFICE), "Toppen", None),
        (Party(address=OFFICE), "", None),
    ],
)
def test_version_1_x_names_parties_that_stand_for_a_professional(party: Party, name: str, number: str | None) -> None:
    """The party's phone is the person's, where the person has none."""
    henvisning = Henvisning(
        care_relations=(CareRelation(relation=Code("HHE"), party=party), CareRelation(relation=Code("HHE")))
    )

    (professional,) = henvisning.professionals("HHE")

    assert professional.name == name
    assert professional.identified_by("HPR") == number
    assert professional.phones() == OFFICE.telecoms
