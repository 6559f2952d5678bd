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
from adapter.store.entries import DeliveryMove, MessageMove, NewTimer
from adapter.store.facts import EventData
from adapter.store.ledger import Ledger
from adapter.store.rows import DeliveryRow, MessageRow
from adapter.store.store import Store

_RELEASABLE = tuple(sorted(state for state in MessageState if state.can_be_released))
#: What a person does with messages that do not go on by themselves, as `budstikke messages` has it.
_VERBS = {MessageState.QUARANTINED: "retry", **dict.fromkeys(_RELEASABLE, "release")}


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
    """Let a held or parked message go on, with its holds set aside; return its new state. Raises NotPossible.

    The daemon delivers it.
    """
    with parts.store.reading() as query:
        row = _in_state(query.message(message), message, *_RELEASABLE)
        data = query.bodies([message])[message]
    arrival = Arrival(id=row.id, channel=row.channel, data=data, received_at=row.received_at)
    decision = parts.desk.release(arrival, by, now)
    if decision.state is MessageState.HELD:
        raise _not_released(message, decision)
    return decision.state


def retry_message(store: Store, message: int, by: str, now: datetime) -> None:
    """Have a message that was put aside judged anew, after its cause was mended; raises NotPossible.

    The daemon takes it up as if it had just come in. The tasks about it are done: what is still wrong opens new ones.
    """
    with store.writing() as ledger:
        _in_state(ledger.message(message), message, MessageState.QUARANTINED)
        if not ledger.bodies([message])[message]:
            raise NotPossible(
                f"Nothing is kept of message {message}.", hint="Ask its sender to send it again with a new MsgId."
            )
        ledger.move_messages([MessageMove(id=message, to=MessageState.RECEIVED, data={"by": by})], at=now)
        for task in ledger.tasks_of([message]):
            ledger.close_task(task.id, by=by, at=now, note="judged anew")


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


def _in_state(row: MessageRow | None, message: int, *states: MessageState) -> MessageRow:
    """Return a message that is in one of these states; raises NotPossible, with the verb that fits instead."""
    if row is None:
        raise NotPossible(f"There is no message {message}.", hint="`budstikke messages` lists them.")
    if row.state not in states:
        verb = _VERBS.get(row.state)
        raise NotPossible(
            f"Message {message} is not {' or '.join(states)}; it is {row.state}.",
            hint=f"`budstikke messages {verb} {message}` is for those." if verb else None,
        )
    return row
