"""What a person does with messages and deliveries. Each act leaves an event with who did it."""

from __future__ import annotations

from datetime import datetime

from adapter.errors import BudstikkeError
from adapter.flow.context import Arrival
from adapter.flow.decision import Decision
from adapter.flow.follow import RECEIPT_TIMERS
from adapter.flow.preflight import FINAL
from adapter.message.state import DeliveryState, MessageState
from adapter.service.parts import Parts
from adapter.service.post import finish
from adapter.store.ledger import Ledger
from adapter.store.rows import DeliveryMove, DeliveryRow, EventData, MessageMove, MessageRow, NewTimer
from adapter.store.store import Store


class NotPossible(BudstikkeError):
    """That cannot be done with it as it stands."""

    code = "ACT-01"


def retry_delivery(store: Store, delivery: int, by: str, now: datetime) -> None:
    """Send a delivery once more that was given up, with a new count of attempts; raises NotPossible."""
    with store.writing() as ledger:
        row = ledger.delivery(delivery)
        if row is None or not row.state.may_become(DeliveryState.QUEUED):
            raise NotPossible(f"Delivery {delivery} is not one that was given up.")
        if not ledger.kept([row.message_id]):
            raise NotPossible(f"Nothing is kept of message {row.message_id}, which delivery {delivery} would bring.")
        requeue(ledger, row, {"by": by}, now)


def requeue(ledger: Ledger, row: DeliveryRow, told: EventData, now: datetime) -> None:
    """Put a delivery that was given up into the queue again; its message has not failed any more.

    Its receipt is waited for again, as far as the deadlines are still to come.
    """
    ledger.move_deliveries([DeliveryMove(id=row.id, to=DeliveryState.QUEUED, due_at=now, data=told)], at=now)
    if ledger.states_of([row.message_id])[row.message_id] is MessageState.FAILED:
        ledger.move_messages([MessageMove(id=row.message_id, to=MessageState.ACCEPTED)], at=now)
    _watch_again(ledger, row, now)


def abandon_delivery(store: Store, delivery: int, by: str, now: datetime) -> None:
    """Give up a delivery that is still under way; raises NotPossible."""
    with store.writing() as ledger:
        row = ledger.delivery(delivery)
        if row is None or row.state not in {DeliveryState.QUEUED, DeliveryState.WAITING, DeliveryState.AMBIGUOUS}:
            raise NotPossible(f"Delivery {delivery} does not wait to be sent.")
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.ABANDONED, data={"by": by})], at=now)
        ledger.abandon_envelopes([delivery], data={"by": by}, at=now)
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
        raise _not_released(message, decision)
    return decision.state


def retry_message(store: Store, message: int, by: str, now: datetime) -> None:
    """Have a message that was put aside judged anew, after its cause was mended; raises NotPossible.

    The daemon takes it up as if it had just come in.
    """
    with store.writing() as ledger:
        row = ledger.message(message)
        if row is None or row.state is not MessageState.QUARANTINED:
            raise NotPossible(f"Message {message} is not quarantined.")
        if not ledger.bodies([message])[message]:
            raise NotPossible(
                f"Nothing is kept of message {message}.", hint="Ask its sender to send it again with a new MsgId."
            )
        ledger.move_messages([MessageMove(id=message, to=MessageState.RECEIVED, data={"by": by})], at=now)


def _watch_again(ledger: Ledger, row: DeliveryRow, now: datetime) -> None:
    """Start the timers anew that were stopped when a delivery was given up; each once, however often it was."""
    stopped = {
        (timer.rule, timer.due_at): NewTimer(
            rule=timer.rule,
            message_id=timer.message_id,
            due_at=timer.due_at,
            delivery_id=row.id,
            party=timer.party,
        )
        for timer in ledger.timers_of([row.for_message_id], "stopped")
        if timer.delivery_id == row.id and timer.rule in RECEIPT_TIMERS and timer.due_at > now
    }
    ledger.add_timers(list(stopped.values()))


def _not_released(message: int, decision: Decision) -> NotPossible:
    final = next((found for found in decision.findings if found.rule in FINAL and found.severity.stops), None)
    if final is not None:
        return NotPossible(
            f"Message {message} may not leave as it is: {final.rule}: {final.text}",
            hint="Correct it in the system that wrote it, and send it from there again.",
        )
    return NotPossible(
        f"Message {message} has no receiver it could go to.",
        hint="Add the receiver's HER-id to a party of the configuration, then release it again.",
    )


def _held(row: MessageRow | None, message: int) -> MessageRow:
    if row is None or row.state is not MessageState.HELD:
        raise NotPossible(f"Message {message} is not held.")
    return row
