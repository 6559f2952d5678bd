from __future__ import annotations

import poplib
from pathlib import Path

import pytest
from mailroom import MAIL, NAV, Mailroom


def _given(post: Mailroom, count: int = 1) -> None:
    for _ in range(count):
        post.host.deliver(NAV.address, MAIL)


def test_the_server_tells_what_it_can(post: Mailroom) -> None:
    assert post.pop3().capa() == {"USER": [], "TOP": [], "UIDL": []}


def test_mails_are_listed_and_read(post: Mailroom) -> None:
    _given(post, 2)
    client = post.pop3()
    size = len(MAIL)

    assert client.stat() == (2, 2 * size)
    assert client.list()[1] == [f"1 {size}".encode(), f"2 {size}".encode()]
    assert client.list(2) == f"+OK 2 {size}".encode()
    assert client.retr(1)[1] == MAIL.split(b"\r\n")[:-1]
    assert client.top(1, 1)[1] == MAIL.split(b"\r\n")[:-2]
    assert client.top(1, 0)[1] == MAIL.split(b"\r\n")[:3]
    assert client.noop() == b"+OK"


def test_a_mail_whose_last_line_has_no_end_is_read(post: Mailroom) -> None:
    post.host.deliver(NAV.address, b"Subject: x\r\n\r\n.\r\nend")

    assert post.pop3().retr(1)[1] == [b"Subject: x", b"", b".", b"end"]


def test_a_mail_keeps_its_unique_id(post: Mailroom) -> None:
    _given(post, 2)
    client = post.pop3()
    first, second = (line.split()[1] for line in client.uidl()[1])
    client.dele(1)
    client.quit()

    assert first != second
    assert post.pop3().uidl(1).split()[2] == second


def test_only_quit_removes_mails(post: Mailroom) -> None:
    _given(post, 3)
    client = post.pop3()
    client.dele(2)

    assert client.stat()[0] == 2
    assert [line.split()[0] for line in client.list()[1]] == [b"1", b"3"]
    with pytest.raises(poplib.error_proto, match="There is no such mail"):
        client.retr(2)
    client.close()
    assert len(post.host.inbox("nav")) == 3

    client = post.pop3()
    client.dele(2)
    client.rset()
    client.dele(3)
    client.quit()
    assert len(post.host.inbox("nav")) == 2


def test_imap_and_pop3_see_the_same_mails(post: Mailroom) -> None:
    _given(post, 2)
    pop3, imap = post.pop3(), post.imap()
    imap.select()
    pop3.dele(1)
    imap.store("2", "+FLAGS", r"(\Deleted)")
    assert imap.expunge()[1] == [b"2"]

    with pytest.raises(poplib.error_proto, match="The mail is gone"):
        pop3.retr(2)
    with pytest.raises(poplib.error_proto, match="The mail is gone"):
        pop3.dele(2)
    pop3.quit()
    imap.noop()
    assert imap.response("EXPUNGE")[1] == [b"1"]


def test_what_quit_removes_may_be_gone_already(post: Mailroom) -> None:
    _given(post)
    one, other = post.pop3(), post.pop3()
    one.dele(1)
    other.dele(1)
    other.quit()

    assert one.quit() == b"+OK Until later"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"USER klinikk\r\nPASS wrong", b"-ERR [AUTH] Name or password is wrong"),
        (b"PASS any", b"-ERR [AUTH] Name or password is wrong"),
        (b"STAT", b"-ERR The command is not known, or not before a login"),
        (b"STLS", b"-ERR The command is not known, or not before a login"),
        (b"USER nav\r\nPASS x\r\nUSER nav", b"-ERR The command is not known"),
        (b"USER nav\r\nPASS x\r\nRETR 1", b"-ERR There is no such mail"),
        (b"USER nav\r\nPASS x\r\nRETR x", b"-ERR There is no such mail"),
        (b"USER nav\r\nPASS x\r\nTOP 1 x", b"-ERR The command is not known"),
        (b"USER nav\r\nPASS x\r\nLIST 1 2", b"-ERR One number or none"),
        (b"USER klinikk\r\nPASS rett ord", b"+OK Logged in"),
        (b"quit", b"+OK Until later"),
    ],
)
def test_commands_are_answered(post: Mailroom, said: bytes, answer: bytes) -> None:
    assert post.talk(post.host.pop3_port, said + b"\r\n")[-1] == answer


def test_a_client_that_makes_too_many_mistakes_is_left(post: Mailroom) -> None:
    lines = post.talk(post.host.pop3_port, b"STAT\r\n" * 20)

    assert (len(lines), lines[-1]) == (12, b"-ERR Too many mistakes")


def test_a_mail_that_vanished_from_the_disk_does_not_end_the_connection(post: Mailroom, tmp_path: Path) -> None:
    _given(post)
    client = post.pop3()
    next((tmp_path / "mail" / "nav" / "new").iterdir()).unlink()

    with pytest.raises(poplib.error_proto, match="cannot be read"):
        client.retr(1)
    assert client.noop() == b"+OK"
