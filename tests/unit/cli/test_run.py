from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapter.config import Settings
from adapter.service import daemon

Budstikke = Callable[..., Any]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, bool, int | None]]:
    """Return how the daemon was started, each time."""
    started: list[tuple[Settings, bool, int | None]] = []

    def run(settings: Settings, *, once: bool, workers: int | None) -> int:
        started.append((settings, once, workers))
        return 3 if workers == 2 else 0

    monkeypatch.setattr(daemon, "run", run)
    return started


def test_the_daemon_gets_the_settings_and_the_options(budstikke: Budstikke, config: Path, runs: list[Any]) -> None:
    assert budstikke("run", "--once", "--config", config).exit_code == 0

    (started,) = runs
    assert started[0].adapter.name == "Test"
    assert started[1:] == (True, None)


def test_the_daemon_decides_the_exit_code(budstikke: Budstikke, config: Path, runs: list[Any]) -> None:
    assert budstikke("run", "--workers", 2, "--config", config).exit_code == 3
    assert runs[0][1:] == (False, 2)


def test_no_workers_are_a_mistake(budstikke: Budstikke, config: Path, runs: list[Any]) -> None:
    assert budstikke("run", "--workers", 0, "--config", config).exit_code == 2
    assert runs == []
