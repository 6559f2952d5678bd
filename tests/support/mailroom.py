"""The standard library's clients at a simulated mail server."""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import socket
from contextlib import ExitStack
from dataclasses import dataclass, field

from adapter.simulate.mail import Account, MailHost

CLINIC = Account(name="klinikk", address="klinikk@edi.example", password="rett ord")  # noqa: S106 - of nobody
NAV = Account(name="nav", address="nav@edi.example")
MAIL = b"Subject: Hei\r\nFrom: a@b.example\r\n\r\n.Linje 1\r\nLinje 2\r\n"


@dataclass
class Mailroom:
    """A mail server and whoever talks to it; all connections end with the test."""

    host: MailHost
    stack: ExitStack = field(default_factory=ExitStack)

    def smtp(self) -> smtplib.SMTP:
        client = smtplib.SMTP("127.0.0.1", self.host.smtp_port, timeout=60)
        self.stack.callback(client.close)
        client.ehlo()
        return client

    def send(self, data: bytes = MAIL, *to: str) -> dict[str, tuple[int, bytes]]:
        return self.smtp().sendmail("a@b.example", to or [NAV.address], data)

    def imap(self, name: str = "nav", password: str = "any") -> imaplib.IMAP4:  # noqa: S107 - any is right
        client = imaplib.IMAP4("127.0.0.1", self.host.imap_port, timeout=60)
        self.stack.callback(client.shutdown)
        client.login(name, password)
        return client

    def pop3(self, name: str = "nav", password: str = "any") -> poplib.POP3:  # noqa: S107 - any is right
        client = poplib.POP3("127.0.0.1", self.host.pop3_port, timeout=60)
        self.stack.callback(client.close)
        client.user(name)
        client.pass_(password)
        return client

    def talk(self, port: int, said: bytes) -> list[bytes]:
        """Say everything at once, and return the lines of all that is answered to it."""
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as answers:
                return answers.read().split(b"\r\n")[:-1]
