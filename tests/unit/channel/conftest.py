"""Folders to carry messages between, and a user without special rights."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapter.channel import FolderChannel

NOBODY = 65_534


@pytest.fixture
def now() -> datetime:
    """Return a moment at which every file of the test is old enough."""
    return datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def folders() -> Iterator[Path]:
    """Give a folder that every user may enter, with an inbox, an outbox and an archive."""
    root = Path(tempfile.mkdtemp())
    root.chmod(0o777)
    for name in ("inbox", "outbox", "archive"):
        (root / name).mkdir()
        (root / name).chmod(0o777)
    yield root
    shutil.rmtree(root)


@pytest.fixture
def open_channel(folders: Path) -> Callable[..., FolderChannel]:
    """Open a channel on the folders; arguments add to or replace its settings."""

    def open_it(**settings: Any) -> FolderChannel:
        return FolderChannel("clinic-epj", **{"inbox": folders / "inbox", "outbox": folders / "outbox"} | settings)

    return open_it


@pytest.fixture
def channel(open_channel: Callable[..., FolderChannel]) -> FolderChannel:
    """Open a channel with its defaults."""
    return open_channel()


@pytest.fixture
def ordinary_user(folders: Path) -> Iterator[None]:  # noqa: ARG001 - the folders are removed after the rights are back
    """Go without the rights of root, to whom nothing is forbidden."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    yield
    if is_root:
        os.seteuid(0)
