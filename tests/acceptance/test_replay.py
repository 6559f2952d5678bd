"""Replay beside a daemon that runs, and without one."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import LONG, wait_until, with_chosen_schemas

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(run_in: Run, tmp_path: Path) -> Path:
    """Return the folder that `init` made, with a configuration that looks every second."""
    assert run_in(tmp_path, "init", "home").returncode == 0
    config = tmp_path / "home" / "budstikke.toml"
    text = config.read_text("utf-8").replace('poll = "every 10s"', 'poll = "every 1s"')
    text = text.replace('schedule = "every 30s"', 'schedule = "at once"')
    config.write_text(with_chosen_schemas(text), "utf-8")
    return config.parent


@pytest.fixture
def daemon(home: Path, command: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the daemon in that folder."""
    log = (home / "log").open("wb")
    with log, subprocess.Popen([command, "run"], cwd=home, env=environment, stderr=log) as process:
        assert wait_until(lambda: process.poll() is not None or b"started" in (home / "log").read_bytes())
        assert process.poll() is None
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONG) == 0


@pytest.mark.usefixtures("daemon")
def test_a_daemon_that_runs_takes_the_files(run_in: Run, home: Path, fixtures: Path) -> None:
    messages = [
        fixtures / "messages" / name for name in ("henvisning-1.1-komplett.xml", "henvisning-1.1-feil-dato.xml")
    ]

    first = run_in(home, "replay", "--yes", *messages)
    again = run_in(home, "replay", "--yes", *messages)
    anew = run_in(home, "replay", "--yes", "--new-ids", *messages)

    assert [ran.returncode for ran in (first, again, anew)] == [0, 0, 0], first.stdout + first.stderr
    report = ["verdicts:     1 accept, 1 reject", "arrived:      1 clinic-epj", "receipts:     1 positive, 1 negative"]
    assert [line in first.stdout.split("report")[1] for line in report] == [True] * 3
    assert "verdicts:     2 ignore" in again.stdout.split("report")[1]
    assert [line in anew.stdout.split("report")[1] for line in report] == [True] * 3
    assert len(list((home / "var/clinic/from-adapter").iterdir())) == 2


def test_ctrl_c_stops_between_two_files_and_loses_none(
    run_in: Run, home: Path, fixtures: Path, command: Path, environment: dict[str, str]
) -> None:
    message = fixtures / "messages" / "henvisning-1.1-komplett.xml"
    with subprocess.Popen(
        [command, "replay", "--yes", "--rate", "2/s", *[message] * 20],
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as replay:
        inbox = home / "var/referrer/to-adapter"
        assert wait_until(lambda: len(list(inbox.glob("[!.]*"))) >= 2)
        os.kill(replay.pid, signal.SIGINT)
        out, _ = replay.communicate(timeout=LONG)

    put = len(list(inbox.iterdir()))
    assert replay.returncode == 130
    assert f"{put} of 20 files were put into the inboxes." in out
    assert f"Stopped by hand: {20 - put} files were not put." in out
    assert all(path.read_bytes() == message.read_bytes() for path in inbox.iterdir())

    for path in inbox.iterdir():
        os.utime(path, (0, 0))
    assert run_in(home, "run", "--once").returncode == 0
    assert len(list((home / "var/clinic/from-adapter").iterdir())) == 1
