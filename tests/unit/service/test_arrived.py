"""What was told of a message that did not get there is taken back when it did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from adapter.message.state import DeliveryState
from adapter.service.arrived import NOT_THERE, close_tasks
from adapter.store.entries import NewDelivery, NewTask
from adapter.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Receive = Callable[..., int]


def test_what_two_deliveries_settle_together_is_closed_once_and_nothing_else(store: Store, receive: Receive) -> None:
    first, second = receive(), receive()
    with store.writing() as ledger:
        numbers = ledger.add_deliveries(
            [
                NewDelivery(
                    message_id=message,
                    for_message_id=message,
                    channel="edi",
                    party=party,
                    name="a.xml",
                    state=DeliveryState.ABANDONED if party == "lab" else DeliveryState.ACKNOWLEDGED,
                )
                for message, party in ((first, "nav"), (first, "clinic"), (second, "nav"), (second, "lab"))
            ],
            at=NOW,
        )
        for message in (first, second):
            ledger.add_tasks([NewTask(party="", rule="TRA-08", title="no key", message_id=message)], at=NOW)

        arrived = [row for number in numbers[:3] if (row := ledger.delivery(number)) is not None]
        close_tasks(ledger, arrived, NOT_THERE, "the receiver has answered", NOW)

        assert [(task.message_id, task.rule) for task in ledger.tasks()] == [(second, "TRA-08")]
