"""Channels to servers that misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakemail import LONG, Answer, FakeServer, imap, pop3, smtp

from adapter.channel.mail.account import Account
from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.server import Server
from adapter.channel.mail.terms import Terms

PASSWORD = "hemmelig-passord"  # noqa: S105 - of servers that live as long as a test

Start = Callable[..., FakeServer]
MakeChannel = Callable[..., MailChannel]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return how to start a server: by its protocol, and what it answers otherwise than it should."""
    servers: list[FakeServer] = []

    def start_it(protocol: str, **changes: Answer) -> FakeServer:
        answers = {"imap": imap, "pop3": pop3, "smtp": smtp}[protocol](**changes)
        servers.append(FakeServer(answers, has_tags=protocol == "imap"))
        return servers[-1]

    yield start_it
    for server in servers:
        server.stop()


@pytest.fixture
def account(tmp_path: Path) -> Account:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\r\nsecond line\n")
    return Account(user="klinikk", password_file=file)


@pytest.fixture
def channel(account: Account) -> MakeChannel:
    """Return how to make a channel to servers of ours; what is not named is not there."""

    def make(
        protocol: str = "imap",
        inbox: FakeServer | int = 1,
        outbox: FakeServer | int = 1,
        *,
        patience: float = LONG,
        account: Account = account,
        **terms: int,
    ) -> MailChannel:
        def server(kind: str, one: FakeServer | int) -> Server:
            port = one if isinstance(one, int) else one.port
            return Server.parse(f"{kind}://127.0.0.1:{port}", "imap", "pop3", "smtp")

        return MailChannel(
            "edi",
            inbox=server(protocol, inbox),
            outbox=server("smtp", outbox),
            account=account,
            terms=Terms(address="klinikk@edi.example", **terms),
            patience=timedelta(seconds=patience),
        )

    return make
