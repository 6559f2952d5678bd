"""Configurations to make mistakes in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adapter.config import check

MINIMAL = """
[adapter]
name = "Poliklinikk"
environment = "test"

[[party]]
id = "clinic"
role = "clinic"
name = "Fysikalsk medisin"
her_ids = ["8990101"]
channel = "clinic-epj"

[[channel]]
id = "clinic-epj"
type = "folder"
inbox = "in"
outbox = "out"
"""


@pytest.fixture
def minimal() -> str:
    """Return the shortest configuration that is right."""
    return MINIMAL


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write text to a configuration file."""

    def write_it(text: str) -> Path:
        path = tmp_path / "budstikke.toml"
        path.write_text(text, "utf-8")
        return path

    return write_it


@pytest.fixture
def mistakes(write: Callable[[str], Path]) -> Callable[[str], list[str]]:
    """Return what `check` says about a text, a line for each mistake."""
    return lambda text: [str(problem) for problem in check(write(text))]
