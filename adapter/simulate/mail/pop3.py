"""Mails are read: a POP3 server (RFC 1939) with CAPA (RFC 2449) and STLS (RFC 2595). Only QUIT removes mails."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence

from adapter.simulate.mail.account import Account, Accounts
from adapter.simulate.mail.box import Box
from adapter.simulate.mail.faults import LOGIN, Faults, Protocol, What
from adapter.simulate.mail.maildir import Mail, Maildir
from adapter.simulate.mail.wire import Hangup, Wire

_MOST_MISTAKES = 10
_DOTS = re.compile(rb"^\.", re.MULTILINE)


class No(Exception):
    """The command cannot be done; the text says why."""


class _Drop:
    """The mails as they were at the login: their numbers stay."""

    def __init__(self, mailbox: Maildir) -> None:
        self._mailbox = mailbox
        self._mails = mailbox.mails()
        self._deleted: set[int] = set()

    def mails(self) -> list[tuple[int, Mail]]:
        """Return the mails that are not deleted, with their numbers."""
        return [(number, mail) for number, mail in enumerate(self._mails, 1) if mail.uid not in self._deleted]

    def mail(self, number: str) -> Mail:
        """Return one as it lies there now. Raises No where there is none."""
        place = int(number) - 1 if number.isdecimal() else -1
        if not 0 <= place < len(self._mails) or self._mails[place].uid in self._deleted:
            raise No("There is no such mail")
        found = self._mailbox.get(self._mails[place].uid)
        if found is None:
            raise No("The mail is gone")
        return found

    def unique_id(self, mail: Mail) -> str:
        """Return what names a mail for ever."""
        return f"{self._mailbox.uid_validity}.{mail.uid}"

    def delete(self, number: str) -> None:
        """Take note that a mail is to go. Raises No where there is none."""
        self._deleted.add(self.mail(number).uid)

    def restore(self) -> None:
        """Let no mail go."""
        self._deleted.clear()

    def remove_deleted(self) -> None:
        """Remove the mails that are to go."""
        for uid in self._deleted:
            if mail := self._mailbox.get(uid):
                self._mailbox.remove(mail)


class Pop3Connection:
    """One connection."""

    def __init__(self, wire: Wire, accounts: Accounts, boxes: Mapping[str, Box], faults: Faults) -> None:
        """Take the connection, who has a mailbox, where it is, and what goes wrong."""
        self._wire = wire
        self._accounts = accounts
        self._boxes = boxes
        self._faults = faults
        self._name = ""
        self._account: Account | None = None
        self._drop: _Drop | None = None
        self._mistakes = 0

    async def run(self) -> None:
        """Talk until the connection ends. Raises Hangup when it does."""
        await self._say("+OK Budstikke simulated mail")
        while self._mistakes < _MOST_MISTAKES:
            await self._serve()
        await self._say("-ERR Too many mistakes")

    async def _say(self, *lines: str) -> None:
        await self._wire.send("".join(f"{line}\r\n" for line in lines).encode("ascii", "replace"))

    async def _serve(self) -> None:
        """Read one command and answer it."""
        # a password may hold blanks
        name, _, rest = (await self._wire.line()).decode("utf-8", "replace").partition(" ")
        name = name.upper()
        try:
            if self._account is not None:
                await self._go_wrong(self._account, name)
            await self._do(name, rest)
        except No as error:
            self._mistakes += 1
            await self._say(f"-ERR {error}")
        except OSError:
            await self._say("-ERR The mailbox cannot be read or written")
        if name == "QUIT":
            raise Hangup

    async def _go_wrong(self, account: Account, name: str) -> None:
        """Do what was told to go wrong at this command."""
        for fault in self._faults.at(Protocol.POP3, account.name, name):
            if fault.what is What.CUT:
                self._wire.cut()
                raise Hangup
            await asyncio.sleep(fault.wait.total_seconds())

    async def _do(self, name: str, rest: str) -> None:
        match name:
            case "CAPA":
                login = "STLS" if self._wire.can_start_tls else "USER"
                await self._say("+OK What there is", login, "TOP", "UIDL", ".")
            case "QUIT":
                if self._drop is not None:
                    self._drop.remove_deleted()
                await self._say("+OK Until later")
            case _ if self._drop is not None:
                await self._transact(self._drop, name, rest.split())
            case _:
                await self._authorize(name, rest)

    async def _authorize(self, name: str, rest: str) -> None:
        """Do what comes before a login."""
        if name == "STLS" and self._wire.can_start_tls:
            await self._say("+OK Begin TLS now")
            await self._wire.start_tls()
        elif self._wire.can_start_tls:
            raise No("Begin TLS first")
        elif name == "USER":
            self._name = rest
            await self._say("+OK And the password?")
        elif name == "PASS":
            account = self._accounts.opened(self._name, rest)
            if account is None or self._faults.at(Protocol.POP3, account.name, LOGIN):
                raise No("[AUTH] Name or password is wrong")
            box = self._boxes[account.name]
            box.release()
            self._account, self._drop = account, _Drop(box.inbox)
            await self._say("+OK Logged in")
        else:
            raise No("The command is not known, or not before a login")

    async def _transact(self, drop: _Drop, name: str, values: Sequence[str]) -> None:
        """Do what a login allows."""
        match (name, *values):
            case ("NOOP",):
                await self._say("+OK")
            case ("STAT",):
                sizes = [mail.size for _, mail in drop.mails()]
                await self._say(f"+OK {len(sizes)} {sum(sizes)}")
            case ("LIST", *numbers):
                await self._list(drop, numbers, of=lambda mail: str(mail.size))
            case ("UIDL", *numbers):
                await self._list(drop, numbers, of=drop.unique_id)
            case ("RETR", number):
                data = drop.mail(number).path.read_bytes()
                await self._send_mail(data)
            case ("TOP", number, lines) if lines.isdecimal():
                header, mark, body = drop.mail(number).path.read_bytes().partition(b"\r\n\r\n")
                top = b"".join(body.splitlines(keepends=True)[: int(lines)])
                await self._send_mail(header + mark + top)
            case ("DELE", number):
                drop.delete(number)
                await self._say("+OK Goes with QUIT")
            case ("RSET",):
                drop.restore()
                await self._say("+OK Nothing goes")
            case _:
                raise No("The command is not known")

    async def _list(self, drop: _Drop, numbers: Sequence[str], of: Callable[[Mail], str]) -> None:
        match numbers:
            case [number]:
                await self._say(f"+OK {number} {of(drop.mail(number))}")
            case []:
                await self._say("+OK", *(f"{number} {of(mail)}" for number, mail in drop.mails()), ".")
            case _:
                raise No("One number or none")

    async def _send_mail(self, data: bytes) -> None:
        """Send a mail: a dot before each that begins a line, and one alone at the end."""
        end = b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n"
        await self._wire.send(b"+OK %d octets\r\n" % len(data), _DOTS.sub(b"..", data), end)
