"""Replay of stored messages: killed in the middle, beside a daemon or without one, each goes out once and no more."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from marks import UUID, msg_id_of
from running import LONG, Daemon, Home, Reader, wait_until

Run = Callable[..., subprocess.CompletedProcess[str]]
MESSAGES = 200


def _id(number: int) -> bytes:
    return b"%08d-0000-4000-8000-000000000000" % number


@pytest.fixture(scope="module")
def carried(
    command: Path, environment: dict[str, str], fixtures: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Carry some hundred referrals to the clinic, which takes them."""
    home = Home.make(tmp_path_factory.mktemp("carried"))
    referral = (fixtures / "messages" / "henvisning-1.1-komplett.xml").read_bytes()
    for number in range(MESSAGES):
        home.put("referrer", f"{number}.xml", UUID.sub(_id(number), referral))
    assert subprocess.run([command, "run", "--once"], cwd=home.path, env=environment, check=False).returncode == 0
    assert len(home.delivered("clinic")) == MESSAGES
    for name in ("clinic", "referrer"):
        for path in home.delivered(name):
            path.unlink()
    return home.path


@pytest.fixture
def home(carried: Path, tmp_path: Path) -> Home:
    """Return a copy of that installation."""
    return Home(path=shutil.copytree(carried, tmp_path / "home"))


@pytest.fixture
def daemon(home: Home, command: Path, environment: dict[str, str]) -> Iterator[Daemon]:
    """Run the daemon there."""
    daemon = Daemon.start(command, home, environment)
    assert wait_until(lambda: daemon.said("started"))
    yield daemon
    daemon.kill()


def killed_in_the_middle(command: Path, environment: dict[str, str], home: Home, *options: str) -> int:
    """Begin a batch, and kill the process that sends it; return the batch's number."""
    done = "SELECT count(*) FROM batch_item WHERE state = 'done' AND batch_id = (SELECT max(id) FROM batch)"
    with (
        (home.path / "replay.log").open("wb") as log,
        subprocess.Popen(
            [command, "replay", "stored", "--real", "--yes", "--rate", "40/s", *options],
            cwd=home.path,
            env=environment,
            stdout=log,
        ) as replay,
    ):
        assert wait_until(lambda: home.rows(done)[0][0] >= 20, pause=0.01)
        os.kill(replay.pid, signal.SIGKILL)
    ((number,),) = home.rows("SELECT max(id) FROM batch")
    assert 20 <= home.rows(done)[0][0] < MESSAGES
    return number


@contextmanager
def slow_batch(command: Path, environment: dict[str, str], home: Home) -> Iterator[subprocess.Popen[str]]:
    """Run a batch that takes its time; something of it is done."""
    with subprocess.Popen(
        [command, "replay", "stored", "--real", "--ids", "kept", "--yes", "--rate", "2/s"],
        cwd=home.path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as replay:
        assert wait_until(lambda: home.rows("SELECT 1 FROM batch_item WHERE state = 'done'"))
        yield replay


def test_a_batch_that_is_killed_again_and_again_is_finished_without_sending_anything_twice(
    run_in: Run, command: Path, environment: dict[str, str], home: Home, daemon: Daemon
) -> None:
    batch = killed_in_the_middle(command, environment, home, "--ids", "kept")
    with Reader(home=home) as reader:
        for _ in range(2):
            with subprocess.Popen([command, "replay", "resume", str(batch)], cwd=home.path, env=environment) as again:
                time.sleep(1.2)
                os.kill(again.pid, signal.SIGKILL)
        run_in(home.path, "replay", "resume", str(batch))
        assert wait_until(lambda: len(reader.of("clinic")) >= MESSAGES)
        time.sleep(1)

    assert daemon.process.poll() is None
    got = Counter(map(msg_id_of, reader.of("clinic")))
    assert got == {_id(number): 1 for number in range(MESSAGES)}
    assert reader.of("referrer") == []
    assert home.rows("SELECT state, count(*) FROM batch_item GROUP BY state") == [("done", MESSAGES)]
    assert run_in(home.path, "check").returncode == 0


def test_new_messages_of_a_killed_batch_come_in_once_when_the_daemon_is_started(
    run_in: Run, command: Path, environment: dict[str, str], home: Home
) -> None:
    batch = killed_in_the_middle(command, environment, home, "--ids", "new")
    resumed = run_in(home.path, "replay", "resume", str(batch))

    assert resumed.returncode == 0, resumed.stderr
    assert "No daemon runs" in resumed.stdout
    assert home.delivered("clinic") == []
    assert run_in(home.path, "run", "--once").returncode == 0

    ids = {msg_id_of(path.read_bytes()) for path in home.delivered("clinic")}
    assert len(home.delivered("clinic")) == len(ids) == MESSAGES
    assert len(home.delivered("referrer")) == MESSAGES
    assert home.rows("SELECT count(DISTINCT new_message_id) FROM batch_item") == [(MESSAGES,)]


def test_a_batch_that_is_cancelled_from_elsewhere_ends_at_once(
    run_in: Run, command: Path, environment: dict[str, str], home: Home
) -> None:
    with slow_batch(command, environment, home) as replay:
        cancelled = run_in(home.path, "replay", "cancel", "1")
        out, _ = replay.communicate(timeout=LONG)

    assert cancelled.returncode == 0
    assert replay.returncode == 1
    assert "Batch 1 is cancelled" in out
    assert run_in(home.path, "run", "--once").returncode == 0
    assert home.delivered("clinic") == []


def test_ctrl_c_stops_a_batch_between_two_messages(command: Path, environment: dict[str, str], home: Home) -> None:
    with slow_batch(command, environment, home) as replay:
        replay.send_signal(signal.SIGINT)
        out, _ = replay.communicate(timeout=LONG)

    assert replay.returncode == 130
    assert "`budstikke replay resume 1` goes on" in out
    assert home.rows("SELECT state FROM batch") == [("open",)]
