"""What a demo tells when it has ended, and what it invites to."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Iterable

Ran = subprocess.CompletedProcess[str]


def ended_well(ran: Ran) -> None:
    """See that a demo complains of nothing, and writes for any terminal."""
    assert ran.stderr == ""
    assert ran.returncode == 0, ran.stdout
    assert "\x1b" not in ran.stdout


def ended_early(ran: Ran) -> None:
    """See that a demo without time says what it waited for, and what has not come."""
    assert ran.returncode == 1
    assert re.search(r"✗  Within 5 s there was not: .+\.", ran.stdout)
    assert "     Legekontor: status på henvisningen: came 0 of 1 times" in ran.stdout


def missing(patterns: Iterable[str], told: str) -> list[str]:
    """Return the patterns of which nothing is told."""
    return [pattern for pattern in patterns if not re.search(pattern, told)]


def try_next(budstikke: Callable[..., Ran], told: str) -> None:
    """Run what a demo invites to: each command works, on what it left."""
    lines = [shlex.split(line) for line in told.splitlines() if line.startswith("  budstikke ")]
    assert len(lines) == 6
    for _, *arguments in lines:
        ran = budstikke(*arguments)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout
