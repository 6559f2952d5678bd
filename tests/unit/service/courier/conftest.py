"""The clinic's message server, with an empty mailbox and an empty store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mailboxes import Server

from adapter.store.store import Store


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Store.open(f"sqlite:///{tmp_path / 'budstikke.db'}") as store:
        yield Server(store)
