"""Two message servers as they are installed, with Postfix and Dovecot between them."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from mailhosts import CLOSED, Hosts
from marks import renewed
from offices import CLINIC, EPJ, GP, Office, Servers, open_office
from running import Daemon, Home, wait_until

from adapter import resources
from adapter.flow.decision import OPERATOR

_CONTENT = re.compile(rb"(?<=/base64container\">)[^<]+")
_COMMAND = Path(sys.executable).parent / "budstikke"

Start = Callable[[Home], Daemon]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return what starts a daemon that lives no longer than the test."""
    # no measuring: these are about what others' servers do
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BUDSTIKKE", "COVERAGE"))}
    with ExitStack() as stack:

        def begin(home: Home) -> Daemon:
            daemon = Daemon.start(_COMMAND, home, environment)
            stack.callback(daemon.kill)
            return daemon

        yield begin


def opened(
    folder: Path, hosts: Hosts, schemes: Mapping[Office, str], outbox: str = "smtps", **options: int
) -> list[Home]:
    """Open offices that read their mail by these schemes and know each other."""
    servers = Servers(
        inboxes={office.name: hosts.url(scheme) for office, scheme in schemes.items()},
        outbox=hosts.url(outbox),
        ca_file=hosts.ca_file,
        password_file=hosts.password_file,
    )
    return [
        open_office(
            folder / office.name, office, [one for one in schemes if one is not office], servers, workers=1, **options
        )
        for office in schemes
    ]


def referral() -> bytes:
    return renewed((resources.fixtures() / "messages" / "henvisning-1.1-komplett.xml").read_bytes())


def is_settled(home: Home, state: str) -> bool:
    """Tell whether nothing that was sent by mail is in another state, and there is something."""
    return {found for (found,) in home.rows("SELECT state FROM delivery WHERE is_reliable")} == {state}


@pytest.mark.parametrize(
    ("readers", "outbox"),
    [({"box80": "imaps", "box81": "pop3s"}, "smtps"), ({"box82": "pop3", "box83": "imap"}, "smtp")],
    ids=["from the first byte", "STARTTLS"],
)
def test_messages_and_receipts_cross_real_servers(
    tmp_path: Path, hosts: Hosts, start: Start, readers: dict[str, str], outbox: str
) -> None:
    gp, clinic = (replace(office, name=box) for office, box in zip((GP, CLINIC), readers, strict=True))
    sender, receiver = opened(tmp_path, hosts, {gp: readers[gp.name], clinic: readers[clinic.name]}, outbox)
    sent = [referral() for _ in range(10)]
    for number, data in enumerate(sent):
        sender.put(EPJ, f"{number}.xml", data)
    daemons = [start(sender), start(receiver)]

    assert wait_until(lambda: is_settled(sender, "completed") and is_settled(receiver, "acknowledged"))
    assert wait_until(lambda: hosts.count(gp.name) + hosts.count(clinic.name) == 0)
    assert [daemon.stop() for daemon in daemons] == [0, 0]

    assert sorted(path.read_bytes() for path in receiver.delivered(EPJ)) == sorted(sent)
    assert len(sender.delivered(EPJ)) == len(sent)
    for home in (sender, receiver):
        assert home.rows("SELECT rule FROM task") == []
        assert home.rows("SELECT DISTINCT attempts FROM envelope WHERE direction = 'out'") == [(1,)]


def test_35_mb_arrive(tmp_path: Path, hosts: Hosts, start: Start) -> None:
    gp, clinic = replace(GP, name="box84"), replace(CLINIC, name="box85")
    sender, receiver = opened(tmp_path, hosts, {gp: "imaps", clinic: "pop3s"})
    message = referral()
    room = 35_000_000 - len(message)
    pdf = b"%PDF-1.4\n" + bytes(range(256)) * (room * 3 // 4 // 256)
    message = _CONTENT.sub(base64.b64encode(pdf), message)
    assert 34_990_000 < len(message) <= 35_000_000
    sender.put(EPJ, "large.xml", message)

    daemons = [start(sender), start(receiver)]

    assert wait_until(lambda: is_settled(sender, "completed"), 180)
    assert [daemon.stop() for daemon in daemons] == [0, 0]
    (path,) = receiver.delivered(EPJ)
    assert path.read_bytes() == message


@pytest.mark.parametrize(
    ("receiver", "reason", "attempts", "told"),
    [
        ("nobody", "the server refuses the mail for good (550 5.1.1)", 1, "TRA-12"),
        (CLOSED, "the server refuses the mail for now (450 4.2.1)", 2, "TRA-08"),
    ],
)
def test_an_address_that_the_server_refuses_is_a_failure_that_people_are_told_of(
    tmp_path: Path, hosts: Hosts, start: Start, *, receiver: str, reason: str, attempts: int, told: str
) -> None:
    gp, clinic = replace(GP, name="box86"), replace(CLINIC, name=receiver)
    sender, _ = opened(tmp_path, hosts, {gp: "imaps", clinic: "imaps"}, attempts=2)
    sender.put(EPJ, "1.xml", referral())

    daemon = start(sender)

    assert wait_until(lambda: is_settled(sender, "abandoned"))
    assert daemon.stop() == 0
    assert sender.rows("SELECT last_error, attempts FROM delivery WHERE is_reliable") == [(reason, attempts)]
    assert sender.rows("SELECT state FROM envelope") == [("abandoned",)]
    assert sender.rows("SELECT state FROM message WHERE direction = 'in'") == [("failed",)]
    ((party, rule, title),) = sender.rows("SELECT party, rule, title FROM task")
    assert (party, rule) == (OPERATOR, told)
    assert reason.partition("(")[2].rstrip(")") in title
