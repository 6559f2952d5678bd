"""Real mail servers, started once for all tests of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from mailhosts import DOMAIN, Hosts, mail_hosts, missing

from adapter.channel.mail.account import Account
from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.server import Server
from adapter.channel.mail.terms import Terms

MakeChannel = Callable[..., MailChannel]


@pytest.fixture(scope="session")
def hosts() -> Iterator[Hosts]:
    """Start Dovecot and Postfix."""
    if reason := missing():
        pytest.skip(reason)
    with mail_hosts() as running:
        yield running


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return count()


@pytest.fixture
def user(_numbers: Iterator[int]) -> str:
    """Return a user whose mailbox nobody has used."""
    return f"box{next(_numbers)}"


@pytest.fixture
def channel(hosts: Hosts, user: str) -> MakeChannel:
    """Return how to make a channel to the user's mailbox, by the schemes of its servers."""

    def make(
        inbox: str = "imaps", outbox: str = "smtps", *, account: Account | None = None, **changes: object
    ) -> MailChannel:
        return MailChannel(
            "edi",
            inbox=Server.parse(hosts.url(inbox), "imap", "pop3"),
            outbox=Server.parse(hosts.url(outbox), "smtp"),
            account=account or hosts.account(user),
            terms=Terms(address=f"{user}@{DOMAIN}", **changes),
        )

    return make
