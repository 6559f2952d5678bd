from __future__ import annotations

import errno
import smtplib
from collections.abc import Callable
from pathlib import Path

import pytest
from mailroom import CLINIC, MAIL, NAV, Mailroom

from adapter.simulate.mail import maildir

OTHER = "c@d.example"


def test_the_server_tells_what_it_can(post: Mailroom) -> None:
    features = post.smtp().esmtp_features

    assert features == {"size": "51200000", "8bitmime": "", "auth": " LOGIN PLAIN", "help": ""}


def test_a_mail_lies_in_the_inbox_of_its_receiver_below_what_a_server_puts_above_it(post: Mailroom) -> None:
    post.send()

    (mail,) = post.host.inbox("nav")
    above, _, rest = mail.partition(b"Subject")
    assert b"Subject" + rest == MAIL
    assert above.startswith(b"Return-Path: <a@b.example>\r\nReceived: from ")
    assert b" for <nav@edi.example>;\r\n " in above
    assert post.host.inbox("klinikk") == []


def test_all_bytes_come_through(post: Mailroom) -> None:
    octets = MAIL + bytes(range(128, 256)) + b"\x00\t\r\n..\r\n.\r\n"
    post.smtp().sendmail("a@b.example", NAV.address, octets, ["BODY=8BITMIME"])

    assert post.host.inbox("nav")[0].endswith(octets)


def test_each_receiver_gets_one(post: Mailroom) -> None:
    assert post.send(MAIL, NAV.address, CLINIC.address, NAV.address.upper()) == {}

    assert (len(post.host.inbox("nav")), len(post.host.inbox("klinikk"))) == (1, 1)


def test_an_address_that_nobody_has_is_refused_and_the_others_are_not(post: Mailroom) -> None:
    assert post.send(MAIL, OTHER, NAV.address) == {OTHER: (550, b"5.1.1 No such mailbox here")}
    assert len(post.host.inbox("nav")) == 1


def test_a_mail_without_a_sender_is_taken(post: Mailroom) -> None:
    post.smtp().sendmail("", NAV.address, MAIL)

    assert post.host.inbox("nav")[0].startswith(b"Return-Path: <>\r\n")


def test_whoever_sends_as_an_account_with_a_password_logs_in_as_it(post: Mailroom) -> None:
    client = post.smtp()
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        client.sendmail(CLINIC.address, NAV.address, MAIL)
    client.login("klinikk", "rett ord")
    client.sendmail(CLINIC.address, NAV.address, MAIL)

    assert (refused.value.smtp_code, len(post.host.inbox("nav"))) == (530, 1)


def test_a_login_for_one_is_none_for_another(post: Mailroom) -> None:
    client = post.smtp()
    client.login("nav", "any")
    client.sendmail(NAV.address, NAV.address, MAIL)

    with pytest.raises(smtplib.SMTPSenderRefused):
        client.sendmail(CLINIC.address, NAV.address, MAIL)


@pytest.mark.parametrize(("name", "password"), [("klinikk", "wrong"), ("nobody", "any")])
def test_a_wrong_login_is_refused(post: Mailroom, name: str, password: str) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        post.smtp().login(name, password)

    assert refused.value.smtp_code == 535


def test_a_mail_that_is_too_large_is_refused_when_it_is_announced(post: Mailroom) -> None:
    assert post.smtp().mail("a@b.example", ["SIZE=51200001"])[0] == 552


def test_a_mail_that_cannot_be_stored_is_refused_for_now(post: Mailroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(maildir, "write_through", full)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        post.send()

    assert refused.value.smtp_code == 451


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is brought to the disk, in order."""
    done: list[str] = []

    def noting(name: str, act: Callable[..., None]) -> Callable[..., None]:
        def noted(path: Path, *rest: bytes) -> None:
            act(path, *rest)
            done.append(f"{name} {path.parent.name if name == 'file' else path.name}")

        return noted

    monkeypatch.setattr(maildir, "write_through", noting("file", maildir.write_through))
    monkeypatch.setattr(maildir, "sync", noting("folder", maildir.sync))
    return done


def test_a_mail_is_on_the_disk_before_it_is_answered(post: Mailroom, steps: list[str]) -> None:
    post.send()

    # the mail, the mark of UIDs given, and the folder that then holds the mail
    assert steps == ["file tmp", "file nav", "folder nav", "folder new"]
