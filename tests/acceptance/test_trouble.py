"""Trouble from outside: each ends in a clear error, and in everything delivered once when it goes away."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest
from running import LONG, Daemon, Home, wait_until

Start = Callable[..., Daemon]
Run = Callable[..., subprocess.CompletedProcess[str]]

REFERRAL = "henvisning-1.1-komplett.xml"
#: Room for a store, and for little more.
SMALL = "size=4m"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return an installation that gives up waiting for the store after a second."""
    return Home.make(tmp_path, workers=1, busy_timeout="1s", attempts=100)


@pytest.fixture
def start(command: Path, environment: dict[str, str]) -> Iterator[Start]:
    """Return what starts the daemon of an installation; whatever is left of it is killed at the end."""
    with ExitStack() as ends:

        def run(home: Home, *arguments: str) -> Daemon:
            daemon = Daemon.start(command, home, environment, *arguments)
            ends.callback(daemon.kill)
            return daemon

        yield run


@pytest.fixture
def small_disk() -> Iterator[Callable[[Path], None]]:
    """Return what mounts a disk with hardly any room on a folder."""
    with ExitStack() as ends:

        def mount(folder: Path) -> None:
            ran = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", SMALL, "tmpfs", folder], capture_output=True, check=False
            )
            if ran.returncode:
                pytest.skip("mounting a small disk needs more rights")
            ends.callback(subprocess.run, ["umount", "--lazy", folder], check=True)

        yield mount


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Leave no room in a folder."""
    stopper = folder / "stopper"
    with stopper.open("wb", buffering=0) as file:
        for size in (65536, 4096):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    yield
    stopper.unlink()


def referral(fixtures: Path, number: int) -> bytes:
    """Return a referral with ids of its own."""
    data = (fixtures / "messages" / REFERRAL).read_bytes()
    for old in (b"de171dda-71d7-5898-8d61-5eab3ca560ff", b"9f7fd38d-2c81-58d0-8237-8dbd2866b7dc"):
        assert old in data
        data = data.replace(old, old[:-4] + b"%04d" % number)
    return data


def put(home: Home, fixtures: Path, count: int, first: int = 1) -> list[bytes]:
    """Put referrals into the referrer's inbox, and return them."""
    made = [referral(fixtures, number) for number in range(first, first + count)]
    for number, data in enumerate(made, first):
        home.put("referrer", f"{number:03}.xml", data)
    return made


def is_through(home: Home, messages: list[bytes]) -> bool:
    """Tell whether the clinic has each message, and the referrer a receipt for each, and neither has more."""
    got = sorted(path.read_bytes() for path in home.delivered("clinic") if path.name != "stopper")
    return got == sorted(messages) and len(home.delivered("referrer")) == len(messages)


def settled(home: Home) -> bool:
    """Tell whether nothing is left to do, and nothing hidden is left over."""
    rows = home.rows("SELECT 1 FROM delivery WHERE state <> 'sent' UNION ALL SELECT 1 FROM message WHERE worker <> ''")
    return not rows and not home.hidden()


def is_told(daemon: Daemon, action: str, text: str) -> bool:
    """Tell whether the log has a line of that action whose error says so."""
    return any(text in str(line.get("error", "")) for line in daemon.said(action))


def test_a_full_outbox_delays_what_it_cannot_take(
    home: Home, start: Start, fixtures: Path, small_disk: Callable[[Path], None]
) -> None:
    small_disk(home.outbox("clinic"))
    daemon = start(home)
    with filled(home.outbox("clinic")):
        sent = put(home, fixtures, 5)
        assert wait_until(lambda: is_told(daemon, "delivery_failed", "No space left on device"))
        assert home.delivered("referrer") == []
        assert daemon.process.poll() is None

    assert wait_until(lambda: is_through(home, sent) and settled(home))
    assert daemon.stop() == 0


def test_a_full_disk_under_the_store_stops_the_intake_and_loses_nothing(
    home: Home, start: Start, fixtures: Path, small_disk: Callable[[Path], None]
) -> None:
    small_disk(home.store.parent)
    daemon = start(home)
    before = put(home, fixtures, 1)
    assert wait_until(lambda: is_through(home, before))
    with filled(home.store.parent):
        sent = put(home, fixtures, 10, first=2)
        assert wait_until(lambda: daemon.said("task_failed"))
        (failure, *_) = daemon.said("task_failed")
        assert failure["code"] == "STORE-02"
        assert "disk is full" in failure["error"]
        assert "Free room" in failure["hint"]
        assert wait_until(lambda: len(daemon.said("task_failed")) > 2)
        assert daemon.process.poll() is None

    assert wait_until(lambda: is_through(home, before + sent) and settled(home))
    assert home.rows("SELECT id FROM task WHERE rule = 'INT-01'") == []
    assert daemon.stop() == 0


@pytest.mark.parametrize("trouble", ["missing", "a file"])
def test_an_outbox_that_cannot_be_written_delays_what_is_for_it(
    home: Home, start: Start, fixtures: Path, trouble: str
) -> None:
    daemon = start(home)
    assert wait_until(lambda: daemon.said("started"))
    outbox, aside = home.outbox("clinic"), home.path / "aside"
    outbox.rename(aside)
    if trouble == "a file":
        outbox.touch()
    sent = put(home, fixtures, 3)
    # NAV is not the one in trouble
    home.put("referrer", "nav.xml", (fixtures / "messages/dialogmelding-1.0-nav-behov-for-tiltak.xml").read_bytes())
    assert wait_until(lambda: daemon.said("delivery_failed"))
    (failure, *_) = daemon.said("delivery_failed")
    assert failure["error"].startswith("channel clinic: outbox: ")
    assert wait_until(lambda: home.delivered("nav"))

    if trouble == "a file":
        outbox.unlink()
    aside.rename(outbox)
    assert wait_until(lambda: is_through(home, sent))
    assert daemon.stop() == 0


def test_a_read_only_outbox_delays_what_is_for_it(
    home: Home, start: Start, fixtures: Path, small_disk: Callable[[Path], None]
) -> None:
    outbox = home.outbox("clinic")
    small_disk(outbox)
    subprocess.run(["mount", "-o", f"remount,ro,{SMALL}", outbox], check=True)
    daemon = start(home)
    sent = put(home, fixtures, 3)
    assert wait_until(lambda: is_told(daemon, "delivery_failed", "Read-only file system"))

    subprocess.run(["mount", "-o", f"remount,rw,{SMALL}", outbox], check=True)
    assert wait_until(lambda: is_through(home, sent) and settled(home))
    assert daemon.stop() == 0


def test_a_locked_store_delays_everything_for_as_long(home: Home, start: Start, fixtures: Path) -> None:
    daemon = start(home)
    assert wait_until(lambda: daemon.said("started"))
    with closing(sqlite3.connect(home.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        sent = put(home, fixtures, 10)
        assert wait_until(lambda: len(daemon.said("task_failed")) > 1)
        assert {(line["code"], line["hint"]) for line in daemon.said("task_failed")} == {
            ("STORE-01", "Wait, or stop the other process that has the store open.")
        }
        assert daemon.process.poll() is None
        other.execute("ROLLBACK")

    assert wait_until(lambda: is_through(home, sent) and settled(home))
    assert home.rows("SELECT id FROM task WHERE rule = 'INT-01'") == []
    assert daemon.stop() == 0


def test_an_inbox_that_goes_and_comes_back_is_read_on(home: Home, start: Start, fixtures: Path) -> None:
    daemon = start(home)
    assert wait_until(lambda: daemon.said("started"))
    inbox, aside = home.inbox("referrer"), home.path / "aside"
    inbox.rename(aside)
    assert wait_until(lambda: is_told(daemon, "channel_down", "channel referrer: inbox: No such file or directory"))
    assert len(daemon.said("channel_down")) == 1

    aside.rename(inbox)
    sent = put(home, fixtures, 2)
    assert wait_until(lambda: daemon.said("channel_up"))
    assert wait_until(lambda: is_through(home, sent) and settled(home))
    assert daemon.stop() == 0


def test_one_channel_without_folders_keeps_no_other_from_working(home: Home, start: Start, fixtures: Path) -> None:
    home.inbox("nav").rmdir()
    home.inbox("nav").touch()
    daemon = start(home)
    sent = put(home, fixtures, 2)

    assert wait_until(lambda: is_through(home, sent) and settled(home))
    assert wait_until(lambda: is_told(daemon, "channel_down", "channel nav: inbox: "))
    assert daemon.stop() == 0


def test_once_ends_with_3_where_a_channel_cannot_be_read(home: Home, start: Start, fixtures: Path) -> None:
    home.inbox("nav").rmdir()
    home.inbox("nav").touch()
    sent = put(home, fixtures, 2)
    daemon = start(home, "--once")

    assert daemon.process.wait(LONG) == 3
    assert is_told(daemon, "channel_down", "channel nav: inbox: ")
    assert is_through(home, sent)


def test_once_ends_with_3_where_a_delivery_must_wait(home: Home, start: Start, fixtures: Path) -> None:
    home.outbox("clinic").rmdir()
    home.outbox("clinic").touch()
    put(home, fixtures, 1)
    daemon = start(home, "--once")

    assert daemon.process.wait(LONG) == 3
    assert is_told(daemon, "delivery_failed", "channel clinic: outbox: ")


def test_once_gives_up_on_a_store_that_stays_locked(home: Home, start: Start, fixtures: Path) -> None:
    assert start(home, "--once").process.wait(LONG) == 0
    with closing(sqlite3.connect(home.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        sent = put(home, fixtures, 1)
        daemon = start(home, "--once")
        assert daemon.process.wait(LONG) == 3
        assert b"Another process is writing to the store" in daemon.log.read_bytes().splitlines()[-2]
        other.execute("ROLLBACK")

    assert start(home, "--once").process.wait(LONG) == 0
    assert is_through(home, sent)


def test_a_second_daemon_is_refused_by_name(home: Home, start: Start, budstikke: Run) -> None:
    daemon = start(home)
    assert wait_until(lambda: daemon.said("started"))
    refused = budstikke("run", "--config", home.config, env={"BUDSTIKKE_LOG": "json"})

    assert refused.returncode == 3
    assert f"STORE-01: Another daemon (process {daemon.process.pid}) works on this store." in refused.stderr
    assert daemon.process.poll() is None
    assert daemon.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_signal_to_stop_finishes_what_is_in_hand(
    home: Home, start: Start, fixtures: Path, number: signal.Signals
) -> None:
    daemon = start(home)
    assert wait_until(lambda: daemon.said("started"))
    sent = put(home, fixtures, 100)
    assert wait_until(lambda: home.delivered("clinic"), pause=0.005)
    # to everyone at once, as a terminal and a service manager do
    os.killpg(daemon.process.pid, number)

    assert daemon.process.wait(LONG) == 0
    assert daemon.said("stopping")[0]["signal"] == number.name
    assert settled(home)
    count = len(home.delivered("clinic"))
    assert len(home.delivered("referrer")) == count
    assert len(list(home.inbox("referrer").iterdir())) == 100 - count
    assert start(home, "--once").process.wait(LONG) == 0
    assert is_through(home, sent)


@pytest.mark.parametrize("delay", [0.8, 1.4])
def test_a_daemon_told_to_stop_while_it_starts_does_so(home: Home, start: Start, fixtures: Path, delay: float) -> None:
    sent = put(home, fixtures, 5)
    daemon = start(home)
    time.sleep(delay)
    code = daemon.stop()

    # before Python has come so far, the signal means what it means to any process
    assert code in {0, -signal.SIGTERM}
    assert wait_until(lambda: not daemon.members())
    assert start(home, "--once").process.wait(LONG) == 0
    assert is_through(home, sent)


def test_a_dead_fork_server_takes_nobody_with_it(home: Home, start: Start, fixtures: Path) -> None:
    daemon = start(home)
    assert wait_until(lambda: daemon.said("started") and daemon.workers())
    server = daemon.fork_server()
    assert server is not None
    os.kill(server, signal.SIGKILL)
    assert wait_until(partial(daemon.said, "worker_died"))

    sent = put(home, fixtures, 3)
    assert wait_until(lambda: is_through(home, sent) and settled(home))
    assert daemon.stop() == 0


def test_a_message_that_brings_its_worker_down_is_put_aside_and_all_others_go_on(
    home: Home, start: Start, fixtures: Path
) -> None:
    """The virus scanner stands in for a defect: asked about one attachment, it kills the worker that asks."""
    scanner = home.path / "scanner"
    scanner.write_text('#!/bin/sh\nif grep -q POISON; then kill -9 "$PPID"; fi\n', encoding="utf-8")
    scanner.chmod(0o755)
    with home.config.open("a", encoding="utf-8") as config:
        config.write(f'\n[checks]\nscan_command = ["{scanner}"]\n')
    poison = b64encode(b"%PDF-1.4\nPOISON\n%%EOF\n")
    home.put("referrer", "000.xml", re.sub(rb"JVBERi0[^<]*", poison, referral(fixtures, 0)))
    sent = put(home, fixtures, 5)
    daemon = start(home)

    assert wait_until(lambda: is_through(home, sent) and settled(home))
    assert wait_until(lambda: daemon.said("put_aside"))
    assert len(daemon.said("worker_died")) == 3
    assert home.rows("SELECT message_id, state FROM task WHERE rule = 'INT-01'") == [(1, "open")]
    assert home.rows("SELECT state FROM message WHERE id = 1") == [("quarantined",)]
    assert daemon.stop() == 0
