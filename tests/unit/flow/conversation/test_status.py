"""What a status of a referral ends, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from telling import OTHER_PATIENT, Telling, answers, forwards, house, refers, says, with_system

from adapter.flow.decision import Decision
from adapter.message.state import MessageState


def rules(decision: Decision) -> list[str]:
    return [item.rule for item in decision.findings]


@pytest.mark.parametrize("topic", ["9148/1", "9148/2", "9148/4"])
@pytest.mark.parametrize("name", ["m1", "d1", "M1"])
def test_a_status_ends_the_assessment_by_either_id_in_any_case(telling: Telling, topic: str, name: str) -> None:
    telling.tell(refers())

    telling.tell(says(topic, "s1", parent=name, conversation=name))

    assert telling.timers == {}


def test_a_later_status_names_the_one_before(telling: Telling) -> None:
    telling.tell(refers())
    telling.tell(says("9148/2", "s1"))

    decision = telling.tell(says("9148/1", "s2", parent="s1"))

    assert (decision.state, rules(decision)) == (MessageState.ACCEPTED, [])


def test_a_status_that_the_referrers_system_answers_counts_once_it_is_received() -> None:
    """Scenario 11: rejected or unanswered, the status counts as not delivered."""
    telling = Telling(with_system(house(), "referrer"))
    telling.tell(refers())
    telling.tell(says("9148/4", "s1"))
    assert ("m1", "assessment") in telling.timers

    telling.tell(answers("s1", by="referrer", to="clinic"))

    assert ("m1", "assessment") not in telling.timers


def test_a_rejected_status_ends_nothing_and_alarms_the_clinic() -> None:
    telling = Telling(with_system(house(), "referrer"))
    telling.tell(refers())
    telling.tell(says("9148/4", "s1"))

    decision = telling.tell(answers("s1", by="referrer", to="clinic", status="2"))

    assert [(chore.rule, chore.party, chore.priority) for chore in decision.chores] == [("CNV-08", "clinic", 2)]
    assert ("m1", "assessment") in telling.timers


def test_a_status_of_somebody_else_ends_nothing(telling: Telling) -> None:
    telling.tell(refers())

    telling.tell(says("9148/1", "s1", by="provider"))

    assert ("m1", "assessment") in telling.timers


def test_a_status_that_names_a_change_only_ends_the_clock_of_the_first(telling: Telling) -> None:
    telling.tell(refers())
    telling.tell(refers("m3", service_type="M"))

    telling.tell(says("9148/2", "s1", parent="m3", conversation="m3"))

    assert telling.timers == {}


def test_a_status_about_another_patient_is_held_with_a_positive_receipt(telling: Telling) -> None:
    telling.tell(refers())

    decision = telling.tell(says("9148/2", "s1", patient=OTHER_PATIENT))

    assert (decision.state, rules(decision)) == (MessageState.HELD, ["CNV-02"])
    assert [issued.status for issued in decision.issued] == ["1"]
    assert ("m1", "assessment") in telling.timers
    telling.release("s1")
    assert telling.timers == {}


def test_a_patient_without_number_cannot_be_another_one(telling: Telling) -> None:
    telling.tell(refers())

    assert telling.tell(says("9148/2", "s1", patient=None)).state is MessageState.ACCEPTED


def test_forwarded_is_said_when_the_new_receiver_has_confirmed(telling: Telling) -> None:
    """Scenario 12, as its choice has it."""
    telling.tell(refers())
    telling.tell(forwards())
    telling.tell(answers("m2", by="provider", to="clinic"))

    decision = telling.tell(says("9148/3", "s1"))

    assert (decision.state, rules(decision)) == (MessageState.ACCEPTED, [])
    assert [about for about, _ in telling.timers if about == "m1"] == []


def test_forwarded_is_not_said_before_that(telling: Telling) -> None:
    telling.tell(refers())
    telling.tell(forwards())

    decision = telling.tell(says("9148/3", "s1"))

    assert (decision.state, rules(decision)) == (MessageState.HELD, ["CNV-05"])
    assert [chore.party for chore in decision.chores] == ["clinic"]
    assert ("m1", "assessment") in telling.timers


def test_the_receipt_of_a_receiver_that_the_adapter_answers_for_is_never_awaited() -> None:
    context = house()
    parties = [replace(each, receipts="adapter") for each in context.register]
    telling = Telling(replace(context, register=type(context.register)(parties)))
    telling.tell(refers())
    telling.tell(forwards())

    assert telling.tell(says("9148/3", "s1")).state is MessageState.ACCEPTED


def test_forwarded_without_a_forwarding_seen_is_remarked(telling: Telling) -> None:
    telling.tell(refers())

    decision = telling.tell(says("9148/3", "s1"))

    assert (decision.state, rules(decision)) == (MessageState.ACCEPTED, ["CNV-05"])


def test_the_provider_answers_for_its_own_clock_only(telling: Telling) -> None:
    """After a forwarding the conversation is the original, the parent the forwarded referral (HIS 1206)."""
    telling.tell(refers())
    telling.tell(forwards())
    telling.tell(answers("m2", by="provider", to="clinic"))
    assert ("m2", "assessment") in telling.timers

    telling.tell(says("9148/1", "s1", by="provider", to="clinic", parent="m2"))

    assert ("m2", "assessment") not in telling.timers
    assert ("m1", "assessment") in telling.timers


def test_a_rejected_forwarding_stays_with_the_clinic(telling: Telling) -> None:
    telling.tell(refers())
    telling.tell(forwards())

    decision = telling.tell(answers("m2", by="provider", to="clinic", status="2"))

    assert [(chore.rule, chore.party, chore.priority) for chore in decision.chores] == [("CNV-09", "clinic", 2)]
    assert ("m1", "assessment") in telling.timers
