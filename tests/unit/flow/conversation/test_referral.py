"""When a referral's clock starts, and when all about it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from building import CLINIC, finding, party
from telling import OTHER_PATIENT, Telling, answers, forwards, house, refers, says, with_system

from adapter.check.finding import Severity
from adapter.flow.decision import Decision
from adapter.flow.span import Span
from adapter.message import Code, ConversationRef, Message, coded
from adapter.message.henvisning import RequestedService
from adapter.message.state import MessageState

WEEK_OF_WORK = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
TWO_WEEKS = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


E36 = coded(8221, "E36", "Pasientopplysninger er utilstrekkelige")


def rules(decision: Decision) -> list[str]:
    return [item.rule for item in decision.findings]


def follow_up(service_type: str, name: str = "m9", *, document_id: str = "d1", conversation_of: str = "") -> Message:
    """Return a change or cancellation of m1, which it names by document or by conversation."""
    named = ConversationRef(parent=conversation_of, conversation=conversation_of) if conversation_of else None
    return refers(name, service_type=service_type, document_id=document_id, conversation=named)


def test_the_clock_of_a_referral_to_a_clinic_starts_when_it_is_received(telling: Telling) -> None:
    telling.tell(refers())

    assert telling.timers == {("m1", "assessment-notice"): WEEK_OF_WORK, ("m1", "assessment"): TWO_WEEKS}


def test_a_frisklivssentral_has_its_agreed_time(telling: Telling) -> None:
    telling.tell(refers(to="centre"))

    assert telling.timers == {("m1", "service"): TWO_WEEKS}


def test_nobody_else_is_watched(telling: Telling) -> None:
    telling.tell(refers(by="clinic", to="referrer"))

    assert telling.timers == {}


def test_a_deadline_that_is_set_to_nothing_never_begins() -> None:
    context = house()
    telling = Telling(replace(context, timers=replace(context.timers, assessment_notice=Span(0, "days"))))

    telling.tell(refers())

    assert list(telling.timers) == [("m1", "assessment")]


def test_a_referral_that_a_person_must_look_at_is_on_the_clock_all_the_same(telling: Telling) -> None:
    telling.tell(refers(), finding(Severity.HOLD))
    began = dict(telling.timers)
    telling.release("m1")

    assert len(began) == 2
    assert telling.timers == began


def test_a_rejected_referral_begins_nothing(telling: Telling) -> None:
    telling.tell(refers(), finding(Severity.REJECT, apprec=E36))

    assert (telling.states["m1"], telling.timers) == (MessageState.REJECTED, {})


@pytest.mark.parametrize("names", [{"document_id": "d1"}, {"document_id": "other", "conversation_of": "m1"}])
def test_a_change_starts_no_clock_anew(telling: Telling, names: dict[str, str]) -> None:
    """The official example names the document, others the MsgId (domain rules, conclusion 5)."""
    telling.tell(refers())
    began = dict(telling.timers)

    decision = telling.tell(follow_up("M", **names))

    assert (decision.state, telling.timers) == (MessageState.ACCEPTED, began)


@pytest.mark.parametrize("names", [{"document_id": "d1"}, {"document_id": "other", "conversation_of": "m1"}])
def test_a_cancellation_ends_deadlines_and_tasks(telling: Telling, names: dict[str, str]) -> None:
    telling.tell(refers(), finding(Severity.WARN, rule="AMO-04"))
    telling.tell(follow_up("M", "m3"))

    decision = telling.tell(follow_up("C", **names))

    assert rules(decision) == ["CNV-07"]
    assert (decision.state, telling.timers, telling.tasks) == (MessageState.ACCEPTED, {}, {})


def test_a_cancellation_to_a_system_that_answers_ends_all_only_when_it_is_received() -> None:
    telling = Telling(with_system(house(), "clinic"))
    telling.tell(refers())
    telling.tell(follow_up("C"))
    assert ("m1", "assessment") in telling.timers

    telling.tell(answers("m9", by="clinic", to="referrer"))

    assert ("m1", "assessment") not in telling.timers


def test_a_cancellation_of_an_appointed_patient_waits_for_a_person(telling: Telling) -> None:
    """Scenario 13: «kanseller time?»."""
    telling.tell(refers())
    telling.tell(says("9148/1", "s1"))

    decision = telling.tell(follow_up("C"))

    assert (decision.state, rules(decision)) == (MessageState.HELD, ["CNV-03"])
    assert [issued.status for issued in decision.issued] == ["1"]
    assert telling.tasks == {("m9", "CNV-03"): 0}
    assert telling.release("m9").state is MessageState.ACCEPTED


@pytest.mark.parametrize(("status", "state"), [("9148/2", "CNV-07"), ("9148/4", "CNV-07"), ("9148/3", "CNV-04")])
def test_other_statuses_do_not_hold_a_cancellation(telling: Telling, status: str, state: str) -> None:
    telling.tell(refers())
    telling.tell(says(status, "s1"))

    decision = telling.tell(follow_up("C"))

    assert (decision.state, rules(decision)) == (MessageState.ACCEPTED, [state])


def test_only_its_sender_can_take_a_referral_back(telling: Telling) -> None:
    telling.tell(refers())

    decision = telling.tell(refers("m9", by="centre", service_type="C"))

    assert decision.state is MessageState.PARKED
    assert ("m1", "assessment") in telling.timers


def test_a_change_of_a_rejected_referral_is_new_and_a_cancellation_of_one_needs_nothing(telling: Telling) -> None:
    telling.tell(refers(), finding(Severity.REJECT, apprec=E36))

    change = telling.tell(follow_up("M", "m2"))
    other = Telling()
    other.tell(refers(), finding(Severity.REJECT, apprec=E36))
    cancellation = other.tell(follow_up("C", "m3"))

    assert (change.state, rules(change)) == (MessageState.ACCEPTED, ["MSG-17"])
    assert ("m2", "assessment") in telling.timers
    assert (cancellation.state, rules(cancellation)) == (MessageState.ACCEPTED, [])


def test_a_second_referral_with_the_same_document_may_be_a_double_and_has_its_own_clock(telling: Telling) -> None:
    telling.tell(refers())

    decision = telling.tell(refers("m2"))

    assert rules(decision) == ["MSG-10"]
    assert ("m2", "assessment") in telling.timers


def test_a_forwarded_referral_is_no_double_of_the_one_it_carries_on(telling: Telling) -> None:
    telling.tell(refers())
    again = forwards()
    payload = replace(again.henvisning, document_id="d1")

    decision = telling.tell(replace(again, documents=(replace(again.documents[0], content=(payload,)),)))

    assert rules(decision) == []


def test_a_change_about_another_patient_is_held(telling: Telling) -> None:
    telling.tell(refers())

    decision = telling.tell(replace(follow_up("M"), patient=OTHER_PATIENT))

    assert (decision.state, rules(decision)) == (MessageState.HELD, ["CNV-02"])


def test_an_emergency_that_is_held_is_looked_at_at_once(telling: Telling) -> None:
    """Scenario 9b."""
    plain = refers()
    payload = replace(plain.henvisning, requested=RequestedService(priority=Code("0")))
    urgent = replace(plain, documents=(replace(plain.documents[0], content=(payload,)),))

    telling.tell(urgent, finding(Severity.HOLD, rule="MSG-05"))

    assert telling.tasks == {("m1", "MSG-05"): 2}


def test_a_copy_of_a_referral_is_on_nobodys_clock(telling: Telling) -> None:
    """Copies are for information; the receiver that owes an answer is not served here."""
    copied = replace(refers(), receiver=party("5555550", "5555551"), other_receivers=(party(*CLINIC, role="COP"),))

    decision = telling.tell(copied)

    assert (decision.state, telling.timers) == (MessageState.ACCEPTED, {})


def test_a_held_copy_is_a_task_for_the_one_who_has_it(telling: Telling) -> None:
    copied = replace(refers(), receiver=party("5555550", "5555551"), other_receivers=(party(*CLINIC, role="COP"),))

    decision = telling.tell(copied, finding(Severity.HOLD))

    assert [chore.party for chore in decision.chores] == ["clinic"]
