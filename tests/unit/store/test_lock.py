from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.errors import StoreError, StoreLocked
from adapter.store import DaemonLock, WorkerLock

_HOLD = """
import sys, time
from pathlib import Path
from adapter.store import lock
held = getattr(lock, sys.argv[1]).acquire(Path(sys.argv[2]))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "budstikke.db"


class Holder:
    """Another process with a lock."""

    def __init__(self, kind: str, path: Path) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", _HOLD, kind, str(path)], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"held\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def daemon(path: Path) -> Iterator[Holder]:
    holder = Holder("DaemonLock", path)
    yield holder
    holder.kill()


@pytest.fixture
def worker(path: Path) -> Iterator[Holder]:
    holder = Holder("WorkerLock", path)
    yield holder
    holder.kill()


def test_a_second_daemon_is_refused_at_once_and_told_which_process_it_is(path: Path, daemon: Holder) -> None:
    started = time.monotonic()

    with pytest.raises(StoreLocked, match=rf"process {daemon.process.pid}\b"):
        DaemonLock.acquire(path, wait=30)

    assert time.monotonic() - started < 10


def test_a_killed_daemon_leaves_no_lock_behind(path: Path, daemon: Holder) -> None:
    daemon.kill()

    with DaemonLock.acquire(path, wait=0):
        assert path.with_name("budstikke.db.lock").read_text() == f"{os.getpid()}\n"


def test_a_daemon_that_ends_makes_room_for_the_next(path: Path) -> None:
    first = DaemonLock.acquire(path)
    first.release()
    first.release()

    DaemonLock.acquire(path, wait=0).release()


def test_a_new_daemon_does_not_start_beside_workers_of_a_dead_one(path: Path, worker: Holder) -> None:
    with pytest.raises(StoreLocked, match="earlier daemon"):
        DaemonLock.acquire(path, wait=0.1)

    worker.kill()
    DaemonLock.acquire(path, wait=5).release()


def test_a_refused_daemon_leaves_no_lock_behind(path: Path, worker: Holder) -> None:
    with pytest.raises(StoreLocked):
        DaemonLock.acquire(path, wait=0)
    worker.kill()

    DaemonLock.acquire(path, wait=0).release()


def test_workers_share_the_store_with_their_daemon(path: Path, worker: Holder) -> None:
    assert worker.process.poll() is None
    with WorkerLock.acquire(path), WorkerLock.acquire(path):
        pass


def test_a_process_forked_from_a_dead_daemon_is_waited_for(path: Path) -> None:
    lock = path.with_name("budstikke.db.lock")
    held = DaemonLock.acquire(path)
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    lock.write_bytes(dead.stdout)

    with pytest.raises(StoreLocked, match="Another daemon"):
        DaemonLock.acquire(path, wait=0.1)
    held.release()


def test_a_lock_that_tells_no_process_is_waited_for(path: Path) -> None:
    held = DaemonLock.acquire(path)
    path.with_name("budstikke.db.lock").write_text("")

    with pytest.raises(StoreLocked, match="process unknown"):
        DaemonLock.acquire(path, wait=0)
    held.release()


def test_a_worker_does_not_slip_in_while_a_daemon_makes_sure_there_is_none(path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    with path.with_name("budstikke.db.workers").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StoreLocked, match="starting"):
            WorkerLock.acquire(path)


def test_a_process_of_another_user_counts_as_alive(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(_pid: int, _signal: int) -> None:
        raise PermissionError

    with DaemonLock.acquire(path):
        monkeypatch.setattr(os, "kill", kill)
        with pytest.raises(StoreLocked, match=f"process {os.getpid()}"):
            DaemonLock.acquire(path, wait=30)


def test_a_folder_that_is_not_there_is_a_clear_error(path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: No such file"):
        DaemonLock.acquire(path / "missing" / "store.db")
