"""A question about a referral, and its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from building import NOW
from telling import Telling, answers, house, refers, says, with_system

from adapter.flow.decision import Decision
from adapter.flow.span import Span
from adapter.message import Message

A_WEEK_ON = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
SUPPLEMENT = ("q1", "supplement")


def asks(name: str = "q1", **changes: object) -> Message:
    return says("7322/6", name, **changes)


def replies(name: str = "a1", **changes: object) -> Message:
    return says("7322/6", name, **{"by": "referrer", "to": "clinic", "parent": "q1", **changes})


def remarks(decision: Decision) -> list[str]:
    return [item.text for item in decision.findings if item.rule == "CNV-06"]


def test_a_question_begins_its_deadline_and_leaves_the_assessments(telling: Telling) -> None:
    telling.tell(refers())

    telling.tell(asks())

    assert telling.timers[SUPPLEMENT] == A_WEEK_ON
    assert ("m1", "assessment") in telling.timers


def test_the_deadline_of_a_question_counts_from_its_positive_receipt() -> None:
    telling = Telling(with_system(house(), "referrer"))
    telling.tell(refers())
    telling.tell(asks())
    assert SUPPLEMENT not in telling.timers

    telling.tell(answers("q1", by="referrer", to="clinic"), at=NOW + timedelta(days=1))

    assert telling.timers[SUPPLEMENT] == A_WEEK_ON + timedelta(days=1)


@pytest.mark.parametrize("status", ["1", "2"])
def test_a_receipt_begins_nothing_where_nothing_is_open(status: str) -> None:
    telling = Telling(with_system(house(), "referrer"))
    telling.tell(refers())
    telling.tell(asks())
    if status == "1":
        telling.tell(replies())

    telling.tell(answers("q1", by="referrer", to="clinic", status=status))

    assert SUPPLEMENT not in telling.timers


def test_a_receipt_begins_nothing_where_the_deadline_is_set_to_nothing() -> None:
    context = with_system(house(), "referrer")
    telling = Telling(replace(context, timers=replace(context.timers, supplement=Span(0, "days"))))
    telling.tell(refers())
    telling.tell(asks())

    telling.tell(answers("q1", by="referrer", to="clinic"))

    assert SUPPLEMENT not in telling.timers


@pytest.mark.parametrize("parent", ["q1", "m1"])
def test_an_answer_ends_the_deadline_and_leaves_the_rest_to_people(telling: Telling, parent: str) -> None:
    telling.tell(refers())
    telling.tell(asks())

    telling.tell(replies(parent=parent))

    assert SUPPLEMENT not in telling.timers
    assert ("m1", "assessment") in telling.timers


def test_an_answer_that_came_first_leaves_nothing_to_wait_for(telling: Telling) -> None:
    telling.tell(refers())
    telling.tell(replies())

    telling.tell(asks())

    assert SUPPLEMENT not in telling.timers


def test_a_clinic_that_answers_the_referrer_asks_nothing(telling: Telling) -> None:
    telling.tell(refers())
    telling.tell(replies("how do things stand", parent="m1"))

    telling.tell(asks("answer", parent="how do things stand"))

    assert ("answer", "supplement") not in telling.timers


def test_a_second_question_after_an_answer_is_one(telling: Telling) -> None:
    telling.tell(refers())
    telling.tell(asks())
    telling.tell(replies())

    telling.tell(asks("q2", parent="a1"))

    assert ("q2", "supplement") in telling.timers


def test_a_dialogue_about_nothing_begins_nothing(telling: Telling) -> None:
    telling.tell(asks(parent=None, conversation=None))

    assert telling.timers == {}


def test_what_an_answer_tells_is_remarked_and_never_merged(telling: Telling) -> None:
    telling.tell(refers())
    telling.tell(asks())

    decision = telling.tell(
        replies(text="Sykmeldt 50 % siden januar, jobber som snekker. Tlf. 900 00 001. Går til fysioterapeut.")
    )

    assert remarks(decision) == [
        "Svaret sier noe om arbeidsforhold (svarer på AMO-03).",
        "Svaret sier noe om sykemeldingsstatus (svarer på AMO-04).",
        "Svaret sier noe om tidligere utredning eller behandling (svarer på AMO-05).",
        "Svaret sier noe om telefonnummer (svarer på AMO-06).",
    ]


@pytest.mark.parametrize("text", ["", "Takk for meldingen.", "Fødselsnummer 14838400052.", "Dato 12.03.2026."])
def test_an_answer_that_tells_nothing_is_not_remarked_on(telling: Telling, text: str) -> None:
    telling.tell(refers())
    telling.tell(asks())

    assert remarks(telling.tell(replies(text=text))) == []


def test_only_answers_are_read_and_only_for_those_who_want_it(telling: Telling) -> None:
    telling.tell(refers())
    unasked = telling.tell(replies("unasked", parent="m1", text="Sykmeldt."))
    telling.tell(refers("m2", by="clinic", to="referrer", document_id="d2"))
    telling.tell(says("7322/6", "q2", by="referrer", to="clinic", parent="m2", conversation="m2"))
    other_way = telling.tell(says("7322/6", "a2", parent="q2", conversation="m2", text="Sykmeldt."))

    assert remarks(unasked) == remarks(other_way) == []
