"""What clients see when something is told to go wrong."""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from mailroom import CLINIC, MAIL, NAV, Mailroom

from adapter.simulate.mail import Fault, Faults, What

MOMENT, HOUR = timedelta(milliseconds=150), timedelta(hours=1)

Troubled = Callable[..., Mailroom]


@pytest.fixture
def troubled(opened: Callable[..., Mailroom]) -> Troubled:
    """Return what starts a mail server with faults."""
    return lambda *faults: opened(faults=Faults(faults))


def _numbered(number: int) -> bytes:
    return b"Subject: %d\r\n\r\nx\r\n" % number


def _numbers(post: Mailroom) -> list[int]:
    return [int(mail.partition(b"Subject: ")[2].partition(b"\r\n")[0]) for mail in post.host.inbox("nav")]


def test_a_mail_is_refused(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.REFUSE, nth=(1,), code=452, text="4.2.2 Full"))
    with pytest.raises(smtplib.SMTPDataError) as refused:
        post.send()

    assert (refused.value.smtp_code, refused.value.smtp_error) == (452, b"4.2.2 Full")
    assert post.host.inbox("nav") == []
    assert post.send() == {}


def test_a_receiver_is_refused_and_the_other_is_not(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.REFUSE, command="RCPT", account="nav", code=550))

    assert post.send(MAIL, NAV.address, CLINIC.address) == {NAV.address: (550, b"Told to fail")}
    assert len(post.host.inbox("klinikk")) == 1


def test_a_mail_is_lost(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.LOSE, nth=(1,)))
    for number in (1, 2):
        post.send(_numbered(number))

    assert _numbers(post) == [2]


def test_a_mail_comes_twice(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.TWICE))
    post.send()

    one, other = post.host.inbox("nav")
    assert one == other


def test_a_mail_comes_late(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.DELAY, nth=(1,), wait=HOUR), Fault(what=What.DELAY, nth=(2,), wait=timedelta()))
    for number in (1, 2, 3):
        post.send(_numbered(number))

    assert post.imap().select()[1] == [b"2"]
    assert _numbers(post) == [3, 2]


def test_a_mail_is_overtaken_by_the_next(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.OVERTAKEN, nth=(1,), wait=HOUR))
    for number in (1, 2, 3):
        post.send(_numbered(number))

    assert _numbers(post) == [2, 1, 3]


def test_a_mail_is_mangled(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.MANGLE))
    post.send()

    (mail,) = post.host.inbox("nav")
    body = mail[-len(MAIL) :]
    assert sum(one != other for one, other in zip(body, MAIL, strict=True)) == 1


@pytest.mark.parametrize(
    ("what", "is_stored"), [(What.CUT_UNSTORED, False), (What.CUT_UNANSWERED, True)], ids=["unstored", "unanswered"]
)
def test_the_connection_is_cut_instead_of_an_answer(troubled: Troubled, what: What, *, is_stored: bool) -> None:
    post = troubled(Fault(what=what, nth=(1,)))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        post.send()

    assert len(post.host.inbox("nav")) == is_stored
    assert post.send() == {}


def test_the_connection_is_cut_after_the_answer(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.CUT_ANSWERED, nth=(1,)))
    client = post.smtp()

    assert client.sendmail("a@b.example", NAV.address, MAIL) == {}
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()
    assert len(post.host.inbox("nav")) == 1


def test_answers_take_their_time(troubled: Troubled) -> None:
    post = troubled(
        Fault(what=What.SLOW, wait=MOMENT, command="DATA"), Fault(what=What.SLOW, wait=MOMENT, command="NOOP")
    )
    imap, pop3 = post.imap(), post.pop3()
    for act in (post.send, imap.noop, pop3.noop):
        begun = time.monotonic()
        act()
        assert time.monotonic() - begun >= MOMENT.total_seconds()


def test_others_do_not_wait_for_a_slow_answer(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.SLOW, wait=timedelta(seconds=30), command="NOOP", account="nav"))
    slow, other = post.imap(), post.imap("klinikk", "rett ord")
    slow.send(b"x NOOP\r\n")

    assert other.noop()[0] == "OK"


def test_a_login_is_refused_though_it_is_right(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.LOGIN, nth=(1, 2, 3), account="nav"))

    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        post.imap()
    with pytest.raises(poplib.error_proto, match="AUTH"):
        post.pop3()
    # smtplib tries each of the two mechanisms; the fourth login is right
    assert post.smtp().login("nav", "any")[0] == 235
    assert post.imap().noop()[0] == "OK"


def test_imap_says_bye(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.BYE, command="SELECT"))
    with pytest.raises(imaplib.IMAP4.abort, match="Told to fail"):
        post.imap().select()


def test_a_connection_is_cut_at_a_command(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.CUT, command="UID FETCH", nth=(2,)))
    post.send()
    box = post.imap()
    box.select()

    assert box.uid("FETCH", "1", "(FLAGS)")[0] == "OK"
    with pytest.raises((imaplib.IMAP4.abort, ConnectionResetError)):
        box.uid("FETCH", "1", "(FLAGS)")


def test_a_pop3_connection_that_is_cut_at_quit_removes_nothing(troubled: Troubled) -> None:
    post = troubled(Fault(what=What.CUT, command="QUIT"))
    post.send()
    client = post.pop3()
    client.dele(1)
    with pytest.raises((poplib.error_proto, ConnectionResetError)):
        client.quit()

    assert len(post.host.inbox("nav")) == 1
