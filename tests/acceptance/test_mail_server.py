"""The simulated mail server as a process: what it has answered for survives whatever happens to it."""

from __future__ import annotations

import imaplib
import os
import signal
import smtplib
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from running import LONG

ADDRESS = "nav@edi.example"

Started = Callable[..., tuple[subprocess.Popen[str], dict[str, int]]]


@pytest.fixture
def started(command: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[Started]:
    """Return what starts a mail server in the test's folder, and tells its ports."""
    with ExitStack() as stack:

        def start(*options: str) -> tuple[subprocess.Popen[str], dict[str, int]]:
            process = subprocess.Popen(
                [command, "simulate", "mail", "--folder", "mail", "--account", f"nav:{ADDRESS}", *options],
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(3)]
            return process, {line.split()[0]: int(line.rpartition(":")[2]) for line in lines}

        yield start


def _mail(number: int) -> bytes:
    return b"Subject: %d\r\n\r\nHei\r\n" % number


def test_a_mail_that_was_answered_survives_a_kill_and_keeps_its_uid(started: Started) -> None:
    process, ports = started()
    seen: list[bytes] = []
    for number in range(3):
        with smtplib.SMTP("127.0.0.1", ports["SMTP"], timeout=LONG) as client:
            client.sendmail("a@b.example", ADDRESS, _mail(number))
            process.kill()
        process.wait(LONG)
        process, ports = started()
        with imaplib.IMAP4("127.0.0.1", ports["IMAP"], timeout=LONG) as box:
            box.login("nav", "any")
            box.select()
            uids = box.uid("SEARCH", "ALL")[1][0].split()
            (_, data), _ = box.uid("FETCH", uids[-1].decode(), "(BODY.PEEK[])")[1]

        assert data.endswith(_mail(number))
        assert uids[:-1] == seen
        seen = uids
    assert sorted(map(int, seen)) == sorted({int(uid) for uid in seen})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_when_it_is_told_to_though_clients_are_there(
    started: Started, tmp_path: Path, number: signal.Signals
) -> None:
    process, ports = started("--tls")
    trust = ssl.create_default_context(cafile=str(tmp_path / "mail" / "ca.pem"))
    client = imaplib.IMAP4_SSL("127.0.0.1", ports["IMAP"], ssl_context=trust, timeout=LONG)
    client.login("nav", "any")
    os.kill(process.pid, number)
    out, _ = process.communicate(timeout=LONG)
    client.shutdown()

    assert (process.returncode, out) == (0, "")
