from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.service import notify


@pytest.fixture
def manager() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(5)
        yield listening


@pytest.mark.parametrize("is_abstract", [True, False])
def test_the_service_manager_is_told_how_things_stand(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, is_abstract: bool
) -> None:
    name = str(tmp_path / "s")
    manager.bind("\0" + name if is_abstract else name)
    monkeypatch.setenv("NOTIFY_SOCKET", "@" + name if is_abstract else name)

    notify.ready("two channels")
    notify.alive()
    notify.stopping()

    assert [manager.recv(100) for _ in range(3)] == [b"READY=1\nSTATUS=two channels", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_a_service_manager_or_with_a_deaf_one_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify.alive()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify.alive()
