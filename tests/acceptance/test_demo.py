"""The demo as anyone runs it: it ends by itself, tells what happened, and leaves no process behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from demos import ended_early, ended_well, missing, try_next
from processes import left
from running import LONG, wait_until

Run = Callable[..., subprocess.CompletedProcess[str]]

#: Every line of the reckoning.
RECKONING = (
    r"✓  Legekontor holds all that its script expects: 4 APPREC, 1 DIALOG_HELSEFAGLIG, 1 DIALOG_STATUS_HENVISNING",
    r"✓  Klinikk holds all that its script expects: 1 APPREC, 1 DIALOG_HELSEFAGLIG, 1 HENVISNING",
    r"✓  NAV holds all that its script expects: 1 DIALOG_NOTAT",
    r"✓  every message has found its end: 10 delivered, 1 ignored, 1 quarantined, 1 rejected",
    r"✓  no delivery is under way, and none was given up",
    r"✓  1 task for a person: the file nobody can read",
    r"✓  the event log verifies: \d+ events, each bound to the one before",
)
#: The story, in the order it must be told.
STORY = (
    r"The daemon starts",
    r"Legekontor → Budstikke +Henvisning 1\.1 +taken\n +AMO-04: ",
    r"! +task 1 for Klinikk +AMO-04\n +a question waits for approval: «sykemeldingsstatus",
    r"Rolig Skog at the clinic reads the draft +budstikke drafts approve [0-9]+",
    r"Budstikke → Legekontor +Helsefaglig dialog +delivered: Henvendelse om pasient",
    r"✗ +SIGKILL +the daemon and its workers die",
    r"The daemon starts again",
    r"Status +delivered: Rett til helsehjelp, tidspunkt kommer",
    r"SIGTERM +the daemon ends with exit code 0",
)
#: Told too, wherever the kill falls.
TOLD = (
    r"Budstikke → NAV +Notat +delivered: Henvendelse om sykefraværsoppfølging",
    r"NAV → Budstikke +AppRec 1\.0 OK +taken",
    r"! +Budstikke → Legekontor +AppRec 1\.1 avvist: E36 +answers Henvisning",
    r"came before; nothing is done twice",
    r"! +Legekontor → Budstikke +unreadable file +put aside for a person",
)


def test_the_demo_tells_a_day_and_everything_arrives(budstikke: Run, tmp_path: Path) -> None:
    started = time.monotonic()
    ran = budstikke("demo", "--keep", tmp_path / "day", "--seconds-limit", "400", timeout=500)

    ended_well(ran)
    found = [re.search(pattern, ran.stdout) for pattern in STORY]
    assert [pattern for pattern, match in zip(STORY, found, strict=True) if match is None] == []
    positions = [match.start() for match in found if match]
    assert positions == sorted(positions)
    assert missing((*TOLD, *RECKONING), ran.stdout) == []
    assert "Everything arrived" in ran.stdout
    assert left(tmp_path) == []
    assert time.monotonic() - started < 400
    try_next(budstikke, ran.stdout)


def test_a_demo_that_has_no_time_says_what_is_missing(budstikke: Run, tmp_path: Path) -> None:
    ran = budstikke("demo", "--keep", tmp_path / "day", "--seconds-limit", "5", timeout=200)

    ended_early(ran)
    assert "Not everything arrived" in ran.stdout
    assert left(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_interrupted_leaves_no_process(
    command: Path, environment: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [command, "demo", "--keep", tmp_path / "day"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        assert wait_until((tmp_path / "day" / "log" / "nav.log").exists, timeout=LONG)
        os.kill(process.pid, number)
        code = process.wait(LONG)
    finally:
        process.kill()
        process.wait()

    assert code == 128 + number
    assert left(tmp_path) == []


def test_a_folder_with_other_things_in_it_is_left_alone(budstikke: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    ran = budstikke("demo", "--keep", tmp_path)

    assert ran.returncode == 3
    assert "SIM-02" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
