"""Worker processes: started, given one task at a time, replaced when they die."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

import structlog

from adapter.config import Settings
from adapter.errors import BudstikkeError
from adapter.service import worker
from adapter.service.worker import Done, Failed, Recover, Task
from adapter.values import value_class

log = structlog.get_logger(__name__)

#: So many workers in a row may die before they are ready; then starting more makes no sense.
MOST_STILLBORN = 3
#: Seconds one task may take; a batch takes well under one.
LONGEST_TASK = 300.0
#: Seconds a worker gets to finish its batch when the daemon stops.
PATIENCE = 60.0
#: How often, and after how many seconds, a worker is started again when the fork server dies meanwhile.
STARTS, BETWEEN_STARTS = 20, 0.1
#: Seconds a killed process may take to be gone.
LONGEST_DEATH = 5.0
#: What a process seems to end with when the fork server died and can tell nothing of it.
_UNKNOWN_END = 255


@dataclass(slots=True)
class Handle:
    """A worker process as its daemon sees it. The one mutable thing here: what it is busy with."""

    name: str
    process: BaseProcess
    tasks: Connection[Any, Any]
    #: What it works on; None when idle.
    task: Task | None = None
    #: When it got the task, on the monotonic clock in seconds.
    since: float = 0.0
    #: False until it has opened the store and loaded its schemas.
    is_ready: bool = False

    @property
    def is_idle(self) -> bool:
        """Tell whether it can take a task."""
        return self.is_ready and self.task is None


@value_class(kw_only=False)
class Ended:
    """A task that ended, well or not; `outcome` is None where its worker died over it."""

    worker: str
    task: Task | None
    outcome: Done | Failed | None


class Pool:
    """A fixed number of worker processes."""

    def __init__(self, settings: Settings, size: int) -> None:
        """Start the workers. They come from a fork server, so that no thread of the daemon is copied into them."""
        self._settings = settings
        self.size = size
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([f"adapter.service.{name}" for name in ("shield", "worker", "warm")])
        self._started = 0
        self._stillborn = 0
        self._workers = [self._start() for _ in range(size)]

    def _start(self) -> Handle:
        self._started += 1
        name = f"worker-{self._started}"
        for _ in range(STARTS):
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=worker.main, args=(self._settings, name, theirs), name=f"budstikke {name}", daemon=True
            )
            try:
                process.start()
            except (EOFError, OSError) as error:
                # A fork server that was killed is not missed before the kernel has buried it.
                log.warning("A worker could not be started", action="start_failed", error=type(error).__name__)
                ours.close()
                time.sleep(BETWEEN_STARTS)
            else:
                return Handle(name, process, ours)
            finally:
                theirs.close()
        raise BudstikkeError("No worker process can be started.", hint="Look for what kills processes: memory, limits.")

    @property
    def idle(self) -> list[Handle]:
        """Return the workers that can take a task."""
        return [handle for handle in self._workers if handle.is_idle]

    @property
    def is_busy(self) -> bool:
        """Tell whether any worker is at work or starting."""
        return any(not handle.is_idle for handle in self._workers)

    @property
    def is_working(self) -> bool:
        """Tell whether any worker has a task."""
        return any(handle.task is not None for handle in self._workers)

    @property
    def is_recovering(self) -> bool:
        """Tell whether a worker puts things right after a crash."""
        return any(isinstance(handle.task, Recover) for handle in self._workers)

    def pids(self) -> list[int]:
        """Return the process ids of the workers."""
        return [handle.process.pid for handle in self._workers if handle.process.pid is not None]

    def give(self, handle: Handle, task: Task) -> None:
        """Give an idle worker a task; a worker that has just died is noticed by the next `wait`."""
        handle.task = task
        handle.since = time.monotonic()
        try:
            handle.tasks.send(task)
        except OSError:
            log.warning("A worker is gone", action="worker_gone", worker=handle.name)

    def wait(self, others: Iterable[Connection[Any, Any]], timeout: float | None) -> tuple[list[Ended], list[Any]]:
        """Wait until a worker or another connection has something to say; return what ended, and what was said."""
        by_tasks = {handle.tasks: handle for handle in self._workers}
        by_sentinel = {handle.process.sentinel: handle for handle in self._workers}
        ready = wait([*by_tasks, *by_sentinel, *others], timeout)
        self._end_stuck()
        ended: list[Ended] = []
        said: list[Any] = []
        for item in ready:
            if isinstance(item, Connection) and item in by_tasks:
                self._hear(by_tasks[item], ended)
            elif isinstance(item, Connection):
                said.append(item.recv())
            elif isinstance(item, int):
                self._bury(by_sentinel[item], ended)
        return ended, said

    def _end_stuck(self) -> None:
        """Kill workers that are at one task for too long; their death is then handled like any other."""
        for handle in self._workers:
            if handle.task is not None and time.monotonic() - handle.since > LONGEST_TASK:
                log.error("A worker is stuck and is ended", action="worker_stuck", worker=handle.name)
                handle.process.kill()

    def _hear(self, handle: Handle, ended: list[Ended]) -> None:
        try:
            outcome = handle.tasks.recv()
        except (EOFError, OSError):
            return  # the sentinel tells the rest
        if not handle.is_ready:
            handle.is_ready = True
            self._stillborn = 0
            return
        ended.append(Ended(handle.name, handle.task, outcome))
        handle.task = None

    def _bury(self, handle: Handle, ended: list[Ended]) -> None:
        """Replace a dead worker. What it had in hand is found in the store."""
        if handle not in self._workers:
            return
        while handle.tasks.poll():
            try:
                outcome = handle.tasks.recv()
            except (EOFError, OSError):
                break
            if handle.is_ready:
                ended.append(Ended(handle.name, handle.task, outcome))
                handle.task = None
            handle.is_ready = True
        handle.process.join()
        handle.tasks.close()
        if handle.process.exitcode == _UNKNOWN_END and handle.process.pid is not None:
            _make_sure(handle.process.pid)
        log.error("A worker died", action="worker_died", worker=handle.name, exit_code=handle.process.exitcode)
        ended.append(Ended(handle.name, handle.task, None))
        self._stillborn += not handle.is_ready
        if self._stillborn > MOST_STILLBORN:
            raise BudstikkeError(
                "Worker processes end before they can work.", hint="Their own words stand above, in the log."
            )
        self._workers[self._workers.index(handle)] = self._start()

    def stop(self) -> None:
        """Let every worker finish what it has in hand, then end it."""
        for handle in self._workers:
            try:
                handle.tasks.send(None)
            except OSError:
                continue
        for handle in self._workers:
            handle.process.join(PATIENCE)
            if handle.process.is_alive():
                log.error("A worker did not end in time", action="worker_stuck", worker=handle.name)
                handle.process.kill()
                handle.process.join()
            handle.tasks.close()


def _make_sure(pid: int) -> None:
    """Kill a process whose end nobody could watch, and wait until it is gone: nobody may work beside a recovery."""
    deadline = time.monotonic() + LONGEST_DEATH
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        # Where no init collects the dead, they stay in the table: then the deadline ends the wait.
        while time.monotonic() < deadline:
            time.sleep(0.01)
            os.kill(pid, 0)
