"""Messages out of real mailboxes: the simulated server's and Dovecot's, by IMAP and POP3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import mails
import pytest
from mailboxes import ADDRESS, Server
from mailhosts import DOMAIN, Hosts
from mails import REFERRAL, mailed

from adapter.channel.mail.account import Account
from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.server import Server as Host
from adapter.channel.mail.smtp import Outgoing
from adapter.channel.mail.terms import Terms
from adapter.envelope import package
from adapter.errors import ChannelUnavailable
from adapter.message.state import EnvelopeState
from adapter.service.courier import receive
from adapter.service.courier.facts import digest_of
from adapter.simulate.mail import Account as MailAccount
from adapter.simulate.mail import MailHost
from adapter.store.store import Store

WORD = "synthetic-word"
_TRIES = 40


class Killed(BaseException):
    """The process died here."""


def simulated(folder: Path, scheme: str) -> Iterator[MailChannel]:
    """Start the simulated server, and return a channel to its mailbox."""
    (folder / "word.txt").write_text(WORD)
    accounts = [MailAccount(name="klinikk", address=ADDRESS, password=WORD)]
    with MailHost(folder / "host", accounts) as host:
        port = {"imap": host.imap_port, "pop3": host.pop3_port}[scheme]
        yield MailChannel(
            mails.CHANNEL,
            inbox=Host.parse(f"{scheme}://127.0.0.1:{port}", "imap", "pop3"),
            outbox=Host.parse(f"smtp://127.0.0.1:{host.smtp_port}", "smtp"),
            account=Account(user="klinikk", password_file=folder / "word.txt"),
            terms=Terms(address=ADDRESS, largest_mail=100_000, largest_payload=60_000),
        )


def by_dovecot(hosts: Hosts, user: str, scheme: str) -> Iterator[MailChannel]:
    """Return a channel to a mailbox of Dovecot."""
    yield MailChannel(
        mails.CHANNEL,
        inbox=Host.parse(hosts.url(scheme), "imap", "pop3"),
        outbox=Host.parse(hosts.url("smtps"), "smtp"),
        account=hosts.account(user),
        terms=Terms(address=f"{user}@{DOMAIN}", largest_mail=100_000, largest_payload=60_000),
    )


@pytest.fixture(params=["simulated imap", "simulated pop3", "Dovecot imaps", "Dovecot pop3s"])
def channel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MailChannel]:
    """Return a channel to a mailbox of its own."""
    kind, _, scheme = request.param.partition(" ")
    if kind == "simulated":
        yield from simulated(tmp_path, scheme)
    else:
        # asked for only here, as they are slow to start and not everywhere
        yield from by_dovecot(request.getfixturevalue("hosts"), request.getfixturevalue("user"), scheme)


@pytest.fixture
def server(channel: MailChannel, tmp_path: Path) -> Iterator[Server]:
    """Return the clinic's message server before the mailbox."""
    with closing(Store.open(f"sqlite:///{tmp_path / 'budstikke.db'}")) as store:
        yield Server(store, mailbox=channel)  # type: ignore[arg-type] - the real thing instead of the fake


@pytest.fixture
def post(channel: MailChannel, server: Server) -> Callable[..., None]:
    """Return how to send mails to the clinic, and to wait until they lie in its mailbox."""

    def send(*data: bytes) -> None:
        sent = [Outgoing(key=str(number), address=channel.terms.address, data=one) for number, one in enumerate(data)]
        assert channel.send(sent) == {}
        for _ in range(_TRIES):
            if len(lying(channel, server)) >= len(data):
                return
        raise AssertionError("the mails never came")

    return send


def lying(channel: MailChannel, server: Server) -> list[object]:
    return list(channel.listing(100, server.now))


def collect(server: Server) -> dict[str, int]:
    return dict(server.receiver.collect(mails.CHANNEL, server.now, "worker-1").counts)


def test_a_message_comes_through_mail_servers_as_it_was_signed(
    channel: MailChannel, server: Server, post: Callable[..., None]
) -> None:
    data = mailed()
    post(data)

    assert collect(server) == {"opened": 1}
    assert server.messages() == [REFERRAL]
    (answer,) = server.answers()
    assert answer.acknowledgment is not None
    assert digest_of(answer.acknowledgment.references) == digest_of(package.read(data).signed_references)
    assert lying(channel, server) == []
    assert collect(server) == {}


def test_what_is_no_ebxml_does_not_stop_what_is(
    channel: MailChannel, server: Server, post: Callable[..., None]
) -> None:
    post(b"Subject: Tilbud\r\n\r\nBare i dag!\r\n", mailed())

    assert collect(server) == {"opened": 1, "unreadable": 1}
    assert lying(channel, server) == []


def test_who_dies_before_the_mails_are_deleted_finds_them_again_and_takes_none_twice(
    channel: MailChannel, server: Server, post: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise Killed

    post(mailed())
    with monkeypatch.context() as patched:
        patched.setattr(receive.intake, "settle", die)
        with pytest.raises(Killed):
            collect(server)

    assert server.resume() == [REFERRAL]
    assert collect(server) == {"duplicate": 1}
    assert (server.messages(), len(server.answers()), lying(channel, server)) == ([REFERRAL], 1, [])


def test_a_mail_that_is_too_large_keeps_nobody_up(
    channel: MailChannel, server: Server, post: Callable[..., None]
) -> None:
    channel.terms, small = Terms(address=channel.terms.address), channel.terms  # type: ignore[misc] - for the test
    post(b"Subject: Stor\r\n\r\n" + b"a\r\n" * 40_000)
    post(mailed())
    channel.terms = small  # type: ignore[misc] - as it was

    assert collect(server) == {"opened": 1}
    assert [row.state for row in server.envelopes("in")] == [EnvelopeState.OPENED]
    assert lying(channel, server) == []
    assert collect(server) == {}


def test_a_mailbox_out_of_reach_leaves_everything_as_it_is(tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'budstikke.db'}")) as store:
        for gone in simulated(tmp_path, "imap"):
            server = Server(store, mailbox=gone)  # type: ignore[arg-type] - the real thing instead of the fake
        with pytest.raises(ChannelUnavailable):
            collect(server)

        assert server.envelopes() == []
