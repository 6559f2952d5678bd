"""Whatever a mail server does, it is told in time, in our own words, and without a word of its mails."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from fakemail import LONG, MAIL, SECRET, SHORT, SILENT, Answer, Cut, Drip, FakeServer, Flood
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.smtp import Outgoing
from adapter.errors import ChannelError

Start = Callable[..., FakeServer]
MakeChannel = Callable[..., MailChannel]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MEGABYTE = 1_000_000
#: Seconds after which nothing was told in time.
TOO_LATE = 20.0

#: What answers are made of.
PIECES = [
    *(
        b"\r\n",
        b" ",
        b"* ",
        b"{tag} ",
        b"OK ",
        b"NO ",
        b"+OK",
        b"-ERR",
        b".",
        b"1",
        b"2",
        b"(",
        b")",
        b"{3}\r\n",
        b"[X]",
    ),
    *(b"FETCH ", b"EXISTS", b"UID 11", b"RFC822.SIZE 9", b"UIDVALIDITY 7]", b"CAPABILITY ", b"250 ", b"250-", b"354 "),
    *(
        b'INTERNALDATE "99-Feb-0000 99:99:99 +9999"',
        b"BODY[] ",
        b"BYE ",
        b"PREAUTH ",
        b"\xff",
        b"\x00",
        b"first",
        b"235 ",
    ),
]

#: What a server answers, and what is said of it.
INBOX_FAULTS: list[tuple[str, dict[str, Answer], str]] = [
    ("imap", {"greeting": Cut()}, "broke off"),
    ("imap", {"greeting": Cut(b"* BYE too many, " + SECRET + b"\r\n")}, "goodbye|otherwise"),
    ("imap", {"greeting": b"HTTP/1.1 400 " + SECRET + b"\r\n"}, "otherwise than IMAP"),
    ("imap", {"greeting": b"+OK POP3 " + SECRET + b"\r\n"}, "it speaks POP3, not IMAP"),
    ("imap", {"greeting": b"-ERR " + SECRET + b"\r\n"}, "it speaks POP3, not IMAP"),
    ("imap", {"greeting": b"554 " + SECRET + b"\r\n"}, "it speaks SMTP, not IMAP"),
    ("imap", {"greeting": SILENT}, "in time"),
    ("imap", {"greeting": Drip(b"* OK " + b"x" * 10_000)}, "in time"),
    ("imap", {"greeting": Flood(b"x" * MEGABYTE)}, "otherwise than IMAP"),
    ("imap", {"greeting": Flood(b"* OK x\r\n* OK y\r\n" * 10_000)}, "more than was asked|in time"),
    ("imap", {"capability": b"{tag} BAD " + SECRET + b"\r\n"}, "otherwise"),
    ("imap", {"login": b"{tag} NO [AUTHENTICATIONFAILED] " + SECRET + b"\r\n"}, r"password \[AUTHENTICATIONFAILED\]"),
    ("imap", {"login": b"{tag} NO " + SECRET + b"\r\n"}, "does not accept user and password$"),
    ("imap", {"login": Cut()}, "broke off"),
    ("imap", {"select": b"{tag} NO [NONEXISTENT] " + SECRET + b"\r\n"}, r"folder cannot be opened \[NONEXISTENT\]"),
    ("imap", {"select": b"* 2 EXISTS\r\n{tag} OK [READ-WRITE] done\r\n"}, "UIDVALIDITY"),
    ("imap", {"select": b"* many EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n{tag} OK done\r\n"}, "otherwise"),
    ("imap", {"select": Cut(b"* BYE " + SECRET + b"\r\n")}, "goodbye|broke off"),
    ("imap", {"fetch": b"{tag} NO [SERVERBUG] " + SECRET + b"\r\n"}, r"does not list the mails \[SERVERBUG\]"),
    ("imap", {"fetch": b"{tag} BAD " + SECRET + b"\r\n"}, "otherwise than IMAP"),
    ("imap", {"fetch": SILENT}, "in time"),
    ("imap", {"fetch": Flood(b"* 1 FETCH (FLAGS (" + SECRET + b"))\r\n")}, "more than was asked|in time"),
    ("imap", {"fetch": Flood(b"* 1 FETCH (BODY[] {9999999999999}\r\n" + b"x" * MEGABYTE)}, "larger than it said"),
    ("imap", {"fetch": b"* \xff\xfe\r\n\r\n{tag} OK\r\n{tag} {tag}\r\n"}, "otherwise than IMAP|broke off"),
    ("pop3", {"greeting": Cut()}, "broke off"),
    ("pop3", {"greeting": Cut(b"-ERR " + SECRET + b"\r\n")}, "does not go on"),
    ("pop3", {"greeting": b"* OK IMAP " + SECRET + b"\r\n"}, "it speaks IMAP, not POP3"),
    ("pop3", {"greeting": b"220 " + SECRET + b"\r\n"}, "it speaks SMTP, not POP3"),
    ("pop3", {"greeting": SILENT}, "in time"),
    ("pop3", {"greeting": Drip(b"+OK " + b"x" * 10_000)}, "in time"),
    ("pop3", {"greeting": Flood(b"x" * MEGABYTE)}, "otherwise than POP3"),
    ("pop3", {"pass": b"-ERR [AUTH] " + SECRET + b"\r\n"}, r"does not accept user and password \[AUTH\]"),
    ("pop3", {"pass": b"-ERR [IN-USE] " + SECRET + b"\r\n"}, r"\[IN-USE\]"),
    ("pop3", {"pass": Cut()}, "broke off"),
    ("pop3", {"uidl": b"-ERR " + SECRET + b"\r\n"}, "UIDL"),
    ("pop3", {"uidl": Cut()}, "broke off"),
    ("pop3", {"uidl": b"+OK\r\n1\r\n.\r\n"}, "otherwise than POP3"),
    ("pop3", {"uidl": b"+OK\r\none \xff\r\n.\r\n"}, "otherwise than POP3"),
    ("pop3", {"uidl": Flood(b"+OK\r\n" + b"1 x\r\n" * 1_000)}, "more than was asked|in time"),
    ("pop3", {"list": b"-ERR [SYS/TEMP] " + SECRET + b"\r\n"}, r"does not go on \[SYS/TEMP\]"),
    ("pop3", {"list": b"+OK\r\nall of them\r\n.\r\n"}, "otherwise than POP3"),
]


@pytest.mark.parametrize(("protocol", "changes", "said"), INBOX_FAULTS)
def test_an_inbox_that_misbehaves_is_told(
    start: Start, channel: MakeChannel, protocol: str, changes: dict[str, Answer], said: str
) -> None:
    edi = channel(protocol, start(protocol, **changes), patience=_patience(said))

    began = time.monotonic()
    with pytest.raises(ChannelError, match=said) as failed:
        edi.listing(10, NOW)

    assert time.monotonic() - began < TOO_LATE
    _tells_nothing(failed.value)


#: What a server answers when a mail is fetched, and what is said of it.
READ_FAULTS: list[tuple[str, dict[str, Answer], str]] = [
    ("imap", {"uid_fetch": b"{tag} NO [SERVERBUG] " + SECRET + b"\r\n"}, r"does not give a mail \[SERVERBUG\]"),
    ("imap", {"uid_fetch": b"{tag} OK nothing\r\n"}, "is gone"),
    ("imap", {"uid_fetch": b"* 1 FETCH (UID 11 BODY[] {999999999999}\r\n"}, "larger than it said"),
    ("imap", {"uid_fetch": b"* 1 FETCH (UID 11 BODY[] {50000}\r\n" + SECRET}, "in time"),
    ("imap", {"uid_fetch": Cut(b"* 1 FETCH (UID 11 BODY[] {50000}\r\n" + SECRET)}, "broke off"),
    ("imap", {"uid_fetch": Drip(b"* 1 FETCH (UID 11 BODY[] {50000}\r\n" + b"x" * 50_000)}, "in time"),
    ("imap", {"uid_fetch": Cut(b"* BYE " + SECRET + b"\r\n")}, "goodbye|broke off"),
    ("pop3", {"retr": b"-ERR " + SECRET + b"\r\n"}, "does not go on"),
    ("pop3", {"retr": Cut()}, "broke off"),
    ("pop3", {"retr": Cut(b"+OK\r\n" + SECRET)}, "broke off"),
    ("pop3", {"retr": b"+OK\r\n" + SECRET}, "in time"),
    ("pop3", {"retr": Flood(b"+OK " + b"x" * MEGABYTE)}, "larger than it said|otherwise|more than was asked"),
    ("pop3", {"retr": Flood(b"+OK\r\n" + b"x\r\n" * 50_000)}, "larger than it said"),
]


@pytest.mark.parametrize(("protocol", "changes", "said"), READ_FAULTS)
def test_a_mail_that_does_not_come_is_told(
    start: Start, channel: MakeChannel, protocol: str, changes: dict[str, Answer], said: str
) -> None:
    server, limits = start(protocol, **changes), {"largest_mail": 100_000, "largest_payload": 50_000}
    first, _ = channel(protocol, server, **limits).listing(10, NOW)
    edi = channel(protocol, server, patience=_patience(said), **limits)

    began = time.monotonic()
    with pytest.raises(ChannelError, match=said) as failed:
        edi.read(first)

    assert time.monotonic() - began < TOO_LATE
    _tells_nothing(failed.value)


@pytest.mark.parametrize(
    ("protocol", "changes", "said"),
    [
        ("imap", {"uid_store": b"{tag} NO [NOPERM] " + SECRET + b"\r\n"}, r"does not delete mails \[NOPERM\]"),
        ("imap", {"uid_expunge": b"{tag} NO " + SECRET + b"\r\n"}, "does not delete mails$"),
        ("imap", {"uid_store": Cut()}, "broke off"),
        ("pop3", {"dele": b"-ERR " + SECRET + b"\r\n"}, "does not go on"),
        ("pop3", {"quit": b"-ERR [SYS/TEMP] " + SECRET + b"\r\n"}, r"does not go on \[SYS/TEMP\]"),
        ("pop3", {"quit": Cut()}, "broke off"),
    ],
)
def test_a_mail_that_is_not_deleted_is_told(
    start: Start, channel: MakeChannel, protocol: str, changes: dict[str, Answer], said: str
) -> None:
    edi = channel(protocol, start(protocol, **changes))

    with pytest.raises(ChannelError, match=said) as failed, edi.session():
        edi.settle_many(edi.listing(10, NOW))

    _tells_nothing(failed.value)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_connection_that_died_is_made_anew_once(start: Start, channel: MakeChannel, protocol: str) -> None:
    good: dict[str, bytes] = {
        "uid_fetch": b"* 1 FETCH (UID 11 BODY[] {%d}\r\n%s)\r\n{tag} OK done\r\n" % (len(MAIL), MAIL),
        "retr": b"+OK\r\n" + MAIL.replace(b"\r\n.", b"\r\n..") + b".\r\n",
    }
    key = "uid_fetch" if protocol == "imap" else "retr"
    server = start(protocol, **{key: [Cut(), good[key], Cut(), Cut(), good[key]]})
    edi = channel(protocol, server)

    with edi.session():
        first, _ = edi.listing(10, NOW)
        assert edi.read(first) == MAIL
        assert server.connections == 2
        with pytest.raises(ChannelError, match="broke off"):
            edi.read(first)
        assert edi.read(first) == MAIL
    assert server.connections == 4


def test_a_silent_server_is_not_asked_again_at_once(start: Start, channel: MakeChannel) -> None:
    server = start("imap", fetch=SILENT)

    with pytest.raises(ChannelError, match="in time"):
        channel("imap", server, patience=SHORT).listing(10, NOW)

    assert server.connections == 1


def test_a_server_that_is_not_there_is_told(channel: MakeChannel) -> None:
    for act in (lambda edi: edi.listing(1, NOW), lambda edi: edi.send([outgoing()])):
        with pytest.raises(ChannelError, match=r"channel edi: 127.0.0.1:1: it cannot be reached: Connection refused"):
            act(channel())


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_line_of_200_mb_takes_no_memory(start: Start, channel: MakeChannel, protocol: str) -> None:
    edi = channel(protocol, start(protocol, greeting=Flood(b"x" * MEGABYTE)))

    tracemalloc.start()
    with pytest.raises(ChannelError):
        edi.listing(1, NOW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 8 * MEGABYTE


#: What a server answers before any mail is tried, and what is said of it.
OUTBOX_FAULTS: list[tuple[dict[str, Answer], str]] = [
    ({"greeting": Cut()}, "broke off"),
    ({"greeting": b"554 5.3.2 " + SECRET + b"\r\n"}, r"does not go on \(554 5.3.2\)"),
    ({"greeting": b"* OK IMAP " + SECRET + b"\r\n"}, "it speaks IMAP, not SMTP"),
    ({"greeting": b"+OK POP3 " + SECRET + b"\r\n"}, "it speaks POP3, not SMTP"),
    ({"greeting": b"HTTP/1.1 400 " + SECRET + b"\r\n"}, "otherwise than SMTP"),
    ({"greeting": SILENT}, "in time"),
    ({"greeting": Drip(b"220 " + b"x" * 10_000)}, "in time"),
    ({"greeting": Flood(b"x" * MEGABYTE)}, "does not go on|otherwise"),
    ({"greeting": Flood(b"220-x\r\n" * 10_000)}, "more than was asked|in time"),
    ({"ehlo": b"421 4.3.2 " + SECRET + b"\r\n", "helo": b"421 4.3.2 " + SECRET + b"\r\n"}, "421|broke off"),
    ({"auth": b"535 5.7.8 " + SECRET + b"\r\n"}, r"does not accept user and password \(535 5.7.8\)"),
    ({"auth": Cut()}, "broke off"),
    ({"ehlo": b"250 here\r\n"}, "offers no login"),
    ({"ehlo": b"250-here\r\n250 AUTH GSSAPI\r\n"}, "offers no login"),
]


@pytest.mark.parametrize(("changes", "said"), OUTBOX_FAULTS)
def test_an_outbox_that_misbehaves_is_told(
    start: Start, channel: MakeChannel, changes: dict[str, Answer], said: str
) -> None:
    edi = channel(outbox=start("smtp", **changes), patience=_patience(said))

    began = time.monotonic()
    with pytest.raises(ChannelError, match=said) as failed:
        edi.send([outgoing()])

    assert time.monotonic() - began < TOO_LATE
    _tells_nothing(failed.value)


#: What a server answers to the first of two mails, what is said of that, and of the second.
MAIL_FAULTS: list[tuple[dict[str, Answer], str, str | None]] = [
    ({"mail": [b"451 4.3.0 x\r\n", b"250 ok\r\n"]}, "the server refuses the mail for now (451 4.3.0)", None),
    ({"rcpt": [b"550 5.1.1 x\r\n", b"250 ok\r\n"]}, "the server refuses the mail for good (550 5.1.1)", None),
    ({"rcpt": [b"550 " + SECRET + b"\r\n", b"250 ok\r\n"]}, "the server refuses the mail for good (550)", None),
    ({"data": [b"452 4.2.2 x\r\n", b"354 go\r\n"]}, "the server refuses the mail for now (452 4.2.2)", None),
    ({"end": [b"552 5.2.2 x\r\n", b"250 ok\r\n"]}, "the server refuses the mail for good (552 5.2.2)", None),
    ({"end": [Cut(), b"250 ok\r\n"]}, "the connection broke off", None),
    ({"mail": [Cut(), Cut(), b"250 ok\r\n"]}, "the connection broke off", None),
    ({"rcpt": [Cut(b"421 4.3.2 x\r\n"), b"250 ok\r\n"]}, "the server refuses the mail for now (421 4.3.2)", None),
    ({"end": SILENT}, "it does not answer in time", "it does not answer in time"),
    (
        {"rcpt": [b"hei\r\n", b"250 ok\r\n"]},
        "it answers otherwise than SMTP has it",
        "it answers otherwise than SMTP has it",
    ),
    (
        {"end": [Cut(), b"250 ok\r\n"], "greeting": [b"220 x\r\n", b"554 5.3.2 x\r\n"]},
        "the connection broke off",
        "it does not go on (554 5.3.2)",
    ),
]


@pytest.mark.parametrize(("changes", "first", "second"), MAIL_FAULTS)
def test_what_becomes_of_each_mail_is_told(
    start: Start, channel: MakeChannel, changes: dict[str, Answer], first: str, second: str | None
) -> None:
    edi = channel(outbox=start("smtp", **changes), patience=_patience(first))

    failed = edi.send([outgoing("1"), outgoing("2")])

    assert {key: failure.reason for key, failure in failed.items()} == {
        key: reason for key, reason in (("1", first), ("2", second)) if reason is not None
    }


@pytest.mark.parametrize(
    ("changes", "blamed"),
    [
        # nothing is said of the second mail, which was not tried
        ({"end": SILENT}, [True, True]),
        ({"end": [Cut(), b"250 ok\r\n"], "greeting": [b"220 x\r\n", b"554 5.3.2 x\r\n"]}, [False, True]),
        # a mail that brings a server down must not be tried for days
        ({"end": [Cut(), b"250 ok\r\n"]}, [False]),
        ({"rcpt": [b"451 4.3.0 x\r\n", b"250 ok\r\n"]}, [False]),
        ({"rcpt": [b"550 5.1.1 x\r\n", b"250 ok\r\n"]}, [False]),
    ],
)
def test_what_would_be_so_with_any_mail_is_the_servers(
    start: Start, channel: MakeChannel, changes: dict[str, Answer], blamed: list[bool]
) -> None:
    patience = SHORT if SILENT in changes.values() else LONG
    failed = channel(outbox=start("smtp", **changes), patience=patience).send([outgoing("1"), outgoing("2")])

    assert [failure.is_servers for failure in failed.values()] == blamed


def test_an_outbox_that_names_a_mailbox_says_where_to_write_what(start: Start, channel: MakeChannel) -> None:
    (problem,) = [said for said in channel(outbox=start("pop3")).self_test() if "outbox" in said]

    assert "it speaks POP3, not SMTP. Mail is fetched there (`inbox`)" in problem
    assert "name the port of SMTP in `outbox`" in problem


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"rcpt": b"550 5.1.1 x\r\n"}, "550 5.1.1"),
        ({"rcpt": b"553 x\r\n"}, "553"),
        ({"end": b"552 5.2.2 x\r\n"}, "552 5.2.2"),
        ({"end": b"554 5.6.0 x\r\n"}, "554 5.6.0"),
        # what somebody has to mend here first says nothing of the mail
        ({"mail": b"550 5.1.8 x\r\n"}, None),
        ({"mail": b"530 5.7.0 x\r\n"}, None),
        ({"rcpt": b"554 5.7.1 x\r\n"}, None),
        ({"rcpt": b"530 x\r\n"}, None),
        ({"data": b"503 5.5.1 x\r\n"}, None),
        ({"end": b"550 5.7.26 x\r\n"}, None),
        ({"end": b"451 4.3.0 x\r\n"}, None),
    ],
)
def test_only_what_a_server_says_of_the_mail_itself_is_for_good(
    start: Start, channel: MakeChannel, changes: dict[str, Answer], refusal: str | None
) -> None:
    failed = channel(outbox=start("smtp", **changes)).send([outgoing()])

    assert [failure.refusal for failure in failed.values()] == [refusal]


def test_an_idle_connection_that_ended_costs_no_mail(start: Start, channel: MakeChannel) -> None:
    server = start("smtp", mail=[b"250 ok\r\n", Cut(), b"250 ok\r\n"])

    assert channel(outbox=server).send([outgoing("1"), outgoing("2")]) == {}
    assert server.connections == 2
    assert server.heard.count(".") == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("protocol", ["imap", "pop3", "smtp"])
def test_no_answer_whatever_raises_anything_else(
    start: Start, channel: MakeChannel, protocol: str, data: st.DataObject
) -> None:
    keys = {
        "imap": ("greeting", "capability", "login", "select", "fetch", "uid_fetch", "uid_store", "uid_expunge"),
        "pop3": ("greeting", "user", "pass", "uidl", "list", "retr", "dele", "quit"),
        "smtp": ("greeting", "ehlo", "auth", "mail", "rcpt", "data", "end"),
    }[protocol]
    key = data.draw(st.sampled_from(keys))
    answer = b"".join(data.draw(st.lists(st.sampled_from(PIECES) | st.binary(max_size=5), max_size=12)))
    server = start(protocol, **{key: Cut(answer)})
    edi = channel("imap" if protocol == "smtp" else protocol, server, server, patience=SHORT)

    with suppress(ChannelError):
        if protocol == "smtp":
            edi.send([outgoing()])
        else:
            with edi.session():
                items = edi.listing(10, NOW)
                for item in items:
                    edi.read(item)
                edi.settle_many(items)


def outgoing(key: str = "1", data: bytes = MAIL, address: str = "lege@edi.example") -> Outgoing:
    return Outgoing(key=key, address=address, data=data)


def _patience(said: str) -> float:
    """Return how long a server's silence may last: only where it is what is told does a test wait for its end."""
    return SHORT if "in time" in said else LONG


def _tells_nothing(error: ChannelError) -> None:
    told = f"{error} {error.advice}"
    for secret in (*SECRET.decode().split(), "hemmelig-passord"):
        assert secret not in told
    assert error.advice
