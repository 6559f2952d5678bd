"""What a person does with messages, deliveries and drafts. Each act leaves an event with who did it."""

from __future__ import annotations

from datetime import datetime

from adapter.errors import BudstikkeError
from adapter.flow.context import Arrival
from adapter.flow.decision import OPERATOR
from adapter.flow.follow import receipt_deadlines
from adapter.flow.references import references_of
from adapter.flow.routing import file_name
from adapter.message.state import DeliveryState, MessageState
from adapter.service.parts import Parts
from adapter.service.post import finish
from adapter.service.timers import receipt_timers
from adapter.store.rows import DeliveryMove, MessageMove, MessageRow, NewDelivery, NewReference
from adapter.store.store import Store
from adapter.wire import read


class NotPossible(BudstikkeError):
    """That cannot be done with it as it stands."""

    code = "ACT-01"


def retry_delivery(store: Store, delivery: int, by: str, now: datetime) -> None:
    """Send a delivery once more that was given up, with a new count of attempts; raises NotPossible."""
    with store.writing() as ledger:
        row = ledger.delivery(delivery)
        if row is None or not row.state.may_become(DeliveryState.QUEUED):
            raise NotPossible(f"Delivery {delivery} is not one that was given up.")
        ledger.move_deliveries(
            [DeliveryMove(id=delivery, to=DeliveryState.QUEUED, due_at=now, data={"by": by})], at=now
        )
        if ledger.states_of([row.message_id])[row.message_id] is MessageState.FAILED:
            ledger.move_messages([MessageMove(id=row.message_id, to=MessageState.ACCEPTED)], at=now)


def abandon_delivery(store: Store, delivery: int, by: str, now: datetime) -> None:
    """Give up a delivery that is still under way; raises NotPossible."""
    with store.writing() as ledger:
        row = ledger.delivery(delivery)
        if row is None or row.state not in {DeliveryState.QUEUED, DeliveryState.WAITING, DeliveryState.AMBIGUOUS}:
            raise NotPossible(f"Delivery {delivery} does not wait to be sent.")
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.ABANDONED, data={"by": by})], at=now)
        ledger.stop_timers(delivery_ids=[delivery])
        finish(ledger, {row.message_id}, now)


def release_message(parts: Parts, message: int, by: str, now: datetime) -> MessageState:
    """Let a held message go on, with its holds set aside; return its new state. Raises NotPossible.

    The daemon delivers it.
    """
    with parts.store.reading() as query:
        row = _held(query.message(message), message)
        data = query.bodies([message])[message]
    arrival = Arrival(id=row.id, channel=row.channel, data=data, received_at=row.received_at)
    decision = parts.desk.release(arrival, by, now)
    if decision.state is MessageState.HELD:
        raise NotPossible(
            f"Message {message} has no receiver it could go to.",
            hint="Add the receiver's HER-id to a party of the configuration, then release it again.",
        )
    return decision.state


def approve_draft(parts: Parts, task: int, by: str, now: datetime) -> int:
    """Send the draft of a task as it stands and close the task; return the draft's message. Raises NotPossible."""
    with parts.store.writing() as ledger:
        row = ledger.task(task)
        if row is None or row.state != "open" or row.draft_message_id is None:
            raise NotPossible(f"Task {task} is not an open one with a draft.")
        draft = _held(ledger.message(row.draft_message_id), row.draft_message_id)
        receiver = parts.context.register.by_id(draft.receiver_party or "")
        if receiver is None:
            raise NotPossible(f"The draft of task {task} has no receiver in the configuration.")
        message = read(ledger.bodies([draft.id])[draft.id])
        ledger.move_messages([MessageMove(id=draft.id, to=MessageState.ACCEPTED, data={"by": by})], at=now)
        ledger.add_references(
            [NewReference(key=key, role=role, message_id=draft.id) for role, key in references_of(message)]
        )
        until = receipt_deadlines(message, receiver, parts.context.deadlines, now)
        (delivery,) = ledger.add_deliveries(
            [
                NewDelivery(
                    message_id=draft.id,
                    for_message_id=draft.id,
                    channel=receiver.channel,
                    party=receiver.id,
                    name=file_name(message, draft.id),
                    due_at=now,
                    receipt_due_at=until.alarm_at if until else None,
                )
            ],
            at=now,
        )
        ledger.add_timers(receipt_timers(until, draft.id, delivery, draft.sender_party or OPERATOR))
        ledger.close_task(task, by=by, at=now)
    return draft.id


def discard_draft(store: Store, task: int, by: str, now: datetime) -> None:
    """Close a task without sending its draft; raises NotPossible."""
    with store.writing() as ledger:
        row = ledger.task(task)
        if row is None or row.state != "open" or row.draft_message_id is None:
            raise NotPossible(f"Task {task} is not an open one with a draft.")
        ledger.move_messages([MessageMove(id=row.draft_message_id, to=MessageState.REJECTED, data={"by": by})], at=now)
        ledger.close_task(task, by=by, at=now, note="draft discarded")


def _held(row: MessageRow | None, message: int) -> MessageRow:
    if row is None or row.state is not MessageState.HELD:
        raise NotPossible(f"Message {message} is not held.")
    return row
