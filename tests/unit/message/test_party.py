"""People, organisations and parties: who they are, and where they are addressed."""

from __future__ import annotations

import pytest

from adapter.message.address import Address, Telecom
from adapter.message.code import Code, coded
from adapter.message.party import HealthcareProfessional, Identifier, Organisation, Party, Patient, Person, find


def her(number: str | None, system: int = 9051) -> Identifier:
    return Identifier(number, coded(system, "HER"))


ENH = Identifier("889 640 782", coded(9051, "ENH"))
GP_OFFICE = Organisation(
    name="Toppen",
    identifiers=(ENH, her("8990200")),
    people=(HealthcareProfessional(given_name="Grønn", family_name="Vits", identifiers=(her("8990201", 8116),)),),
)
CLINIC = Organisation(
    name="Klinikken",
    identifiers=(her("8990100"),),
    units=(Organisation(name="Poliklinikk", identifiers=(her("8990101"),)),),
)


@pytest.mark.parametrize(
    ("telecom", "digits"),
    [
        (Telecom(address="tel:+4777000000"), "77000000"),
        (Telecom(address="tel:004777000000"), "77000000"),
        (Telecom(address="77 00 00 00"), "77000000"),
        (Telecom(address="tel:47000000"), "47000000"),
        (Telecom(address="tel:02800"), "02800"),
        (Telecom(address="tel:+46812345678"), "46812345678"),
        (Telecom(address="mailto:12345678@example.org"), ""),
        (Telecom(address="12345678@example.org"), ""),
        (Telecom(address=""), ""),
        (Telecom(), ""),
    ],
)
def test_the_digits_of_a_phone_number_have_no_country_prefix(telecom: Telecom, digits: str) -> None:
    """Two spellings of one number can be compared."""
    assert telecom.digits == digits


@pytest.mark.parametrize(
    ("identifier", "is_her"),
    [
        (her("8990100"), True),
        (Identifier("8990100", Code("HER")), True),
        (her(""), False),
        (her("  "), False),
        (her(None), False),
        (Identifier("8990100"), False),
        (ENH, False),
    ],
)
def test_a_number_is_known_by_its_kind_whatever_the_list(identifier: Identifier, *, is_her: bool) -> None:
    """HER-ids of persons carry three different lists in real messages; empty numbers are nobody's."""
    assert identifier.is_kind("HER") is is_her


def test_a_number_is_found_without_blanks_and_dots() -> None:
    """Some systems write 258.521 for a HER-id, and organisation numbers in groups."""
    assert find((her("258.521"),), "HER") == "258521"
    assert find((her(""), ENH), "HER", "ENH") == "889640782"
    assert find((ENH,), "HER") is None


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (Person(given_name="Vakker", middle_name=" ", family_name=" Blomst "), "Vakker Blomst"),
        (Person(full_name=" Blomst, Vakker "), "Blomst, Vakker"),
        (Person(), ""),
    ],
)
def test_a_name_is_put_together_of_what_there_is(person: Person, name: str) -> None:
    """Older standards have the whole name in one string."""
    assert person.name == name


def test_a_person_can_be_reached_in_two_places() -> None:
    """Older standards keep phone numbers inside the address."""
    own, inside = Telecom(address="tel:1"), Telecom(address="tel:2")

    assert Person(telecoms=(own,), address=Address(telecoms=(inside,))).phones() == (own, inside)
    assert Person(telecoms=(own,)).phones() == (own,)


def test_a_person_is_identified_by_the_first_number_of_a_kind() -> None:
    """A patient can have several."""
    patient = Patient(identifiers=(Identifier("14838400052", coded(8116, "FNR")), her("1")))

    assert patient.identified_by("FNR", "DNR") == "14838400052"
    assert patient.identified_by("DNR") is None


def test_an_organisation_knows_its_own_address() -> None:
    """Not that of the units inside."""
    assert CLINIC.her_id == "8990100"
    assert Organisation().her_id is None
    assert CLINIC.identified_by("ENH") is None


@pytest.mark.parametrize(
    ("party", "levels"),
    [
        (Party(organisation=CLINIC), ("8990100", "8990101")),
        (Party(organisation=GP_OFFICE), ("8990200", "8990201")),
        (Party(organisation=CLINIC, person=Person(identifiers=(her("5"),))), ("8990100", "8990101", "5")),
        (
            Party(organisation=Organisation(identifiers=(her("5"),), units=(Organisation(identifiers=(her("5"),)),))),
            ("5",),
        ),
        (Party(person=Person(identifiers=(her("5"),))), ("5",)),
        (Party(organisation=Organisation(units=(Organisation(),))), ()),
        (Party(), ()),
    ],
)
def test_the_last_level_is_the_address(party: Party, levels: tuple[str, ...]) -> None:
    """HIS 1153-3: the deepest HER-id is the communication party."""
    assert party.her_ids() == levels
    assert party.her_id == (levels[-1] if levels else None)


def test_the_organisation_number_is_the_outermost_one() -> None:
    """The person inside has none."""
    assert Party(organisation=GP_OFFICE).organisation_number == "889640782"
    assert Party(organisation=CLINIC).organisation_number is None
    assert Party().organisation_number is None


@pytest.mark.parametrize(
    ("party", "name"),
    [
        (Party(organisation=CLINIC), "Poliklinikk"),
        (Party(organisation=GP_OFFICE), "Toppen"),
        (Party(person=Person(full_name="Grønn Vits")), "Grønn Vits"),
        (Party(organisation=Organisation()), ""),
    ],
)
def test_a_party_is_called_by_its_innermost_name(party: Party, name: str) -> None:
    """The unit that answers, not the trust that owns it."""
    assert party.name == name


def test_a_party_in_another_role_is_otherwise_the_same() -> None:
    """Values are changed by making new ones."""
    party = Party(organisation=CLINIC)

    assert party.in_role(Code("COP")) == Party(role=Code("COP"), organisation=CLINIC)
    assert party.role is None
