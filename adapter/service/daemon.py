"""The daemon: a clock that ticks, a dispatcher that hands out work, and a clean end.

APScheduler only says that it is time to look; what there is to do stands in the folders and in the store. The store,
the mailboxes and the folders take turns, so that no pile of one keeps the others waiting.

When a worker dies or fails, its task counts as not done, wherever it was: in the pipe, half done or done but not
reported. Nothing is handed out before one worker, alone, has recovered. When the daemon dies, its workers finish what
they have in hand and end; the next daemon waits for them (see `store.lock`) and recovers before anything else.
"""

from __future__ import annotations

import contextlib
import os
import time
from datetime import timedelta

import structlog

from adapter.config import Settings, build
from adapter.errors import BudstikkeError, ChannelError, StoreError
from adapter.message.state import DeliveryState
from adapter.service import logs, notify
from adapter.service.arrears import Arrears
from adapter.service.backlog import Backlog
from adapter.service.clock import Ticker
from adapter.service.desk import UNPARKED
from adapter.service.inboxes import Inboxes
from adapter.service.lookups import Lookups
from adapter.service.parts import Clock, utc_now
from adapter.service.pool import Ended, Pool
from adapter.service.rounds import Rounds
from adapter.service.stop import StopSign
from adapter.service.troubles import Troubles
from adapter.service.turns import Turns
from adapter.service.worker import (
    JUDGED_AGAIN,
    Collect,
    Deliver,
    Done,
    Failed,
    Fetch,
    FireTimers,
    Recover,
    Reopen,
    Resume,
    SendDue,
    Ship,
    Task,
)
from adapter.store.lock import DaemonLock
from adapter.store.store import Store

log = structlog.get_logger(__name__)

#: Deliveries looked at for whether any of them failed.
LISTING = 1000
#: Seconds to wait after a failure, at first and at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
#: With `once`, so many failures in a row end the run.
MOST_FAILURES = 5
#: Seconds by which the clock must be set back before the ticks are planned anew.
SET_BACK = 2.0
#: Tasks by which something was decided about messages.
_JUDGING = Fetch | Collect | Resume | Reopen


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
        self._troubles = Troubles()
        self._inboxes = Inboxes(build.channels(settings), self._troubles, clock, workers=pool.size)
        self._rounds = Rounds((channel.id for channel in settings.mailboxes()), self._troubles)
        self._backlog = Backlog(self._store, self._rounds, clock)
        self._turns = Turns[Task]([self._backlog.next, self._rounds.next, self._inboxes.next])
        self._arrears = Arrears(self._inboxes, self._rounds, self._backlog, clock)
        #: What comes before all else: a recovery, and deadlines as soon as what waited at the start is judged.
        self._must_recover = True
        self._must_fire = True
        #: Workers whose failures say nothing about the messages they had in hand.
        self._spared: set[str] = set()
        #: With `once`: what was judged may have begun deadlines that have passed, and drafts that go by themselves.
        self._has_judged = False
        self._failures = 0
        self._not_before = 0.0
        self._ticker: Ticker | None = None
        self._ahead = time.time() - time.monotonic()

    def run(self) -> int:
        """Work until told to stop, or until idle; returns the exit code."""
        with contextlib.closing(self._store), contextlib.ExitStack() as stack:
            self._inboxes.look()
            if not self._once:
                self._ticker = stack.enter_context(Ticker(build.polls(self._settings), self._stop.tick))
                her_ids = [her_id for party in self._settings.party for her_id in party.her_ids]
                stack.enter_context(Lookups(build.address_register(self._settings), her_ids))
            notify.ready(f"{len(self._settings.channel)} channels, {len(self._pool.pids())} workers")
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
                if self._has_judged:
                    self._must_fire = True
                    continue
                if self._is_unfinished():
                    return 3
                if not self._inboxes.wait_for_files(self._longest_quiet()):
                    return 0
            self._wait()

    def _wait(self) -> None:
        """Wait until a worker, a tick or a signal has something to say, and learn from it."""
        pause = max(0.0, self._not_before - time.monotonic()) if self._failures else None
        ended, said = self._pool.wait([self._stop.ticks], pause or (0.2 if self._once else 5.0))
        for end in ended:
            self._take_note(end)
        for word in said:
            self._hear(word)
        self._watch_clock()
        notify.alive()

    def _hand_out(self) -> None:
        """Give every idle worker what is urgent, else something of the kind whose turn it is."""
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
        if self._must_recover:
            if self._pool.is_working:
                return None
            self._must_recover = False
            return Recover(tuple(sorted(self._spared)))
        if self._must_fire and self._arrears.are_judged():
            self._must_fire = self._has_judged = False
            return FireTimers()
        return self._turns.next()

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
        self._must_recover = True
        if isinstance(end.outcome, Failed):
            if end.outcome.can_retry:
                self._spared.add(end.worker)
            self._slow_down(end.outcome)
            if self._once and self._failures == MOST_FAILURES - 1 and isinstance(end.task, _JUDGING):
                # What cannot be judged must not keep deadlines from being handled in any run.
                self._arrears.give_up()

    def _look_again(self, task: Task | None, outcome: Done | Failed | None) -> None:
        """Let go of what a task had in hand, and look where there may be more to do."""
        is_done = isinstance(outcome, Done)
        if isinstance(outcome, Done) and not outcome.counts.keys().isdisjoint({UNPARKED, JUDGED_AGAIN}):
            self._backlog.look_for_messages()
        match task:
            case Deliver() | Ship() | SendDue() | Resume() | Reopen():
                self._backlog.ended(task)
            case Recover():
                self._backlog.look_for_deliveries()
                self._backlog.look_for_messages()
                if is_done:
                    self._spared.clear()
            case FireTimers():
                self._must_fire = self._must_fire or not is_done
            case Fetch():
                self._inboxes.ended(task, outcome)
            case Collect():
                self._rounds.ended(task, outcome)
                # What came is acknowledged at once.
                self._backlog.look_for_deliveries()
        self._has_judged = self._has_judged or isinstance(task, _JUDGING)
        if isinstance(task, Fetch | FireTimers) and (self._once or self._rounds.channels):
            # Mail is never staged: what was decided waits to be sent.
            self._backlog.look_for_deliveries()

    def _slow_down(self, failure: Failed) -> None:
        """Wait before anything else is begun, the longer the more often it failed in a row; with `once`, end the run.

        Raises:
            BudstikkeError: with `once`, it failed too often.
        """
        self._failures += 1
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
        if self._once and self._failures >= MOST_FAILURES:
            raise BudstikkeError(failure.error, hint=failure.hint)

    def _hear(self, word: str) -> None:
        """Act on a tick: "poll:<channel>", "look", "timers", or "stop:<signal>"."""
        verb, _, name = word.partition(":")
        if verb == "stop":
            log.info("The daemon was told to stop", action="stopping", signal=name)
        elif verb == "poll" and name in self._rounds.channels:
            self._rounds.poll(name)
        elif verb == "poll":
            self._inboxes.poll(name)
        elif verb == "look":
            self._backlog.look_for_deliveries()
            self._backlog.look_for_messages()
        elif verb == "timers":
            self._must_fire = True
            if not self._pool.is_working and self._has_open_deliveries():
                self._must_recover = True

    def _watch_clock(self) -> None:
        """Plan the ticks anew when the clock was set back: they would wait until it is as late again."""
        ahead = time.time() - time.monotonic()
        if self._ticker is not None and ahead < self._ahead - SET_BACK:
            log.warning("The clock was set back", action="clock_set_back", seconds=round(self._ahead - ahead))
            self._ticker.plan()
        self._ahead = ahead

    def _is_idle(self) -> bool:
        """Tell whether nothing is left to do now."""
        if self._pool.is_busy or self._must_recover or self._must_fire or self._inboxes.has_files():
            return False
        if not self._backlog.is_done or not self._rounds.is_done:
            return False
        self._inboxes.look()
        return not self._inboxes.has_files()

    def _is_unfinished(self) -> bool:
        """Tell whether something is left that could not be done: it waits for another time, or for a person."""
        if self._troubles or self._inboxes.has_left or self._has_open_deliveries():
            return True
        with self._store.reading() as query:
            return any(row.last_error for row in query.deliveries(state=DeliveryState.QUEUED, limit=LISTING))

    def _has_open_deliveries(self) -> bool:
        """Tell whether a delivery's outcome is unknown, while no worker has one in hand."""
        with self._store.reading() as query:
            return bool(query.deliveries(state=DeliveryState.SENDING, limit=1))

    def _longest_quiet(self) -> timedelta:
        return max((max(channel.quiet, channel.patience) for channel in self._settings.folders()), default=timedelta())
