"""Mails are read: the conversation of an IMAP4rev1 server (RFC 3501), its logins, and what goes wrong in it.

It has what programs need that fetch mails and put them away: no BODYSTRUCTURE, no ENVELOPE, no APPEND, no IDLE.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Mapping

from adapter.simulate.mail.account import Account, Accounts
from adapter.simulate.mail.arguments import Malformed, announced, parse, text
from adapter.simulate.mail.box import Box
from adapter.simulate.mail.commands import Command, No, Session
from adapter.simulate.mail.faults import LOGIN, Faults, Protocol, What
from adapter.simulate.mail.wire import Hangup, Wire

_LINE = re.compile(
    rb"([^\x00-\x20\x7f-\xff(){%*\"\\+]{1,100}) ((?:UID )?[A-Z]{1,20})(?: (.*))?", re.DOTALL | re.IGNORECASE
)
#: Bytes of one command with its literals.
_LARGEST = 1_000_000
_MOST_MISTAKES = 10
_WRONG_LOGIN = "[AUTHENTICATIONFAILED] Name or password is wrong"


class ImapConnection:
    """One connection."""

    def __init__(self, wire: Wire, accounts: Accounts, boxes: Mapping[str, Box], faults: Faults) -> None:
        """Take the connection, who has a mailbox, where it is, and what goes wrong."""
        self._wire = wire
        self._accounts = accounts
        self._boxes = boxes
        self._faults = faults
        self._account: Account | None = None
        self._session: Session | None = None
        self._mistakes = 0

    async def run(self) -> None:
        """Talk until the connection ends. Raises Hangup when it does."""
        await self._wire.send(b"* OK [CAPABILITY %s] Budstikke simulated mail\r\n" % self._capability)
        while self._mistakes < _MOST_MISTAKES:
            await self._serve()
        await self._wire.send(b"* BYE Too many mistakes\r\n")

    @property
    def _capability(self) -> bytes:
        if self._wire.can_start_tls:
            return b"IMAP4rev1 STARTTLS LOGINDISABLED"
        return b"IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE UNSELECT LITERAL+"

    async def _serve(self) -> None:
        """Read one command and answer it."""
        found = _LINE.fullmatch(await self._command())
        if found is None:
            self._mistakes += 1
            await self._wire.send(b"* BAD That is no command\r\n")
            return
        tag, name = found[1], found[2].decode("ascii").upper()
        try:
            command = Command(name, parse(found[3] or b""))
            answer = "OK " + await self._done(command)
        except Malformed as error:
            self._mistakes += 1
            answer = f"BAD {error}"
        except No as error:
            answer = f"NO {error}"
        except OSError:
            answer = "NO [SERVERBUG] The mailbox cannot be read or written"
        await self._wire.send(b"%s %s\r\n" % (tag, answer.encode("ascii", "replace")))
        if name == "LOGOUT":
            raise Hangup
        if name == "STARTTLS" and answer.startswith("OK"):
            await self._wire.start_tls()

    async def _command(self) -> bytes:
        """Return a command with its literals, each behind the line that announces it."""
        data = line = await self._wire.line()
        while literal := announced(line):
            if len(data) + literal.size > _LARGEST:
                await self._wire.send(b"* BYE That is too large\r\n")
                raise Hangup
            if literal.is_awaited:
                await self._wire.send(b"+ Go on\r\n")
            octets = await self._wire.octets(literal.size)
            line = await self._wire.line()
            data = b"%s\r\n%s%s" % (data, octets, line)
        return data

    async def _done(self, command: Command) -> str:  # noqa: PLR0911 - one for each command
        """Do a command, and return the text of its answer. Raises Malformed or No where it is not done."""
        if self._account is not None:
            await self._go_wrong(self._account, command)
        match command.name:
            case "CAPABILITY":
                await self._wire.send(b"* CAPABILITY %s\r\n" % self._capability)
                return "Told"
            case "LOGOUT":
                await self._wire.send(b"* BYE Until later\r\n")
                return "Logged out"
            case "NOOP" if self._session is None:
                return "Done"
            case "STARTTLS" if self._wire.can_start_tls:
                return "Begin TLS now"
            case "LOGIN" if self._session is None:
                name, password = command.texts(2)
                return await self._log_in(name, password)
            case "AUTHENTICATE" if self._session is None:
                return await self._authenticate(command)
        if self._session is None:
            raise Malformed("The command is not known, or not before a login")
        return await self._session.do(command)

    async def _go_wrong(self, account: Account, command: Command) -> None:
        """Do what was told to go wrong at this command."""
        for fault in self._faults.at(Protocol.IMAP, account.name, command.name):
            if fault.what is What.SLOW:
                await asyncio.sleep(fault.wait.total_seconds())
                continue
            if fault.what is What.BYE:
                await self._wire.send(b"* BYE Told to fail\r\n")
            else:
                self._wire.cut()
            raise Hangup

    async def _authenticate(self, command: Command) -> str:
        mechanism, *given = command.values or [""]
        if text(mechanism).upper() != "PLAIN":
            raise No("The mechanism is not known")
        if not given:
            await self._wire.send(b"+ \r\n")
        said = text(given[0]).encode() if given else await self._wire.line()
        try:
            _, name, password = base64.b64decode(said, validate=True).decode().split("\0")
        except (binascii.Error, ValueError):
            raise Malformed("Name and password cannot be read") from None
        return await self._log_in(name, password)

    async def _log_in(self, name: str, password: str) -> str:
        if self._wire.can_start_tls:
            raise No("[PRIVACYREQUIRED] Begin TLS first")
        account = self._accounts.opened(name, password)
        if account is None or self._faults.at(Protocol.IMAP, account.name, LOGIN):
            raise No(_WRONG_LOGIN)
        self._account = account
        self._session = Session(self._wire, self._boxes[account.name])
        return f"[CAPABILITY {self._capability.decode()}] Logged in"
