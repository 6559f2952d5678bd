"""What a person does with envelopes, while the daemon may be at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from shipping import shipped

from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.service import acts, envelope_acts
from adapter.service.acts import NotPossible
from adapter.store import (
    DecidedMessage,
    DeliveryMove,
    EnvelopeFacts,
    EnvelopeMove,
    EnvelopeRow,
    MessageMove,
    NewEnvelope,
    NewMessage,
    NewTask,
    NewTimer,
    Store,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

Act = Callable[[Store, int, str, datetime], None]
WAYS = (EnvelopeState.SENDING, EnvelopeState.SENT)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/budstikke.db") as opened:
        yield opened


@pytest.fixture
def sent(store: Store) -> int:
    """Return an envelope that brought message 1 as delivery 1, and is due again in twelve hours."""
    with store.writing() as ledger:
        (message,) = ledger.receive([NewMessage(channel="clinic", source="a", data=b"<a/>")], at=NOW)
        ledger.decide([DecidedMessage(id=message, state=MessageState.ACCEPTED)], at=NOW)
        again = {"retries": 5, "retry_interval": 12 * HOUR}
        _, envelope = shipped(ledger, message, NOW, state=EnvelopeState.QUEUED, **again)
        ledger.add_timers([NewTimer(rule="receipt-alarm", message_id=message, due_at=NOW + 96 * HOUR, delivery_id=1)])
        ledger.move_envelopes([EnvelopeMove(id=envelope, to=state, due_at=NOW + 12 * HOUR) for state in WAYS], at=NOW)
    return envelope


@pytest.fixture
def held(store: Store) -> int:
    """Return an envelope whose signer could not be checked, with a task about it."""
    with store.writing() as ledger:
        new = NewEnvelope(direction="in", channel="edi", data=b"mail", state=EnvelopeState.RECEIVED)
        (envelope,) = ledger.receive_envelopes([new], at=NOW)
        ledger.describe_envelope(envelope, EnvelopeFacts(message_id="a@b"), to=EnvelopeState.HELD, at=NOW)
        ledger.add_tasks([NewTask(party="", rule="TRA-09", title="Look", envelope_id=envelope)], at=NOW)
        ledger.add_tasks([NewTask(party="", rule="OWN", title="Look", envelope_id=envelope)], at=NOW)
    return envelope


def _row(store: Store, envelope: int) -> EnvelopeRow:
    with store.reading() as query:
        row = query.envelope(envelope)
    assert row is not None
    return row


def _due(store: Store, now: datetime) -> list[int]:
    with store.reading() as query:
        return [row.id for row in query.due_envelopes("edi", now, 10)]


def _last(store: Store, envelope: int) -> tuple[str, object]:
    with store.reading() as query:
        event = query.envelope_events(_row(store, envelope))[-1]
    return event.name, event.data.get("by")


def _given_up(store: Store) -> None:
    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=1, to=DeliveryState.ABANDONED)], at=NOW)
        ledger.abandon_envelopes([1], at=NOW)
        ledger.stop_timers(delivery_ids=[1])
        ledger.move_messages([MessageMove(id=1, to=MessageState.FAILED)], at=NOW)


def test_what_is_paused_does_not_go_until_it_is_resumed(store: Store, sent: int) -> None:
    envelope_acts.pause_envelope(store, sent, "kari", NOW)
    assert _due(store, NOW + 12 * HOUR) == []
    assert _last(store, sent) == ("envelope_paused", "kari")

    envelope_acts.resume_envelope(store, sent, "ola", NOW)

    assert _due(store, NOW + 12 * HOUR) == [sent]
    assert _last(store, sent) == ("envelope_resumed", "ola")


def test_what_is_sent_again_by_a_person_is_due_now_and_stays_counted(store: Store, sent: int) -> None:
    envelope_acts.pause_envelope(store, sent, "kari", NOW)

    envelope_acts.resend_envelope(store, sent, "kari", NOW + HOUR)

    row = _row(store, sent)
    assert (row.state, row.due_at, row.attempts, row.is_paused) == (EnvelopeState.QUEUED, NOW + HOUR, 1, False)
    assert _due(store, NOW + HOUR) == [sent]
    assert _last(store, sent) == ("envelope_queued", "kari")
    with store.reading() as query:
        assert query.delivery_states([1]) == {1: (DeliveryState.SENT, 1)}


def test_what_was_given_up_and_is_sent_again_is_waited_for_with_its_delivery(store: Store, sent: int) -> None:
    _given_up(store)

    envelope_acts.resend_envelope(store, sent, "kari", NOW + HOUR)

    assert (_row(store, sent).state, _row(store, sent).attempts) == (EnvelopeState.QUEUED, 1)
    # It goes with its delivery, not by itself.
    assert _due(store, NOW + HOUR) == []
    with store.reading() as query:
        assert [row.id for row in query.due_deliveries(NOW + HOUR, 10)] == [1]
        assert query.states_of([1]) == {1: MessageState.ACCEPTED}
        assert [timer.state for timer in query.timers()] == ["stopped", "running"]


def test_what_its_receiver_has_answered_is_not_sent_again(store: Store, sent: int) -> None:
    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=1, to=DeliveryState.COMPLETED)], at=NOW)

    with pytest.raises(NotPossible, match="Delivery 1 in envelope 1 is completed"):
        envelope_acts.resend_envelope(store, sent, "kari", NOW)
    with pytest.raises(NotPossible, match="does not wait"):
        envelope_acts.pause_envelope(store, sent, "kari", NOW)


def test_what_is_acknowledged_is_not_sent_again(store: Store, sent: int) -> None:
    with store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=sent, to=EnvelopeState.ACKNOWLEDGED)], at=NOW)

    with pytest.raises(NotPossible, match="not acknowledged"):
        envelope_acts.resend_envelope(store, sent, "kari", NOW)


def test_what_is_not_kept_is_not_sent_again(store: Store, sent: int) -> None:
    with store.writing() as ledger:
        ledger.drop_bodies([1])

    with pytest.raises(NotPossible, match="Nothing is kept"):
        envelope_acts.resend_envelope(store, sent, "kari", NOW)


def test_what_has_lived_long_enough_is_not_sent_again_as_it_is(store: Store) -> None:
    with store.writing() as ledger:
        new = NewEnvelope(direction="out", channel="edi", data=b"mail", state=EnvelopeState.QUEUED, ends_at=NOW + HOUR)
        (envelope,) = ledger.add_envelopes([new], at=NOW)
        ledger.move_envelopes([EnvelopeMove(id=envelope, to=state) for state in WAYS], at=NOW)

    with pytest.raises(NotPossible, match="outlived"):
        envelope_acts.resend_envelope(store, envelope, "kari", NOW + HOUR)

    envelope_acts.resend_envelope(store, envelope, "kari", NOW)
    assert _due(store, NOW) == [envelope]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (envelope_acts.pause_envelope, "does not wait for an acknowledgment"),
        (envelope_acts.resume_envelope, "is not paused"),
        (envelope_acts.resend_envelope, "not one that was sent"),
    ],
)
def test_what_came_in_is_neither_paused_nor_sent(store: Store, held: int, act: Act, said: str) -> None:
    for number in (held, 99):
        with pytest.raises(NotPossible, match=said):
            act(store, number, "kari", NOW)


def test_a_released_envelope_is_opened_anew_and_its_task_done(store: Store, held: int) -> None:
    envelope_acts.release_envelope(store, held, "kari", NOW)

    assert (_row(store, held).state, _row(store, held).is_released) == (EnvelopeState.RECEIVED, True)
    assert _last(store, held) == ("envelope_released", "kari")
    with store.reading() as query:
        assert query.received_envelopes(10) == [held]
        assert [(task.rule, task.state, task.closed_by) for task in query.tasks(None)] == [
            ("TRA-09", "done", "kari"),
            ("OWN", "open", None),
        ]


def test_a_rejected_envelope_is_refused_and_its_task_done(store: Store, held: int) -> None:
    envelope_acts.reject_envelope(store, held, "kari", NOW)

    assert (_row(store, held).state, _row(store, held).is_released) == (EnvelopeState.REFUSED, False)
    assert _last(store, held) == ("envelope_refused", "kari")
    with store.reading() as query:
        assert [task.rule for task in query.tasks()] == ["OWN"]


@pytest.mark.parametrize("act", [envelope_acts.release_envelope, envelope_acts.reject_envelope])
def test_only_what_is_held_waits_for_a_person(store: Store, sent: int, act: Act) -> None:
    for number in (sent, 99):
        with pytest.raises(NotPossible, match="is not held"):
            act(store, number, "kari", NOW)


def test_a_held_envelope_of_which_nothing_is_kept_is_not_released(store: Store, held: int) -> None:
    with store.writing() as ledger:
        ledger.drop_envelope_bodies([held])

    with pytest.raises(NotPossible, match="Nothing is kept"):
        envelope_acts.release_envelope(store, held, "kari", NOW)


def test_a_delivery_that_a_person_gives_up_takes_its_envelope_with_it(store: Store, sent: int) -> None:
    with store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=sent, to=EnvelopeState.QUEUED)], at=NOW)
        ledger.move_deliveries(
            [DeliveryMove(id=1, to=state) for state in (DeliveryState.ABANDONED, DeliveryState.QUEUED)], at=NOW
        )

    acts.abandon_delivery(store, 1, "kari", NOW)

    assert _row(store, sent).state is EnvelopeState.ABANDONED
    assert _last(store, sent) == ("envelope_abandoned", "kari")


def test_a_delivery_of_which_nothing_is_kept_is_not_tried_again(store: Store, sent: int) -> None:
    _given_up(store)
    with store.writing() as ledger:
        ledger.drop_bodies([1])

    with pytest.raises(NotPossible, match="Nothing is kept of message 1"):
        acts.retry_delivery(store, 1, "kari", NOW)

    assert _row(store, sent).state is EnvelopeState.ABANDONED
