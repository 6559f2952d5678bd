"""What one worker process does: one task at a time, each a batch."""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

import structlog

from adapter.channel.base import Incoming
from adapter.config import Settings
from adapter.errors import BudstikkeError, ConfigError
from adapter.flow.context import Arrival
from adapter.service import approval, intake, logs, timers
from adapter.service.certificates import Watch
from adapter.service.desk import MOST_ATTEMPTS, put_aside
from adapter.service.parts import Clock, Parts, utc_now
from adapter.store.lock import WorkerLock
from adapter.store.rows import DeliveryRow

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Fetch:
    """Take files from a channel, and decide about them."""

    channel: str
    items: tuple[Incoming, ...]


@dataclass(frozen=True, slots=True)
class Resume:
    """Decide about messages that are in the store since before a crash."""

    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Deliver:
    """Carry out deliveries whose time has come."""

    rows: tuple[DeliveryRow, ...]


@dataclass(frozen=True, slots=True)
class FireTimers:
    """Handle timers that ran out."""


@dataclass(frozen=True, slots=True)
class Recover:
    """Find out what became of work whose worker died. No other worker may be at work."""

    #: Workers that failed for reasons outside (a full disk, a locked store): no attempt is held against a message.
    spared: tuple[str, ...] = ()


Task = Fetch | Resume | Deliver | FireTimers | Recover


@dataclass(frozen=True, slots=True)
class Done:
    """A task that is finished."""

    #: How many messages went each way, or how many deliveries, timers were handled.
    counts: dict[str, int] = field(default_factory=dict)
    #: Wall time in seconds.
    seconds: float = 0.0
    #: Files that could not be read this time.
    left: tuple[Incoming, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that could not be done; nothing of it is lost."""

    code: str
    error: str
    hint: str
    #: True where the cause lies outside: it says nothing about the messages in hand.
    can_retry: bool


class Worker:
    """Does tasks with the parts of its process."""

    def __init__(self, parts: Parts, name: str, clock: Clock = utc_now) -> None:
        """Take the parts, a name that no other living worker has, and the clock."""
        self._parts = parts
        self._name = name
        self._clock = clock
        self._certificates = Watch(parts.settings)

    def do(self, task: Task) -> Done:
        """Do one task; raises BudstikkeError where it could not be done."""
        begun = time.perf_counter()
        left: tuple[Incoming, ...] = ()
        if isinstance(task, Fetch):
            counts, left = self._fetch(task)
        else:
            counts = self._do(task)
        return Done(counts, time.perf_counter() - begun, left)

    def _fetch(self, task: Fetch) -> tuple[dict[str, int], tuple[Incoming, ...]]:
        parts = self._parts
        channel = parts.channels[task.channel]
        fetched = intake.fetch(parts.store, channel, task.items, worker=self._name, now=self._clock())
        counts = parts.desk.process(fetched.arrivals, self._clock()) if fetched.arrivals else {}
        return counts, fetched.left

    def _do(self, task: Resume | Deliver | FireTimers | Recover) -> dict[str, int]:
        match task:
            case Resume(messages):
                return self._resume(messages)
            case Deliver(rows):
                return {"sent": self._parts.post.deliver(rows, self._clock())}
            case FireTimers():
                now = self._clock()
                fired = timers.fire_due(self._parts.store, now)
                sent = approval.send_unapproved(self._parts, now)
                self._watch_certificates(now)
                return {"timers": fired, "drafts": sent} if sent else {"timers": fired}
            case Recover(spared):
                return {"recovered": self._recover(spared)}

    def _watch_certificates(self, now: datetime) -> None:
        try:
            self._certificates.look(self._parts.store, now)
        except ConfigError as error:
            log.error(
                "A certificate cannot be used", action="certificates_unusable", error=str(error), hint=error.advice
            )

    def _resume(self, messages: tuple[int, ...]) -> dict[str, int]:
        # Taken up one at a time: if one of them brings the worker down, no attempt is held against its companions.
        outcome: dict[str, int] = {}
        for message in messages:
            arrival = self._take(message)
            if arrival is None:
                continue
            for verdict, number in self._parts.desk.process([arrival], self._clock()).items():
                outcome[verdict] = outcome.get(verdict, 0) + number
        return outcome

    def _take(self, message: int) -> Arrival | None:
        """Take up a message that is free, and has not cost too many workers already."""
        with self._parts.store.writing() as ledger:
            if not ledger.take([message], self._name):
                return None
            (row,) = ledger.messages_of([message])
            data = ledger.bodies([message])[message]
            arrival = Arrival(id=row.id, channel=row.channel, data=data, received_at=row.received_at)
            if row.attempts <= MOST_ATTEMPTS:
                return arrival
            log.error("A message is put aside", action="put_aside", message=message, attempts=row.attempts - 1)
            put_aside(ledger, [arrival], self._clock())
            return None

    def _recover(self, spared: tuple[str, ...]) -> int:
        with self._parts.store.writing() as ledger:
            released = sum(ledger.release_worker(worker, counts=worker not in spared) for worker in ledger.workers())
        return released + self._parts.post.recover(self._clock())


def main(settings: Settings, name: str, tasks: Connection[Any, Any]) -> None:
    """Run a worker process until its daemon says stop, or is gone.

    The daemon decides when to stop: signals to the whole group must not tear a batch apart.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logs.configure()
    try:
        with contextlib.closing(Parts.build(settings)) as parts, WorkerLock.acquire(settings.store_file()):
            # What is loaded now lives as long as the process: the collector need not walk it again for every batch.
            gc.freeze()
            _serve(Worker(parts, name), tasks)
    except BudstikkeError as error:
        log.error("A worker cannot start", action="worker_failed", code=error.code, error=str(error), hint=error.advice)
        sys.exit(1)


def _serve(worker: Worker, tasks: Connection[Any, Any]) -> None:
    """Do tasks until there are no more, or nobody who gives them: then what is in hand is still finished."""
    with contextlib.suppress(EOFError, OSError):
        tasks.send(Done())
        while (task := tasks.recv()) is not None:
            tasks.send(guarded(worker, task))


def guarded(worker: Worker, task: Task) -> Done | Failed:
    """Do a task and turn what goes wrong into a value; the trace is logged once, here."""
    try:
        return worker.do(task)
    except BudstikkeError as error:
        return Failed(error.code, str(error), error.advice, error.can_retry)
    except Exception as error:  # the one boundary of a worker: the daemon must hear of it
        log.exception("A task failed", action="task_failed")
        return Failed("INT-02", type(error).__name__, "The log holds the trace.", can_retry=False)
