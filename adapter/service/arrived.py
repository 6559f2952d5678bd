"""What people were told of a message that did not get there, taken back when it did after all.

A delivery that was given up and tried again may have had several envelopes: it has arrived in whichever of them is
acknowledged or answered, and then nothing that was said of the others calls for anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from adapter.flow import transport_rules as rules
from adapter.flow.rules import DLV_01
from adapter.message.state import DeliveryState
from adapter.service.effects import BY_ITSELF
from adapter.store.ledger import Ledger
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow, TaskRow

#: The rules of tasks that are done when the message is with its receiver.
NOT_THERE = frozenset({DLV_01.id, rules.TRA_03.id, rules.TRA_08.id, rules.TRA_12.id})


def close_tasks(
    ledger: Ledger, deliveries: Sequence[DeliveryRow], ended: Collection[str], note: str, now: datetime
) -> None:
    """Close the open tasks of some rules about deliveries, whichever envelope they name."""
    for task in ledger.tasks_of({row.for_message_id for row in deliveries}):
        if task.rule in ended and any(_is_about(ledger, task, row) for row in deliveries):
            ledger.close_task(task.id, by=BY_ITSELF, at=now, note=note)


def _is_about(query: Query, task: TaskRow, delivery: DeliveryRow) -> bool:
    if task.envelope_id is not None:
        envelope = query.envelope(task.envelope_id)
        return envelope is not None and envelope.delivery_id == delivery.id
    if task.message_id != delivery.for_message_id:
        return False
    # It was never sealed, and the task does not say for whom: it is done when no delivery of the message is given up.
    return all(row.state is not DeliveryState.ABANDONED for row in query.deliveries_of([delivery.for_message_id]))
