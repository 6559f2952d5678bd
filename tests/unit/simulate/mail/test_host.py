from __future__ import annotations

import imaplib
import poplib
import smtplib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from mailroom import CLINIC, MAIL, NAV, Mailroom
from ports import free_ports

from adapter.errors import ConfigError
from adapter.simulate.mail import Encryption, MailHost, Ports
from adapter.simulate.mail.host import MailHostUnusable

Opened = Callable[..., Mailroom]


def _trusting(post: Mailroom) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(post.host.ca_file))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_client_that_trusts_the_issuer_speaks_tls(opened: Opened, name: str) -> None:
    post = opened(encryption=Encryption.IMPLICIT)
    trust = _trusting(post)
    with smtplib.SMTP_SSL(name, post.host.smtp_port, context=trust, timeout=60) as smtp:
        smtp.login("klinikk", "rett ord")
        smtp.sendmail(CLINIC.address, NAV.address, MAIL)
    with imaplib.IMAP4_SSL(name, post.host.imap_port, ssl_context=trust, timeout=60) as imap:
        imap.login("nav", "any")
        assert imap.select()[1] == [b"1"]
    pop3 = poplib.POP3_SSL(name, post.host.pop3_port, context=trust, timeout=60)
    pop3.user("nav")
    pop3.pass_("any")
    assert pop3.stat()[0] == 1
    pop3.quit()


def test_a_client_that_does_not_trust_the_issuer_is_warned(opened: Opened) -> None:
    post = opened(encryption=Encryption.IMPLICIT)
    with pytest.raises(ssl.SSLCertVerificationError):
        smtplib.SMTP_SSL("127.0.0.1", post.host.smtp_port, context=ssl.create_default_context(), timeout=60)


def test_a_client_turns_to_tls(opened: Opened) -> None:
    post = opened(encryption=Encryption.STARTTLS)
    trust = _trusting(post)
    with smtplib.SMTP("127.0.0.1", post.host.smtp_port, timeout=60) as smtp:
        smtp.starttls(context=trust)
        smtp.login("klinikk", "rett ord")
        smtp.sendmail(CLINIC.address, NAV.address, MAIL)
    with imaplib.IMAP4("127.0.0.1", post.host.imap_port, timeout=60) as imap:
        imap.starttls(trust)
        assert "STARTTLS" not in imap.capabilities
        imap.login("nav", "any")
        assert imap.select()[1] == [b"1"]
    pop3 = poplib.POP3("127.0.0.1", post.host.pop3_port, timeout=60)
    pop3.stls(trust)
    assert "STLS" not in pop3.capa()
    pop3.user("nav")
    pop3.pass_("any")
    assert pop3.stat()[0] == 1
    pop3.quit()


def test_nothing_is_said_before_tls_where_it_must_begin_first(opened: Opened) -> None:
    post = opened(encryption=Encryption.STARTTLS)
    client = post.smtp()
    client.ehlo()

    assert "auth" not in client.esmtp_features
    with pytest.raises(smtplib.SMTPSenderRefused, match="STARTTLS"):
        client.sendmail("a@b.example", NAV.address, MAIL)
    with pytest.raises(imaplib.IMAP4.error, match="PRIVACYREQUIRED"):
        post.imap()
    with pytest.raises(poplib.error_proto, match="Begin TLS first"):
        post.pop3()


def test_a_client_that_fails_to_turn_to_tls_is_left(opened: Opened) -> None:
    post = opened(encryption=Encryption.STARTTLS)
    with socket.create_connection(("127.0.0.1", post.host.imap_port), timeout=60) as connection:
        connection.sendall(b"a STARTTLS\r\n")
        answers = connection.makefile("rb")
        assert [answers.readline() for _ in range(2)][1] == b"a OK Begin TLS now\r\n"
        connection.sendall(b"this is no TLS\r\n" * 10)
        while answers.read(1000):
            pass

    assert imaplib.IMAP4("127.0.0.1", post.host.imap_port, timeout=60).logout()[0] == "BYE"


def test_the_certificate_stays_and_so_do_the_mails(opened: Opened) -> None:
    post = opened()
    post.send()
    before = post.host.ca_file.read_bytes()
    post.host.stop()
    after = opened()

    assert after.host.ca_file.read_bytes() == before
    assert len(after.host.inbox("nav")) == 1


def test_what_only_its_owner_may_read_is_so(opened: Opened, tmp_path: Path) -> None:
    opened()

    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "mail" / "server.pem").stat().st_mode & 0o777 == 0o600


def test_it_listens_on_this_machine_alone(post: Mailroom) -> None:
    others = {address[4][0] for address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, post.host.smtp_port), timeout=60)
    assert post.smtp().noop()[0] == 250


def test_ports_that_are_named_are_used(opened: Opened) -> None:
    (port,) = free_ports(1)

    assert opened(ports=Ports(imap=port)).host.imap_port == port


def test_a_port_that_is_taken_is_told_and_leaves_nothing_open(post: Mailroom, tmp_path: Path) -> None:
    taken = MailHost(tmp_path / "other", [NAV], ports=Ports(pop3=post.host.pop3_port))
    with pytest.raises(MailHostUnusable, match="cannot listen"):
        taken.start()

    with MailHost(tmp_path / "other", [NAV]) as host:
        assert host.inbox("nav") == []


def test_two_servers_do_not_share_a_folder(post: Mailroom, tmp_path: Path) -> None:
    with pytest.raises(MailHostUnusable, match="Another mail server works in"):
        MailHost(tmp_path / "mail", [NAV]).start()

    assert post.smtp().noop()[0] == 250


def test_connections_that_are_open_are_cut_at_the_end(post: Mailroom) -> None:
    smtp, imap, pop3 = post.smtp(), post.imap(), post.pop3()
    post.host.stop()

    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp.noop()
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        imap.noop()
    with pytest.raises((poplib.error_proto, OSError)):
        pop3.noop()


def test_a_server_that_is_stopped_twice_or_was_never_started_is_stopped(post: Mailroom, tmp_path: Path) -> None:
    post.host.stop()
    post.host.stop()
    never = MailHost(tmp_path / "other", [NAV])
    never.stop()

    with pytest.raises(MailHostUnusable, match="not running"):
        never.inbox("nav")


def test_a_mail_is_put_into_an_inbox_without_a_client(post: Mailroom) -> None:
    post.host.deliver("NAV@edi.example", MAIL)

    assert post.host.inbox("nav") == [MAIL]
    with pytest.raises(ConfigError, match="Nobody has that address"):
        post.host.deliver("c@d.example", MAIL)


def test_a_mail_that_cannot_be_read_is_an_error_and_no_silence(post: Mailroom, tmp_path: Path) -> None:
    post.host.deliver(NAV.address, MAIL)
    next((tmp_path / "mail" / "nav" / "new").iterdir()).unlink()

    with pytest.raises(FileNotFoundError):
        post.host.inbox("nav")
