"""Receipts that the systems of parties give."""

from __future__ import annotations

from dataclasses import replace

from building import (
    CLINIC,
    Decide,
    Sending,
    apprec,
    dialogue,
    finding,
    known,
    party,
    referral,
    report,
    rules,
)

from adapter.check.finding import Severity
from adapter.message import Code, Receipt
from adapter.message.state import DeliveryState, MessageState


def test_receipts_are_never_answered(decided: Decide) -> None:
    decision = decided(
        report(apprec()), channel="nav", earlier=known(dialogue(), 3), sendings={3: [Sending(31, "nav")]}
    )

    assert decision.issued == ()
    assert [dispatch.channel for dispatch in decision.dispatches] == ["referrer-epj"]


def test_a_receipt_settles_its_delivery_and_goes_to_the_sender(decided: Decide) -> None:
    decision = decided(
        report(apprec()), channel="nav", earlier=known(dialogue(), 3, thread=3), sendings={3: [Sending(31, "nav")]}
    )

    assert [(item.delivery, item.to.value) for item in decision.settlements] == [(31, "completed")]
    assert decision.receiver_party == "referrer"
    assert decision.threads == (3,)
    assert decision.chores == ()


def test_a_negative_receipt_gives_the_sender_a_task(decided: Decide) -> None:
    decision = decided(
        report(apprec(status="2")), channel="nav", earlier=known(dialogue(), 3), sendings={3: [Sending(31, "nav")]}
    )

    assert [item.to.value for item in decision.settlements] == ["rejected"]
    assert [(chore.rule, chore.party) for chore in decision.chores] == [("REC-05", "referrer")]


def test_a_receipt_for_an_unknown_message_is_carried_on(decided: Decide) -> None:
    """Scenario 22: the message may be older than the store."""
    decision = decided(report(apprec()), channel="nav")

    assert decision.state is MessageState.ACCEPTED
    assert [dispatch.channel for dispatch in decision.dispatches] == ["referrer-epj"]
    assert "REC-01" in rules(decision)


def test_a_receipt_for_nobody_we_know_is_put_aside(decided: Decide) -> None:
    decision = decided(report(apprec(receiver=party("1111111"))), channel="nav")

    assert decision.state is MessageState.QUARANTINED


def test_a_receipt_from_a_party_the_message_was_not_sent_to_is_held(decided: Decide) -> None:
    decision = decided(
        report(apprec()), channel="nav", earlier=known(referral(), 3), sendings={3: [Sending(31, "clinic")]}
    )

    assert decision.state is MessageState.HELD
    assert decision.settlements == ()
    assert "REC-02" in rules(decision)


def test_a_second_receipt_that_says_the_opposite_is_kept_back_and_alarmed(decided: Decide) -> None:
    """The first one is final (HITS 1168 5.1)."""
    decision = decided(
        report(apprec(status="2")),
        channel="nav",
        earlier=known(dialogue(), 3),
        sendings={3: [Sending(31, "nav", DeliveryState.COMPLETED)]},
    )

    assert decision.state is MessageState.IGNORED
    assert decision.dispatches == ()
    assert [(chore.rule, chore.party) for chore in decision.chores] == [("REC-03", "referrer")]


def test_a_second_receipt_that_says_the_same_is_ignored(decided: Decide) -> None:
    decision = decided(
        report(apprec()),
        channel="nav",
        earlier=known(dialogue(), 3),
        sendings={3: [Sending(31, "nav", DeliveryState.COMPLETED)]},
    )

    assert decision.state is MessageState.IGNORED
    assert decision.chores == ()


def test_a_late_positive_receipt_is_taken(decided: Decide) -> None:
    """HIS 80415:2012 3.3.4."""
    decision = decided(
        report(apprec()),
        channel="nav",
        earlier=known(dialogue(), 3),
        sendings={3: [Sending(31, "nav", DeliveryState.OVERDUE)]},
    )

    assert [item.to.value for item in decision.settlements] == ["completed"]


def test_a_system_whose_receipts_the_adapter_gives_is_not_heard_twice(decided: Decide) -> None:
    receipt = apprec(sender=party(*CLINIC))

    decision = decided(report(receipt), channel="clinic-epj")

    assert decision.state is MessageState.IGNORED
    assert "REC-04" in rules(decision)


def test_a_system_that_rejects_what_the_adapter_answered_for_it_is_heard_by_a_person(decided: Decide) -> None:
    """The first receipt is final; the sender must hear it by other means."""
    receipt = apprec(status="2", sender=party(*CLINIC))

    decision = decided(report(receipt), channel="clinic-epj")

    assert decision.state is MessageState.IGNORED
    assert [(chore.rule, chore.party) for chore in decision.chores] == [("REC-08", "clinic")]


def test_a_receipt_that_the_checks_hold_waits_for_a_person(decided: Decide) -> None:
    invalid = finding(Severity.HOLD, "MSG-02")
    sent = {"channel": "nav", "earlier": known(dialogue(), 3), "sendings": {3: [Sending(31, "nav")]}}

    held = decided(report(apprec(), invalid), **sent)
    released = decided(report(apprec(), invalid), released=True, **sent)

    assert (held.state, held.dispatches, held.settlements) == (MessageState.HELD, (), ())
    assert [chore.rule for chore in held.chores] == ["MSG-02"]
    assert [dispatch.channel for dispatch in released.dispatches] == ["referrer-epj"]


OUR_QUESTION = {"direction": "out", "sender_party": "clinic", "receiver_party": "nav", "kind": "dialogmelding"}


def test_a_receipt_for_a_message_that_the_adapter_wrote_settles_it_and_goes_no_further(decided: Decide) -> None:
    """The clinic's system, in whose name it was written, has never heard of it."""
    asked = known(dialogue(), 3, **OUR_QUESTION)

    decision = decided(report(apprec()), channel="nav", earlier=asked, sendings={3: [Sending(31, "nav")]})

    assert [(item.delivery, item.to.value) for item in decision.settlements] == [(31, "completed")]
    assert (decision.state, decision.dispatches) == (MessageState.DELIVERED, ())
    assert decision.receiver_party == "clinic"
    assert decision.chores == ()


def test_a_message_that_the_adapter_wrote_and_nobody_takes_is_its_people_s_task(decided: Decide) -> None:
    asked = known(dialogue(), 3, **OUR_QUESTION)

    decision = decided(report(apprec(status="2")), channel="nav", earlier=asked, sendings={3: [Sending(31, "nav")]})

    assert [(item.delivery, item.to.value) for item in decision.settlements] == [(31, "rejected")]
    assert [(chore.rule, chore.party) for chore in decision.chores] == [("REC-05", "clinic")]
    assert decision.dispatches == ()


def test_a_receipt_without_content_is_put_aside(decided: Decide) -> None:
    decision = decided(report(replace(apprec(), receipt=None)), channel="nav")

    assert decision.state is MessageState.QUARANTINED


def test_receipts_of_different_parties_may_share_an_id(decided: Decide) -> None:
    """NAV's ids are no UUIDs; another party may use the same one."""
    mine = apprec()
    theirs = apprec(sender=party(*CLINIC), receipt=Receipt(status=Code("1")))

    decision = decided(report(mine), channel="nav", earlier=known(theirs, 3))

    assert decision.state is MessageState.ACCEPTED
