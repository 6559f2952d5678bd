"""Deliveries, written: what waits for what, and every step and attempt of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from steps import tried

from adapter.errors import StoreError
from adapter.message.state import DeliveryState, MessageState
from adapter.store import DeliveryMove, NewAttempt, NewDelivery, Store

BuildDelivery = Callable[..., NewDelivery]
Receive = Callable[..., int]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("before", list(DeliveryState))
def test_deliveries_take_only_the_steps_of_their_life(
    store: Store, now: datetime, receive: Receive, new_delivery: BuildDelivery, before: DeliveryState
) -> None:
    message_id = receive(MessageState.ACCEPTED)
    with store.writing() as ledger:
        ids = ledger.add_deliveries([new_delivery(message_id, state=before) for _ in DeliveryState], at=now)

        def move(delivery_id: int, after: DeliveryState) -> None:
            ledger.move_deliveries([DeliveryMove(id=delivery_id, to=after)], at=now)

        for delivery_id, state, steps in tried("A delivery", before, ids, move):
            assert ledger.delivery(delivery_id).state is state
            assert [event.name for event in ledger.events(delivery_id=delivery_id)] == steps


def test_a_delivery_can_wait_for_another_of_the_same_call(
    store: Store, now: datetime, receive: Receive, new_delivery: BuildDelivery
) -> None:
    first, second = receive(MessageState.ACCEPTED), receive(MessageState.ACCEPTED)
    waiting = {"state": DeliveryState.WAITING, "due_at": now + HOUR, "receipt_due_at": now + 2 * HOUR}

    with store.writing() as ledger:
        ids = ledger.add_deliveries(
            [
                new_delivery(first),
                new_delivery(second, for_message_id=first, after_index=0, **waiting),
                new_delivery(second, staged=True),
            ],
            at=now,
        )
        later = ledger.add_deliveries([new_delivery(second, after_delivery=ids[0], **waiting)], at=now)

    with store.reading() as query:
        assert [row.id for row in query.waiting_after([ids[0]])] == [ids[1], *later]
        assert [row.id for row in query.deliveries_of([first])] == ids[:2]
        row = query.delivery(ids[1])
        assert query.delivery(ids[2]).staged is True
    assert (row.after_delivery, row.due_at, row.receipt_due_at) == (ids[0], now + HOUR, now + 2 * HOUR)
    assert (row.message_id, row.for_message_id, row.attempts, row.staged) == (second, first, 0, False)


@pytest.mark.parametrize("index", [-1, 1, 2])
def test_a_delivery_waits_only_for_one_before_it(
    store: Store, now: datetime, receive: Receive, new_delivery: BuildDelivery, index: int
) -> None:
    message_id = receive()

    with pytest.raises(StoreError, match="before it"), store.writing() as ledger:
        ledger.add_deliveries([new_delivery(message_id), new_delivery(message_id, after_index=index)], at=now)


def test_sending_counts_as_an_attempt_and_an_error_is_kept_until_it_is_sent(
    store: Store, now: datetime, deliver: Callable[..., int]
) -> None:
    delivery_id = deliver()

    def move(to: DeliveryState, **given: object) -> tuple[object, ...]:
        with store.writing() as ledger:
            ledger.move_deliveries([DeliveryMove(id=delivery_id, to=to, **given)], at=now)
            row = ledger.delivery(delivery_id)
        return row.attempts, row.last_error, row.due_at, row.staged, row.sent_at

    assert move(DeliveryState.SENDING) == (1, None, now, False, None)
    assert move(DeliveryState.QUEUED, error="no answer", due_at=now + HOUR) == (1, "no answer", now + HOUR, False, None)
    assert move(DeliveryState.SENDING, staged=True) == (2, "no answer", now + HOUR, True, None)
    assert move(DeliveryState.SENT, staged=False) == (2, None, now + HOUR, False, now)
    assert move(DeliveryState.COMPLETED) == (2, None, now + HOUR, False, now)


def test_sending_at_one_go_counts_as_an_attempt(store: Store, now: datetime, deliver: Callable[..., int]) -> None:
    delivery_id = deliver(DeliveryState.WAITING)

    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=delivery_id, to=DeliveryState.SENT, receipt_due_at=now + HOUR)], at=now)
        row = ledger.delivery(delivery_id)

    assert (row.attempts, row.sent_at, row.receipt_due_at) == (1, now, now + HOUR)


@pytest.mark.parametrize("given_up", [DeliveryState.ABANDONED, DeliveryState.AMBIGUOUS])
def test_a_person_who_queues_it_again_starts_the_attempts_anew(
    store: Store, now: datetime, deliver: Callable[..., int], given_up: DeliveryState
) -> None:
    delivery_id = deliver()
    steps = [DeliveryState.SENDING, given_up, DeliveryState.QUEUED]

    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=delivery_id, to=state) for state in steps], at=now)
        assert ledger.delivery(delivery_id).attempts == 0


def test_an_event_of_a_delivery_tells_which_message_it_belongs_to(
    store: Store, now: datetime, receive: Receive, new_delivery: BuildDelivery
) -> None:
    answered, receipt = receive(MessageState.ACCEPTED), receive(MessageState.ACCEPTED)
    with store.writing() as ledger:
        (delivery_id,) = ledger.add_deliveries([new_delivery(receipt, for_message_id=answered)], at=now)
        ledger.move_deliveries([DeliveryMove(id=delivery_id, to=DeliveryState.SENT, data={"tries": 1})], at=now)

        event = ledger.events(answered)[-1]

    assert (event.name, event.delivery_id, event.data) == ("sent", delivery_id, {"tries": 1})


def test_attempts_are_rows(store: Store, now: datetime, deliver: Callable[..., int]) -> None:
    delivery_id = deliver()
    with store.writing() as ledger:
        ledger.add_attempts(
            [
                NewAttempt(delivery_id=delivery_id, at=now, outcome="failed", error="read-only folder"),
                NewAttempt(delivery_id=delivery_id, at=now + HOUR, outcome="sent"),
            ]
        )

        first, second = ledger.attempts_of(delivery_id)

    assert (first.outcome, first.error, first.at) == ("failed", "read-only folder", now)
    assert (second.outcome, second.error, second.at) == ("sent", None, now + HOUR)


@pytest.mark.parametrize(
    ("state", "is_reliable", "is_open"),
    [
        (DeliveryState.QUEUED, False, True),
        (DeliveryState.SENT, False, False),
        (DeliveryState.SENT, True, True),
        (DeliveryState.ACKNOWLEDGED, True, False),
    ],
)
def test_a_reliable_delivery_is_open_until_it_is_acknowledged(
    store: Store, deliver: Callable[..., int], state: DeliveryState, *, is_reliable: bool, is_open: bool
) -> None:
    delivery = deliver(state, is_reliable=is_reliable)

    with store.reading() as query:
        row = query.delivery(delivery)
        assert query.reliable([delivery, 99]) == ({delivery} if is_reliable else set())

    assert row is not None
    assert (row.is_reliable, row.is_open) == (is_reliable, is_open)


def test_an_acknowledged_delivery_keeps_when_it_was_sent(
    store: Store, now: datetime, deliver: Callable[..., int]
) -> None:
    delivery = deliver(is_reliable=True)
    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.SENT)], at=now)
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.ACKNOWLEDGED)], at=now + HOUR)
        row = ledger.delivery(delivery)

    assert row is not None
    assert (row.state, row.sent_at) == (DeliveryState.ACKNOWLEDGED, now)
