"""What the channel does with servers that can less than others, and with files that are no good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakemail import MAIL, Answer, Asks, FakeServer
from hypothesis import given
from hypothesis import strategies as st
from pki import pem, world

from adapter.channel import Inlet
from adapter.channel.base import Incoming
from adapter.channel.mail.account import Account
from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.server import Server
from adapter.channel.mail.smtp import Failure, Outgoing
from adapter.channel.mail.terms import Terms
from adapter.channel.mail.trouble import smtp_code, word_code
from adapter.errors import ChannelError, LimitExceeded

Start = Callable[..., FakeServer]
MakeChannel = Callable[..., MailChannel]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def capability(*names: str) -> bytes:
    return f"* CAPABILITY IMAP4rev1 {' '.join(names)}\r\n{{tag}} OK done\r\n".encode()


def verbs(server: FakeServer) -> list[str]:
    """Return the IMAP commands that were heard, without their tags."""
    return [line.partition(" ")[2] for line in server.heard]


def test_a_mail_channel_is_a_way_in(channel: MakeChannel) -> None:
    inlet: Inlet = channel()

    assert inlet.id == "edi"


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_mail_is_listed_read_and_settled(start: Start, channel: MakeChannel, protocol: str) -> None:
    server = start(protocol)
    edi = channel(protocol, server)

    with edi.session():
        items = edi.listing(10, NOW)
        assert [item.size for item in items] == [len(MAIL), 20]
        assert edi.listing(1, NOW) == items[:1]
        assert edi.read(items[0]) == MAIL
        edi.settle(items[0])

    if protocol == "imap":
        assert items[0].modified == NOW
        assert "UID EXPUNGE 11" in verbs(server)
    else:
        assert [line for line in server.heard if line.startswith("DELE")] == ["DELE 1"]


def test_nothing_to_do_asks_nobody(channel: MakeChannel) -> None:
    channel().settle_many([])

    assert channel().send([]) == {}


def test_without_uidplus_and_move_older_ways_do(start: Start, channel: MakeChannel) -> None:
    server = start("imap", capability=capability())
    first, second = channel("imap", server).listing(10, NOW)

    channel("imap", server).settle(first)
    channel("imap", server).set_aside(second)

    heard = verbs(server)
    assert heard.count("EXPUNGE") == 2
    assert 'UID COPY 12 "Budstikke"' in heard
    assert heard.index('CREATE "Budstikke"') < heard.index('UID COPY 12 "Budstikke"')


def test_a_mail_that_does_not_move_is_told(start: Start, channel: MakeChannel) -> None:
    edi = channel("imap", start("imap", uid_move=b"{tag} NO [OVERQUOTA] x\r\n"))

    with pytest.raises(ChannelError, match=r"does not move a mail \[OVERQUOTA\]"):
        edi.set_aside(edi.listing(1, NOW)[0])


def test_numbers_of_a_folder_that_was_made_anew_mean_nothing(start: Start, channel: MakeChannel) -> None:
    server = start("imap")
    edi = channel("imap", server)
    old = Incoming("6.11", len(MAIL), NOW)

    edi.settle(old)
    edi.set_aside(old)
    with pytest.raises(ChannelError, match="is gone"):
        edi.read(old)

    assert not [verb for verb in verbs(server) if verb.startswith("UID")]


def test_mail_without_a_time_came_now(start: Start, channel: MakeChannel) -> None:
    line = b"* 1 FETCH (UID 11 FLAGS () RFC822.SIZE 5)\r\n* 2 FETCH (UID 12 FLAGS (\\Deleted) RFC822.SIZE 5)\r\n"
    edi = channel("imap", start("imap", fetch=line + b"{tag} OK done\r\n"))

    assert edi.listing(10, NOW) == [Incoming("7.11", 5, NOW)]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_what_is_larger_than_any_mail_is_not_asked_for(start: Start, channel: MakeChannel, protocol: str) -> None:
    server = start(protocol)
    edi = channel(protocol, server, largest_mail=30, largest_payload=10)
    first, second = edi.listing(10, NOW)
    heard = len(server.heard)

    with pytest.raises(LimitExceeded, match=r"bytes, more than largest_mail = 30"):
        edi.read(first)

    assert len(server.heard) == heard
    assert second.size == 20


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"capability": capability("AUTH=PLAIN"), "authenticate": Asks(b"+ \r\n", b"{tag} OK in\r\n")},
            ["AUTHENTICATE PLAIN"],
        ),
        ({"capability": capability()}, ['LOGIN "klinikk" "hemmelig-passord"']),
        ({"greeting": b"* PREAUTH in already\r\n"}, []),
    ],
)
def test_ways_to_log_in_by_imap(
    start: Start, channel: MakeChannel, changes: dict[str, Answer], expected: list[str]
) -> None:
    server = start("imap", **changes)

    assert len(channel("imap", server).listing(10, NOW)) == 2
    assert [verb for verb in verbs(server) if verb.startswith(("AUTHENTICATE", "LOGIN"))] == expected


def test_what_a_server_can_after_the_login_counts(start: Start, channel: MakeChannel) -> None:
    server = start("imap", capability=[capability(), capability("UIDPLUS")])
    edi = channel("imap", server)

    with edi.session():
        edi.settle(edi.listing(1, NOW)[0])

    assert "UID EXPUNGE 11" in verbs(server)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_without_a_user_the_certificate_must_do(start: Start, channel: MakeChannel, protocol: str) -> None:
    refusal: Answer = b"{tag} NO x\r\n" if protocol == "imap" else b"-ERR x\r\n"
    key = "authenticate" if protocol == "imap" else "auth"
    edi = channel(protocol, start(protocol, **{key: refusal}), account=Account())

    with pytest.raises(ChannelError, match="does not accept the client certificate alone"):
        edi.listing(1, NOW)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_nothing_goes_in_the_clear_where_tls_is_asked_for(
    start: Start, channel: MakeChannel, account: Account, tmp_path: Path, protocol: str
) -> None:
    roots = tmp_path / "ca.pem"
    roots.write_bytes(pem(world().signing.certificate))
    inbox, outbox = start(protocol), start("smtp")
    edi = channel(protocol, inbox, outbox, account=replace(account, ca_file=roots))

    first, second = edi.self_test()

    assert first.startswith(f"its inbox at 127.0.0.1:{inbox.port}: it offers no TLS")
    assert second.startswith(f"its outbox at 127.0.0.1:{outbox.port}: it offers no TLS")
    assert not [line for line in (*inbox.heard, *outbox.heard) if "hemmelig" in line or "AUTH" in line]


def test_another_machine_is_never_spoken_to_in_the_clear(
    start: Start, channel: MakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "is_here", False)

    for problem in channel("imap", start("imap"), start("smtp")).self_test():
        assert "offers no TLS, and nothing is sent in the clear to another machine" in problem


@pytest.mark.parametrize(
    ("key", "content", "said"),
    [
        ("ca_file", None, "No such file or directory"),
        ("ca_file", b"no certificate", "it is no PEM file with what is needed"),
        ("certificate_file", None, "No such file or directory"),
        ("certificate_file", b"no key", "it is no PEM file with what is needed"),
    ],
)
def test_a_file_for_tls_that_is_no_good_is_told(  # noqa: PLR0917 - fixtures and a table
    channel: MakeChannel, account: Account, tmp_path: Path, key: str, content: bytes | None, said: str
) -> None:
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_bytes(content)

    for problem in channel(account=replace(account, **{key: file})).self_test():
        assert f"the file of `{key}` cannot be used: {said}" in problem


def test_a_server_without_tls_is_told_where_tls_comes_first(start: Start, account: Account) -> None:
    server = Server.parse(f"imaps://127.0.0.1:{start('imap').port}", "imap")
    edi = MailChannel("edi", inbox=server, outbox=server, account=account, terms=Terms(address="a@edi.example"))

    with pytest.raises(ChannelError, match="TLS fails") as failed:
        edi.listing(1, NOW)
    assert "port" in failed.value.advice


def test_a_name_that_nobody_knows_is_told(account: Account) -> None:
    server = Server.parse("imaps://mail.invalid", "imap")
    edi = MailChannel("edi", inbox=server, outbox=server, account=account, terms=Terms(address="a@edi.example"))

    with pytest.raises(ChannelError, match=r"mail\.invalid:993: (its name is not known|it cannot be reached)"):
        edi.listing(1, NOW)


def test_lines_of_any_length_come_as_they_are_by_pop3(start: Start, channel: MakeChannel) -> None:
    mail = b"a: b\r\n\r\n" + b"x" * ((1 << 20) - 2) + b"..\r\n.\r\n" + b"." * (1 << 20) + b".\r\nend\n.\nend\r\n"
    stuffed = mail.replace(b"\r\n.", b"\r\n..")
    edi = channel("pop3", start("pop3", retr=b"+OK\r\n" + stuffed + b".\r\n"))

    assert edi.read(edi.listing(1, NOW)[0]) == mail


def test_what_stays_in_a_pop3_mailbox_is_left_out_from_then_on(start: Start, channel: MakeChannel) -> None:
    edi = channel("pop3", start("pop3"))
    first, second = edi.listing(10, NOW)

    with pytest.raises(ChannelError, match="stays in the mailbox"):
        edi.set_aside(first)
    edi.set_aside(first)

    assert edi.listing(10, NOW) == [second]


def outgoing(data: bytes) -> Outgoing:
    return Outgoing(key="1", address="lege@edi.example", data=data)


@pytest.mark.parametrize(
    ("ehlo", "data", "heard", "failed"),
    [
        (b"250 AUTH PLAIN\r\n", b"a\r\n", "MAIL FROM:<klinikk@edi.example>", None),
        (b"250-SIZE\r\n250 AUTH PLAIN\r\n", b"a\r\n", "MAIL FROM:<klinikk@edi.example> SIZE=3", None),
        (b"250-SIZE 0\r\n250 AUTH PLAIN\r\n", b"a\r\n", "MAIL FROM:<klinikk@edi.example> SIZE=3", None),
        (b"250-SIZE 2\r\n250 AUTH PLAIN\r\n", b"a\r\n", None, "the mail has 3 bytes, and the server takes at most 2"),
        (
            b"250-8BITMIME\r\n250 AUTH PLAIN\r\n",
            b"\xe5\r\n",
            "MAIL FROM:<klinikk@edi.example> BODY=8BITMIME",
            None,
        ),
        (
            b"250 AUTH PLAIN\r\n",
            b"\xe5\r\n",
            None,
            "the mail has bytes beyond ASCII, which the server does not take (8BITMIME)",
        ),
        (b"250 AUTH PLAIN\r\n", b"a" * 101, None, "the mail has 101 bytes, more than largest_mail = 100"),
        (b"250 AUTH LOGIN\r\n", b"a\r\n", "AUTH LOGIN a2xpbmlraw==", None),
    ],
)
def test_what_a_server_can_is_respected(  # noqa: PLR0917 - fixtures and a table
    start: Start, channel: MakeChannel, ehlo: bytes, data: bytes, heard: str | None, failed: str | None
) -> None:
    server = start("smtp", ehlo=b"250-here\r\n" + ehlo, auth_login=Asks(b"334 \r\n", b"235 in\r\n"))
    edi = channel(outbox=server, largest_mail=100, largest_payload=10)

    assert edi.send([outgoing(data)]) == ({"1": Failure(reason=failed)} if failed else {})
    if heard:
        assert heard.lower() in [line.lower() for line in server.heard]
    else:
        assert not [line for line in server.heard if line.upper().startswith("MAIL")]


def test_nobody_logs_in_where_no_user_is_named(start: Start, channel: MakeChannel) -> None:
    server = start("smtp", ehlo=b"250 here\r\n")

    assert channel(outbox=server, account=Account()).send([outgoing(b"a\r\n")]) == {}
    assert not [line for line in server.heard if line.startswith("AUTH")]


def test_mail_that_goes_is_shown_in_no_text() -> None:
    assert "Hemmelig" not in repr(outgoing(MAIL))


@given(st.binary(max_size=200))
def test_of_what_a_server_wrote_only_codes_are_told(said: bytes) -> None:
    told = word_code(said)

    assert told == "" or (told.startswith(" [") and told[2:-1].replace("/", "").replace("-", "").isupper())
    assert set(smtp_code(550, said)) <= set("0123456789. ")
