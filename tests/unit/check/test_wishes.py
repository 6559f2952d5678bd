"""A wished place of treatment is compared with the receiver by number, else by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapter.check.wishes import name_another_place, wished_places
from adapter.message import Code, HealthcareProfessional, Identifier, Message, Organisation, Party, RelatedUnit, coded
from adapter.message.henvisning import CareRelation

Build = Callable[..., Message]

HER, ENH = coded(9051, "HER"), coded(9051, "ENH")


def place(name: str | None = None, *, her: str | None = None, number: str | None = None) -> Organisation:
    """Return a place as a wish names it."""
    given = ((her, HER), (number, ENH))
    return Organisation(name=name, identifiers=tuple(Identifier(value, kind) for value, kind in given if value))


def other(message: Message) -> bool:
    assert message.henvisning is not None
    return name_another_place(message, message.henvisning)


def wishing(referral: Build, *places: Organisation, relation: str = "OES") -> Message:
    """Return a referral 1.1 with wishes."""
    wishes = tuple(CareRelation(relation=Code(relation), party=Party(organisation=wanted)) for wanted in places)
    return referral("1.1", care_relations=wishes)


@pytest.mark.parametrize(
    ("wanted", "is_other"),
    [
        (place(her="8990101"), False),
        (place(her="8990400"), True),
        (place("Tjeneste", her="8990400"), True),
        (place(number="310000108"), False),
        (place("Tjeneste", number="310000205"), True),
        (place("Vakker Blomst"), False),
        (place("tjeneste ved et sykehus"), False),
        (place("Et annet sykehus HF"), True),
        (place(), False),
    ],
)
def test_a_place_is_another_one_by_number_then_by_name(
    referral: Build,
    wanted: Organisation,
    is_other: bool,  # noqa: FBT001 - parametrised
) -> None:
    message = wishing(referral, wanted)
    receiver = message.receiver
    assert receiver is not None
    assert receiver.organisation is not None
    numbered = replace(
        receiver.organisation, identifiers=(*receiver.organisation.identifiers, Identifier("310000108", ENH))
    )

    assert other(replace(message, receiver=replace(receiver, organisation=numbered))) is is_other


def test_one_wish_for_the_receiver_is_enough(referral: Build) -> None:
    assert not other(wishing(referral, place("Et annet sykehus HF"), place(her="8990101")))


def test_a_wished_practitioner_counts_where_a_place_is_named(referral: Build) -> None:
    somebody = CareRelation(relation=Code("OEB"), party=Party(person=HealthcareProfessional(full_name="Grønn Vits")))

    assert other(wishing(referral, place("Et annet sykehus HF"), relation="OEB"))
    assert not other(referral("1.1", care_relations=(somebody, CareRelation(relation=Code("OES")))))
    assert not other(wishing(referral, place("Et annet sykehus HF"), relation="KPS"))


def test_version_2_has_the_wish_in_a_note(referral: Build) -> None:
    unit = RelatedUnit(organisation=place("Et annet sykehus HF"), note="Ønsket behandlingssted")
    silent = replace(unit, note=None)

    assert other(referral("2.0", units=(unit,)))
    assert not other(referral("2.0", units=(silent, replace(unit, organisation=None))))


def test_without_a_receiver_nothing_is_another_place(referral: Build) -> None:
    message = replace(wishing(referral, place(her="8990400")), receiver=None)
    assert message.henvisning is not None

    assert not other(message)
    assert other(replace(message, receiver=Party()))
    assert [found.her_id for found in wished_places(message.henvisning)] == ["8990400"]
