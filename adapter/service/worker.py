"""What one worker process does: one task at a time, each a batch."""

from __future__ import annotations

import contextlib
import gc
import signal
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import structlog

from adapter.channel.base import Incoming
from adapter.config import Settings
from adapter.errors import BudstikkeError
from adapter.flow.context import Arrival
from adapter.service import intake, logs, timers
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


Task = Fetch | Resume | Deliver | FireTimers | Recover


@dataclass(frozen=True, slots=True)
class Done:
    """A task that is finished."""

    #: How many messages went each way, or how many deliveries, timers were handled.
    counts: dict[str, int] = field(default_factory=dict)
    #: Wall time in seconds.
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that could not be done; nothing of it is lost."""

    code: str
    error: str
    hint: str
    can_retry: bool


class Worker:
    """Does tasks with the parts of its process."""

    def __init__(self, parts: Parts, name: str, clock: Clock = utc_now) -> None:
        """Take the parts, a name that no other living worker has, and the clock."""
        self._parts = parts
        self._name = name
        self._clock = clock

    def do(self, task: Task) -> Done:
        """Do one task; raises BudstikkeError where it could not be done."""
        begun = time.perf_counter()
        counts = self._do(task)
        return Done(counts, time.perf_counter() - begun)

    def _do(self, task: Task) -> dict[str, int]:
        match task:
            case Fetch(channel, items):
                parts = self._parts
                arrivals = intake.fetch(
                    parts.store, parts.channels[channel], items, worker=self._name, now=self._clock()
                )
                return parts.desk.process(arrivals, self._clock()) if arrivals else {}
            case Resume(messages):
                return self._resume(messages)
            case Deliver(rows):
                return {"sent": self._parts.post.deliver(rows, self._clock())}
            case FireTimers():
                return {"timers": timers.fire_due(self._parts.store, self._clock())}
            case Recover():
                return {"recovered": self._recover()}

    def _resume(self, messages: tuple[int, ...]) -> dict[str, int]:
        store, now = self._parts.store, self._clock()
        with store.writing() as ledger:
            taken = ledger.take(messages, self._name)
            rows = ledger.messages_of(taken)
            bodies = ledger.bodies(taken)
            arrivals = {
                row.id: Arrival(id=row.id, channel=row.channel, data=bodies[row.id], received_at=row.received_at)
                for row in rows
            }
            worn_out = [arrivals[row.id] for row in rows if row.attempts > MOST_ATTEMPTS]
            put_aside(ledger, worn_out, now)
        fresh = [arrivals[row.id] for row in rows if row.attempts <= MOST_ATTEMPTS]
        # One at a time: if one of them brings the worker down, the others must not count as its companions.
        outcome: dict[str, int] = {}
        for arrival in fresh:
            for verdict, number in self._parts.desk.process([arrival], self._clock()).items():
                outcome[verdict] = outcome.get(verdict, 0) + number
        return outcome

    def _recover(self) -> int:
        store = self._parts.store
        with store.reading() as query:
            workers = query.workers()
        with store.writing() as ledger:
            released = sum(ledger.release_worker(worker) for worker in workers)
        return released + self._parts.post.recover(self._clock())


def main(settings: Settings, name: str, tasks: Connection[Any, Any]) -> None:
    """Run a worker process until its daemon says stop, or is gone.

    The daemon decides when to stop: signals to the whole group must not tear a batch apart.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logs.configure()
    parts = Parts.build(settings)
    # What is loaded now lives as long as the process: the collector need not walk it again for every batch.
    gc.freeze()
    with WorkerLock.acquire(settings.store_file()), contextlib.closing(parts):
        worker = Worker(parts, name)
        with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
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
        return Failed("INT-02", type(error).__name__, "The log holds the trace.", can_retry=True)
