"""A store restored from a backup: the other side has seen what this one has not, and takes nothing twice."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from marks import renewed
from offices import CLINIC, EPJ, GP, MailProcess, open_office
from running import Daemon, Home, wait_until

Run = Callable[..., subprocess.CompletedProcess[str]]

_UNFINISHED = 3


@pytest.fixture
def mail(command: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[MailProcess]:
    process = MailProcess(command=command, folder=tmp_path / "mail", offices=(GP, CLINIC), environment=environment)
    yield process
    process.kill()


def test_a_sender_restored_from_a_backup_delivers_nothing_twice(
    command: Path, environment: dict[str, str], budstikke: Run, fixtures: Path, tmp_path: Path, *, mail: MailProcess
) -> None:
    servers = mail.servers({GP.name: "imap", CLINIC.name: "pop3"})
    gp = open_office(tmp_path / "gp", GP, [CLINIC], servers, workers=1)
    clinic = open_office(tmp_path / "clinic", CLINIC, [GP], servers, workers=1)
    referral = (fixtures / "messages" / "henvisning-1.1-komplett.xml").read_bytes()
    sealed, forgotten = renewed(referral), renewed(referral)
    gp.put(EPJ, "sealed.xml", sealed)
    assert budstikke("run", "--once", "--config", gp.config).returncode == _UNFINISHED
    backup = tmp_path / "backup.db"
    assert budstikke("backup", backup, "--config", gp.config).returncode == 0
    gp.put(EPJ, "forgotten.xml", forgotten)
    mail.start()
    with ExitStack() as stack:

        def started(home: Home) -> Daemon:
            daemon = Daemon.start(command, home, environment)
            stack.callback(daemon.kill)
            return daemon

        receiving, sending = started(clinic), started(gp)
        assert wait_until(lambda: _states(gp) == ["completed"] * 2 and _states(clinic) == ["acknowledged"] * 2)
        assert sending.stop() == 0

        for path in gp.store.parent.glob(f"{gp.store.name}*"):
            path.unlink()
        backup.rename(gp.store)
        # what its store has forgotten, the EPJ sends again
        gp.put(EPJ, "forgotten.xml", forgotten)
        sending = started(gp)
        # no receipt comes again: that there is none, people are told when it is due
        assert wait_until(lambda: _states(gp) == ["acknowledged"] * 2)
        assert (sending.stop(), receiving.stop()) == (0, 0)

    assert sorted(path.read_bytes() for path in clinic.delivered(EPJ)) == sorted([sealed, forgotten])
    # the one is known by its MessageId, since it went with the same bytes, the other by what is inside
    assert clinic.rows("SELECT COUNT(*) FROM envelope WHERE state = 'duplicate'") == [(1,)]
    assert clinic.rows("SELECT COUNT(*) FROM message WHERE state = 'ignored'") == [(1,)]


def _states(home: Home) -> list[str]:
    """Return what became of what was sent by mail."""
    return [state for (state,) in home.rows("SELECT state FROM delivery WHERE is_reliable")]
