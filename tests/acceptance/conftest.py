"""Run the installed command as a process: the checkout's, or the one that BUDSTIKKE_COMMAND names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from running import LONG

HERE = Path(__file__).parent
#: Measuring costs more than starting does; these make a child process measure its coverage.
COVERAGE = {"COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"}

RunIn = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.acceptance)


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """Return the folder of synthetic messages; the command finds its own."""
    return HERE.parents[1] / "fixtures"


@pytest.fixture(scope="session")
def command() -> Path:
    """Return the command under test."""
    return Path(os.environ.get("BUDSTIKKE_COMMAND") or Path(sys.executable).parent / "budstikke").absolute()


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Return the environment the command runs in: nothing of the developer's own settings for it."""
    kept = {"BUDSTIKKE_STANDARDS"}
    return {name: value for name, value in os.environ.items() if not name.startswith("BUDSTIKKE_") or name in kept}


@pytest.fixture(scope="session")
def run_in(command: Path, environment: dict[str, str]) -> RunIn:
    """Return what runs the command to its end in a folder, and never raises for its exit code."""

    def run(
        folder: Path,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        measured: bool = True,
        timeout: float = LONG,
    ) -> subprocess.CompletedProcess[str]:
        shown = environment | dict(env or {})
        return subprocess.run(
            [command, *arguments],
            cwd=folder,
            env={name: value for name, value in shown.items() if measured or name not in COVERAGE},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture
def budstikke(run_in: RunIn, tmp_path: Path) -> RunIn:
    """Return what runs the command in the test's own folder."""
    return partial(run_in, tmp_path)
