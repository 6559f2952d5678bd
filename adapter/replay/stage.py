"""The adapter in one process, on folders and a store of its own, and on a clock that only a scenario moves.

The same parts and the same tasks as in the daemon's workers, one after the other in a fixed order: so a run comes
out the same every time, to the byte.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from adapter.channel.base import Incoming
from adapter.replay.acts import CrashPoint
from adapter.service.parts import Parts
from adapter.service.worker import Deliver, Fetch, FireTimers, Recover, Resume, Task, Worker

#: Deliveries in one task, as in the daemon.
_BATCH = 20
_ALL = 1_000_000


class FrozenClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        """Take the moment it stands at."""
        self.now = now

    def __call__(self) -> datetime:
        """Return the moment it stands at."""
        return self.now


class Stage:
    """An adapter of its own, to be played with."""

    def __init__(self, parts: Parts, starts: datetime) -> None:
        """Take parts whose store and folders belong to this run alone."""
        self.clock = FrozenClock(starts)
        self._files = itertools.count(1)
        self._workers = itertools.count(1)
        #: Files that were handed to the worker; one that it could not read stays where it is.
        self._seen: set[tuple[str, str, str]] = set()
        self._is_running = True
        self._bomb: _Bomb | None = None
        self.take(parts)

    @property
    def now(self) -> datetime:
        """Return the moment the clock stands at."""
        return self.clock.now

    def take(self, parts: Parts) -> None:
        """Go on with other parts, which have the same store."""
        self._parts = parts
        self._inboxes = {channel.id: channel.inbox for channel in parts.settings.folders()}
        for channel in parts.channels.values():
            channel.create_folders()
        self._worker = self._new_worker()

    def drop(self, channel: str, data: bytes) -> str:
        """Put a file into an inbox; return the label that the store knows it by."""
        path = self._inboxes[channel] / f"{next(self._files):05}.xml"
        path.write_bytes(data)
        stamp = self.now.timestamp()
        os.utime(path, (stamp, stamp))
        return Incoming(path.name, 0, self.now).label

    def move_to(self, moment: datetime) -> None:
        """Do what there is to do, then let time pass, stopping wherever a delivery or a timer is due.

        While the daemon is stopped, time passes and nothing is done.
        """
        self.settle()
        while (due := self.next_due) is not None and due <= moment:
            self.clock.now = due
            self.settle()
        self.clock.now = moment
        self.settle()

    @property
    def next_due(self) -> datetime | None:
        """Return when the next delivery or timer is due; None where nothing waits, or the daemon is stopped."""
        if not self._is_running:
            return None
        with self._parts.store.reading() as query:
            moments = [row.due_at for row in query.timers(state="running", limit=_ALL)]
            moments += [
                row.due_at for row in query.deliveries(limit=_ALL) if row.due_at is not None and row.state.is_under_way
            ]
        return min((moment for moment in moments if moment > self.now), default=None)

    def set_back(self, by: timedelta) -> None:
        """Set the clock back, as people and time servers do."""
        self.clock.now -= by

    def stop(self) -> None:
        """Stop the daemon."""
        self._is_running = False

    def start(self) -> None:
        """Start the daemon; it first finds out what became of what was in hand."""
        self._is_running = True
        self._worker = self._new_worker()
        self._worker.do(Recover())

    def settle(self) -> None:
        """Do all there is to do now."""
        if not self._is_running:
            return
        self._work()
        self._do(FireTimers())
        self._work()

    def _work(self) -> None:
        """Do all but the deadlines: what settles one may lie in a folder, as in a daemon that starts."""
        while self._deliver() or self._resume() or self._fetch():
            pass

    def crash_at(self, point: CrashPoint) -> None:
        """Have the worker die the next time it gets to a point; the next one takes its place at once."""
        bomb = self._bomb = _Bomb(point)
        # the very channels that the post of these parts has
        channels = cast("dict[str, Any]", self._parts.channels)
        for name, channel in list(channels.items()):
            channels[name] = _Brittle(channel, bomb)

    @property
    def waits_to_crash(self) -> bool:
        """Tell whether a worker was to die and has never come to that point."""
        return self._bomb is not None and self._bomb.is_armed

    def _do(self, task: Task) -> None:
        try:
            self._worker.do(task)
        except _Died:
            self.start()

    def _new_worker(self) -> Worker:
        return Worker(self._parts, f"isolated-{next(self._workers)}", self.clock)

    def _deliver(self) -> bool:
        with self._parts.store.reading() as query:
            rows = query.due_deliveries(self.now, _BATCH)
        if rows:
            self._do(Deliver(tuple(rows)))
        return bool(rows)

    def _resume(self) -> bool:
        """Take up messages that were parked until what they wait for came."""
        with self._parts.store.reading() as query:
            received = query.received(_BATCH)
        if received:
            self._do(Resume(tuple(received)))
        return bool(received)

    def _fetch(self) -> bool:
        for name, channel in self._parts.channels.items():
            for item in channel.listing(_BATCH, self.now):
                key = (name, item.source, item.version)
                if key not in self._seen:
                    self._seen.add(key)
                    self._do(Fetch(name, (item,)))
                    return True
        return False


class _Died(BaseException):
    """The process of the worker is gone: nothing below may catch it and go on."""


class _Bomb:
    """Goes off once."""

    def __init__(self, point: CrashPoint) -> None:
        self._point: CrashPoint | None = point
        self._published = 0

    @property
    def is_armed(self) -> bool:
        """Tell whether it has not gone off."""
        return self._point is not None

    def stage(self) -> None:
        """Tell of something that is about to be staged."""
        if self._point is CrashPoint.UNDECIDED:
            self._go_off()

    def publish(self) -> None:
        """Tell of something that is about to be shown: deliveries first, then the receipts for them."""
        if self._point is (CrashPoint.UNANSWERED if self._published else CrashPoint.UNSENT):
            self._go_off()
        self._published += 1

    def published(self) -> None:
        """Tell of something that has been shown."""
        if self._point is CrashPoint.UNRECORDED and self._published > 1:
            self._go_off()

    def _go_off(self) -> None:
        self._point = None
        raise _Died


class _Brittle:
    """A channel whose worker may die."""

    def __init__(self, channel: Any, bomb: _Bomb) -> None:  # noqa: ANN401 - any channel, brittle already or not
        self._channel = channel
        self._bomb = bomb

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a channel has
        return getattr(self._channel, name)

    def stage(self, name: str, data: bytes) -> None:
        self._bomb.stage()
        self._channel.stage(name, data)

    def publish(self, names: Iterable[str]) -> None:
        self._bomb.publish()
        self._channel.publish(names)
        self._bomb.published()
