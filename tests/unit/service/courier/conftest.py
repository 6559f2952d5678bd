"""Message servers with empty stores: a clinic's that receives, and one that sends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
from mailboxes import Server
from posting import Sender

from adapter.store.store import Store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store's file: copying it is faster than laying its tables again."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    copyfile(empty_store, tmp_path / "budstikke.db")
    with Store.open(f"sqlite:///{tmp_path / 'budstikke.db'}", busy_timeout=0.1) as opened:
        yield opened


@pytest.fixture
def server(store: Store) -> Server:
    return Server(store)


@pytest.fixture
def sender(store: Store) -> Sender:
    return Sender(store)
