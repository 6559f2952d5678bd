"""What speaks against sending a message, with what was sent before (domain rules C.1, C.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from building import NOW, Sending, finding, known

from adapter import resources
from adapter.check.finding import Severity
from adapter.flow.context import Context
from adapter.flow.preflight import Preflight, preflight
from adapter.message import ConversationRef, Kind, Message
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Partner
from adapter.wire import read

MESSAGES = resources.fixtures() / "messages"
NAV = Partner(id="nav", role="nav", name="NAV", her_ids=("79768",), channel="nav", profiles=("navt",))
CLINIC = Partner(id="clinic", role="clinic", name="Klinikk", her_ids=("8990101",), channel="clinic")
SENDER = Partner(id="referrer", role="referrer", name="Legekontor", her_ids=("8990201",), channel="referrer")
BLOCK, WARN = finding(Severity.BLOCK, "NAVT-04"), finding(Severity.WARN, "NAVT-07")


def _nav(name: str) -> Message:
    return read((MESSAGES / f"dialogmelding-1.0-nav-{name}.xml").read_bytes())


@pytest.fixture
def judged(context: Context) -> Any:
    """Return what judges a message to NAV that no check has found anything in."""

    def run(message: Message, *, receiver: Partner = NAV, **given: Any) -> Preflight:
        earlier, sendings = given.get("earlier", ()), given.get("sendings", {})
        findings = given.get("findings", ())
        return preflight(message, findings, receiver=receiver, earlier=earlier, sendings=sendings, context=context)

    return run


def _rules(flight: Preflight) -> list[str]:
    return [found.rule for found in flight.findings]


def test_an_inquiry_into_a_conversation_nobody_knows_stops(judged: Any) -> None:
    flight = judged(_nav("ukjent-samtale"))

    assert _rules(flight) == ["NAVT-10"]
    assert len(flight.stops(released=False)) == 1
    assert flight.stops(released=True) == ()


def test_a_conversation_is_known_by_its_first_message_or_by_another_that_names_it(judged: Any) -> None:
    question = _nav("foresporsel")
    conversation = question.conversation
    assert conversation is not None
    in_the_conversation = replace(_nav("behov-for-tiltak"), conversation=conversation)
    about_it = replace(
        _nav("behov-for-tiltak"), conversation=ConversationRef(parent=question.msg_id, conversation=question.msg_id)
    )

    assert _rules(judged(in_the_conversation, earlier=known(question))) == []
    assert _rules(judged(about_it, earlier=known(question))) == []


def test_a_message_may_name_itself_and_an_answer_whatever_it_likes(judged: Any) -> None:
    inquiry = _nav("behov-for-tiltak")
    itself = ConversationRef(parent=inquiry.msg_id, conversation=inquiry.msg_id)

    assert _rules(judged(replace(inquiry, conversation=itself))) == []
    assert _rules(judged(_nav("svar"))) == []


@pytest.mark.parametrize(
    ("fate", "is_duplicate"),
    [(None, True), (DeliveryState.SENT, True), (DeliveryState.COMPLETED, True), (DeliveryState.REJECTED, False)],
)
def test_the_same_content_is_remarked_unless_nav_rejected_it(
    judged: Any, fate: DeliveryState | None, *, is_duplicate: bool
) -> None:
    first = _nav("behov-for-tiltak")
    sendings = {1: [Sending(7, "nav", fate)]} if fate else {}

    flight = judged(_nav("samme-innhold"), earlier=known(first, generated_at=NOW), sendings=sendings)

    assert _rules(flight) == (["NAVT-11"] if is_duplicate else [])
    assert flight.stops(released=False) == ()
    assert flight.nav is not None
    assert flight.nav.outcome == ("negative" if is_duplicate else "positive")


def test_what_was_never_sent_is_no_duplicate(judged: Any) -> None:
    first = _nav("behov-for-tiltak")

    for state in (MessageState.HELD, MessageState.REJECTED, MessageState.QUARANTINED):
        assert _rules(judged(_nav("samme-innhold"), earlier=known(first, state=state))) == []


def test_other_receivers_ask_nothing_more(judged: Any) -> None:
    flight = judged(_nav("ukjent-samtale"), receiver=CLINIC, findings=(BLOCK, WARN))

    assert (flight.findings, flight.nav) == ((BLOCK, WARN), None)


def test_navs_answer_is_told_without_the_profile_too(judged: Any) -> None:
    flight = judged(_nav("uten-tekst"), receiver=replace(NAV, profiles=()))

    assert flight.findings == ()
    assert flight.nav is not None
    assert flight.nav.outcome == "negative"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("uten-tekst", "Ikke sendt. NAVT-04: Something. NAV ville avvist meldingen: Dialogmeldingen er ikke gyldig: "),
        ("feil-type", "Ikke sendt. NAVT-04: Something. NAV ville aldri svart."),
        ("vedlegg-ikke-pdf", "Ikke sendt. NAVT-04: Something. NAV ville tatt imot meldingen, men ikke alt i den."),
        ("signert", "Ikke sendt. NAVT-04: Something."),
    ],
)
def test_the_task_tells_what_nav_would_do(judged: Any, name: str, told: str) -> None:
    (chore,) = judged(_nav(name), findings=(BLOCK,)).chores(SENDER, is_sent=False)

    assert chore.party == "referrer"
    assert chore.title.startswith(told)


def test_nothing_is_predicted_of_what_nav_reads_by_other_standards(judged: Any) -> None:
    flight = judged(replace(_nav("behov-for-tiltak"), kind=Kind.SYKMELDING), findings=(BLOCK,))

    assert flight.nav is None
    assert flight.chores(None, is_sent=False)[0].title == "Ikke sendt. NAVT-04: Something."


def test_only_what_is_broken_or_unsafe_stops_what_a_person_released(judged: Any) -> None:
    broken = finding(Severity.BLOCK, "MSG-02")

    flight = judged(_nav("behov-for-tiltak"), findings=(BLOCK, broken, WARN))

    assert flight.stops(released=True) == (broken,)
    assert flight.remarks == (WARN,)
    assert Preflight(findings=()).chores(SENDER, is_sent=True) == ()
