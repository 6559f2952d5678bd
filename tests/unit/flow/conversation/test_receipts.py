"""What receipts mean for the conversation, beside what they settle."""

from __future__ import annotations

from dataclasses import replace

import pytest
from building import Earlier, apprec, party
from telling import PROVIDER, Telling, answers, house, refers, says, with_system

from adapter.flow.conversation import effects_of_receipt
from adapter.flow.decision import Decision
from adapter.message import Kind, Message
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Register


@pytest.fixture
def remote() -> Telling:
    """Return a conversation with a clinic whose own system answers."""
    return Telling(with_system(house(), "clinic"))


def told(decision: Decision) -> list[tuple[str, str, int]]:
    return [(chore.rule, chore.party, chore.priority) for chore in decision.chores]


def test_a_receiver_that_no_longer_exists_is_told_as_that(remote: Telling) -> None:
    """Scenario 6b: a person re-routes, nobody else."""
    remote.tell(refers())

    decision = remote.tell(answers("m1", by="clinic", to="referrer", status="2", code="E21"))

    assert told(decision) == [("REC-09", "referrer", 0)]


def test_a_late_receipt_after_a_second_sending_warns_of_a_double(remote: Telling) -> None:
    """Scenario 4b."""
    remote.tell(refers())
    remote.overdue("m1")
    remote.tell(refers("m1b"))

    decision = remote.tell(answers("m1", by="clinic", to="referrer"))

    assert told(decision) == [("REC-10", "referrer", 0)]


@pytest.mark.parametrize("again", [(), (refers("m1b", document_id="another"),), (refers("m1b", service_type="M"),)])
def test_a_late_receipt_alone_warns_of_nothing(remote: Telling, again: tuple[Message, ...]) -> None:
    remote.tell(refers())
    remote.overdue("m1")
    for message in again:
        remote.tell(message)

    assert told(remote.tell(answers("m1", by="clinic", to="referrer"))) == []


def test_a_receipt_in_time_for_the_first_of_two_warns_of_nothing(remote: Telling) -> None:
    remote.tell(refers())
    remote.tell(refers("m1b"))

    assert told(remote.tell(answers("m1", by="clinic", to="referrer"))) == []


def test_a_receipt_of_the_older_standard_answers_a_newer_message(remote: Telling) -> None:
    """Scenario 23."""
    remote.tell(refers())
    plain = answers("m1", by="clinic", to="referrer", status="3")

    decision = remote.tell(replace(plain, version="1.0", msg_id="1901162157lege21826.1"))

    assert [settled.to.value for settled in decision.settlements] == ["completed"]


def test_a_receipt_of_something_outside_the_thread_begins_nothing() -> None:
    stranger = Earlier("x", "msg_id", 99)

    found = effects_of_receipt(stranger, earlier=(), context=house(), now=stranger.generated_at)

    assert found.watches == ()


def test_receipts_are_no_members_of_a_conversation(remote: Telling) -> None:
    remote.tell(refers())
    remote.tell(answers("m1", by="clinic", to="referrer"))
    assert apprec().kind is Kind.APPREC

    decision = remote.tell(says("9148/2", "s1"))

    assert [ending.about for ending in decision.endings] == [1]


@pytest.mark.parametrize(("status", "tasks"), [("1", []), ("2", [("REC-05", "referrer", 0)])])
def test_a_second_party_behind_one_channel_answers_for_itself(status: str, tasks: list[tuple[str, str, int]]) -> None:
    """HITS 1168 5.1: each recipient gives a receipt, also where two share a system."""
    context = with_system(house(), "clinic")
    shared = [replace(each, channel="clinic-epj") if each.id == "provider" else each for each in context.register]
    telling = Telling(replace(context, register=Register(shared)))
    telling.tell(replace(refers(), other_receivers=(party(*PROVIDER, role="COP"),)))

    decision = telling.tell(answers("m1", by="provider", to="referrer", status=status))
    first = telling.tell(answers("m1", by="clinic", to="referrer"))

    assert (decision.state, decision.settlements, told(decision)) == (MessageState.ACCEPTED, (), tasks)
    assert [settled.to for settled in first.settlements] == [DeliveryState.COMPLETED]


def test_who_rejects_a_referral_owes_nothing_for_it(remote: Telling) -> None:
    """Scenario 5."""
    remote.tell(refers())

    decision = remote.tell(answers("m1", by="clinic", to="referrer", status="2", code="E36"))

    (ending,) = decision.endings
    assert (ending.about, ending.upon_receipt) == (1, False)
    assert {"assessment", "assessment-notice", "nav-limit", "TIM-02", "CNV-11", "CNV-14"} <= ending.rules


def test_who_rejects_a_copy_ends_nothing_for_the_receiver() -> None:
    telling = Telling(with_system(with_system(house(), "clinic"), "provider"))
    telling.tell(replace(refers(), other_receivers=(party(*PROVIDER, role="COP"),)))

    assert telling.tell(answers("m1", by="provider", to="referrer", status="2")).endings == ()


def test_what_was_rejected_is_no_double_of_what_is_sent_then(remote: Telling) -> None:
    """Scenario 5: corrected, the receiver processes it as new."""
    remote.tell(refers())
    remote.tell(answers("m1", by="clinic", to="referrer", status="2", code="E36"))

    assert [found.rule for found in remote.tell(refers("m1b")).findings] == []


@pytest.mark.parametrize(("by", "rule", "is_receivers"), [("referrer", "CNV-08", True), ("provider", "REC-05", False)])
def test_only_the_receiver_of_a_status_can_leave_the_referrer_untold(by: str, rule: str, *, is_receivers: bool) -> None:
    """Scenario 11: the GP's copy is beside it."""
    telling = Telling(with_system(with_system(house(), "referrer"), "provider"))
    telling.tell(refers())
    telling.tell(replace(says("9148/4", "s1"), other_receivers=(party(*PROVIDER, role="COP"),)))

    decision = telling.tell(answers("s1", by=by, to="clinic", status="2"))

    assert [chore.rule for chore in decision.chores] == [rule]
    assert [settled.is_receivers for settled in decision.settlements] == [is_receivers]
