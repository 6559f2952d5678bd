"""The process dies between two steps of sending, and a receiver that knows its MessageIds misses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from posting import EDI, INTERVAL, REFERRAL, Killed, Sender, opened

from adapter.channel.mail.smtp import Failure, Outgoing
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.store.entries import DeliveryMove, EnvelopeMove
from adapter.store.ledger import Ledger
from adapter.store.store import Store

OTHER = "dialogmelding-1.0-nav-svar.xml"


def received(sender: Sender) -> dict[str, bytes]:
    """Return what receivers took, who drop what they have by its MessageId."""
    taken: dict[str, bytes] = {}
    for mail in sender.mailbox.sent:
        said, document = opened(mail.data)
        first = taken.setdefault(said.header.message_id, document)
        assert first == document
    return taken


def restarted(sender: Sender) -> None:
    """Do what a daemon does after a start: recover, then whatever is due."""
    sender.mailbox.deadly = None
    sender.courier.recover(sender.now)
    while sender.ship() or sender.courier.send_due(EDI, sender.now):
        pass


@pytest.mark.parametrize("step", range(1, 5))
def test_a_death_at_any_step_of_shipping_loses_and_doubles_nothing(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The steps: before and after the first commit, before and after the second."""
    sender.take(REFERRAL)
    sender.take(OTHER, party="nav")
    with monkeypatch.context() as patch:
        die_at(patch, step)
        with pytest.raises(Killed):
            sender.ship()

    restarted(sender)

    assert len(received(sender)) == 2
    assert {row.state for row in sender.envelopes()} == {EnvelopeState.SENT}
    assert {row.state for row in sender.deliveries()} == {DeliveryState.SENT}
    assert len(sender.envelopes()) == 2


def test_a_death_amid_a_batch_sends_the_identical_bytes_again(sender: Sender) -> None:
    sender.take(REFERRAL)
    sender.take(OTHER, party="nav")
    sender.mailbox.deadly = 1
    with pytest.raises(Killed):
        sender.ship()
    (first,) = sender.mailbox.sent
    assert {row.state for row in sender.deliveries()} == {DeliveryState.SENDING}

    restarted(sender)

    assert [mail.data for mail in sender.mailbox.sent].count(first.data) == 2
    assert len(received(sender)) == 2
    assert sender.courier.recover(sender.now) == 0


@pytest.mark.parametrize("step", range(1, 5))
def test_a_death_at_any_step_of_a_resend_loses_and_doubles_nothing(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    sender.take(REFERRAL)
    sender.ship()
    sender.now += INTERVAL
    with monkeypatch.context() as patch:
        die_at(patch, step)
        with pytest.raises(Killed):
            sender.courier.send_due(EDI, sender.now)

    restarted(sender)

    assert len(received(sender)) == 1
    assert len(sender.mailbox.sent) >= 2
    (envelope,) = sender.envelopes()
    assert (envelope.state, envelope.due_at) == (EnvelopeState.SENT, sender.now + INTERVAL)


def test_an_answer_that_was_lost_makes_the_same_bytes_go_again(sender: Sender) -> None:
    sender.take(REFERRAL)
    sender.mailbox.loses_answers = True
    assert sender.ship() == 0
    sender.mailbox.loses_answers = False

    sender.now += timedelta(minutes=1)
    assert sender.ship() == 1

    assert len(sender.mailbox.sent) == 2
    assert len(received(sender)) == 1


@pytest.mark.parametrize("loses_answers", [False, True])
def test_an_acknowledgment_may_be_here_before_it_is_written_down_that_we_sent(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, *, loses_answers: bool
) -> None:
    number = sender.take(REFERRAL)
    receipt = sender.take("apprec-1.1-positiv.xml", party="office", channel="epj", answers=1, after=number)
    sender.mailbox.loses_answers = loses_answers
    hand_over = sender.mailbox.send

    def quick(mails: list[Outgoing]) -> dict[str, Failure]:
        failed = hand_over(mails)
        (envelope,) = sender.envelopes(EnvelopeState.SENDING)
        with sender.store.writing() as ledger:
            ledger.move_envelopes([EnvelopeMove(id=envelope.id, to=EnvelopeState.ACKNOWLEDGED)], at=sender.now)
            ledger.move_deliveries([DeliveryMove(id=number, to=DeliveryState.ACKNOWLEDGED)], at=sender.now)
        return failed

    monkeypatch.setattr(sender.mailbox, "send", quick)
    sender.ship()

    assert sender.delivery(number).state is DeliveryState.ACKNOWLEDGED
    assert [row.state for row in sender.envelopes()] == [EnvelopeState.ACKNOWLEDGED]
    assert sender.later(INTERVAL) == 0
    assert sender.delivery(receipt).state is DeliveryState.QUEUED


def test_what_was_queued_again_and_answered_meanwhile_is_not_sent(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.mailbox.loses_answers = True
    sender.ship()
    with sender.store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=number, to=DeliveryState.COMPLETED)], at=sender.now)
    sender.now += timedelta(hours=1)

    assert sender.ship() == 0
    sender.courier.send_due(EDI, sender.now)

    assert len(sender.mailbox.sent) == 1
    assert [row.state for row in sender.envelopes()] == [EnvelopeState.ACKNOWLEDGED]


def test_a_message_that_died_with_its_worker_keeps_its_state(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.mailbox.deadly = 0
    with pytest.raises(Killed):
        sender.ship()
    assert sender.courier.recover(sender.now) == 1

    assert sender.delivery(number).state is DeliveryState.SENDING
    assert sender.state_of(sender.delivery(number).message_id) is MessageState.ACCEPTED
    assert [row.state for row in sender.envelopes()] == [EnvelopeState.QUEUED]


def die_at(patch: pytest.MonkeyPatch, step: int) -> None:
    """Kill the process before or after the first or the second commit of what it does next."""
    writing = Store.writing
    commits = iter(range(1, 5, 2))

    @contextmanager
    def deadly(store: Store) -> Iterator[Ledger]:
        commit = next(commits)
        with writing(store) as ledger:
            yield ledger
            if commit == step:
                raise Killed
        if commit + 1 == step:
            raise Killed

    patch.setattr(Store, "writing", deadly)
