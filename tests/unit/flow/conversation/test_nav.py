"""What NAV asks, and what answers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from telling import Telling, answers, asks, house, says, with_system

from adapter.flow.decision import Decision
from adapter.flow.span import Span
from adapter.message import Kind, Message, Moment

LIMITS = {
    ("r1", "nav-reminder-1"): datetime(2026, 3, 16, 9, 0, tzinfo=UTC),
    ("r1", "nav-reminder-2"): datetime(2026, 3, 22, 9, 0, tzinfo=UTC),
    ("r1", "nav-limit"): datetime(2026, 3, 23, 9, 0, tzinfo=UTC),
}


def reply(name: str = "a1", topic: str = "9069/5", **changes: object) -> Message:
    return says(topic, name, **{"by": "referrer", "to": "nav", "parent": "r1", "conversation": "c1", **changes})


def note(topic: str, name: str, **changes: object) -> Message:
    return says(topic, name, **{"by": "nav", "to": "referrer", "parent": "c1", "conversation": "c1", **changes})


def statement(**changes: object) -> Message:
    return replace(reply("l1", **changes), kind=Kind.LEGEERKLAERING, documents=())


def titles(decision: Decision) -> list[str]:
    return [chore.title for chore in decision.chores]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "Spørsmål om tilleggsopplysninger vedrørende pasient ... takst L8.",
            "NAV ber om tilleggsopplysninger (takst L8). Frist: 3 uker.",
        ),
        (
            "Forespørsel om legeerklæring ved arbeidsuførhet ... takst L40",
            "NAV ber om legeerklæring ved arbeidsuførhet (takst L40). Frist: 3 uker.",
        ),
        ("Hvordan går det?", "NAV har en forespørsel om pasienten. Frist: 3 uker."),
    ],
)
def test_a_request_is_a_task_that_says_what_is_asked_with_reminders_and_a_limit(
    telling: Telling, text: str, title: str
) -> None:
    decision = telling.tell(asks("8129/1", "r1", text=text))

    assert [(chore.rule, chore.party, chore.title, chore.due_at) for chore in decision.chores] == [
        ("CNV-11", "referrer", title, LIMITS["r1", "nav-limit"])
    ]
    assert telling.timers == LIMITS


def test_a_request_without_words_is_a_task_all_the_same(telling: Telling) -> None:
    plain = asks("8129/1", "r1")
    question = replace(plain.dialogmelding.foresporsler[0], question=None)
    bare = replace(plain.documents[0], content=(replace(plain.dialogmelding, foresporsler=(question,)),))

    assert titles(telling.tell(replace(plain, documents=(bare,)))) == [
        "NAV har en forespørsel om pasienten. Frist: 3 uker."
    ]


def test_a_reminder_makes_the_same_task_urgent(telling: Telling) -> None:
    telling.tell(asks("8129/1", "r1"))

    telling.tell(asks("8129/2", "r2"))

    assert telling.tasks == {("r1", "CNV-11"): 1}


def test_a_reminder_of_something_unknown_is_a_task_of_its_own(telling: Telling) -> None:
    decision = telling.tell(asks("8129/2", "r2"))

    assert telling.tasks["r2", "CNV-12"] == 1
    assert "CNV-01" in [item.rule for item in decision.findings]


def test_a_request_that_comes_after_its_reminder_opens_no_second_task(telling: Telling) -> None:
    telling.tell(asks("8129/2", "r2"))

    assert titles(telling.tell(asks("8129/1", "r1"))) == []
    assert telling.timers == LIMITS


@pytest.mark.parametrize(
    "answer",
    [
        reply(),
        reply(conversation="C1", parent="unknown"),
        reply(conversation="unknown"),
        reply(topic="9069/9"),
        statement(),
        statement(parent=None, conversation=None),
        reply(parent=None, conversation=None),
    ],
    ids=["as it should be", "by conversation", "by parent", "other code", "L40", "L40 by patient", "by patient"],
)
def test_an_answer_ends_the_request_once_nav_has_it(telling: Telling, answer: Message) -> None:
    """Domain rules A.6: by conversation, else by message, else by patient."""
    telling.tell(asks("8129/1", "r1"))
    telling.tell(answer)
    assert ("r1", "nav-limit") in telling.timers

    telling.tell(answers(answer.msg_id, by="nav", to="referrer"))

    assert (telling.timers, telling.tasks.get(("r1", "CNV-11"))) == ({}, None)


def test_an_answer_ends_at_once_where_nothing_answers_it() -> None:
    context = house()
    parties = [replace(each, receipts="adapter") for each in context.register]
    telling = Telling(replace(context, register=type(context.register)(parties)))
    telling.tell(asks("8129/1", "r1"))

    telling.tell(reply())

    assert telling.timers == {}


def test_a_rejected_answer_ends_nothing(telling: Telling) -> None:
    telling.tell(asks("8129/1", "r1"))
    telling.tell(reply())

    telling.tell(answers("a1", by="nav", to="referrer", status="2"))

    assert telling.timers == LIMITS
    assert telling.tasks["r1", "CNV-11"] == 0


@pytest.mark.parametrize(
    "other",
    [
        reply(patient=None, parent=None, conversation=None),
        reply(to="clinic"),
        says("8128/1", "n1", by="referrer", to="nav", parent=None, conversation=None),
    ],
)
def test_what_answers_nothing_ends_nothing(telling: Telling, other: Message) -> None:
    telling.tell(asks("8129/1", "r1"))

    decision = telling.tell(other)

    assert decision.endings == ()


def test_only_the_latest_request_about_a_patient_is_answered_by_patient_and_none_of_long_ago(telling: Telling) -> None:
    old = replace(asks("8129/1", "r0", conversation="c0", parent="c0"), generated=Moment("2025-11-02T09:00:00"))
    telling.tell(old)
    assert telling.tell(statement(parent=None, conversation=None)).endings == ()
    telling.tell(asks("8129/1", "r1"))
    telling.tell(asks("8129/1", "r9", conversation="c9", parent="c9"))

    decision = telling.tell(replace(statement(parent=None, conversation=None), msg_id="l2"))

    assert [ending.about for ending in decision.endings] == [4]


def test_an_answer_that_came_before_its_request_leaves_nothing_to_do(telling: Telling) -> None:
    telling.tell(reply())

    telling.tell(asks("8129/1", "r1"))

    assert (telling.timers, telling.tasks) == ({}, {})


@pytest.mark.parametrize("names", [{"parent": "r2"}, {"parent": None, "conversation": None}])
def test_a_returned_statement_is_asked_for_again(telling: Telling, names: dict[str, str | None]) -> None:
    telling.tell(asks("8129/1", "r1"))
    telling.tell(statement())
    telling.tell(answers("l1", by="nav", to="referrer"))

    telling.tell(note("8127/3", "r2", parent="l1"))
    asked_again = dict(telling.tasks), set(telling.timers)
    telling.tell(replace(statement(**names), msg_id="l2"))
    telling.tell(answers("l2", by="nav", to="referrer"))

    assert asked_again[0] == {("r2", "CNV-13"): 1}
    assert ("r2", "nav-limit") in asked_again[1]
    assert (telling.tasks, telling.timers) == ({}, {})


@pytest.mark.parametrize("topic", ["8127/1", "8127/2", "8127/8", "8127/9"])
def test_other_notes_of_nav_ask_for_nothing(telling: Telling, topic: str) -> None:
    decision = telling.tell(note(topic, "n1"))

    assert (decision.chores, decision.watches, decision.findings) == ((), (), ())


def test_a_summons_is_a_task_that_an_answer_ends(telling: Telling) -> None:
    telling.tell(asks("8125/1", "r1"))
    assert telling.tasks == {("r1", "CNV-14"): 0}
    telling.tell(reply(topic="8126/2"))

    telling.tell(answers("a1", by="nav", to="referrer"))

    assert telling.tasks == {}


def test_a_changed_summons_takes_the_place_of_the_first(telling: Telling) -> None:
    telling.tell(asks("8125/1", "r1"))

    decision = telling.tell(asks("8125/2", "r2"))

    assert telling.tasks == {("r2", "CNV-14"): 0}
    assert titles(decision) == ["NAV har endret tid eller sted for dialogmøtet; svar om du kommer."]


def test_a_meeting_that_is_called_off_needs_no_answer(telling: Telling) -> None:
    telling.tell(asks("8125/1", "r1"))

    telling.tell(note("8127/4", "n1"))

    assert telling.tasks == {}


def test_a_meeting_is_not_answered_by_words_nor_a_request_by_a_meeting(telling: Telling) -> None:
    telling.tell(asks("8129/1", "r1"))
    telling.tell(asks("8125/1", "r2", conversation="c2", parent="c2"))

    decision = telling.tell(reply(topic="8126/1", conversation="c2", parent="r2"))

    assert [ending.about for ending in decision.endings] == [2]


def test_lists_that_others_use_too_mean_nothing_without_nav(telling: Telling) -> None:
    for name, topic in (("x1", "8129/1"), ("x2", "8127/3")):
        decision = telling.tell(note(topic, name, by="clinic", conversation=name, parent=None))
        assert (decision.watches, decision.chores) == ((), ())


def test_a_limit_that_is_set_to_nothing_is_not_written_on_the_task() -> None:
    context = house()
    telling = Telling(replace(context, timers=replace(context.timers, nav_limit=Span(0, "days"))))

    decision = telling.tell(asks("8129/1", "r1"))

    assert [chore.due_at for chore in decision.chores] == [None]
    assert ("r1", "nav-limit") not in telling.timers


def test_a_doctors_own_system_that_answers_gets_the_task_all_the_same() -> None:
    telling = Telling(with_system(house(), "referrer"))

    telling.tell(asks("8129/1", "r1"))
    telling.tell(note("8127/4", "n1"))

    assert ("r1", "CNV-11") in telling.tasks
