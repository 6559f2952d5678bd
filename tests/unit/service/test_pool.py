"""Real worker processes, and what becomes of them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from running import Home

from adapter.config import load
from adapter.errors import BudstikkeError
from adapter.service import pool as pool_module
from adapter.service.pool import Ended, Pool
from adapter.service.worker import Done, FireTimers, Recover
from adapter.store.store import Store

#: Longer than any of this takes on a machine that is busy with other things.
LONG = 60.0


def wait_for(pool: Pool, condition: Callable[[list[Ended]], object]) -> list[Ended]:
    """Wait until something is so; return what ended meanwhile."""
    ended: list[Ended] = []
    deadline = time.monotonic() + LONG
    while not condition(ended):
        assert time.monotonic() < deadline, ended
        ended += pool.wait([], 0.2)[0]
    return ended


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.make(tmp_path)
    Store.open(f"sqlite:///{home.store}").close()
    return home


@pytest.fixture
def pool(home: Home) -> Iterator[Pool]:
    made = Pool(load(home.config), 1)
    yield made
    made.stop()


def test_a_worker_does_its_tasks_dies_and_is_replaced(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pool.is_busy
    wait_for(pool, lambda _: pool.idle)
    (handle,) = pool.idle
    pool.give(handle, Recover())
    assert pool.is_recovering
    assert pool.is_working
    (end,) = wait_for(pool, lambda ended: ended)
    assert isinstance(end.outcome, Done)
    assert (end.worker, end.task) == ("worker-1", Recover())
    assert not pool.is_recovering

    # killed with a task in the pipe
    os.kill(pool.pids()[0], signal.SIGSTOP)
    pool.give(handle, FireTimers())
    os.kill(pool.pids()[0], signal.SIGKILL)
    assert wait_for(pool, lambda ended: ended) == [Ended("worker-1", FireTimers(), None)]
    wait_for(pool, lambda _: pool.idle)
    assert pool.idle[0].name == "worker-2"

    # given a task when it is gone already
    os.kill(pool.pids()[0], signal.SIGKILL)
    pool.idle[0].process.join()
    pool.give(pool.idle[0], FireTimers())
    assert wait_for(pool, lambda ended: ended) == [Ended("worker-2", FireTimers(), None)]

    # stuck
    wait_for(pool, lambda _: pool.idle)
    os.kill(pool.pids()[0], signal.SIGSTOP)
    pool.give(pool.idle[0], FireTimers())
    monkeypatch.setattr(pool_module, "LONGEST_TASK", 0.0)
    assert wait_for(pool, lambda ended: ended) == [Ended("worker-3", FireTimers(), None)]


def test_a_worker_whose_end_nobody_can_see_is_ended(pool: Pool, home: Home) -> None:
    """It may still be at work, and nobody may be beside a recovery."""
    wait_for(pool, lambda _: pool.idle)
    (pid,) = pool.pids()
    server = int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    os.kill(pid, signal.SIGSTOP)
    os.kill(server, signal.SIGKILL)

    assert wait_for(pool, lambda ended: ended) == [Ended("worker-1", None, None)]

    stat = Path(f"/proc/{pid}/stat")
    assert not stat.exists() or stat.read_text().rpartition(") ")[2].split()[0] == "Z"
    wait_for(pool, lambda _: pool.idle)
    assert home.store.exists()


def test_a_worker_that_does_not_end_is_ended(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "PATIENCE", 0.1)
    made = Pool(load(home.config), 1)
    wait_for(made, lambda _: made.idle)
    os.kill(made.pids()[0], signal.SIGSTOP)

    made.stop()

    assert made._workers[0].process.exitcode == -signal.SIGKILL


def test_workers_that_never_come_to_work_end_the_daemon(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.store.write_bytes(b"no database, whatever it says " * 100)
    monkeypatch.setattr(pool_module, "MOST_STILLBORN", 0)
    made = Pool(load(home.config), 1)

    with pytest.raises(BudstikkeError, match="end before they can work"):
        wait_for(made, lambda _: False)

    made.stop()


def test_a_fork_server_that_stays_dead_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "STARTS", 2)
    monkeypatch.setattr(pool_module, "BETWEEN_STARTS", 0.0)

    def refuse(_process: Any) -> None:
        raise ConnectionRefusedError

    made = Pool(load(home.config), 0)
    monkeypatch.setattr(made._context.Process, "start", refuse)
    with pytest.raises(BudstikkeError, match="No worker process can be started"):
        made._start()


def test_others_are_heard_while_workers_are_waited_for(home: Home) -> None:
    made = Pool(load(home.config), 0)
    ours, theirs = made._context.Pipe()
    with closing(ours), closing(theirs):
        theirs.send("look")

        assert made.wait([ours], 5) == ([], ["look"])
