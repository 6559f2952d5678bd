"""Into the inboxes, as the other system would do it, at a rate; and then what came of it, from the store."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from adapter.channel.base import Incoming
from adapter.errors import ChannelUnavailable, StoreError, StoreLocked
from adapter.message.state import DeliveryState, MessageState
from adapter.replay.preview import Plan
from adapter.store.lock import DaemonLock
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow, MessageFilter, MessageRow
from adapter.store.store import Store
from adapter.values import value_class

#: Seconds between looks at the store.
_LOOK = 0.3
#: Messages looked through at once.
_PAGE = 1000


@value_class
class Put:
    """A file that lies in an inbox, or lay there."""

    plan: Plan
    channel: str
    #: Its name in the inbox.
    name: str

    def label(self, now: datetime) -> str:
        """Return the name that the store knows the file by."""
        return Incoming(self.name, 0, now).label


@value_class
class Outcome:
    """What came of a file."""

    put: Put
    #: None while the adapter has not taken it.
    message: MessageRow | None = None
    #: Of the message itself, and of receipts for it.
    deliveries: tuple[DeliveryRow, ...] = ()
    #: Statuses of the receipts given, by the recipient's HER-id.
    receipts: tuple[tuple[str, str], ...] = ()

    def is_settled(self, now: datetime) -> bool:
        """Tell whether all that can happen now has happened."""
        if self.message is None or self.message.state is MessageState.RECEIVED:
            return False
        pending: set[int] = set()
        for row in self.deliveries:
            is_due = row.due_at is None or row.due_at <= now
            is_next = row.state is DeliveryState.WAITING and row.after_delivery in pending
            if is_next or (row.state in {DeliveryState.QUEUED, DeliveryState.SENDING} and is_due):
                pending.add(row.id)
        return not pending


class Pace:
    """So many things in a second; without a rate, as fast as they come."""

    def __init__(self, seconds_between: float = 0.0) -> None:
        """Take the time from one to the next."""
        self._between = seconds_between
        self._next = 0.0

    def wait(self, stop: threading.Event) -> None:
        """Wait until it is time for the next one, or to stop."""
        now = time.monotonic()
        stop.wait(max(0.0, self._next - now))
        self._next = max(self._next, now) + self._between


def put_all(plans: Sequence[Plan], inboxes: Mapping[str, Path], *, pace: Pace, stop: threading.Event) -> Iterator[Put]:
    """Put files into the inboxes of their channels; yield each that lies there, until all do or it is time to stop.

    Raises:
        ChannelUnavailable: an inbox cannot be written; what was put before lies there.
    """
    batch = uuid4().hex[:8]
    for number, one in enumerate(plans, start=1):
        if one.channel is None:
            continue
        pace.wait(stop)
        if stop.is_set():
            return
        suffix = one.source.path.suffix if one.source.path.suffix.isascii() else ""
        put = Put(plan=one, channel=one.channel, name=f"replay-{batch}-{number:05}{suffix or '.xml'}")
        _put(inboxes[one.channel], put, one.source.data)
        yield put


def is_daemon_at_work(store: Path) -> bool:
    """Tell whether a daemon works on the store in a file."""
    if not store.parent.is_dir():
        return False
    try:
        with DaemonLock.acquire(store, wait=0):
            return False
    except StoreLocked:
        return True


def await_outcomes(
    open_store: Callable[[], Store], puts: Sequence[Put], *, since: datetime, wait: timedelta, stop: threading.Event
) -> list[Outcome]:
    """Look at the store until every file is through, the time is over, or it is time to stop."""
    deadline = time.monotonic() + wait.total_seconds()
    while True:
        found = _look(open_store, puts, since)
        now = datetime.now(since.tzinfo)
        if all(one.is_settled(now) for one in found) or time.monotonic() > deadline or stop.is_set():
            return found
        stop.wait(_LOOK)


def _look(open_store: Callable[[], Store], puts: Sequence[Put], since: datetime) -> list[Outcome]:
    try:
        store = open_store()
    except StoreError:  # a daemon that has just been started makes its store
        return [Outcome(put=put) for put in puts]
    with store, store.reading() as query:
        return list(_outcomes(query, puts, since))


def _outcomes(query: Query, puts: Sequence[Put], since: datetime) -> Iterator[Outcome]:
    labels = {(put.channel, put.label(since)) for put in puts}
    rows = {(row.channel, row.source): row for row in _since(query, since) if (row.channel, row.source) in labels}
    deliveries: dict[int, list[DeliveryRow]] = {row.id: [] for row in rows.values()}
    for delivery in query.deliveries_of(list(deliveries)):
        deliveries[delivery.for_message_id].append(delivery)
    for put in puts:
        row = rows.get((put.channel, put.label(since)))
        if row is None:
            yield Outcome(put=put)
            continue
        receipts = tuple((item.recipient, item.status) for item in query.receipts_of(row.id))
        yield Outcome(put=put, message=row, deliveries=tuple(deliveries[row.id]), receipts=receipts)


def _since(query: Query, since: datetime) -> Iterator[MessageRow]:
    offset = 0
    while page := query.messages(MessageFilter(since=since, direction="in"), limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


def _put(inbox: Path, put: Put, data: bytes) -> None:
    """Write a hidden file, durably, then show it."""
    hidden = inbox / f".{put.name}.tmp"
    with _telling(put.channel):
        try:
            with hidden.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            hidden.rename(inbox / put.name)
        except OSError:
            hidden.unlink(missing_ok=True)
            raise


@contextmanager
def _telling(channel: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ChannelUnavailable(f"channel {channel}: inbox: {error.strerror or type(error).__name__}") from None
