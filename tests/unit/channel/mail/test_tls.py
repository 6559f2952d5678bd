"""Nothing is said to a server before it has shown who it is, and everything after that is within the same limits."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakemail import LONG, MAIL, SHORT, Answer, Drip, FakeServer, Flood, Secures, imap, pop3, smtp

from adapter.channel.mail.account import Account
from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.server import Server
from adapter.channel.mail.smtp import Outgoing
from adapter.channel.mail.terms import Terms
from adapter.errors import ChannelError
from adapter.simulate.mail.certificate import Identity, identity

Secure = Callable[..., FakeServer]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANSWERS: dict[str, Callable[..., dict[str, Answer]]] = {"imap": imap, "pop3": pop3, "smtp": smtp}
#: How each protocol offers TLS after the greeting, and begins it.
OFFERS: dict[str, dict[str, Answer]] = {
    "imap": {
        "capability": b"* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n",
        "starttls": Secures(b"{tag} OK now\r\n"),
    },
    "pop3": {"capa": b"+OK\r\nSTLS\r\nUIDL\r\n.\r\n", "stls": Secures(b"+OK now\r\n")},
    "smtp": {"ehlo": b"250-here\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", "starttls": Secures(b"220 now\r\n")},
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    """Return the certificate that servers show, and the root of it."""
    return identity(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(known: Identity) -> Iterator[Secure]:
    """Return how to start a server with TLS."""
    servers: list[FakeServer] = []

    def start(scheme: str, *, host: str = "127.0.0.1", **changes: Answer) -> FakeServer:
        protocol = scheme.removesuffix("s")
        is_tls = scheme != protocol
        answers = ANSWERS[protocol](**({} if is_tls else OFFERS[protocol]) | changes)
        server = FakeServer(answers, has_tags=protocol == "imap", tls=known.context(), is_tls=is_tls, host=host)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def account(account: Account, known: Identity) -> Account:
    return replace(account, ca_file=known.ca_file)


def channel(
    account: Account,
    scheme: str,
    server: FakeServer,
    outbox: str = "smtps",
    to: FakeServer | None = None,
    *,
    patience: float = LONG,
) -> MailChannel:
    return MailChannel(
        "edi",
        inbox=Server.parse(f"{scheme}://{server.host}:{server.port}", "imap", "pop3", "smtp"),
        outbox=Server.parse(f"{outbox}://127.0.0.1:{to.port if to else 1}", "smtp"),
        account=account,
        terms=Terms(address="klinikk@edi.example"),
        patience=timedelta(seconds=patience),
    )


@pytest.mark.parametrize("scheme", ["imaps", "imap", "pop3s", "pop3"])
def test_mail_comes_over_tls(secure: Secure, account: Account, scheme: str) -> None:
    server = secure(scheme)
    edi = channel(account, scheme, server)

    with edi.session():
        first, _ = edi.listing(10, NOW)
        assert edi.read(first) == MAIL
        edi.settle(first)


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_mail_goes_over_tls(secure: Secure, account: Account, scheme: str) -> None:
    edi = channel(account, "imaps", secure("imaps"), scheme, secure(scheme))

    assert edi.self_test() == []
    assert edi.send([Outgoing(key="1", address="lege@edi.example", data=b"x" * 300_000)]) == {}


@pytest.mark.parametrize("scheme", ["imaps", "imap", "pop3s", "pop3"])
def test_a_certificate_of_somebody_unknown_ends_it(
    secure: Secure, account: Account, tmp_path: Path, scheme: str
) -> None:
    server = secure(scheme)
    edi = channel(replace(account, ca_file=identity(tmp_path).ca_file), scheme, server)

    with pytest.raises(ChannelError, match="its certificate is not believed"):
        edi.listing(1, NOW)
    assert not [line for line in server.heard if "hemmelig" in line or "LOGIN" in line or "PASS" in line]


def test_the_roots_of_the_system_do_where_none_are_named(secure: Secure, account: Account) -> None:
    edi = channel(replace(account, ca_file=None), "imaps", secure("imaps"))

    with pytest.raises(ChannelError, match="its certificate is not believed"):
        edi.listing(1, NOW)


@pytest.mark.parametrize("scheme", ["imaps", "pop3"])
def test_a_certificate_for_another_name_ends_it(secure: Secure, account: Account, scheme: str) -> None:
    edi = channel(account, scheme, secure(scheme, host="127.0.0.2"))

    with pytest.raises(ChannelError, match=r"not believed: IP address mismatch"):
        edi.listing(1, NOW)


def test_a_server_with_old_tls_only_is_not_spoken_to(account: Account, known: Identity) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(known.server_file)
    with pytest.warns(DeprecationWarning, match="TLS"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    server = FakeServer(imap(), has_tags=True, tls=old, is_tls=True)
    try:
        with pytest.raises(ChannelError, match=r"TLS fails|broke off"):
            channel(account, "imaps", server).listing(1, NOW)
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Drip(b"* 1 FETCH (UID 11 BODY[] {500}\r\n" + b"x" * 500), "in time"),
        (Flood(b"* OK x\r\n" * 1_000), "more than was asked|in time"),
    ],
)
def test_the_limits_hold_over_tls_too(secure: Secure, account: Account, answer: Answer, said: str) -> None:
    server = secure("imaps", uid_fetch=answer)
    first, _ = channel(account, "imaps", server).listing(10, NOW)

    with pytest.raises(ChannelError, match=said):
        channel(account, "imaps", server, patience=2 * SHORT).read(first)


@pytest.mark.parametrize(
    ("scheme", "changes"),
    [
        ("imap", {"starttls": b"{tag} NO x\r\n"}),
        ("pop3", {"stls": b"-ERR x\r\n"}),
    ],
)
def test_a_server_that_takes_its_offer_back_ends_it(
    secure: Secure, account: Account, scheme: str, changes: dict[str, Answer]
) -> None:
    server = secure(scheme, **changes)

    with pytest.raises(ChannelError):
        channel(account, scheme, server).listing(1, NOW)
    assert not [line for line in server.heard if "hemmelig" in line]
