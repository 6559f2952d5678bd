"""From a channel into the store: the bytes are safe before the source is settled.

Who dies before the commit has done nothing. Who dies between the commit and the settling leaves the file where it
is: it comes in again, as a message with an id that is known, and is ignored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from adapter.channel.base import Incoming, Inlet
from adapter.errors import ChannelError, LimitExceeded
from adapter.flow.context import Arrival
from adapter.flow.decision import OPERATOR
from adapter.store.entries import NewMessage, NewTask
from adapter.store.store import Store
from adapter.values import value_class

log = structlog.get_logger(__name__)


@value_class(kw_only=False)
class Fetched:
    """What came of a batch."""

    arrivals: tuple[Arrival, ...] = ()
    #: What could not be read this time and lies where it lay.
    left: tuple[Incoming, ...] = ()


def fetch(store: Store, channel: Inlet, items: Sequence[Incoming], *, worker: str, now: datetime) -> Fetched:
    """Bring a batch from a channel into the store, then take it away from the channel.

    What cannot be read stays where it is, or is set aside when it is too large; the others go on.
    """
    found, left = read(store, channel, items, now)
    if not found:
        return Fetched(left=left)
    new = [NewMessage(channel=channel.id, source=item.label, data=data) for item, data in found]
    with store.writing() as ledger:
        ids = ledger.receive(new, at=now, worker=worker)
    settle(channel, [item for item, _ in found])
    arrivals = (
        Arrival(id=number, channel=channel.id, data=data, received_at=now)
        for number, (_, data) in zip(ids, found, strict=True)
    )
    return Fetched(tuple(arrivals), left)


def read(
    store: Store, channel: Inlet, items: Sequence[Incoming], now: datetime, *, most_failures: int | None = None
) -> tuple[list[tuple[Incoming, bytes]], tuple[Incoming, ...]]:
    """Return what could be read of a batch, and what could not and lies where it lay; the too large is set aside.

    After `most_failures` the channel counts as out of reach, and no more is tried.
    """
    found: list[tuple[Incoming, bytes]] = []
    left: list[Incoming] = []
    for place, item in enumerate(items):
        if len(left) == most_failures:
            left += items[place:]
            break
        try:
            found.append((item, channel.read(item)))
        except LimitExceeded:
            if not _set_aside(store, channel, item, now):
                left.append(item)
        except ChannelError as error:
            left.append(item)
            log.warning("A file could not be read", action="read_failed", channel=channel.id, error=str(error))
    return found, tuple(left)


def settle(channel: Inlet, items: Sequence[Incoming]) -> bool:
    """Take away what is safe in the store; return False where it stays, comes again, and is then known as received."""
    try:
        channel.settle_many(items)
    except ChannelError as error:
        log.warning("Received files remain in the inbox", action="settle_failed", channel=channel.id, error=str(error))
        return False
    return True


def _set_aside(store: Store, channel: Inlet, item: Incoming, now: datetime) -> bool:
    """Move a file that is too large to the channel's own place for such, and tell the operator; return if it moved."""
    try:
        channel.set_aside(item)
    except ChannelError as error:
        log.error("A file is too large and stays", action="set_aside_failed", channel=channel.id, error=str(error))
        return False
    title = f"A file of {item.size} bytes on channel {channel.id} is too large to receive and was set aside"
    with store.writing() as ledger:
        ledger.add_tasks([NewTask(party=OPERATOR, rule="FORM-03", title=title)], at=now)
    log.error("A file is too large", action="set_aside", channel=channel.id, size=item.size)
    return True
