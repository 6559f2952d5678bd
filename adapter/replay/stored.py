"""What it means to send stored messages again: the same files once more, or new messages through the adapter.

With ids kept, each file that went to a channel goes there again, under another name: the receiver's system will see
that it has the message. With new ids the messages come in again by the channels they came by, as if their senders had
just written them, and are judged, answered and routed by today's rules.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import PurePath

from adapter.message.state import DeliveryState, MessageState
from adapter.replay.remint import remint
from adapter.store.entries import NewItem
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow, MessageRow
from adapter.values import value_class

#: Deliveries that nobody tries any more: they are tried again themselves, under the name they have.
GIVEN_UP = frozenset({DeliveryState.ABANDONED, DeliveryState.AMBIGUOUS})

NOT_KEPT = "its content is not kept"
NOT_DELIVERED = "it went nowhere"
UNDER_WAY = "it is on its way"
UNDECIDED = "nothing is decided about it yet"
NO_CHANNEL = "its channel is not in the configuration"
OURS = "the adapter wrote it: it can be sent again with its ids only"


@value_class
class Repetition:
    """A file that goes to a channel again."""

    message: MessageRow
    #: The last one that brought it there.
    delivery: DeliveryRow
    #: What the file will be called.
    name: str

    def item(self) -> NewItem:
        """Return it as part of a batch."""
        return NewItem(message_id=self.message.id, delivery_id=self.delivery.id)


@value_class
class Renewal:
    """A message that comes in again with new ids."""

    message: MessageRow
    data: bytes = field(repr=False)

    def item(self) -> NewItem:
        """Return it as part of a batch."""
        return NewItem(message_id=self.message.id, data=self.data)


@value_class
class LeftOut:
    """A message, or one delivery of it, that is not sent again, and why."""

    message: MessageRow
    why: str
    channel: str | None = None


def repetitions(
    query: Query, rows: Sequence[MessageRow], channels: Collection[str], only: str | None = None
) -> list[Repetition | LeftOut]:
    """Return what goes to which of the channels again; to one of them only where it is named."""
    numbers = [row.id for row in rows]
    kept, brought = query.kept(numbers), by_place(query, numbers)
    found: list[Repetition | LeftOut] = []
    for row in rows:
        places = {place: sent for place, sent in brought.get(row.id, {}).items() if only in {None, place[0]}}
        if row.id not in kept or not places:
            found.append(LeftOut(message=row, why=NOT_DELIVERED if row.id in kept else NOT_KEPT))
            continue
        for (channel, _), sent in places.items():
            why = NO_CHANNEL if channel not in channels else UNDER_WAY if is_under_way(sent) else None
            found.append(
                Repetition(message=row, delivery=sent[-1], name=next_name(sent))
                if why is None
                else LeftOut(message=row, why=why, channel=channel)
            )
    return found


def renewals(
    query: Query, rows: Sequence[MessageRow], channels: Collection[str], now: datetime
) -> list[Renewal | LeftOut]:
    """Return messages with new ids, the same wherever they name each other; the last one was written just now."""
    bodies = query.bodies([row.id for row in rows])
    reasons = {row.id: _why_not_new(row, bodies[row.id], channels) for row in rows}
    going = [row.id for row in rows if reasons[row.id] is None]
    written = dict(zip(going, remint([bodies[number] for number in going], now=now), strict=True))
    return [
        Renewal(message=row, data=written[row.id]) if why is None else LeftOut(message=row, why=why)
        for row in rows
        for why in [reasons[row.id]]
    ]


def by_place(query: Query, message_ids: Collection[int]) -> dict[int, dict[tuple[str, str], list[DeliveryRow]]]:
    """Return the deliveries that carry messages, by message, and by channel and party, oldest first.

    Of the parties behind a mail channel each has its own.
    """
    found: dict[int, dict[tuple[str, str], list[DeliveryRow]]] = {}
    for row in query.deliveries_carrying(message_ids):
        found.setdefault(row.message_id, {}).setdefault((row.channel, row.party), []).append(row)
    return found


def is_under_way(sent: Sequence[DeliveryRow]) -> bool:
    """Tell whether a channel is still to get a message that it would be sent again."""
    return any(row.is_open for row in sent)


def next_name(sent: Sequence[DeliveryRow]) -> str:
    """Return the name of the file after those that brought a message to a channel."""
    first, last = PurePath(sent[0].name), sent[-1]
    return last.name if last.state in GIVEN_UP else f"{first.stem}-again{len(sent)}{first.suffix}"


def _why_not_new(row: MessageRow, data: bytes, channels: Collection[str]) -> str | None:
    if row.direction == "out":
        return OURS
    if row.state is MessageState.RECEIVED:
        return UNDECIDED
    if not data:
        return NOT_KEPT
    return None if row.channel in channels else NO_CHANNEL
