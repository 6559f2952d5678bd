"""A batch: messages sent again at a rate, one transaction each, until they are through or somebody stops it.

Each step writes what came of one message together with the delivery, or the message, that it became: whoever dies
between two steps has done each of them once or not at all, and `resume` goes on with the next. The daemon sends what
is queued here, at once where it runs, else when it is started.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from adapter.errors import BudstikkeError
from adapter.message.state import DeliveryState
from adapter.replay.live import Pace
from adapter.replay.stored import (
    GIVEN_UP,
    NOT_KEPT,
    UNDER_WAY,
    Renewal,
    Repetition,
    is_under_way,
    next_name,
)
from adapter.service.acts import requeue
from adapter.service.post import finish
from adapter.store.entries import DeliveryMove, NewBatch, NewDelivery, NewEvent, NewMessage
from adapter.store.facts import Ids
from adapter.store.ledger import Ledger
from adapter.store.rows import BatchRow, ItemRow
from adapter.store.store import Store

Clock = Callable[[], datetime]


class NoSuchBatch(BudstikkeError):
    """There is no such batch that could go on or be stopped."""

    code = "RPL-02"
    hint = "`budstikke replay batches` lists them."


def begin(  # noqa: PLR0913 - what a batch is, and who answers for it
    store: Store,
    going: Sequence[Repetition | Renewal],
    *,
    ids: Ids,
    wanted: Mapping[str, object],
    pause: float,
    by: str,
    now: datetime,
) -> int:
    """Keep what is to be sent again; return the batch's number. Nothing is sent by that."""
    with store.writing() as ledger:
        items = [one.item() for one in going]
        return ledger.add_batch(NewBatch(by=by, ids=ids, wanted=wanted, pause=pause, items=items), at=now)


def go_on(store: Store, batch: int, *, by: str, stop: threading.Event, clock: Clock) -> Iterator[ItemRow]:
    """Send what a batch has left, one message at a time; yield each as it ended.

    Another process may do the same: nothing is sent twice by that.
    """
    with store.reading() as query:
        row = query.batch(batch)
    pace = Pace(row.pause if row else 0.0)
    while True:
        pace.wait(stop)
        if stop.is_set():
            return
        with store.writing() as ledger:
            ended = _step(ledger, batch, by, clock())
        if ended is None:
            return
        yield ended


def resume(store: Store, batch: int, by: str, now: datetime) -> BatchRow:
    """Note that somebody goes on with a batch, and return it; raises NoSuchBatch."""
    with store.writing() as ledger:
        row = _found(ledger, batch)
        if row.state != "open":
            raise NoSuchBatch(f"Batch {batch} is {row.state} already.")
        ledger.log_batch("batch_resumed", batch, at=now, by=by)
    return row


def cancel(store: Store, batch: int, by: str, now: datetime) -> tuple[int, int]:
    """Stop a batch: what is left is not sent, and what is queued and not sent yet is withdrawn.

    Returns:
        How many messages were left, and how many deliveries were withdrawn.

    Raises:
        NoSuchBatch: It is cancelled already, or all of it has been sent.
    """
    with store.writing() as ledger:
        row = _found(ledger, batch)
        left = ledger.items(batch, "pending")
        for item in left:
            ledger.end_item(item, "cancelled", at=now)
        withdrawn = _withdraw(ledger, ledger.items(batch, "done"), by, now)
        if row.state == "cancelled" or (row.state == "done" and not withdrawn):
            raise NoSuchBatch(f"Batch {batch} is {row.state} already.")
        ledger.end_batch(batch, "cancelled", by=by, at=now)
    return len(left), withdrawn


def _found(ledger: Ledger, batch: int) -> BatchRow:
    row = ledger.batch(batch)
    if row is None:
        raise NoSuchBatch(f"There is no batch {batch}.")
    return row


def _step(ledger: Ledger, batch: int, by: str, now: datetime) -> ItemRow | None:
    """Send the next message of a batch; None where none is left, or somebody stopped it."""
    row = ledger.batch(batch)
    if row is None or row.state != "open":
        return None
    left = ledger.items(batch, "pending", limit=2)
    for item in left[:1]:
        if item.delivery_id is None:
            _renew(ledger, item, by, now)
        else:
            _repeat(ledger, item, item.delivery_id, by, now)
    if len(left) < 2:  # noqa: PLR2004 - it was the last one, or there was none
        ledger.end_batch(batch, "done", by=by, at=now)
    return ledger.item(batch, left[0].position) if left else None


def _renew(ledger: Ledger, item: ItemRow, by: str, now: datetime) -> None:
    """Let a message come in again with its new ids, by the channel it came by."""
    (data,) = ledger.planned_bodies([item]).values()
    (row,) = ledger.messages_of([item.message_id])
    (new,) = ledger.receive([NewMessage(channel=row.channel, source=f"replay of {row.id}", data=data)], at=now)
    ledger.end_item(item, "done", message=new, at=now)
    told = {"batch": item.batch_id, "by": by}
    ledger.log(
        [
            NewEvent(name="replayed", message_id=row.id, data=told | {"as": new}),
            NewEvent(name="replays", message_id=new, data=told | {"message": row.id}),
        ],
        at=now,
    )


def _repeat(ledger: Ledger, item: ItemRow, delivery: int, by: str, now: datetime) -> None:
    """Queue a file once more for the channel that it went to."""
    rows = ledger.deliveries_carrying([item.message_id])
    channel, party = next((row.channel, row.party) for row in rows if row.id == delivery)
    sent = [row for row in rows if (row.channel, row.party) == (channel, party)]
    last = sent[-1]
    why = NOT_KEPT if not ledger.kept([item.message_id]) else UNDER_WAY if is_under_way(sent) else None
    if why is not None:
        ledger.end_item(item, "left out", note=why, at=now)
        return
    told = {"batch": item.batch_id, "by": by}
    if last.state in GIVEN_UP:
        new = last.id
        requeue(ledger, last, told, now)
    else:
        # It is the same message: its receipt, where one is still due, is followed with the first delivery.
        again = NewDelivery(
            message_id=last.message_id,
            for_message_id=last.for_message_id,
            channel=channel,
            party=party,
            name=next_name(sent),
            is_reliable=last.is_reliable,
        )
        (new,) = ledger.add_deliveries([again], at=now)
    ledger.end_item(item, "done", delivery=new, at=now)
    event = NewEvent(
        name="replayed", message_id=last.for_message_id, delivery_id=new, data=told | {"delivery": last.id}
    )
    ledger.log([event], at=now)


def _withdraw(ledger: Ledger, items: Sequence[ItemRow], by: str, now: datetime) -> int:
    """Give up the deliveries of a batch that no worker has taken up yet; return how many."""
    states = ledger.delivery_states([item.new_delivery_id for item in items if item.new_delivery_id is not None])
    queued = [number for number, (state, _) in states.items() if state is DeliveryState.QUEUED]
    ledger.move_deliveries(
        [DeliveryMove(id=number, to=DeliveryState.ABANDONED, data={"by": by}) for number in queued], at=now
    )
    finish(ledger, {item.message_id for item in items if item.new_delivery_id in queued}, now)
    return len(queued)
