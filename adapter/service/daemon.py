"""The daemon: a clock that ticks, a dispatcher that hands out work, and a clean end.

APScheduler only says that it is time to look; what there is to do stands in the folders and in the store.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import structlog

from adapter.channel.base import Incoming
from adapter.config import Settings, build
from adapter.errors import BudstikkeError, ChannelError
from adapter.service import logs, notify
from adapter.service.clock import Ticker
from adapter.service.parts import Clock, utc_now
from adapter.service.pool import Ended, Pool
from adapter.service.worker import Deliver, Done, Failed, Fetch, FireTimers, Recover, Resume, Task
from adapter.store.lock import DaemonLock
from adapter.store.store import Store

log = structlog.get_logger(__name__)

#: Messages, files or deliveries in one task.
BATCH = 20
#: Bytes in one task, so that large attachments do not fill the memory.
BATCH_BYTES = 16_000_000
#: Files looked up in a folder at once.
LISTING = 1000
#: Seconds to wait after a failure, at first and at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
#: With `once`, so many failures in a row end the run.
MOST_FAILURES = 5


def run(settings: Settings, *, once: bool = False, workers: int | None = None) -> int:
    """Run the daemon until it is told to stop, or with `once` until there is nothing left to do now.

    Returns:
        0 when all went well, 3 when `once` had to leave something undone.

    Raises:
        StoreLocked: another daemon works on the store.
        StoreError: the store cannot be used.
    """
    logs.configure()
    Store.open(settings.store.url, busy_timeout=settings.store.busy_timeout.total_seconds()).close()
    with DaemonLock.acquire(settings.store_file()):
        for channel in build.channels(settings).values():
            channel.create_folders()
        pool = Pool(settings, workers or settings.adapter.workers)
        try:
            return Dispatcher(settings, pool, once=once).run()
        finally:
            pool.stop()


class Dispatcher:
    """Hands out work to idle workers, each file, message and delivery to one of them only."""

    def __init__(self, settings: Settings, pool: Pool, *, once: bool, clock: Clock = utc_now) -> None:
        """Take the workers, and whether to end when there is nothing left to do."""
        self._settings = settings
        self._pool = pool
        self._once = once
        self._clock = clock
        self._store = Store.open(settings.store.url, busy_timeout=settings.store.busy_timeout.total_seconds())
        self._channels = build.channels(settings)
        self._files: dict[str, deque[Incoming]] = {name: deque() for name in self._channels}
        #: Files in a worker's hand, or in the store and still in their folder.
        self._seen: dict[str, set[tuple[str, str]]] = {name: set() for name in self._channels}
        self._urgent: deque[Task] = deque([Recover(), FireTimers()])
        self._in_hand: set[int] = set()
        self._resumed: set[int] = set()
        self._look_for_deliveries = True
        self._look_for_messages = True
        self._failures = 0
        self._not_before = 0.0
        self._last_failure: Failed | None = None
        self._troubled: dict[str, str] = {}
        self._stopping = threading.Event()

    def run(self) -> int:
        """Work until told to stop, or until idle; returns the exit code."""
        ticks, tick = Pipe(duplex=False)
        with self._signals(tick), contextlib.closing(self._store), contextlib.ExitStack() as stack:
            for name in self._channels:
                self._list(name)
            if not self._once:
                polls = build.polls(self._settings)
                stack.enter_context(Ticker(polls, tick))
            notify.ready(f"{len(self._channels)} channels, {len(self._pool.pids())} workers")
            log.info("The daemon is at work", action="started", pid=os.getpid(), workers=self._pool.pids())
            code = self._loop(ticks)
            notify.stopping()
            log.info("The daemon stops", action="stopped")
        return code

    def _loop(self, ticks: Connection[Any, Any]) -> int:
        while True:
            if not self._stopping.is_set():
                self._hand_out()
            if self._stopping.is_set() and not self._pool.is_working:
                return 0
            if self._once and self._is_idle():
                if self._failures or self._troubled:
                    return 3
                if not self._waits_for_files():
                    return 0
            pause = max(0.0, self._not_before - time.monotonic()) if self._failures else None
            timeout = pause or (0.2 if self._once else 5.0)
            ended, said = self._pool.wait([ticks], timeout)
            for end in ended:
                self._take_note(end)
            for word in said:
                self._hear(word)
            notify.alive()
            if self._once and self._failures >= MOST_FAILURES:
                failure = self._last_failure
                raise BudstikkeError(failure.error if failure else None, hint=failure.hint if failure else None)

    def _hand_out(self) -> None:
        """Give every idle worker the most urgent thing there is."""
        if time.monotonic() < self._not_before:
            return
        for handle in self._pool.idle:
            task = self._next()
            if task is None:
                return
            self._pool.give(handle, task)
            if isinstance(task, Recover):
                return

    def _next(self) -> Task | None:
        if self._urgent:
            if isinstance(self._urgent[0], Recover) and self._pool.is_working:
                return None  # recovery needs the store for itself
            return self._urgent.popleft()
        return self._deliveries() or self._leftovers() or self._fetch()

    def _deliveries(self) -> Deliver | None:
        if not self._look_for_deliveries:
            return None
        with self._store.reading() as query:
            rows = query.due_deliveries(self._clock(), BATCH, exclude=self._in_hand)
        if not rows:
            self._look_for_deliveries = False
            return None
        self._in_hand.update(row.id for row in rows)
        return Deliver(tuple(rows))

    def _leftovers(self) -> Resume | None:
        if not self._look_for_messages:
            return None
        with self._store.reading() as query:
            found = query.received(BATCH, exclude=self._resumed)
        if not found:
            self._look_for_messages = False
            return None
        self._resumed.update(found)
        return Resume(tuple(found))

    def _fetch(self) -> Fetch | None:
        """Return a batch from the channel whose next file has waited longest, so that none starves."""
        waiting = {name: files for name, files in self._files.items() if files}
        if not waiting:
            return None
        name = min(waiting, key=lambda name: waiting[name][0].modified)
        files, size = waiting[name], 0
        batch: list[Incoming] = []
        while files and len(batch) < BATCH and (not batch or size + files[0].size <= BATCH_BYTES):
            batch.append(files.popleft())
            size += batch[-1].size
        return Fetch(name, tuple(batch))

    def _take_note(self, end: Ended) -> None:
        """Learn from a task that ended: what to look for next, and whether to slow down."""
        task, outcome = end.task, end.outcome
        if isinstance(task, Deliver):
            self._in_hand.difference_update(row.id for row in task.rows)
            self._look_for_deliveries = True
        elif isinstance(task, Resume):
            self._resumed.difference_update(task.messages)
            self._look_for_messages = True
        elif isinstance(task, Recover):
            self._look_for_deliveries = self._look_for_messages = True
        elif isinstance(task, Fetch):
            self._list(task.channel, retry=task.items if not isinstance(outcome, Done) else ())
            self._look_for_deliveries = self._look_for_deliveries or self._once
        if isinstance(outcome, Done):
            self._failures = 0
            log.debug("A task is done", action="done", task=type(task).__name__, **outcome.counts)
            return
        # A failed or dead worker leaves claims behind that only recovery may touch.
        if not any(isinstance(waiting, Recover) for waiting in self._urgent):
            self._urgent.appendleft(Recover())
        if isinstance(outcome, Failed):
            self._failures += 1
            self._last_failure = outcome
            pause = min(FIRST_PAUSE * 2 ** (self._failures - 1), LONGEST_PAUSE)
            self._not_before = time.monotonic() + pause
            log.error(
                "A task could not be done; it is tried again",
                action="task_failed",
                code=outcome.code,
                error=outcome.error,
                hint=outcome.hint,
                pause=pause,
            )

    def _list(self, name: str, *, retry: tuple[Incoming, ...] = ()) -> None:
        """Look into a channel's folder when all that was found before is handed out."""
        seen = self._seen[name]
        seen.difference_update((item.source, item.version) for item in retry)
        if self._files[name]:
            return
        try:
            found = self._channels[name].listing(LISTING + len(seen), self._clock())
        except ChannelError as error:
            if self._troubled.get(name) != str(error):
                log.error("A channel cannot be read", action="channel_down", channel=name, error=str(error))
            self._troubled[name] = str(error)
            return
        if self._troubled.pop(name, None):
            log.info("A channel can be read again", action="channel_up", channel=name)
        present = {(item.source, item.version) for item in found}
        seen.intersection_update(present)
        fresh = [item for item in found if (item.source, item.version) not in seen]
        seen.update((item.source, item.version) for item in fresh)
        self._files[name].extend(fresh)

    def _hear(self, word: str) -> None:
        """Act on a tick: "poll:<channel>", "look", "timers", or "stop"."""
        verb, _, name = word.partition(":")
        if verb == "poll":
            self._list(name)
        elif verb == "look":
            self._look_for_deliveries = self._look_for_messages = True
        elif verb == "timers" and FireTimers() not in self._urgent:
            self._urgent.append(FireTimers())

    def _is_idle(self) -> bool:
        """Tell whether nothing is left to do now."""
        if self._pool.is_busy or self._urgent or any(self._files.values()):
            return False
        if self._look_for_deliveries or self._look_for_messages:
            return False
        for name in self._channels:
            self._list(name)
        return not any(self._files.values())

    def _waits_for_files(self) -> bool:
        """Tell whether files lie there that are too young to be read."""
        later = self._clock() + self._longest_quiet()
        return any(
            (item.source, item.version) not in self._seen[name]
            for name, channel in self._channels.items()
            for item in channel.listing(LISTING, later)
        )

    def _longest_quiet(self) -> timedelta:
        return max((max(channel.quiet, channel.patience) for channel in self._settings.channel), default=timedelta())

    @contextlib.contextmanager
    def _signals(self, tick: Connection[Any, Any]) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT, when the batches in hand are finished."""

        def stop(number: int, _frame: object) -> None:
            log.info("The daemon was told to stop", action="stopping", signal=signal.Signals(number).name)
            self._stopping.set()
            tick.send("stop")

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
