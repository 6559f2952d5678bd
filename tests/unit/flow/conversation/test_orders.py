"""In whatever order messages come, they end alike."""

from __future__ import annotations

from itertools import permutations

import pytest
from telling import Telling, answers, asks, house, refers, says, with_system

from adapter.message import Message
from adapter.message.state import MessageState

REFERRAL = {
    "N": refers(),
    "M": refers("m2", service_type="M"),
    "C": refers("m3", service_type="C"),
}
QUESTION = {
    "referral": refers(),
    "question": says("7322/6", "q1"),
    "answer": says("7322/6", "a1", by="referrer", to="clinic", parent="q1"),
}
PLO = {
    "question": asks("9152/99", "p1", by="clinic", parent=None, conversation=None),
    "answer": says("9069/5", "p2", by="referrer", to="clinic", parent="p1", conversation="p1"),
}
REQUEST = {
    "request": asks("8129/1", "r1"),
    "reminder": asks("8129/2", "r2"),
    "answer": says("9069/5", "a1", by="referrer", to="nav", parent="r1", conversation="c1"),
}


@pytest.mark.parametrize(
    "order",
    [
        pytest.param([messages[name] for name in order], id=" ".join(order))
        for messages in (REFERRAL, QUESTION, PLO, REQUEST)
        for order in permutations(messages)
    ],
)
def test_every_message_ends_in_the_same_state(telling: Telling, order: list[Message]) -> None:
    for message in order:
        telling.tell(message)

    assert set(telling.states.values()) == {MessageState.ACCEPTED}
    assert not [about for about, rule in telling.timers if rule == "park"]


@pytest.mark.parametrize("order", list(permutations(REFERRAL)), ids=" ".join)
def test_a_withdrawn_referral_is_on_no_clock(telling: Telling, order: tuple[str, ...]) -> None:
    for name in order:
        telling.tell(REFERRAL[name])

    assert telling.timers == {}


@pytest.mark.parametrize("order", list(permutations(QUESTION)), ids=" ".join)
def test_an_answered_question_waits_for_nothing(telling: Telling, order: tuple[str, ...]) -> None:
    """Only where the question came before its referral nobody knew that it was one about it."""
    for name in order:
        telling.tell(QUESTION[name])

    assert ("q1", "supplement") not in telling.timers


@pytest.mark.parametrize("order", list(permutations(REQUEST)), ids=" ".join)
def test_an_answered_request_is_on_no_clock(order: tuple[str, ...]) -> None:
    """A reminder that comes after the answer is a task all the same: NAV writes reminders by hand."""
    telling = Telling(with_system(house(), "referrer"))
    for name in order:
        telling.tell(REQUEST[name])
    telling.tell(answers("a1", by="nav", to="referrer"))

    assert telling.timers == {}
    assert ("r1", "CNV-11") not in telling.tasks
