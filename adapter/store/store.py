"""The store as a file: opening, pragmas, transactions, backup, and what the database's errors mean here."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, cast

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from adapter.errors import StoreError, StoreFull, StoreLocked
from adapter.store import schema
from adapter.store.ledger import Ledger
from adapter.store.past import Past
from adapter.store.query import Query

#: What a process waits for another one's transaction, in seconds.
BUSY_TIMEOUT = 30.0

#: Between two tries to begin writing, in seconds. SQLite by itself would sleep up to a hundred times as long, while
#: another worker's transaction takes ten times as long at most.
_BETWEEN_TRIES = 0.001

_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_CLOSED = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})

_PRAGMAS = (
    # A commit is on the disk before the source is settled.
    "synchronous=FULL",
    "foreign_keys=ON",
    # A mapped file turns a disk error into a crash of the process.
    "mmap_size=0",
    "temp_store=MEMORY",
    # What is dropped is overwritten: it may be about a real person in a test installation.
    "secure_delete=ON",
)


class Store:
    """An open store. Belongs to one process: a child opens its own. Threads may share it."""

    def __init__(self, engine: Engine, path: Path, *, busy_timeout: float = BUSY_TIMEOUT) -> None:
        """Take an engine whose tables are current; `open` makes one."""
        self._engine = engine
        self._busy_timeout = busy_timeout
        #: Connections nobody uses just now: a warm one knows its statements.
        self._idle: list[Connection] = []
        self._pid = os.getpid()
        self.path = path

    @classmethod
    def open(cls, url: str, *, busy_timeout: float = BUSY_TIMEOUT) -> Self:
        """Open the store at a URL such as `sqlite:///var/budstikke.db`; create it, or migrate it, where needed.

        Before an older store is migrated, a copy of it is put beside it.

        Raises:
            StoreTooNew: A later release wrote it.
            StoreLocked: Another process kept it busy for `busy_timeout` seconds.
            StoreFull: There is no room.
            StoreError: The URL names no SQLite file, or the file cannot be opened, or is no store.
        """
        path = _path(url)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _create_file(path)
        except OSError as error:
            raise StoreError(f"The store {path} cannot be made: {error.strerror}.") from error
        store = cls(_engine(path, busy_timeout), path, busy_timeout=busy_timeout)
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def view(cls, url: str, *, busy_timeout: float = BUSY_TIMEOUT) -> Self:
        """Open a store only to read it: it is neither made nor migrated, and whatever would write is refused.

        Raises:
            StoreTooNew: A later release wrote it.
            StoreError: There is none, or an earlier release wrote it, or it cannot be read.
        """
        path = _path(url)
        if not path.is_file():
            raise StoreError(f"There is no store at {path}.")
        store = cls(_engine(path, busy_timeout, is_read_only=True), path, busy_timeout=busy_timeout)
        try:
            with store._transaction("BEGIN") as connection:
                found = schema.revision(connection)
        except BaseException:
            store.close()
            raise
        if found == schema.REVISION:
            return store
        store.close()
        raise StoreError(
            f"The store {path} was written by an earlier release.", hint="`budstikke run` brings it up to date."
        )

    @contextmanager
    def writing(self) -> Iterator[Ledger]:
        """Open a transaction that writes: committed when the block ends, undone when it raises.

        Raises:
            StoreLocked: Another process is writing and did not end in time.
            StoreFull: There is no room; nothing of the transaction is kept.
            StoreError: Anything else the database refuses.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            ledger = Ledger(connection)
            yield ledger
            ledger.flush()

    @contextmanager
    def reading(self) -> Iterator[Query]:
        """Open a transaction that reads one state of the store, whatever others write meanwhile."""
        with self._transaction("BEGIN") as connection:
            yield Query(connection)

    @contextmanager
    def reading_past(self, before: int) -> Iterator[Past]:
        """Open a transaction that reads what was known before the event of that number."""
        with self._transaction("BEGIN") as connection:
            yield Past(connection, before)

    def backup(self, target: Path) -> None:
        """Write a consistent copy to a file, on the disk when this returns. An earlier copy there is replaced.

        Raises:
            StoreFull: There is no room for it.
            StoreError: The file cannot be written, or is the store itself.
        """
        if target.resolve() == self.path.resolve():
            raise StoreError("A backup cannot replace the store itself.")
        partial = target.with_name(target.name + ".partial")
        try:
            partial.unlink(missing_ok=True)
            _create_file(partial)
            self._copy(partial)
            _sync(partial)
            partial.replace(target)
            _sync(target.parent)
        except OSError as error:
            raise StoreError(f"The backup {target} cannot be written: {error.strerror}.") from error
        finally:
            partial.unlink(missing_ok=True)

    def close(self) -> None:
        """Close all connections."""
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        if os.getpid() != self._pid:
            # SQLite's locks belong to a process: a connection carried into a child can damage the file.
            raise StoreError("The store was opened by another process; a child process opens its own.")
        with _translated():
            connection = self._connection()
            try:
                driver = _driver(connection)
                if begin == "BEGIN IMMEDIATE":
                    self._begin_writing(driver)
                else:
                    driver.execute(begin)
                yield connection
                driver.execute("COMMIT")
            except BaseException:
                # What is not committed goes with the connection.
                connection.close()
                raise
            self._idle.append(connection)

    def _begin_writing(self, driver: sqlite3.Connection) -> None:
        """Wait for whoever writes, and look often: workers take turns here with every batch."""
        deadline = time.monotonic() + self._busy_timeout
        driver.execute("PRAGMA busy_timeout=0")
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if _code(error) not in _LOCKED or time.monotonic() > deadline:
                    raise
                time.sleep(_BETWEEN_TRIES)
            else:
                break
        # Whatever else may find the file busy waits as SQLite does.
        driver.execute(f"PRAGMA busy_timeout={self._busy_timeout * 1000:.0f}")

    def _connection(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()

    def _prepare(self) -> None:
        with self._transaction("BEGIN") as connection:
            found = schema.revision(connection)
        if found not in {None, schema.REVISION}:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            self.backup(self.path.with_name(f"{self.path.name}.{found}.{stamp}.bak"))
        self._use_write_ahead_log()
        if found == schema.REVISION:
            return
        with self._transaction("BEGIN IMMEDIATE") as connection:
            # Another process may have been quicker.
            found = schema.revision(connection)
            if found is None:
                schema.create(connection)
            elif found != schema.REVISION:
                schema.migrate(connection)

    def _use_write_ahead_log(self) -> None:
        """Switch the journal, which the file remembers. SQLite does not wait by itself here when others open it too."""
        deadline = time.monotonic() + self._busy_timeout
        while True:
            try:
                with _translated(), self._engine.connect() as connection:
                    _driver(connection).execute("PRAGMA journal_mode=WAL")
                    return
            except StoreLocked:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _copy(self, target: Path) -> None:
        with _translated(), self._engine.connect() as connection:
            copy = sqlite3.connect(target)
            try:
                _driver(connection).backup(copy)
            except sqlite3.Error as error:
                raise _meaning(error) from error
            finally:
                copy.close()


def _path(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("The store's URL cannot be read.", hint="Write it as sqlite:///path/to/file.db.") from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise StoreError("The store's URL names no SQLite file.", hint="Write it as sqlite:///path/to/file.db.")
    return Path(parsed.database)


def _engine(path: Path, busy_timeout: float, *, is_read_only: bool = False) -> Engine:
    read_only = URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
    engine = create_engine(
        read_only if is_read_only else URL.create("sqlite", database=str(path)),
        # Statements and their values may hold what must not reach a log.
        hide_parameters=True,
        connect_args={"timeout": busy_timeout, "check_same_thread": False},
        # The driver's own BEGIN comes too late and never says IMMEDIATE: the store says it.
        isolation_level="AUTOCOMMIT",
        # The store keeps its connections itself.
        poolclass=NullPool,
    )

    @sqlalchemy_event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _meaning(error.orig) from error
    except sqlite3.Error as error:
        raise _meaning(error) from error


def _meaning(error: BaseException | None) -> StoreError:
    """Say what a database error means here. SQLite's texts name tables and columns, never values."""
    code = _code(error)
    if code in _LOCKED:
        return StoreLocked("Another process is writing to the store and did not end in time.")
    if code in _FULL:
        return StoreFull(f"The store cannot be written: {error}.")
    if code in _DAMAGED:
        return StoreError(f"The store's file is damaged: {error}.", hint="Restore a backup.")
    if code in _CLOSED:
        return StoreError(
            f"The store's file cannot be used: {error}.", hint="Check that this user may write the file and its folder."
        )
    return StoreError(f"The store refused: {error}.")


def _code(error: BaseException | None) -> int:
    """Return SQLite's error code without what extends it."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _create_file(path: Path) -> None:
    """Make an empty file that only this user can read: it will hold health data."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
