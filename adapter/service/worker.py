"""What one worker process does: one task at a time, each a batch."""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import field, replace
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

import structlog

from adapter.channel.base import Incoming
from adapter.config import Settings
from adapter.errors import BudstikkeError, ChannelError, ConfigError
from adapter.flow.context import Arrival
from adapter.service import approval, intake, logs, timers
from adapter.service.certificates import Watch
from adapter.service.desk import MOST_ATTEMPTS, put_aside
from adapter.service.parts import Clock, Parts, utc_now
from adapter.service.renewal import Renewal
from adapter.store.lock import WorkerLock
from adapter.store.rows import DeliveryRow
from adapter.values import value_class

log = structlog.get_logger(__name__)

#: Mails that are to be opened anew, among the counts of a task.
JUDGED_AGAIN = "judged again"


@value_class(kw_only=False)
class Fetch:
    """Take files from a channel, and decide about them."""

    channel: str
    items: tuple[Incoming, ...]


@value_class(kw_only=False)
class Resume:
    """Decide about messages that are in the store since before a crash."""

    messages: tuple[int, ...]


@value_class(kw_only=False)
class Deliver:
    """Carry out deliveries whose time has come."""

    rows: tuple[DeliveryRow, ...]


@value_class(kw_only=False)
class Collect:
    """Take mails from a mail channel, and decide about what is in them."""

    channel: str


@value_class(kw_only=False)
class Reopen:
    """Open mails that are in the store since before a crash, and decide about what is in them."""

    envelopes: tuple[int, ...]


@value_class(kw_only=False)
class Ship:
    """Send deliveries by a mail channel whose time has come."""

    channel: str
    rows: tuple[DeliveryRow, ...]


@value_class(kw_only=False)
class SendDue:
    """Send what a mail channel has to say by itself: answers, and what nobody acknowledged."""

    channel: str


@value_class(kw_only=False)
class FireTimers:
    """Handle timers that ran out."""


@value_class(kw_only=False)
class Recover:
    """Find out what became of work whose worker died. No other worker may be at work."""

    #: Workers that failed for reasons outside (a full disk, a locked store): no attempt is held against a message.
    spared: tuple[str, ...] = ()


Task = Fetch | Resume | Deliver | Collect | Reopen | Ship | SendDue | FireTimers | Recover


@value_class(kw_only=False)
class Done:
    """A task that is finished."""

    #: How many messages went each way, or how many deliveries, timers were handled.
    counts: dict[str, int] = field(default_factory=dict)
    #: Wall time in seconds.
    seconds: float = 0.0
    #: Files that could not be read this time.
    left: tuple[Incoming, ...] = ()
    #: True where more of the same waits.
    has_more: bool = False
    #: What keeps the channel from working.
    trouble: str = ""


@value_class(kw_only=False)
class Failed:
    """A task that could not be done; nothing of it is lost."""

    code: str
    error: str
    hint: str
    #: True where the cause lies outside: it says nothing about the messages in hand.
    can_retry: bool


class Worker:
    """Does tasks with the parts of its process."""

    def __init__(self, parts: Parts, name: str, clock: Clock = utc_now, *, renewal: Renewal | None = None) -> None:
        """Take the parts, a name that no other living worker has, the clock, and what notices new certificates."""
        self._renewal = renewal or Renewal(parts.settings)
        self._parts = parts
        self._name = name
        self._clock = clock
        self._certificates = Watch(parts.settings)

    def do(self, task: Task) -> Done:
        """Do one task; raises BudstikkeError where it could not be done."""
        begun = time.perf_counter()
        if self._renewal.is_due():
            self._renew()
        match task:
            case Fetch():
                done = self._fetch(task)
            case Collect(channel):
                done = self._collect(channel)
            case _:
                done = Done(self._do(task))
        return replace(done, seconds=time.perf_counter() - begun)

    def _renew(self) -> None:
        try:
            self._parts = self._parts.renewed()
        except BudstikkeError as error:
            log.error(
                "New certificates or agreements cannot be used; the old ones stay in force",
                action="not_renewed",
                error=str(error),
                hint=error.advice,
            )
        else:
            log.info("Certificates and agreements were read anew", action="renewed")

    def _fetch(self, task: Fetch) -> Done:
        parts = self._parts
        channel = parts.channels[task.channel]
        fetched = intake.fetch(parts.store, channel, task.items, worker=self._name, now=self._clock())
        return Done(self._decide(fetched.arrivals), left=fetched.left)

    def _collect(self, channel: str) -> Done:
        try:
            collected = self._parts.mail_room.receiver.collect(channel, self._clock(), self._name)
        except ChannelError as error:
            return Done(trouble=". ".join(filter(None, (str(error), error.advice))))
        counts = self._decide(collected.arrivals)
        return Done({**collected.counts, **counts}, has_more=collected.has_more)

    def _decide(self, arrivals: Sequence[Arrival]) -> dict[str, int]:
        return self._parts.desk.process(arrivals, self._clock()) if arrivals else {}

    def _do(self, task: Resume | Deliver | Reopen | Ship | SendDue | FireTimers | Recover) -> dict[str, int]:
        match task:
            case Resume(messages):
                return self._resume(messages)
            case Deliver(rows):
                return {"sent": self._parts.post.deliver(rows, self._clock())}
            case Reopen(envelopes):
                return self._decide(self._parts.mail_room.receiver.resume(envelopes, self._clock(), self._name))
            case Ship() | SendDue():
                return {"sent": self._send(task)}
            case FireTimers():
                now = self._clock()
                fired = timers.fire_due(self._parts.store, now)
                sent = approval.send_unapproved(self._parts, now)
                self._watch_certificates(now)
                again = self._parts.mail.receiver.judge_again(now) if self._parts.mail is not None else 0
                counts = {"timers": fired, "drafts": sent, JUDGED_AGAIN: again}
                return {name: number for name, number in counts.items() if number or name == "timers"}
            case Recover(spared):
                return {"recovered": self._recover(spared)}

    def _send(self, task: Ship | SendDue) -> int:
        courier = self._parts.mail_room.courier
        if isinstance(task, Ship):
            return courier.ship(task.rows, self._clock())
        return courier.send_due(task.channel, self._clock())

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
        if self._parts.mail is not None:
            released += self._parts.mail.courier.recover(self._clock())
        return released + self._parts.post.recover(self._clock())


def main(settings: Settings, name: str, tasks: Connection[Any, Any]) -> None:
    """Run a worker process until its daemon says stop, or is gone.

    The daemon decides when to stop: signals to the whole group must not tear a batch apart.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logs.configure()
    renewal = Renewal(settings)
    try:
        with contextlib.closing(Parts.build(settings)) as parts, WorkerLock.acquire(settings.store_file()):
            # What is loaded now lives as long as the process: the collector need not walk it again for every batch.
            gc.freeze()
            _serve(Worker(parts, name, renewal=renewal), tasks)
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
