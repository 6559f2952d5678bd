"""The installed command as a process: it starts, answers, and says by its exit code how it went."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_command_tells_its_release(budstikke: Run) -> None:
    ran = budstikke("version")

    assert ran.returncode == 0
    assert ran.stdout.startswith("budstikke ")


def test_a_mistyped_verb_is_a_mistake_in_usage(budstikke: Run) -> None:
    ran = budstikke("valdate")

    assert ran.returncode == 2
    assert "valdate" in ran.stderr
    assert ran.stdout == ""


def test_a_missing_configuration_is_told_with_the_next_step(budstikke: Run) -> None:
    ran = budstikke("run", "--once")

    assert ran.returncode == 2
    assert "CONF-01" in ran.stderr
    assert "budstikke init" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_verbose_shows_the_trace(budstikke: Run) -> None:
    ran = budstikke("--verbose", "run", "--once")

    assert ran.returncode == 2
    assert "Traceback" in ran.stderr


def test_the_configuration_can_be_named_by_the_environment(budstikke: Run, tmp_path: Path) -> None:
    ran = budstikke("config", "check", env={"BUDSTIKKE_CONFIG": str(tmp_path / "elsewhere.toml")})

    assert ran.returncode == 2
    assert "elsewhere.toml" in ran.stderr


def test_one_file_is_validated_in_under_half_a_second_from_a_cold_start(
    budstikke: Run, fixtures: Path, tmp_path: Path
) -> None:
    """The best of several runs, by the clock or by the processor: what else this machine does must not decide."""
    message = tmp_path / "referral.xml"
    assert budstikke("build", fixtures / "specs" / "henvisning-1.1.toml", "--output", message).returncode == 0
    best = float("inf")
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        ran = budstikke("validate", "--json", message, measured=False)
        elapsed = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert ran.returncode == 0
        best = min(best, elapsed, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)

    assert best < 0.5
