"""Certificates that end soon become tasks of the operator, one at each warning, until they are renewed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pki import CLINIC, NOW, SINCE, World, key, pem
from pki import world as make_world
from structlog.testing import capture_logs

from adapter.config import Settings
from adapter.config.models import TrustTable
from adapter.errors import ConfigError
from adapter.service.certificates import Watch
from adapter.service.effects import BY_ITSELF
from adapter.service.worker import FireTimers, Worker
from adapter.store.rows import TaskRow
from adapter.store.store import Store
from adapter.trust.pki import Pair, Purpose

DAY = timedelta(days=1)
#: When the certificate ends.
END = NOW + 100 * DAY

Put = Callable[[str, Pair], None]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def folder(tmp_path: Path, world: World) -> Path:
    """Return a folder with a certificate of our own."""
    path = tmp_path / "own"
    path.mkdir()
    _put(path, "first", _pair(world, END))
    return path


@pytest.fixture
def watch(folder: Path) -> Watch:
    return Watch(Settings.model_construct(trust=TrustTable(own=folder)))


def _pair(world: World, until: datetime) -> Pair:
    return world.issuing.issue(CLINIC, key("holder"), Purpose.SIGNING, since=SINCE, until=until)


def _put(folder: Path, name: str, pair: Pair) -> None:
    private = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.pem").write_bytes(private + pem(pair.certificate))


def _tasks(store: Store, state: str | None = "open") -> list[TaskRow]:
    with store.reading() as query:
        return query.tasks(state)  # type: ignore[arg-type]  # "open" is one of them


def test_each_warning_takes_the_place_of_the_one_before(store: Store, watch: Watch) -> None:
    opened = {days: watch.look(store, END - days * DAY) for days in (90, 60, 45, 30, 29, 14, 7, -1)}

    assert opened == {90: 0, 60: 1, 45: 0, 30: 1, 29: 0, 14: 1, 7: 1, -1: 1}
    (task,) = _tasks(store)
    assert task.title.endswith("ended on 2026-06-10.")
    assert (task.party, task.rule, task.due_at, task.priority) == ("", "CRT-01", END, 2)
    assert [row.priority for row in _tasks(store, None)] == [0, 0, 0, 2, 2]
    assert {row.closed_by for row in _tasks(store, "done")} == {BY_ITSELF}


def test_a_renewed_certificate_closes_the_task(store: Store, watch: Watch, folder: Path, world: World) -> None:
    watch.look(store, END - 30 * DAY)
    assert len(_tasks(store)) == 1
    _put(folder, "second", _pair(world, END + 500 * DAY))

    assert watch.look(store, END - 29 * DAY) == 0
    assert _tasks(store) == []


def test_what_somebody_dealt_with_does_not_come_back_before_the_next_warning(store: Store, watch: Watch) -> None:
    watch.look(store, END - 60 * DAY)
    with store.writing() as ledger:
        ledger.close_task(_tasks(store)[0].id, by="ola", at=NOW)

    assert watch.look(store, END - 59 * DAY) == 0
    assert watch.look(store, END - 30 * DAY) == 1


def test_it_looks_once_a_day_whoever_else_looks(store: Store, watch: Watch, folder: Path) -> None:
    assert watch.look(store, END - 30 * DAY) == 1
    other = Watch(Settings.model_construct(trust=TrustTable(own=folder)))
    assert other.look(store, END - 30 * DAY) == 0
    (folder / "rubbish.pem").write_bytes(b"rubbish")
    assert watch.look(store, END - 30 * DAY) == 0
    with pytest.raises(ConfigError, match=r"rubbish\.pem"):
        watch.look(store, END - 29 * DAY)


def test_without_certificates_there_is_nothing_to_watch(store: Store) -> None:
    assert Watch(Settings.model_construct(trust=TrustTable())).look(store, NOW) == 0


def test_a_certificate_that_cannot_be_used_keeps_no_timer_from_its_work(bench: Any, folder: Path) -> None:
    (folder / "rubbish.pem").write_bytes(b"rubbish")
    settings = bench.settings.model_copy(update={"trust": TrustTable(own=folder)})
    worker = Worker(replace(bench.parts, settings=settings), "w", lambda: NOW)

    with capture_logs() as logs:
        assert worker.do(FireTimers()).counts == {"timers": 0}
    (line,) = [line for line in logs if line["action"] == "certificates_unusable"]
    assert "rubbish.pem" in line["error"]
