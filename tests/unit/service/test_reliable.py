"""Channels that acknowledge what they brought: a message is delivered when somebody said so, not when it was sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.message.state import DeliveryState, MessageState
from adapter.service.post import finish
from adapter.store import DeliveryMove, NewDelivery, Store
from adapter.store.entries import NewTask

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Receive = Callable[..., int]


def _deliver(store: Store, message: int, state: DeliveryState, *, is_reliable: bool) -> int:
    new = NewDelivery(
        message_id=message,
        for_message_id=message,
        channel="edi",
        party="gp",
        name="a",
        state=state,
        is_reliable=is_reliable,
    )
    with store.writing() as ledger:
        (number,) = ledger.add_deliveries([new], at=NOW)
        finish(ledger, {message}, NOW)
    return number


def _state(store: Store, message: int) -> MessageState:
    with store.reading() as query:
        return query.states_of([message])[message]


@pytest.mark.parametrize(
    ("state", "is_reliable", "expected"),
    [
        (DeliveryState.SENT, False, MessageState.DELIVERED),
        (DeliveryState.SENT, True, MessageState.ACCEPTED),
        (DeliveryState.ACKNOWLEDGED, True, MessageState.DELIVERED),
        (DeliveryState.COMPLETED, True, MessageState.DELIVERED),
        (DeliveryState.ABANDONED, True, MessageState.FAILED),
    ],
)
def test_a_message_is_where_its_channel_says(
    store: Store, receive: Receive, state: DeliveryState, *, is_reliable: bool, expected: MessageState
) -> None:
    message = receive()

    _deliver(store, message, state, is_reliable=is_reliable)

    assert _state(store, message) is expected


def test_a_message_waits_for_the_last_of_its_acknowledgments(store: Store, receive: Receive) -> None:
    message = receive()
    first, second = (_deliver(store, message, DeliveryState.SENT, is_reliable=True) for _ in range(2))

    for number, expected in ((first, MessageState.ACCEPTED), (second, MessageState.DELIVERED)):
        with store.writing() as ledger:
            ledger.move_deliveries([DeliveryMove(id=number, to=DeliveryState.ACKNOWLEDGED)], at=NOW)
            finish(ledger, {message}, NOW)
        assert _state(store, message) is expected


def test_an_acknowledgment_that_comes_after_all_mends_what_was_given_up(store: Store, receive: Receive) -> None:
    message = receive()
    number = _deliver(store, message, DeliveryState.ABANDONED, is_reliable=True)

    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=number, to=DeliveryState.ACKNOWLEDGED)], at=NOW)
        finish(ledger, {message}, NOW)

    assert _state(store, message) is MessageState.DELIVERED


def test_a_receipt_that_comes_before_any_acknowledgment_says_that_the_message_got_there(bench: Any) -> None:
    bench.put("referrer", "dialogmelding-1.0-nav-behov-for-tiltak.xml")
    bench.run()
    (sent,) = bench.messages()
    with bench.parts.store.writing() as ledger:
        # As if its channel had acknowledged nothing yet.
        ledger._connection.exec_driver_sql("UPDATE delivery SET is_reliable = 1")
        ledger._connection.exec_driver_sql("UPDATE message SET state = 'accepted'")
        for rule in ("TRA-08", "TRA-04"):
            ledger.add_tasks([NewTask(party="", rule=rule, title="what was said before", message_id=sent.id)], at=NOW)

    bench.put("nav", "apprec-1.0-nav-positiv.xml")
    bench.fetch("nav")

    assert bench.deliveries()[0].state is DeliveryState.COMPLETED
    assert _state(bench.parts.store, sent.id) is MessageState.DELIVERED
    assert bench.tasks() == ["TRA-04"]  # the receiver's server contradicts itself; the other is settled


@pytest.mark.parametrize(("is_reliable", "rule"), [(False, "DLV-01"), (True, "TRA-03")])
def test_a_receipt_for_what_was_given_up_says_that_it_got_there_all_the_same(
    bench: Any, *, is_reliable: bool, rule: str
) -> None:
    bench.put("referrer", "dialogmelding-1.0-nav-behov-for-tiltak.xml")
    bench.run()
    (sent,) = bench.messages()
    with bench.parts.store.writing() as ledger:
        ledger._connection.exec_driver_sql("UPDATE delivery SET state = 'abandoned', is_reliable = ?", (is_reliable,))
        ledger._connection.exec_driver_sql("UPDATE message SET state = 'failed'")
        ledger.add_tasks([NewTask(party="", rule=rule, title="it did not get there", message_id=sent.id)], at=NOW)

    bench.put("nav", "apprec-1.0-nav-positiv.xml")
    bench.fetch("nav")

    assert bench.deliveries()[0].state is DeliveryState.COMPLETED
    assert _state(bench.parts.store, sent.id) is MessageState.DELIVERED
    assert bench.tasks() == []
