"""Who may work on a store: one daemon at a time, and none while workers of a dead one are still at it.

Two files lie beside the store. The daemon holds `<store>.lock` alone and writes its process id there. Every worker
shares `<store>.workers`; a new daemon waits until it can have that file to itself. The kernel lets go of both when a
process ends, however it ends.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from adapter.errors import StoreError, StoreLocked

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock; the daemon runs on Linux and other Unixes
    fcntl = None  # type: ignore[assignment]  # checked before each use

#: How often a waiting daemon looks again, in seconds.
_PAUSE = 0.05


class _Lock:
    """An open file with a lock on it."""

    def __init__(self, descriptor: int) -> None:
        """Take over a locked file descriptor."""
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let go of the lock; a second time does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class DaemonLock(_Lock):
    """The right to be the one daemon of a store."""

    @classmethod
    def acquire(cls, store: Path, *, wait: float = 10.0) -> Self:
        """Become the daemon of the store in the file `store`, waiting up to `wait` seconds for a dead one's workers.

        Raises:
            StoreLocked: Another daemon lives, or workers of a dead one did not end in time.
            StoreError: The lock files cannot be written.
        """
        deadline = time.monotonic() + wait
        descriptor = _open(_beside(store, ".lock"))
        try:
            _wait_for_daemon(descriptor, deadline)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            _wait_for_workers(store, deadline)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor)


class WorkerLock(_Lock):
    """A worker's sign that it is at work on a store."""

    @classmethod
    def acquire(cls, store: Path) -> Self:
        """Join the workers of the store in the file `store`.

        Raises:
            StoreLocked: A new daemon is just making sure that no worker is left.
            StoreError: The lock file cannot be written.
        """
        descriptor = _open(_beside(store, ".workers"))
        if not _try_lock(descriptor, shared=True):
            os.close(descriptor)
            raise StoreLocked("A daemon is just starting on this store.")
        return cls(descriptor)


def _wait_for_daemon(descriptor: int, deadline: float) -> None:
    while not _try_lock(descriptor, shared=False):
        # A process forked from a daemon may keep its lock beyond the daemon's death: that is worth a wait.
        pid = _read_pid(descriptor)
        if _is_alive(pid) or time.monotonic() > deadline:
            raise StoreLocked(f"Another daemon (process {pid or 'unknown'}) works on this store.")
        time.sleep(_PAUSE)


def _wait_for_workers(store: Path, deadline: float) -> None:
    descriptor = _open(_beside(store, ".workers"))
    try:
        while not _try_lock(descriptor, shared=False):
            if time.monotonic() > deadline:
                raise StoreLocked(
                    "Workers of an earlier daemon are still at work on this store.",
                    hint="They end after the message in hand; wait, or end them.",
                )
            time.sleep(_PAUSE)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    if fcntl is None:  # pragma: no cover - see the import
        raise StoreError("The daemon needs file locks (flock), which this system does not have.")
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(f"The lock file {path} cannot be opened: {error.strerror}.") from error


def _try_lock(descriptor: int, *, shared: bool) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _beside(store: Path, suffix: str) -> Path:
    return store.with_name(store.name + suffix)


def _read_pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 20, 0).strip()
    return int(text) if text.isdigit() else None


def _is_alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
