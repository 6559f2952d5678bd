"""The fork server is deaf to SIGTERM, and nobody else."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from adapter.service import shield


def disposition_after_import(*before: str) -> str:
    code = "; ".join(
        (*before, "import adapter.service.shield, signal", "print(signal.getsignal(signal.SIGTERM) is signal.SIG_IGN)")
    )
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_the_module_changes_nothing_where_it_is_only_imported() -> None:
    """An ignored signal is inherited: it would make every process deaf that is started from here."""
    assert disposition_after_import() == "False"
    assert signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN


def test_the_fork_server_is_deaf() -> None:
    assert disposition_after_import("from multiprocessing.forkserver import main") == "True"


@pytest.mark.parametrize(
    ("word", "expected"), [("from multiprocessing.forkserver import main; main(3)", True), ("x", False)]
)
def test_a_fork_server_is_known_by_its_command(word: str, expected: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert shield.is_fork_server(["python", "-c", word]) is expected
