"""What the store still has to do: deliveries that are due, and what a crash has left undecided.

The store is only asked where there may be something: at every tick, and after whatever could have made work.
"""

from __future__ import annotations

from adapter.service.parts import Clock
from adapter.service.rounds import Rounds
from adapter.service.worker import Deliver, Reopen, Resume, SendDue, Ship
from adapter.store.query import Query
from adapter.store.store import Store

#: Messages or deliveries in one task.
BATCH = 40

Work = Deliver | Ship | SendDue | Resume | Reopen


class Backlog:
    """Work that lies in the store, each piece handed out to one worker only."""

    def __init__(self, store: Store, rounds: Rounds, clock: Clock) -> None:
        """Take the store, and who may send by mail."""
        self._store = store
        self._rounds = rounds
        self._clock = clock
        self._deliveries: set[int] = set()
        self._messages: set[int] = set()
        self._envelopes: set[int] = set()
        self._may_have_deliveries = True
        self._may_have_messages = True

    @property
    def is_done(self) -> bool:
        """Tell whether the store has nothing to do for all that is known."""
        return not self._may_have_deliveries and not self._may_have_messages

    def look_for_deliveries(self) -> None:
        """Ask the store for deliveries next time."""
        self._may_have_deliveries = True

    def look_for_messages(self) -> None:
        """Ask the store next time for messages nothing is decided about."""
        self._may_have_messages = True

    def next(self) -> Work | None:
        """Return what is to be done first, or None."""
        return self._delivery() or self._leftover()

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
            self._may_have_messages = True
        if not isinstance(task, Resume):
            self._may_have_deliveries = True

    def _delivery(self) -> Deliver | Ship | SendDue | None:
        if not self._may_have_deliveries:
            return None
        task: Deliver | Ship | SendDue | None
        with self._store.reading() as query:
            rows = query.due_deliveries(self._clock(), BATCH, self._deliveries, but=self._rounds.channels)
            task = Deliver(tuple(rows)) if rows else self._mails(query)
        if task is None:
            self._may_have_deliveries = False
        elif not isinstance(task, SendDue):
            self._deliveries.update(row.id for row in task.rows)
        return task

    def _mails(self, query: Query) -> Ship | SendDue | None:
        """Return what is to be sent by a mail channel that nobody sends from, what it says by itself first."""
        now = self._clock()
        for name in self._rounds.free_to_send():
            task: Ship | SendDue
            if query.due_envelopes(name, now, 1):
                task = SendDue(name)
            elif rows := query.due_deliveries(now, BATCH, self._deliveries, channel=name):
                task = Ship(name, tuple(rows))
            else:
                continue
            self._rounds.sends(name)
            return task
        return None

    def _leftover(self) -> Resume | Reopen | None:
        if not self._may_have_messages:
            return None
        with self._store.reading() as query:
            messages = query.received(BATCH, exclude=self._messages)
            mails = query.received_envelopes(BATCH, exclude=self._envelopes) if self._rounds.channels else []
        if messages:
            self._messages.update(messages)
            return Resume(tuple(messages))
        if mails:
            self._envelopes.update(mails)
            return Reopen(tuple(mails))
        self._may_have_messages = False
        return None
