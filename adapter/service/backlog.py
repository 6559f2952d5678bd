"""What the store still has to do: deliveries that are due, and what a crash has left undecided.

The store is only asked where there may be something: at every tick, and after whatever could have made work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from adapter.service.parts import Clock
from adapter.service.rounds import Rounds
from adapter.service.turns import Turns
from adapter.service.worker import Deliver, Reopen, Resume, SendDue, Ship
from adapter.store.store import Store

#: Messages or deliveries in one task.
BATCH = 40

Work = Deliver | Ship | SendDue | Resume | Reopen


class _Kind:
    """One kind of work, looked for only where there may be some."""

    def __init__(self, find: Callable[[], Work | None]) -> None:
        self._find = find
        self.may_exist = True

    def next(self) -> Work | None:
        task = self._find() if self.may_exist else None
        self.may_exist = task is not None
        return task


class Backlog:
    """Work that lies in the store, each piece handed out to one worker only.

    Its kinds take turns. So do the mail channels, and on each of them what it says by itself and its deliveries.
    """

    def __init__(self, store: Store, rounds: Rounds, clock: Clock) -> None:
        """Take the store, and who may send by mail."""
        self._store = store
        self._rounds = rounds
        self._clock = clock
        self._deliveries: set[int] = set()
        self._messages: set[int] = set()
        self._envelopes: set[int] = set()
        self._by_mail = Turns[SendDue | Ship](
            partial(self._mails_of, name, self._sendings(name)) for name in rounds.channels
        )
        self._to_send = (_Kind(self._deliver), _Kind(self._by_mail.next))
        self._left = (_Kind(self._resume), _Kind(self._reopen))
        self._kinds = Turns[Work](kind.next for kind in (*self._to_send, *self._left))

    @property
    def is_done(self) -> bool:
        """Tell whether the store has nothing to do for all that is known."""
        return not any(kind.may_exist for kind in (*self._to_send, *self._left))

    def has_undecided(self) -> bool:
        """Tell whether messages or mails wait to be decided about, or are in a worker's hand, since before a crash."""
        if self._messages or self._envelopes:
            return True
        with self._store.reading() as query:
            return bool(query.received(1) or (self._rounds.channels and query.received_envelopes(1)))

    def look_for_deliveries(self) -> None:
        """Ask the store for deliveries next time."""
        for kind in self._to_send:
            kind.may_exist = True

    def look_for_messages(self) -> None:
        """Ask the store next time for messages nothing is decided about."""
        for kind in self._left:
            kind.may_exist = True

    def next(self) -> Work | None:
        """Return something of the kind whose turn it is, or None where there is nothing to do."""
        return self._kinds.next()

    def ended(self, task: Work) -> None:
        """Let go of what a task had in hand, however it ended, and look for more of the same."""
        match task:
            case Deliver(rows):
                self._deliveries.difference_update(row.id for row in rows)
            case Ship(channel, rows):
                self._rounds.has_sent(channel)
                self._deliveries.difference_update(row.id for row in rows)
            case SendDue(channel):
                self._rounds.has_sent(channel)
            case Resume(messages):
                self._messages.difference_update(messages)
            case Reopen(envelopes):
                self._envelopes.difference_update(envelopes)
        if isinstance(task, Resume | Reopen):
            self.look_for_messages()
        if not isinstance(task, Resume):
            self.look_for_deliveries()

    def _deliver(self) -> Deliver | None:
        with self._store.reading() as query:
            rows = query.due_deliveries(self._clock(), BATCH, self._deliveries, but=self._rounds.channels)
        self._deliveries.update(row.id for row in rows)
        return Deliver(tuple(rows)) if rows else None

    def _sendings(self, channel: str) -> Turns[SendDue | Ship]:
        return Turns[SendDue | Ship]([partial(self._send_due, channel), partial(self._ship, channel)])

    def _mails_of(self, channel: str, sendings: Turns[SendDue | Ship]) -> SendDue | Ship | None:
        """Return what is to be sent by a mail channel, unless somebody sends from it."""
        task = None if self._rounds.is_sent_from(channel) else sendings.next()
        if task is not None:
            self._rounds.sends(channel)
        return task

    def _send_due(self, channel: str) -> SendDue | None:
        with self._store.reading() as query:
            return SendDue(channel) if query.due_envelopes(channel, self._clock(), 1) else None

    def _ship(self, channel: str) -> Ship | None:
        with self._store.reading() as query:
            rows = query.due_deliveries(self._clock(), BATCH, self._deliveries, channel=channel)
        self._deliveries.update(row.id for row in rows)
        return Ship(channel, tuple(rows)) if rows else None

    def _resume(self) -> Resume | None:
        with self._store.reading() as query:
            messages = query.received(BATCH, exclude=self._messages)
        self._messages.update(messages)
        return Resume(tuple(messages)) if messages else None

    def _reopen(self) -> Reopen | None:
        if not self._rounds.channels:
            return None
        with self._store.reading() as query:
            mails = query.received_envelopes(BATCH, exclude=self._envelopes)
        self._envelopes.update(mails)
        return Reopen(tuple(mails)) if mails else None
