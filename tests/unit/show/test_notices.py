from __future__ import annotations

from dataclasses import replace

import pytest

from adapter.message import (
    Code,
    Dialogmelding,
    Document,
    Envelope,
    Epikrise,
    Foresporsel,
    HealthcareProfessional,
    Henvisning,
    Message,
    Organisation,
    Party,
    coded,
)
from adapter.message.henvisning import RequestedService
from adapter.message.payload import Payload
from adapter.show.notices import name_of, notices


def told(payload: Payload, **fields: object) -> list[tuple[str, bool]]:
    message = Message(documents=(Document(content=(payload,)),), **fields)
    return [(notice.text, notice.is_urgent) for notice in notices(message)]


@pytest.mark.parametrize(
    "payload",
    [
        Henvisning(requested=RequestedService(priority=Code("0"))),
        Dialogmelding(foresporsler=(Foresporsel(), Foresporsel(urgency=coded(9067, "1")))),
    ],
)
def test_an_emergency_is_said_first(payload: Payload) -> None:
    assert told(payload) == [("Øyeblikkelig hjelp.", True)]


@pytest.mark.parametrize(
    "payload",
    [
        Henvisning(requested=RequestedService(priority=Code("N"))),
        Henvisning(),
        Dialogmelding(foresporsler=(Foresporsel(urgency=coded(9067, "3")),)),
        Dialogmelding(),
    ],
)
def test_nothing_is_said_of_what_can_wait(payload: Payload) -> None:
    assert told(payload) == []


def test_an_emergency_comes_before_the_change_it_makes() -> None:
    change = Henvisning(requested=RequestedService(priority=Code("0")), service_type=Code("M"))

    assert [text for text, _ in told(change)] == [
        "Øyeblikkelig hjelp.",
        "Endring: innholdet erstatter det som er sendt før.",
    ]
    assert told(Epikrise(service_type=Code("C"))) == [("Kansellering: epikrisen trekkes tilbake.", True)]


def test_each_copy_recipient_is_named_and_who_the_main_one_is() -> None:
    offices = [Party(organisation=Organisation(name=name)) for name in ("Kontoret", "Sentralen", "Klinikken")]
    first, second, main = offices

    assert told(Henvisning(), envelope=Envelope.MESSAGE, receiver=main, other_receivers=(first, second)) == [
        ("Kopi til Kontoret; Sentralen. Hovedmottaker er Klinikken.", False)
    ]


def test_a_copy_without_names_is_still_a_copy() -> None:
    assert told(Henvisning(), other_receivers=(Party(role=coded(8112, "COP")),)) == [
        ("Kopi til andre mottakere.", False)
    ]
    assert told(Henvisning(), other_receivers=(Party(),)) == []


def test_a_party_is_named_from_the_outside_in_each_name_once() -> None:
    person = HealthcareProfessional(full_name="Grønn Vits")
    inner = Organisation(name="Avdelingen", people=(person,))
    party = Party(organisation=Organisation(name="Sykehuset", units=(inner,)), person=person)

    assert name_of(party) == "Sykehuset, Avdelingen, Grønn Vits"
    assert name_of(replace(party, organisation=None)) == "Grønn Vits"
    assert name_of(Party()) == ""
