"""`check` leaves the network alone unless it is told otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakemail import FakeServer, imap, smtp

Budstikke = Callable[..., Any]


@pytest.fixture
def servers() -> Iterator[tuple[FakeServer, FakeServer]]:
    inbox = FakeServer(imap(), has_tags=True)
    outbox = FakeServer(smtp(auth=b"535 5.7.8 no\r\n"))
    yield inbox, outbox
    inbox.stop()
    outbox.stop()


@pytest.fixture
def mail_config(
    with_mail: Callable[..., Path], servers: tuple[FakeServer, FakeServer], monkeypatch: pytest.MonkeyPatch
) -> Path:
    inbox, outbox = (server.port for server in servers)
    monkeypatch.setenv("BUDSTIKKE_MAIL_PASSWORD", "synthetic")
    return with_mail(f"imap://127.0.0.1:{inbox}", f"smtp://127.0.0.1:{outbox}", user="klinikk", patience="60s")


def checked(budstikke: Budstikke, *options: str) -> list[tuple[bool, str]]:
    lines = budstikke("check", "--json", *options).out.splitlines()
    checks = [json.loads(line) for line in lines]
    return [(check["is_well"], check["text"]) for check in checks if check["name"] == "channel edi"]


@pytest.mark.usefixtures("mail_config")
def test_mail_servers_are_asked_only_when_that_is_wanted(
    budstikke: Budstikke, servers: tuple[FakeServer, FakeServer]
) -> None:
    inbox, outbox = servers

    assert checked(budstikke) == [(True, "its servers are asked with --mail only")]
    assert (inbox.connections, outbox.connections) == (0, 0)
    told = f"its outbox at 127.0.0.1:{outbox.port}: it does not accept user and password (535 5.7.8)."
    assert checked(budstikke, "--mail") == [(False, f"{told} Check user and password.")]
    outbox.answers["AUTH"] = b"235 in\r\n"
    assert checked(budstikke, "--mail") == [(True, "both its servers let us in")]
    assert inbox.connections == 2


@pytest.mark.parametrize(
    ("scheme", "greeting", "told"),
    [
        ("pop3", b"* OK\r\n", 'it speaks IMAP, not POP3. Write inbox = "imap://{}", or name the port of POP3.'),
        ("imap", b"+OK\r\n", 'it speaks POP3, not IMAP. Write inbox = "pop3://{}", or name the port of IMAP.'),
        ("imap", b"220 x\r\n", "it speaks SMTP, not IMAP. Mail is handed over there (`outbox`), and none is fetched:"),
    ],
)
def test_a_url_with_the_port_of_another_protocol_is_told_with_the_one_to_write(
    *,
    budstikke: Budstikke,
    mail_config: Path,
    servers: tuple[FakeServer, FakeServer],
    scheme: str,
    greeting: bytes,
    told: str,
) -> None:
    inbox, outbox = servers
    inbox.answers[""] = greeting
    outbox.answers["AUTH"] = b"235 in\r\n"
    mail_config.write_text(mail_config.read_text("utf-8").replace('inbox = "imap:', f'inbox = "{scheme}:'), "utf-8")

    ((is_well, text),) = checked(budstikke, "--mail")

    place = f"127.0.0.1:{inbox.port}"
    assert not is_well
    assert text.startswith(f"its inbox at {place}: {told.format(place)}")
