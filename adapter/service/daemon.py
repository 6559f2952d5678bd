"""The daemon: a clock that ticks, a dispatcher that hands out work, and a clean end.

APScheduler only says that it is time to look; what there is to do stands in the folders and in the store.

When a worker dies or fails, its task counts as not done, wherever it was: in the pipe, half done or done but not
reported. Nothing is handed out before one worker, alone, has recovered. When the daemon dies, its workers finish what
they have in hand and end; the next daemon waits for them (see `store.lock`) and recovers before anything else.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from datetime import timedelta

import structlog

from adapter.channel.base import Incoming
from adapter.config import Settings, build
from adapter.errors import BudstikkeError, ChannelError, StoreError
from adapter.message.state import DeliveryState
from adapter.service import logs, notify
from adapter.service.clock import Ticker
from adapter.service.desk import UNPARKED
from adapter.service.lookups import Lookups
from adapter.service.parts import Clock, utc_now
from adapter.service.pool import Ended, Pool
from adapter.service.stop import StopSign
from adapter.service.worker import Deliver, Done, Failed, Fetch, FireTimers, Recover, Resume, Task
from adapter.store.lock import DaemonLock
from adapter.store.store import Store

log = structlog.get_logger(__name__)

#: Messages, files or deliveries in one task.
BATCH = 40
#: Bytes in one task, so that large attachments do not fill the memory.
BATCH_BYTES = 16_000_000
#: Files looked up in a folder at once.
LISTING = 1000
#: Seconds to wait after a failure, at first and at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
#: With `once`, so many failures in a row end the run.
MOST_FAILURES = 5
#: Seconds by which the clock must be set back before the ticks are planned anew.
SET_BACK = 2.0


def run(settings: Settings, *, once: bool = False, workers: int | None = None) -> int:
    """Run the daemon until it is told to stop, or with `once` until there is nothing left to do now.

    Returns:
        0 when all went well, 3 when `once` had to leave something undone.

    Raises:
        StoreLocked: another daemon works on the store.
        StoreError: the store cannot be used.
    """
    logs.configure()
    with StopSign() as stop:
        Store.open(settings.store.url, busy_timeout=settings.store.busy_timeout.total_seconds()).close()
        with DaemonLock.acquire(settings.store_file()):
            _create_folders(settings)
            pool = Pool(settings, workers or settings.adapter.workers)
            try:
                return Dispatcher(settings, pool, stop, once=once).run()
            finally:
                pool.stop()


def _create_folders(settings: Settings) -> None:
    """Create the folders that are missing; a channel where that fails keeps no other from working."""
    with Store.open(settings.store.url) as store, store.reading() as query:
        staged = {row.channel for row in query.staged_deliveries()}
    for name, channel in build.channels(settings).items():
        if name in staged:
            # A share that is not mounted: in a new folder nothing would be staged, as if all of it were published.
            continue
        try:
            channel.create_folders()
        except ChannelError as error:
            log.error("A channel's folders cannot be made", action="channel_down", channel=name, error=str(error))


class Dispatcher:
    """Hands out work to idle workers, each file, message and delivery to one of them only."""

    def __init__(self, settings: Settings, pool: Pool, stop: StopSign, *, once: bool, clock: Clock = utc_now) -> None:
        """Take the workers, what says that it is time to stop, and whether to end when nothing is left to do."""
        self._settings = settings
        self._pool = pool
        self._stop = stop
        self._once = once
        self._clock = clock
        self._store = Store.open(settings.store.url, busy_timeout=settings.store.busy_timeout.total_seconds())
        self._channels = build.channels(settings)
        self._files: dict[str, deque[Incoming]] = {name: deque() for name in self._channels}
        #: Files in a worker's hand, or in the store and still in their folder.
        self._seen: dict[str, set[tuple[str, str]]] = {name: set() for name in self._channels}
        #: Files that could not be read: looked at again when the channel is polled.
        self._left: dict[str, set[tuple[str, str]]] = {name: set() for name in self._channels}
        self._urgent: deque[Task] = deque([Recover(), FireTimers()])
        #: Workers whose failures say nothing about the messages they had in hand.
        self._spared: set[str] = set()
        self._in_hand: set[int] = set()
        self._resumed: set[int] = set()
        self._look_for_deliveries = True
        self._look_for_messages = True
        #: With `once`: what was judged may have begun deadlines that have passed, and drafts that go by themselves.
        self._has_judged = False
        self._failures = 0
        self._not_before = 0.0
        self._last_failure: Failed | None = None
        self._troubled: dict[str, str] = {}
        self._ticker: Ticker | None = None
        self._ahead = time.time() - time.monotonic()

    def run(self) -> int:
        """Work until told to stop, or until idle; returns the exit code."""
        with contextlib.closing(self._store), contextlib.ExitStack() as stack:
            for name in self._channels:
                self._list(name)
            if not self._once:
                self._ticker = stack.enter_context(Ticker(build.polls(self._settings), self._stop.tick))
                her_ids = [her_id for party in self._settings.party for her_id in party.her_ids]
                stack.enter_context(Lookups(build.address_register(self._settings), her_ids))
            notify.ready(f"{len(self._channels)} channels, {len(self._pool.pids())} workers")
            log.info("The daemon is at work", action="started", pid=os.getpid(), workers=self._pool.pids())
            code = self._loop()
            notify.stopping()
            log.info("The daemon stops", action="stopped")
        return code

    def _loop(self) -> int:
        while True:
            if not self._stop.is_set:
                self._hand_out()
            if self._stop.is_set and not self._pool.is_working:
                return 0
            if self._once and self._is_idle():
                if self._is_unfinished():
                    return 3
                if not self._waits_for_files():
                    return 0
            pause = max(0.0, self._not_before - time.monotonic()) if self._failures else None
            timeout = pause or (0.2 if self._once else 5.0)
            ended, said = self._pool.wait([self._stop.ticks], timeout)
            for end in ended:
                self._take_note(end)
            for word in said:
                self._hear(word)
            self._watch_clock()
            notify.alive()
            if self._once and self._failures >= MOST_FAILURES:
                failure = self._last_failure
                raise BudstikkeError(failure.error if failure else None, hint=failure.hint if failure else None)

    def _hand_out(self) -> None:
        """Give every idle worker the most urgent thing there is."""
        if time.monotonic() < self._not_before:
            return
        for handle in self._pool.idle:
            try:
                task = self._next()
            except StoreError as error:
                if not error.can_retry:
                    raise
                self._slow_down(Failed(error.code, str(error), error.advice, can_retry=True))
                return
            if task is None:
                return
            self._pool.give(handle, task)

    def _next(self) -> Task | None:
        if self._pool.is_recovering:
            return None  # recovery needs the store and the folders for itself
        if self._urgent:
            if not isinstance(self._urgent[0], Recover):
                return self._urgent.popleft()
            if self._pool.is_working:
                return None
            self._urgent.popleft()
            return Recover(tuple(sorted(self._spared)))
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
        self._look_again(end.task, end.outcome)
        if isinstance(end.outcome, Done):
            if not isinstance(end.task, Recover):
                # (A recovery that had nothing to write shows nothing about a disk that is full.)
                self._failures = 0
            log.debug("A task is done", action="done", task=type(end.task).__name__, **end.outcome.counts)
            return
        # A failed or dead worker leaves claims behind that only recovery may touch.
        if not any(isinstance(waiting, Recover) for waiting in self._urgent):
            self._urgent.appendleft(Recover())
        if isinstance(end.outcome, Failed):
            if end.outcome.can_retry:
                self._spared.add(end.worker)
            self._slow_down(end.outcome)

    def _look_again(self, task: Task | None, outcome: Done | Failed | None) -> None:
        """Let go of what a task had in hand, and look where there may be more to do."""
        is_done = isinstance(outcome, Done)
        if isinstance(outcome, Done) and outcome.counts.get(UNPARKED):
            self._look_for_messages = True
        match task:
            case Deliver(rows):
                self._in_hand.difference_update(row.id for row in rows)
                self._look_for_deliveries = True
            case Resume(messages):
                self._resumed.difference_update(messages)
                self._look_for_messages = self._has_judged = True
            case Recover():
                self._look_for_deliveries = self._look_for_messages = True
                if is_done:
                    self._spared.clear()
            case FireTimers():
                if not is_done:
                    self._urgent.append(task)
                self._look_for_deliveries = self._look_for_deliveries or self._once
            case Fetch(channel, items):
                if isinstance(outcome, Done):
                    self._left[channel].update((item.source, item.version) for item in outcome.left)
                self._list(channel, retry=() if is_done else items)
                self._has_judged = True
                self._look_for_deliveries = self._look_for_deliveries or self._once
            case _:
                pass

    def _slow_down(self, failure: Failed) -> None:
        """Wait before anything else is begun, the longer the more often it failed in a row."""
        self._failures += 1
        self._last_failure = failure
        pause = min(FIRST_PAUSE * 2 ** min(self._failures - 1, 10), LONGEST_PAUSE)
        self._not_before = time.monotonic() + pause
        log.error(
            "A task could not be done; it is tried again",
            action="task_failed",
            code=failure.code,
            error=failure.error,
            hint=failure.hint,
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
        self._left[name].intersection_update(present)
        fresh = [item for item in found if (item.source, item.version) not in seen]
        seen.update((item.source, item.version) for item in fresh)
        self._files[name].extend(fresh)

    def _hear(self, word: str) -> None:
        """Act on a tick: "poll:<channel>", "look", "timers", or "stop:<signal>"."""
        verb, _, name = word.partition(":")
        if verb == "stop":
            log.info("The daemon was told to stop", action="stopping", signal=name)
        elif verb == "poll":
            self._seen[name] -= self._left[name]
            self._left[name].clear()
            self._list(name)
        elif verb == "look":
            self._look_for_deliveries = self._look_for_messages = True
        elif verb == "timers":
            if FireTimers() not in self._urgent:
                self._urgent.append(FireTimers())
            if not self._pool.is_working and Recover() not in self._urgent and self._has_open_deliveries():
                self._urgent.append(Recover())

    def _watch_clock(self) -> None:
        """Plan the ticks anew when the clock was set back: they would wait until it is as late again."""
        ahead = time.time() - time.monotonic()
        if self._ticker is not None and ahead < self._ahead - SET_BACK:
            log.warning("The clock was set back", action="clock_set_back", seconds=round(self._ahead - ahead))
            self._ticker.plan()
        self._ahead = ahead

    def _is_idle(self) -> bool:
        """Tell whether nothing is left to do now."""
        if self._pool.is_busy or self._urgent or any(self._files.values()):
            return False
        if self._look_for_deliveries or self._look_for_messages:
            return False
        for name in self._channels:
            self._list(name)
        if any(self._files.values()):
            return False
        if self._has_judged:
            self._has_judged = False
            self._urgent.append(FireTimers())
        return not self._urgent

    def _is_unfinished(self) -> bool:
        """Tell whether something is left that could not be done: it waits for another time, or for a person."""
        if self._troubled or any(self._left.values()) or self._has_open_deliveries():
            return True
        with self._store.reading() as query:
            return any(row.last_error for row in query.deliveries(state=DeliveryState.QUEUED, limit=LISTING))

    def _has_open_deliveries(self) -> bool:
        """Tell whether a delivery's outcome is unknown, while no worker has one in hand."""
        with self._store.reading() as query:
            return bool(query.deliveries(state=DeliveryState.SENDING, limit=1))

    def _waits_for_files(self) -> bool:
        """Tell whether files lie there that are too young to be read."""
        later = self._clock() + self._longest_quiet()
        try:
            return any(
                (item.source, item.version) not in self._seen[name]
                for name, channel in self._channels.items()
                for item in channel.listing(LISTING, later)
            )
        except ChannelError:
            return True  # the next look tells what is wrong

    def _longest_quiet(self) -> timedelta:
        return max((max(channel.quiet, channel.patience) for channel in self._settings.folders()), default=timedelta())
