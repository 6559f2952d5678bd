from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from adapter.errors import StoreError, StoreTooNew
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.store import NewEnvelope, Store, schema
from adapter.store.tables import metadata

_NEXT = """
from alembic import op
import sqlalchemy as sa
revision = "0004"
down_revision = "0003"
def upgrade():
    op.add_column("task", sa.Column("colour", sa.Integer(), nullable=False, server_default="0"))
    {also}
"""


@pytest.fixture
def later_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretend that a release with one more migration is installed."""

    def install(also: str = "pass") -> None:
        versions = tmp_path / "versions"
        versions.mkdir(exist_ok=True)
        (versions / "0004_colour.py").write_text(_NEXT.format(also=also))
        monkeypatch.setattr(schema, "VERSIONS", (*schema.VERSIONS, versions))
        monkeypatch.setattr(schema, "REVISION", "0004")

    return install


def _form(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return what each table, index and trigger is, however it was said."""
    form: dict[str, list[tuple[object, ...]]] = {}
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind == "table":
            keys = connection.execute('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)', (name,))
            columns = connection.execute("SELECT * FROM pragma_table_xinfo(?)", (name,))
            rules = re.findall(r"CHECK \(.*\)|WITHOUT ROWID", sql)
            form[name] = [*columns, *sorted(keys), *((rule,) for rule in rules)]
        else:
            form[name] = [
                (re.sub(r"\s+", " ", sql or ""),),
                *connection.execute("SELECT * FROM pragma_index_xinfo(?)", (name,)),
            ]
    return form


def _migrated(path: Path, target: str | None = None) -> Path:
    engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        schema.migrate(connection, target)
    engine.dispose()
    return path


def _columns(path: Path, table: str) -> list[str]:
    connection = sqlite3.connect(path)
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.close()
    return names


def test_the_migrations_lead_to_the_tables(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415 - slow to load
    from alembic.migration import MigrationContext  # noqa: PLC0415 - slow to load

    engine = create_engine(f"sqlite:///{_migrated(tmp_path / 'migrated.db')}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_a_new_store_is_the_same_as_a_migrated_one_to_the_last_column(tmp_path: Path, store: Store) -> None:
    created, migrated = sqlite3.connect(store.path), sqlite3.connect(_migrated(tmp_path / "migrated.db"))

    assert _form(created) == _form(migrated)
    assert created.execute("SELECT * FROM alembic_version").fetchall() == [(schema.REVISION,)]
    assert migrated.execute("SELECT * FROM alembic_version").fetchall() == [(schema.REVISION,)]
    created.close()
    migrated.close()


def test_the_newest_migration_is_the_one_that_is_expected() -> None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow to load

    directory = ScriptDirectory(str(schema.MIGRATIONS), version_locations=[str(path) for path in schema.VERSIONS])

    assert directory.get_heads() == [schema.REVISION]


def test_alembic_is_not_loaded_for_a_new_or_current_store(url: str) -> None:
    code = f"""
import sys
from adapter.store import Store
for _ in range(2):
    with Store.open({url!r}) as store, store.reading() as query:
        query.counts()
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_door_alone_does_not_load_sqlalchemy() -> None:
    code = "import sys, adapter.store; assert 'sqlalchemy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_older_store_is_copied_and_migrated_with_its_data(
    store: Store, url: str, now: datetime, receive: Callable[..., int], later_release: Callable[..., None]
) -> None:
    message_id = receive(MessageState.HELD, data=b"kept")
    store.close()
    later_release()

    with Store.open(url) as migrated, migrated.reading() as query:
        assert query.bodies([message_id]) == {message_id: b"kept"}
        assert query.message(message_id).received_at == now
        assert query.verify_chain().length == 2

    assert "colour" in _columns(store.path, "task")
    (copy,) = store.path.parent.glob("budstikke.db.0003.*.bak")
    assert "colour" not in _columns(copy, "task")
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT data FROM body").fetchall() == [(b"kept",)]
    connection.close()


def test_the_first_release_s_store_keeps_its_deadlines_and_tasks(tmp_path: Path, url: str) -> None:
    path = _migrated(tmp_path / "budstikke.db", "0001")
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO body VALUES ('00', 4, 'kept')")
        connection.execute(
            "INSERT INTO message (id, direction, channel, source, sha256, size, received_at, state, attempts, findings,"
            " sender_party) VALUES (1, 'in', 'gp-in', 'a.xml', '00', 4, '2026-11-21T12:00:00.000000Z', 'delivered', 1,"
            " '[]', 'referrer'), (2, 'in', 'gp-in', 'b.xml', '00', 4, '2026-11-21T12:00:00.000000Z', 'delivered', 1,"
            " '[]', NULL)"
        )
        connection.executemany(
            "INSERT INTO timer (rule, message_id, due_at, state) VALUES ('receipt-alarm', ?, ?, 'running')",
            [(1, "2026-11-25T12:00:00.000000Z"), (2, "2026-11-25T12:00:00.000000Z")],
        )
        connection.execute(
            "INSERT INTO task (party, rule, title, message_id, state, created_at)"
            " VALUES ('clinic', 'MSG-18', 'Look', 1, 'open', '2026-11-21T12:00:00.000000Z')"
        )
    connection.close()

    with Store.open(url) as store, store.reading() as query:
        timers, (task,) = query.timers(), query.tasks()
        (kept, _) = query.messages()

    assert [(timer.party, timer.ends_with) for timer in timers] == [("referrer", None), ("", None)]
    assert (task.title, task.priority, task.assignee, task.ends_with) == ("Look", 0, None, None)
    assert (kept.topic, kept.patient) == (None, None)
    assert [copy.name.split(".")[2] for copy in tmp_path.glob("budstikke.db.*.bak")] == ["0001"]


def test_a_store_without_envelopes_keeps_its_deliveries_and_takes_mails(tmp_path: Path, url: str) -> None:
    path = _migrated(tmp_path / "budstikke.db", "0002")
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO body VALUES ('00', 4, 'kept')")
        connection.execute(
            "INSERT INTO message (id, direction, channel, source, sha256, size, received_at, state, attempts, findings)"
            " VALUES (1, 'in', 'gp-in', 'a.xml', '00', 4, '2026-11-21T12:00:00.000000Z', 'accepted', 1, '[]')"
        )
        connection.execute(
            "INSERT INTO delivery (id, message_id, for_message_id, channel, party, name, state, attempts, due_at,"
            " staged) VALUES (1, 1, 1, 'clinic', 'clinic', '1.xml', 'sent', 1, '2026-11-21T12:00:00.000000Z', 0)"
        )
    connection.close()

    with Store.open(url) as store, store.writing() as ledger:
        (row,) = ledger.deliveries()
        new = NewEnvelope(
            direction="out", channel="edi", data=b"kept", state=EnvelopeState.QUEUED, carries=1, delivery_id=1
        )
        (number,) = ledger.add_envelopes([new], at=datetime(2026, 11, 21, 13, tzinfo=UTC))
        (mail,) = ledger.envelopes_of_deliveries([1]).values()

    assert (row.state, row.is_reliable, row.is_open) == (DeliveryState.SENT, False, False)
    assert (mail.id, mail.carries) == (number, 1)
    assert [copy.name.split(".")[2] for copy in tmp_path.glob("budstikke.db.*.bak")] == ["0002"]


def test_a_migration_that_fails_changes_nothing(
    store: Store, url: str, receive: Callable[..., int], later_release: Callable[..., None]
) -> None:
    message_id = receive(data=b"kept")
    store.close()
    later_release(also='op.execute("CREATE TABLE half_done (id INTEGER)"); op.execute("no such sentence")')

    with pytest.raises(StoreError, match="syntax error"):
        Store.open(url)

    connection = sqlite3.connect(store.path)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0003",)]
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half_done'").fetchall() == [(0,)]
    assert connection.execute("SELECT id FROM message").fetchall() == [(message_id,)]
    assert "colour" not in _columns(store.path, "task")
    connection.close()


def test_a_store_of_a_later_release_is_refused_untouched(store: Store, url: str) -> None:
    store.close()
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0042'")
    connection.close()
    before = store.path.read_bytes()

    with pytest.raises(StoreTooNew, match="0042"):
        Store.open(url)

    assert store.path.read_bytes() == before


def test_another_program_s_database_is_refused_untouched(tmp_path: Path, url: str) -> None:
    path = tmp_path / "budstikke.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(StoreError, match="not a store of this program"):
        Store.open(url)

    assert path.read_bytes() == before


def test_a_store_without_a_version_is_refused(store: Store, url: str) -> None:
    store.close()
    with sqlite3.connect(store.path) as connection:
        connection.execute("DELETE FROM alembic_version")
    connection.close()

    with pytest.raises(StoreError, match="which release"):
        Store.open(url)
