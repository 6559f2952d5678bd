"""What is forgotten: the content of messages that must not be kept. That they were here stays known.

Only the store forgets: what a channel archived, what its receiver has and what older backups hold is not touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.service.acts import NotPossible
from adapter.service.post import finish
from adapter.store.entries import DeliveryMove, MessageMove, NewEvent
from adapter.store.ledger import Ledger
from adapter.store.rows import DeliveryRow
from adapter.store.store import Store

#: Messages that are settled, and nothing went wrong.
WELL = frozenset({MessageState.DELIVERED, MessageState.IGNORED})
#: Messages that are settled, and somebody may still ask why.
IN_TROUBLE = frozenset({MessageState.REJECTED, MessageState.FAILED, MessageState.QUARANTINED})
#: Mails around no message are forgotten with the messages that fare like them.
_LIKE = {
    MessageState.DELIVERED: {EnvelopeState.SIGNAL, EnvelopeState.SENT, EnvelopeState.ACKNOWLEDGED},
    MessageState.IGNORED: {EnvelopeState.DUPLICATE},
    MessageState.REJECTED: {EnvelopeState.REFUSED},
    MessageState.FAILED: {EnvelopeState.ABANDONED},
    MessageState.QUARANTINED: {EnvelopeState.UNREADABLE, EnvelopeState.CONFLICT},
}
#: Messages, or mails, in one transaction.
BATCH = 500

#: Who acts when `budstikke prune` does, in the event log.
_PRUNING = "prune"


def purge(  # noqa: PLR0913 - what is purged, and who answers for it
    store: Store, message: int, *, by: str, reason: str, force: bool = False, now: datetime
) -> list[int]:
    """Forget what a message says, replayed too, and what the drafts about it say; return whose content is gone.

    Ids, digests, findings and events stay. `force` gives up deliveries that wait to be sent.

    Raises:
        NotPossible: There is no such message, nothing is decided about it yet, or a delivery is under way.
    """
    with store.writing() as ledger:
        row = ledger.message(message)
        if row is None:
            raise NotPossible(f"There is no message {message}.")
        # What came twice is kept once: who forgets one forgets its copies.
        rows = ledger.copies_of([*_replays(ledger, message), *_drafts(ledger, message)])
        if any(one.state is MessageState.RECEIVED for one in rows):
            raise NotPossible(f"Nothing is decided about message {message} yet.", hint="Try again in a moment.")
        numbers = [one.id for one in rows]
        _give_up(ledger, ledger.deliveries_carrying(numbers), by, force=force, now=now)
        if any(mail.state is EnvelopeState.SENDING for mail in ledger.envelopes_carrying(numbers, "out").values()):
            raise _under_way()
        # Nobody shall release, or take up again, what is not there any more.
        waiting = [one.id for one in rows if one.state.can_be_released]
        ledger.move_messages(
            [MessageMove(id=id_, to=MessageState.REJECTED, data={"by": by}) for id_ in waiting], at=now
        )
        ledger.stop_timers(numbers)
        for item in ledger.repeats_of(numbers):
            if item.state == "pending":
                ledger.end_item(item, "cancelled", note="its content was purged", at=now)
        ledger.drop_bodies(numbers)
        ledger.log(
            [NewEvent(name="purged", message_id=number, data={"by": by, "reason": reason}) for number in numbers],
            at=now,
        )
    return numbers


def prune(store: Store, states: Collection[MessageState], before: datetime, now: datetime) -> int:
    """Forget what messages in these states said that came before a moment; return how many there were.

    What anybody may still need stays: nothing in its thread may wait, run, be to be done or be sent again. Mails go
    with the messages in them; those around none, such as what nobody could read, go by themselves.
    """
    _prune_mails(store, set().union(*(_LIKE[state] for state in _LIKE.keys() & set(states))), before, now)
    pruned, last = 0, 0
    while True:
        with store.writing() as ledger:
            numbers = ledger.forgettable(states, before, BATCH, after=last)
            if not numbers:
                return pruned
            ledger.drop_bodies(numbers)
            ledger.log([NewEvent(name="pruned", data={"messages": numbers})], at=now)
            pruned, last = pruned + len(numbers), numbers[-1]


def prune_replays(store: Store, states: Collection[MessageState], before: datetime, now: datetime) -> int:
    """Give up what batches begun before a moment have still to send of messages in these states; return how many.

    A batch that was stopped may go on; one that nobody has ended in all that time would keep what it was to send.
    """
    given_up = 0
    while True:
        with store.writing() as ledger:
            items = ledger.forgettable_items(states, before, BATCH)
            if not items:
                return given_up
            for item in items:
                ledger.end_item(item, "cancelled", note="it was pruned", at=now)
            for batch, number in Counter(item.batch_id for item in items).items():
                ledger.log_batch("batch_pruned", batch, by=_PRUNING, at=now, data={"messages": number})
                if not ledger.items(batch, "pending", limit=1):
                    ledger.end_batch(batch, "cancelled", by=_PRUNING, at=now)
            given_up += len(items)


def _prune_mails(store: Store, states: Collection[EnvelopeState], before: datetime, now: datetime) -> None:
    last = 0
    while True:
        with store.writing() as ledger:
            numbers = ledger.forgettable_envelopes(states, before, BATCH, after=last)
            if not numbers:
                return
            ledger.drop_envelope_bodies(numbers)
            ledger.log([NewEvent(name="pruned", data={"envelopes": numbers})], at=now)
            last = numbers[-1]


def _drafts(ledger: Ledger, message: int) -> set[int]:
    """Return the messages that were written about a message for somebody to send."""
    tasks = ledger.tasks_of([message], state=None)
    return {task.draft_message_id for task in tasks if task.draft_message_id is not None}


def _replays(ledger: Ledger, message: int) -> set[int]:
    """Return a message with what it was replayed as, and what it is a replay of: all of them say the same."""
    found = {message}
    while more := _one_replay_away(ledger, found) - found:
        found |= more
    return found


def _one_replay_away(ledger: Ledger, messages: Collection[int]) -> set[int]:
    items = ledger.repeats_of(messages)
    return {number for item in items for number in (item.message_id, item.new_message_id) if number is not None}


def _give_up(ledger: Ledger, rows: Sequence[DeliveryRow], by: str, *, force: bool, now: datetime) -> None:
    """Give up deliveries that would send nothing any more."""
    still = [row for row in rows if row.is_open]
    if any(row.state is DeliveryState.SENDING or row.staged for row in still):
        raise _under_way()
    if still and not force:
        waits = "has no acknowledgment yet" if still[0].state is DeliveryState.SENT else "waits to be sent"
        raise NotPossible(
            f"Delivery {still[0].id} {waits}.", hint="With --force it is given up, and not sent any more."
        )
    ledger.move_deliveries(
        [DeliveryMove(id=row.id, to=DeliveryState.ABANDONED, data={"by": by}) for row in still], at=now
    )
    ledger.abandon_envelopes([row.id for row in rows], data={"by": by}, at=now)
    finish(ledger, {row.message_id for row in still}, now)


def _under_way() -> NotPossible:
    return NotPossible("It is being sent at this moment.", hint="Try again when it is sent, or given up.")
