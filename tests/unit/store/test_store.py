from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from adapter.errors import StoreError, StoreFull, StoreLocked
from adapter.message.state import MessageState
from adapter.store import MessageFilter, NewEvent, NewMessage, Store

Build = Callable[..., NewMessage]

_WRITE = """
import os, signal, sys
from datetime import UTC, datetime
from adapter.store import NewMessage, Store

def receive(ledger, text):
    return ledger.receive([NewMessage(channel="gp-in", source=text, data=text.encode())], at=datetime.now(UTC))

store = Store.open(sys.argv[1])
"""


def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _WRITE + code, *arguments], capture_output=True, text=True, check=False
    )


def test_a_store_makes_its_folder_and_a_file_only_its_user_can_read(tmp_path: Path) -> None:
    path = tmp_path / "var" / "lib" / "new.db"

    with Store.open(f"sqlite:///{path}") as store, store.reading() as query:
        assert query.messages() == []

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_committed_is_there_when_it_is_opened_again(
    store: Store, url: str, receive: Callable[..., int]
) -> None:
    receive(data=b"x")
    store.close()

    with Store.open(url) as again, again.reading() as query:
        assert query.bodies([1]) == {1: b"x"}
        assert query.verify_chain().ok


def test_every_commit_is_flushed_to_the_disk(store: Store) -> None:
    with store.writing() as ledger:
        pragmas = {
            name: ledger._connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size", "busy_timeout")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "mmap_size": 0, "busy_timeout": 100}


def test_a_copy_with_another_journal_gets_the_write_ahead_log_again(store: Store, url: str) -> None:
    store.close()
    with sqlite3.connect(store.path) as other:
        other.execute("PRAGMA journal_mode=DELETE")
    other.close()

    with Store.open(url) as again, again.writing() as ledger:
        assert ledger._connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


@pytest.mark.parametrize(
    "url", ["postgresql://host/db", "sqlite://", "sqlite:///:memory:", "sqlite:///a.db?mode=ro", "nonsense"]
)
def test_a_url_that_names_no_file_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="URL") as caught:
        Store.open(url)

    assert "sqlite:///" in caught.value.advice


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="cannot be made"):
        Store.open(f"sqlite:///{tmp_path / 'file' / 'store.db'}")


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("a letter to the editor " * 100)

    with pytest.raises(StoreError, match="damaged") as caught:
        Store.open(f"sqlite:///{path}")

    assert "backup" in caught.value.advice
    assert path.read_text().startswith("a letter")


def test_an_error_in_the_block_undoes_everything(store: Store, now: datetime, new_message: Build) -> None:
    with pytest.raises(KeyError), store.writing() as ledger:  # noqa: PT012 - the block must raise at its end
        ledger.receive([new_message(b"lost")], at=now)
        raise KeyError

    with store.writing() as ledger:
        assert ledger.messages() == []
        assert ledger.receive([new_message(b"kept")], at=now) == [1]


def test_a_process_killed_while_writing_leaves_the_state_before(
    store: Store, url: str, receive: Callable[..., int]
) -> None:
    receive(data=b"before")

    done = _run(
        """
with store.writing() as ledger:
    receive(ledger, "lost")
    ledger.flush()
    os.kill(os.getpid(), signal.SIGKILL)
""",
        url,
    )

    assert done.returncode == -signal.SIGKILL
    with store.writing() as ledger:
        assert [row.source for row in ledger.messages()] == ["a.xml"]
        assert [event.name for event in ledger.events()] == ["received"]
        assert ledger.verify_chain().ok


def test_a_process_killed_after_writing_loses_nothing(store: Store, url: str) -> None:
    done = _run(
        """
with store.writing() as ledger:
    receive(ledger, "kept")
os.kill(os.getpid(), signal.SIGKILL)
""",
        url,
    )

    assert done.returncode == -signal.SIGKILL
    with store.reading() as query:
        assert [row.source for row in query.messages()] == ["kept"]
        assert query.verify_chain().length == 1


def test_processes_that_write_at_once_lose_nothing(store: Store, url: str) -> None:
    code = (
        _WRITE
        + """
for number in range(40):
    with store.writing() as ledger:
        receive(ledger, f"{sys.argv[2]}-{number}")
"""
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, url, name]) for name in "ab"]

    assert [process.wait() for process in processes] == [0, 0]
    with store.reading() as query:
        rows = query.messages(limit=1000)
        verdict = query.verify_chain()
    assert {row.source for row in rows} == {f"{name}-{number}" for name in "ab" for number in range(40)}
    assert [row.id for row in rows] == list(range(1, 81))
    assert (verdict.ok, verdict.length) == (True, 80)


def test_processes_that_open_a_new_store_at_once_all_get_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    code = _WRITE + "\nwith store.writing() as ledger:\n    receive(ledger, sys.argv[2])\n"
    processes = [subprocess.Popen([sys.executable, "-c", code, url, name]) for name in "abc"]

    assert [process.wait() for process in processes] == [0, 0, 0]
    with Store.open(url) as store, store.reading() as query:
        assert {row.source for row in query.messages()} == {"a", "b", "c"}


def test_threads_may_share_a_store(store: Store, now: datetime, new_message: Build) -> None:
    def write() -> None:
        for _ in range(10):
            with shared.writing() as ledger:
                ledger.receive([new_message()], at=now)

    with Store.open(f"sqlite:///{store.path}", busy_timeout=30) as shared:
        threads = [threading.Thread(target=write) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with shared.reading() as query:
            assert len(query.messages()) == 30
            assert query.verify_chain().ok


def test_a_locked_database_is_a_clear_error_after_the_wait(store: Store, now: datetime, new_message: Build) -> None:
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreLocked) as caught, store.writing() as ledger:
        ledger.receive([new_message()], at=now)

    assert caught.value.can_retry
    with store.reading() as query:
        assert query.messages() == []
    other.execute("ROLLBACK")
    other.close()
    with store.writing() as ledger:
        assert ledger.receive([new_message()], at=now) == [1]


def test_a_writer_looks_again_at_once_and_leaves_other_waits_to_sqlite(
    store: Store, now: datetime, new_message: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = []
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            other.execute("ROLLBACK")

    monkeypatch.setattr(time, "sleep", pause)
    with store.writing() as ledger:
        assert ledger.receive([new_message()], at=now) == [1]
        assert ledger._connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 100

    assert pauses == [0.001] * 3
    other.close()


def test_a_new_store_that_is_locked_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreLocked):
        Store.open(f"sqlite:///{path}", busy_timeout=0.1)

    other.close()


def test_a_full_disk_is_a_clear_error_and_nothing_is_half_written(
    store: Store, now: datetime, new_message: Build
) -> None:
    with store.writing() as ledger:
        ledger.receive([new_message(b"before")], at=now)
        pages = ledger._connection.exec_driver_sql("PRAGMA page_count").scalar()
    with store.reading() as query:
        # A limit on this connection, which is the one that is used next.
        query._connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 3}")

    with pytest.raises(StoreFull, match="full") as caught, store.writing() as ledger:
        ledger.receive([new_message(b"small"), new_message(b"large" * 20_000)], at=now)

    assert caught.value.can_retry
    with store.writing() as ledger:
        assert [row.size for row in ledger.messages()] == [6]
        assert ledger.verify_chain().length == 1
        assert ledger.receive([new_message(b"after")], at=now) == [2]


def test_a_file_that_may_not_be_written_is_a_clear_error(store: Store, now: datetime, new_message: Build) -> None:
    with store.reading() as query:
        # The same error as for a file without write permission, which does not stop a privileged user.
        query._connection.exec_driver_sql("PRAGMA query_only=ON")

    with pytest.raises(StoreError, match="readonly") as caught, store.writing() as ledger:
        ledger.receive([new_message()], at=now)

    assert not caught.value.can_retry
    assert "may write" in caught.value.advice


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop a privileged user")
def test_a_read_only_file_is_a_clear_error_when_it_is_opened(store: Store, url: str) -> None:
    store.close()
    store.path.chmod(0o400)

    with pytest.raises(StoreError, match="readonly"), Store.open(url) as again, again.writing() as ledger:
        ledger.log([NewEvent(name="x")], at=datetime.now().astimezone())


def test_a_store_is_not_carried_into_a_child_process(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: -1)

    with pytest.raises(StoreError, match="child"), store.reading():
        pass


def test_an_error_s_text_holds_no_value_that_was_to_be_written(store: Store, now: datetime, new_message: Build) -> None:
    person = "14838400052"
    with pytest.raises(StoreError) as caught, store.writing() as ledger:
        ledger.receive([new_message(direction=person, source=person, msg_id=person)], at=now)

    assert "CHECK constraint failed" in str(caught.value)
    assert person not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_a_backup_is_a_store_that_opens_and_verifies(store: Store, tmp_path: Path, receive: Callable[..., int]) -> None:
    target = tmp_path / "backup.db"
    receive(MessageState.HELD, data=b"first")
    store.backup(target)
    receive(data=b"second")
    with Store.open(f"sqlite:///{target}") as copy, copy.reading() as query:
        assert [row.size for row in query.messages()] == [5]
        assert query.verify_chain().ok
        assert query._connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"

    store.backup(target)

    with Store.open(f"sqlite:///{target}") as copy, copy.reading() as query:
        assert len(query.messages(MessageFilter())) == 2
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.partial"))


def test_a_backup_is_consistent_while_others_write(
    store: Store, tmp_path: Path, now: datetime, new_message: Build
) -> None:
    target = tmp_path / "backup.db"
    with store.writing() as ledger:
        ledger.receive([new_message(b"not yet committed")], at=now)
        store.backup(target)

    with Store.open(f"sqlite:///{target}") as copy, copy.reading() as query:
        assert query.messages() == []


def test_a_backup_that_cannot_be_written_is_a_clear_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        store.backup(tmp_path / "missing" / "backup.db")
    with pytest.raises(StoreError, match="itself"):
        store.backup(store.path)
