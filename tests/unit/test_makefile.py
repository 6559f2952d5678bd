"""`make install` installs into the local .venv, and does nothing where that is done."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

MAKE = shutil.which("make")
MAKEFILE = Path(__file__).parents[2] / "Makefile"
#: Stands for the Python of .venv: keeps what it is asked to do.
KEEPING_BOOK = '#!/bin/sh\necho "$@" >> asked\n'

pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make")


@pytest.fixture
def install(tmp_path: Path) -> Callable[[], list[str]]:
    """Return what runs `make install` where pip only keeps book, and tells what pip was asked for."""
    shutil.copy(MAKEFILE, tmp_path)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_000_000_000, 1_000_000_000))
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "budstikke"):
        (programs / name).write_text(KEEPING_BOOK)
        (programs / name).chmod(0o755)

    def run() -> list[str]:
        asked = tmp_path / "asked"
        asked.write_text("")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        subprocess.run([str(MAKE), "install"], cwd=tmp_path, env=environment, capture_output=True, check=True)
        return [line for line in asked.read_text().splitlines() if line.startswith("-m pip install")]

    return run


def test_a_second_install_installs_nothing(install: Callable[[], list[str]]) -> None:
    first, second = install(), install()

    assert len(first) == 2
    assert first[1].endswith("--editable .[dev]")
    assert second == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_what_changes_the_dependencies_is_installed_again(
    install: Callable[[], list[str]], tmp_path: Path, name: str
) -> None:
    first = install()
    os.utime(tmp_path / name, (4_000_000_000, 4_000_000_000))

    assert install() == first
