"""What comes before its time, or belongs to nothing known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from building import NOW, finding
from telling import Telling, asks, house, refers, says, with_system

from adapter.check.finding import Severity
from adapter.flow import follow
from adapter.flow.decision import Decision
from adapter.flow.span import Span
from adapter.message import Code, ConversationRef, Message
from adapter.message.henvisning import RequestedService
from adapter.message.state import MessageState

PARKED, HELD, ACCEPTED = MessageState.PARKED, MessageState.HELD, MessageState.ACCEPTED


def rules(decision: Decision) -> list[str]:
    return [item.rule for item in decision.findings]


def impatient() -> Telling:
    """Return a house where nothing waits."""
    context = house()
    return Telling(replace(context, timers=replace(context.timers, park=Span(0, "h"))))


def svar(name: str = "a1", **changes: object) -> Message:
    """Return an answer of a municipality's kind (HIS 1152)."""
    return says("9069/5", name, **{"by": "referrer", "to": "clinic", "parent": "p1", "conversation": "p1", **changes})


@pytest.mark.parametrize("service_type", ["M", "C"])
@pytest.mark.parametrize("names", ["document", "conversation"])
def test_a_follow_up_waits_for_its_referral_and_goes_on_when_that_comes(
    telling: Telling, service_type: str, names: str
) -> None:
    """Payload standards I4, acceptance test 29."""
    by_name = {"document_id": "other", "conversation": ConversationRef(parent="m1", conversation="m1")}
    early = refers("m2", service_type=service_type, **(by_name if names == "conversation" else {}))

    waiting = telling.tell(early)
    assert (waiting.state, rules(waiting), waiting.chores) == (PARKED, ["MSG-17"], ())
    assert [issued.status for issued in waiting.issued] == ["1"]
    assert telling.timers == {("m2", "park"): NOW + timedelta(days=1)}

    came = telling.tell(refers())

    assert came.unparked == (1,)
    assert telling.states == {"m1": ACCEPTED, "m2": ACCEPTED}
    assert set(telling.timers) == (
        {("m1", "assessment-notice"), ("m1", "assessment")} if service_type == "M" else set()
    )


def test_what_waited_too_long_is_held_for_a_person() -> None:
    consequence = follow.consequence("park", message=PARKED)

    assert consequence is not None
    assert (consequence.rule.id, consequence.message_to) == ("TIM-10", HELD)


@pytest.mark.parametrize("state", [ACCEPTED, HELD, MessageState.RECEIVED])
def test_what_no_longer_waits_is_left_alone(state: MessageState) -> None:
    assert follow.consequence("park", message=state) is None


def test_a_change_that_a_person_lets_go_on_is_a_new_referral(telling: Telling) -> None:
    telling.tell(refers("m2", service_type="M"))

    telling.release("m2")

    assert telling.states["m2"] is ACCEPTED
    assert ("m2", "assessment") in telling.timers


def test_another_partys_referral_with_the_same_number_is_not_waited_for(telling: Telling) -> None:
    telling.tell(refers("m2", service_type="C"))

    telling.tell(refers("m1", by="provider"))

    assert telling.states["m2"] is PARKED


def test_a_cancellation_frees_nothing(telling: Telling) -> None:
    telling.tell(refers("m2", service_type="M"))

    telling.tell(refers("m3", service_type="C"))

    assert set(telling.states.values()) == {PARKED}


def test_where_nothing_waits_a_cancellation_is_held_and_a_change_is_new() -> None:
    telling = impatient()

    assert telling.tell(refers("m2", service_type="C")).state is HELD
    change = telling.tell(refers("m3", service_type="M", document_id="d3"))
    assert (change.state, rules(change)) == (ACCEPTED, ["MSG-17"])


def test_an_emergency_waits_for_nothing(telling: Telling) -> None:
    plain = refers("m2", service_type="M")
    payload = replace(plain.henvisning, requested=RequestedService(priority=Code("0")))

    decision = telling.tell(replace(plain, documents=(replace(plain.documents[0], content=(payload,)),)))

    assert decision.state is ACCEPTED


def test_a_message_with_another_reason_to_be_held_is_held(telling: Telling) -> None:
    decision = telling.tell(refers("m2", service_type="C"), finding(Severity.HOLD, rule="AMO-16"))

    assert decision.state is HELD


def test_a_system_that_answers_by_itself_knows_best_what_it_has() -> None:
    telling = Telling(with_system(house(), "clinic"))

    answer = telling.tell(svar())

    assert (answer.state, [item.severity for item in answer.findings]) == (ACCEPTED, [Severity.INFO])
    assert telling.tell(refers("m2", service_type="C")).state is HELD


@pytest.mark.parametrize("answer", [svar(), says("7322/7", "a1", by="referrer", to="clinic", parent="p1")])
def test_an_answer_waits_for_its_question(telling: Telling, answer: Message) -> None:
    waiting = telling.tell(replace(answer, conversation=ConversationRef(parent="p1", conversation="p1")))
    assert (waiting.state, rules(waiting)) == (PARKED, ["CNV-01"])

    telling.tell(asks("9152/99", "p1", by="clinic", to="referrer", parent=None, conversation=None))

    assert telling.states["a1"] is ACCEPTED


def test_a_second_answer_does_not_make_the_first_one_known(telling: Telling) -> None:
    telling.tell(svar())

    assert telling.tell(svar("a2")).state is PARKED


def test_an_answer_whose_conversation_is_known_is_delivered(telling: Telling) -> None:
    telling.tell(asks("9152/99", "p1", by="clinic", to="referrer", parent=None, conversation="k1"))

    assert telling.tell(svar(parent="lost", conversation="k1")).state is ACCEPTED


@pytest.mark.parametrize(
    "message",
    [
        says("9148/2", "x1"),
        says("7322/6", "x1"),
        svar("x1", parent=None, conversation=None),
        says("8127/4", "x1", by="nav", parent="c1", conversation="c1"),
    ],
    ids=["status", "dialogue", "answer to nothing", "meeting called off"],
)
def test_other_replies_to_nothing_known_are_delivered_as_new_with_a_warning(telling: Telling, message: Message) -> None:
    """Scenario 22."""
    decision = telling.tell(message)

    assert (decision.state, rules(decision)) == (ACCEPTED, ["CNV-01"])
    assert [chore.rule for chore in decision.chores] == ["CNV-01"]


def test_answers_are_warned_of_where_nothing_waits() -> None:
    decision = impatient().tell(svar())

    assert (decision.state, [item.severity for item in decision.findings]) == (ACCEPTED, [Severity.WARN])


@pytest.mark.parametrize(
    "message",
    [
        says("7322/6", "x1", parent=None, conversation=None),
        says("7322/6", "x1", parent="x1", conversation="X1"),
        asks("8129/1", "x1"),
        says("8127/8", "x1", by="nav", parent="c1", conversation="c1"),
    ],
    ids=["names nothing", "names itself", "a request of NAV", "a note of NAV"],
)
def test_what_begins_a_conversation_belongs_to_nothing(telling: Telling, message: Message) -> None:
    decision = telling.tell(message)

    assert "CNV-01" not in rules(decision)
