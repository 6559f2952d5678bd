"""The channel against Dovecot and Postfix: what the standards mean is what these two do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from imaplib import IMAP4
from pathlib import Path

import pytest
from mailhosts import DOMAIN, LARGEST, PASSWORD, Hosts

from adapter.channel.mail.account import Account
from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.smtp import Outgoing
from adapter.errors import ChannelError, LimitExceeded

MakeChannel = Callable[..., MailChannel]

MAIL = b"Subject: synthetic\r\nMIME-Version: 1.0\r\n\r\n.a dot first\r\n..\r\n.\r\nthe end\r\n"
INBOXES = ("imaps", "imap", "pop3s", "pop3")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("outbox", ["smtps", "smtp"])
@pytest.mark.parametrize("inbox", INBOXES)
def test_a_mail_goes_out_and_comes_in(hosts: Hosts, user: str, channel: MakeChannel, inbox: str, outbox: str) -> None:
    edi = channel(inbox, outbox)

    assert edi.self_test() == []
    assert edi.send([Outgoing(key="1", address=f"{user}@{DOMAIN}", data=MAIL)]) == {}
    hosts.wait(user, 1)
    with edi.session():
        (incoming,) = edi.listing(10, now())
        # the servers add lines to the headers, and nothing else
        assert edi.read(incoming).partition(b"\r\n\r\n")[2] == MAIL.partition(b"\r\n\r\n")[2]
        edi.settle(incoming)
        assert edi.listing(10, now()) == []
    assert hosts.count(user) == 0


@pytest.mark.parametrize("inbox", INBOXES)
def test_the_bytes_are_those_that_lie_there(hosts: Hosts, user: str, channel: MakeChannel, inbox: str) -> None:
    mails = [
        b"Subject: a\r\n\r\n" + b"x" * 100_000 + b"\r\n",
        b"Subject: b\r\n\r\nbl\xe5 \xc3\xa5 \x00\xff\r\n".replace(b"\x00", b"\x01"),
        b"Subject: c\r\n\r\n.\r\n..\r\n. \r\n",
        b"Subject: d\r\n\r\n",
    ]
    for mail in mails:
        hosts.put(user, mail)
    edi = channel(inbox)

    items = edi.listing(10, now())

    assert [edi.read(item) for item in items] == mails
    assert [item.size for item in items] == [len(mail) for mail in mails]


@pytest.mark.parametrize("inbox", INBOXES)
def test_only_what_was_settled_is_gone(hosts: Hosts, user: str, channel: MakeChannel, inbox: str) -> None:
    for number in range(5):
        hosts.put(user, b"Subject: %d\r\n\r\n" % number)
    edi = channel(inbox)
    items = edi.listing(3, now())
    hosts.put(user, b"Subject: came meanwhile\r\n\r\n")

    edi.settle_many([items[0], items[2]])
    edi.settle_many([items[0]])

    left = edi.listing(10, now())
    assert [edi.read(item)[9:10] for item in left] == [b"1", b"3", b"4", b"c"]
    with pytest.raises(ChannelError, match="is gone"):
        edi.read(items[0])


def test_what_somebody_else_marked_as_deleted_is_neither_read_nor_removed(
    hosts: Hosts, user: str, channel: MakeChannel
) -> None:
    for number in range(3):
        hosts.put(user, b"Subject: %d\r\n\r\n" % number)
    with IMAP4("127.0.0.1", hosts.imap) as client:
        client.login(user, PASSWORD)
        client.select()
        client.store("2", "+FLAGS", r"(\Deleted)")
    edi = channel()

    first, last = edi.listing(10, now())
    edi.settle(last)

    assert edi.read(first)[9:10] == b"0"
    assert hosts.count(user) == 2


@pytest.mark.parametrize("inbox", ["imaps", "imap"])
def test_what_cannot_be_received_moves_to_a_folder_that_is_made_for_it(
    hosts: Hosts, user: str, channel: MakeChannel, inbox: str
) -> None:
    for _ in range(2):
        hosts.put(user, MAIL)
    edi = channel(inbox)
    first, second = edi.listing(10, now())

    edi.set_aside(first)
    edi.set_aside(second)
    edi.set_aside(first)

    assert (hosts.count(user), hosts.count(user, "Budstikke")) == (0, 2)


def test_by_pop3_it_stays_and_that_is_said_once(hosts: Hosts, user: str, channel: MakeChannel) -> None:
    for number in range(2):
        hosts.put(user, b"Subject: %d\r\n\r\n" % number)
    edi = channel("pop3s")
    first, second = edi.listing(10, now())

    with pytest.raises(ChannelError, match="stays in the mailbox"):
        edi.set_aside(first)
    edi.set_aside(first)

    assert [item.source for item in edi.listing(10, now())] == [second.source]
    assert hosts.count(user) == 2


@pytest.mark.parametrize("inbox", ["imaps", "pop3s"])
def test_a_mail_that_is_too_large_is_known_before_it_is_fetched(
    hosts: Hosts, user: str, channel: MakeChannel, inbox: str
) -> None:
    hosts.put(user, b"Subject: large\r\n\r\n" + b"x" * 20_000)
    edi = channel(inbox, largest_mail=15_000, largest_payload=10_000)
    (incoming,) = edi.listing(10, now())

    with pytest.raises(LimitExceeded, match=r"20018 bytes, more than largest_mail = 15000"):
        edi.read(incoming)


@pytest.mark.parametrize("inbox", ["imaps", "pop3s"])
def test_a_wrong_password_is_told_without_it(
    hosts: Hosts, user: str, channel: MakeChannel, inbox: str, tmp_path: Path
) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("wrong-synthetic\n")
    edi = channel(inbox, account=replace(hosts.account(user), password_file=wrong))

    problems = edi.self_test()

    assert len(problems) == 2
    assert all("does not accept user and password" in problem for problem in problems)
    assert "535" in problems[1]
    assert "wrong-synthetic" not in str(problems)
    with pytest.raises(ChannelError, match="channel edi: localhost:"):
        edi.listing(1, now())


@pytest.mark.parametrize("inbox", ["imaps", "imap", "pop3s", "pop3"])
def test_a_client_certificate_is_enough_to_log_in(hosts: Hosts, channel: MakeChannel, inbox: str) -> None:
    edi = channel(inbox, account=Account(ca_file=hosts.ca_file, certificate_file=hosts.client_file))
    hosts.put("certified", MAIL)

    (incoming,) = edi.listing(10, now())
    edi.settle(incoming)

    assert hosts.count("certified") == 0


@pytest.mark.parametrize("inbox", INBOXES)
def test_a_server_that_the_roots_do_not_know_is_not_believed(
    hosts: Hosts, user: str, channel: MakeChannel, inbox: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    # a certificate that issued nothing
    other.write_bytes(hosts.client_file.read_bytes().partition(b"-----BEGIN PRIVATE KEY")[0])

    for problem in channel(inbox, account=replace(hosts.account(user), ca_file=other)).self_test():
        assert "its certificate is not believed" in problem
        assert "ca_file" in problem


def test_one_mail_that_is_refused_keeps_no_other(hosts: Hosts, user: str, channel: MakeChannel) -> None:
    edi = channel("imaps", "smtp", largest_mail=2 * LARGEST)
    here = f"{user}@{DOMAIN}"

    failed = edi.send(
        [
            Outgoing(key="a", address=here, data=MAIL),
            Outgoing(key="b", address="nobody@elsewhere.example", data=MAIL),
            Outgoing(key="c", address=here, data=MAIL + b"x" * LARGEST),
            Outgoing(key="d", address=f"{here}> SIZE=1", data=MAIL),
            Outgoing(key="e", address=here, data=MAIL),
        ]
    )

    hosts.wait(user, 2)
    assert {key: failure.reason for key, failure in failed.items()} == {
        "b": "the server refuses the mail for good (554 5.7.1)",
        "c": f"the mail has {LARGEST + len(MAIL)} bytes, and the server takes at most {LARGEST}",
        "d": "where it goes is no mail address",
    }
    assert hosts.count(user) == 2


def test_a_session_logs_in_once(hosts: Hosts, user: str, channel: MakeChannel) -> None:
    for _ in range(3):
        hosts.put(user, MAIL)
    edi = channel()
    log = hosts.folder / "dovecot.log"
    before = log.read_text().count(f"Login: user=<{user}>")

    with edi.session():
        for item in edi.listing(10, now()):
            edi.read(item)
        assert log.read_text().count(f"Login: user=<{user}>") == before + 1


@pytest.mark.parametrize("inbox", ["imap", "pop3"])
def test_many_mails_are_listed_in_the_order_they_came(
    hosts: Hosts, user: str, channel: MakeChannel, inbox: str
) -> None:
    box = hosts.folder / "boxes" / user
    hosts.put(user, MAIL)
    (delivered,) = [path for path in box.rglob("*") if path.is_file() and path.parent.name in {"new", "cur"}]
    owner = delivered.stat()
    for number in range(450):
        path = box / "new" / f"{1_700_000_000 + number}.M{number}P1.test"
        path.write_bytes(b"Subject: %03d\r\n\r\n" % number)
        os.chown(path, owner.st_uid, owner.st_gid)
    edi = channel(inbox)

    items = edi.listing(1_000, now())

    assert len(items) == 451
    edi.settle_many(items[:400])
    assert hosts.count(user) == 51
    left = edi.listing(10, now())
    assert [item.source for item in left] == [item.source for item in items[400:410]]


_PEAK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from adapter.channel.mail.account import Account
from adapter.channel.mail.channel import MailChannel
from adapter.channel.mail.server import Server
from adapter.channel.mail.smtp import Outgoing
from adapter.channel.mail.terms import Terms

inbox, outbox, user, password, ca = sys.argv[1:]
edi = MailChannel("edi", inbox=Server.parse(inbox, "imap", "pop3"), outbox=Server.parse(outbox, "smtp"),
                  account=Account(user=user, password_file=Path(password), ca_file=Path(ca)),
                  terms=Terms(address=f"{user}@edi.example"))
edi.self_test()
def peak():
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
# what the process that started this one had at its peak counts otherwise
Path("/proc/self/clear_refs").write_text("5")
start = peak()
(item,) = edi.listing(1, datetime.now(UTC))
data = edi.read(item)
fetched = peak()
assert edi.send([Outgoing(key="a", address=f"{user}@edi.example", data=data)]) == {}
print(len(data), fetched - start, peak() - start)
"""


@pytest.mark.parametrize("inbox", ["imaps", "pop3s"])
def test_a_mail_of_35_mb_takes_few_times_its_size(hosts: Hosts, user: str, inbox: str) -> None:
    line = b"synthetic " * 7 + b"\r\n"
    data = b"Subject: large\r\n\r\n" + line * (35_000_000 // len(line))
    hosts.put(user, data)

    said = subprocess.run(
        [sys.executable, "-c", _PEAK, hosts.url(inbox), hosts.url("smtps"), user, hosts.password_file, hosts.ca_file],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()

    size, fetched, both = map(int, said)
    assert size == len(data)
    assert size // 2 < fetched < 3 * size
    assert fetched <= both < 5 * size
