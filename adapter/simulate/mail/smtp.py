"""Mails come: the server that a client or another server sends to."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping
from email.utils import formatdate
from enum import Enum, auto
from typing import AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from adapter.simulate.mail.account import Account, Accounts
from adapter.simulate.mail.box import Box
from adapter.simulate.mail.faults import DATA, LOGIN, RCPT, Fault, Faults, Protocol, What
from adapter.values import value_class

# it tells of each mail's sender and receiver, and that it still calls its own old names
logging.getLogger("mail.log").setLevel(logging.ERROR)

#: Bytes of a mail (the EDI service's limit).
LARGEST_MAIL = 51_200_000


class _End(Enum):
    """How the connection ends with the answer."""

    INSTEAD = auto()
    AFTER = auto()


class SmtpConnection(SMTP):
    """One connection, which may be made to end with an answer."""

    end: _End | None = None

    def __init__(
        self, accounts: Accounts, boxes: Mapping[str, Box], faults: Faults, upgrade: ssl.SSLContext | None
    ) -> None:
        """Take who has a mailbox, where it is, what goes wrong, and what it may turn to TLS by."""
        super().__init__(
            _Desk(accounts, boxes, faults),
            data_size_limit=LARGEST_MAIL,
            hostname="localhost",
            ident="Budstikke simulated mail",
            tls_context=upgrade,
            require_starttls=upgrade is not None,
            auth_require_tls=upgrade is not None,
            authenticator=_Doorkeeper(accounts, faults),
            loop=asyncio.get_running_loop(),
        )

    async def push(self, status: AnyStr) -> None:
        """Send an answer, or do to the connection what was told instead."""
        if self.transport is not None and self.end is _End.INSTEAD:
            self.cut()
            return
        await super().push(status)
        if self.transport is not None and self.end is _End.AFTER:
            self.transport.close()

    def cut(self) -> None:
        """End the connection at once."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()


@value_class(kw_only=False)
class _Doorkeeper:
    """Judges logins."""

    accounts: Accounts
    faults: Faults

    def __call__(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, said: LoginPassword
    ) -> AuthResult:
        account = self.accounts.opened(said.login.decode("utf-8", "replace"), said.password.decode("utf-8", "replace"))
        if account is None or self.faults.at(Protocol.SMTP, account.name, LOGIN):
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=account.name)


@value_class(kw_only=False)
class _Desk:
    """Takes mails. The names of its methods are those that aiosmtpd calls."""

    accounts: Accounts
    boxes: Mapping[str, Box]
    faults: Faults

    async def handle_MAIL(  # noqa: N802 - see above
        self, _server: SmtpConnection, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        account = self.accounts.addressed(address)
        if account and account.password is not None and session.auth_data != account.name:
            return "530 5.7.0 Log in to send as this account"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender taken"

    async def handle_RCPT(  # noqa: N802 - see above
        self, _server: SmtpConnection, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        account = self.accounts.addressed(address)
        if account is None:
            return "550 5.1.1 No such mailbox here"
        faults = self.faults.at(Protocol.SMTP, account.name, RCPT)
        await _wait(faults)
        if refusal := _first(faults, What.REFUSE):
            return f"{refusal.code} {refusal.text}"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Receiver taken"

    async def handle_DATA(  # noqa: N802 - see above
        self, server: SmtpConnection, session: Session, envelope: Envelope
    ) -> str:
        accounts = {account.name: account for name in envelope.rcpt_tos if (account := self.accounts.addressed(name))}
        told = {name: self.faults.at(Protocol.SMTP, name, DATA) for name in accounts}
        faults = [fault for found in told.values() for fault in found]
        await _wait(faults)
        if refusal := _first(faults, What.REFUSE):
            return f"{refusal.code} {refusal.text}"
        if _first(faults, What.CUT_UNSTORED):
            server.end = _End.INSTEAD
            return ""
        content = envelope.original_content or b""
        try:
            for account in accounts.values():
                self._deliver(account, _trace(envelope, session, account) + content, told[account.name])
        except OSError:
            return "451 4.3.0 The mail could not be stored"
        if _first(faults, What.CUT_UNANSWERED):
            server.end = _End.INSTEAD
        elif _first(faults, What.CUT_ANSWERED):
            server.end = _End.AFTER
        return "250 2.0.0 Mail taken"

    def _deliver(self, account: Account, data: bytes, faults: tuple[Fault, ...]) -> None:
        """Put a mail where it is to lie; it is on the disk when this returns."""
        if _first(faults, What.LOSE):
            return
        box = self.boxes[account.name]
        if _first(faults, What.MANGLE):
            data = self.faults.mangled(data)
        for _ in range(2 if _first(faults, What.TWICE) else 1):
            if delay := _first(faults, What.DELAY):
                box.hold(data, delay.wait)
            elif overtaken := _first(faults, What.OVERTAKEN):
                box.hold(data, overtaken.wait, is_overtaken=True)
            else:
                box.deliver(data)


def _first(faults: list[Fault] | tuple[Fault, ...], what: What) -> Fault | None:
    return next((fault for fault in faults if fault.what is what), None)


async def _wait(faults: list[Fault] | tuple[Fault, ...]) -> None:
    if slow := _first(faults, What.SLOW):
        await asyncio.sleep(slow.wait.total_seconds())


def _trace(envelope: Envelope, session: Session, account: Account) -> bytes:
    """Return what a server puts above a mail (RFC 5321, 4.4)."""
    lines = (
        f"Return-Path: <{(envelope.mail_from or '').strip('<>')}>",
        f"Received: from {session.host_name} by localhost (Budstikke simulated mail) for <{account.address}>;",
        f" {formatdate()}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")
