"""A mailbox by POP3 (RFC 1939), with STLS (RFC 2595) and UIDL, by which mails are known.

Deletions count when the server has answered the goodbye, so they are followed by one.
"""

from __future__ import annotations

import poplib
import socket
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Final

from adapter.channel.base import Incoming
from adapter.channel.mail.account import Account
from adapter.channel.mail.connection import Budget, Tls, connect, needs_starttls, no_starttls
from adapter.channel.mail.server import Server
from adapter.channel.mail.trouble import Broken, Trouble, told, word_code

#: Bytes of one line of a mail; there are some that were never folded.
_LONGEST_LINE: Final = 1 << 20


class _Client(poplib.POP3):
    """The library's client on a connection of ours, and able to read lines longer than 2 048 bytes."""

    def __init__(self, server: Server, tls: Tls, budget: Budget) -> None:
        self._server = server
        self._tls = tls
        self._budget = budget
        super().__init__(server.host, server.port)

    def _create_socket(self, timeout: float) -> socket.socket:  # noqa: ARG002 - the budget decides
        return connect(self._server, self._tls, self._budget)

    def external(self) -> None:
        """Log in by the client certificate alone."""
        self._ask("AUTH EXTERNAL =")

    def whole(self, number: int, largest: int) -> bytes:
        """Return a mail exactly as it is, at most `largest` bytes of it."""
        self._ask(f"RETR {number}")
        data = bytearray()
        while (line := self.file.readline(_LONGEST_LINE)) != b".\r\n":
            if not line:
                raise EOFError
            # a dot that begins a line was doubled on the way
            begins = not data or data.endswith(b"\n")
            data += line[1:] if begins and line.startswith(b".") else line
            if len(data) > largest:
                raise Trouble("it sends a mail that is larger than it said", hint="Look into the mailbox by hand.")
        return bytes(data)

    def _ask(self, command: str) -> None:
        self.sock.sendall(f"{command}\r\n".encode())
        answer = self.file.readline(_LONGEST_LINE)
        if not answer:
            raise EOFError
        if not answer.startswith(b"+OK"):
            raise poplib.error_proto(answer)


class Pop3Mailbox:
    """A mailbox of a POP3 server, with somebody logged in, who has it for himself."""

    def __init__(self, server: Server, account: Account, *, patience: float, largest: int) -> None:
        """Log in; raises Trouble."""
        self._budget = Budget(patience)
        self._largest = largest
        self._server = server
        self._account = account
        self._client: _Client | None = None
        #: Numbers by identity; they hold for one login.
        self._numbers: dict[str, int] = {}
        self._logged_in()

    def _logged_in(self) -> _Client:
        """Return the client, with a new login where the last one ended with a goodbye."""
        if self._client is not None:
            return self._client
        tls = Tls.of(self._account, self._budget)
        with told("POP3"):
            client = _Client(self._server, tls, self._budget)
        self._client = client
        try:
            with told("POP3"):
                self._log_in(client, tls)
                self._numbers = self._identities(client)
        except BaseException:
            self.close()
            raise
        return client

    def _log_in(self, client: _Client, tls: Tls) -> None:
        self._budget.allow(0)
        if needs_starttls(self._server, self._account):
            if "STLS" not in client.capa():
                raise no_starttls()
            client.stls(tls)
        user = self._account.user
        password = None if user is None else self._account.password()
        self._budget.allow(0)
        try:
            if user is None or password is None:
                client.external()
            else:
                client.user(user)
                client.pass_(password)
        except poplib.error_proto as error:
            _raise_if_broken(error)
            what = "the client certificate alone" if user is None else "user and password"
            raise Trouble(
                f"it does not accept {what}{_code(error)}",
                hint="Check user, password and certificate_file, and whether another program has the mailbox open.",
            ) from None

    def _identities(self, client: _Client) -> dict[str, int]:
        self._budget.allow(0)
        try:
            _, lines, _ = client.uidl()
        except poplib.error_proto as error:
            _raise_if_broken(error)
            raise Trouble("it gives mails no identities (UIDL)", hint="Another server is needed, or IMAP.") from None
        pairs = (line.split() for line in lines)
        return {identity.decode("ascii"): int(number) for number, identity in pairs}

    def listing(self, limit: int, now: datetime, *, without: Collection[str]) -> list[Incoming]:
        """Return what lies in the mailbox since the login, in its order; see Mailbox."""
        client = self._logged_in()
        with told("POP3"):
            self._budget.allow(0)
            _, lines, _ = client.list()
            sizes = {int(number): int(size) for number, size, *_ in (line.split() for line in lines)}
        waiting = [(number, source) for source, number in self._numbers.items() if source not in without]
        waiting.sort()
        return [Incoming(source, sizes[number], now) for number, source in waiting[:limit] if number in sizes]

    def fetch(self, source: str, size: int) -> bytes | None:
        """Return a mail's bytes; see Mailbox."""
        client = self._logged_in()
        number = self._numbers.get(source)
        if number is None:
            return None
        with told("POP3"):
            self._budget.allow(min(size, self._largest) * 2)
            return client.whole(number, self._largest)

    def remove(self, sources: Collection[str]) -> None:
        """Delete mails for good; see Mailbox."""
        client = self._logged_in()
        with told("POP3"):
            for source in sources:
                if source in self._numbers:
                    self._budget.allow(0)
                    client.dele(self._numbers[source])
            self._budget.allow(0)
            self._client = None
            client.quit()

    def move(self, source: str) -> bool:  # noqa: ARG002 - there is nowhere to move it to
        """Return False: POP3 has no folders."""
        return False

    def close(self) -> None:
        """Say goodbye, if that is still possible."""
        client, self._client = self._client, None
        if client is None:
            return
        # whatever it says to a goodbye changes nothing
        with suppress(Trouble), told("POP3"):
            self._budget.allow(0)
            client.quit()
        with suppress(OSError):
            client.close()


def _raise_if_broken(error: poplib.error_proto) -> None:
    """Raise Broken for the library's word for a connection that broke off."""
    if error.args and error.args[0] == "-ERR EOF":
        raise Broken("the connection broke off")


def _code(error: poplib.error_proto) -> str:
    said = error.args[0] if error.args else ""
    return word_code(said) if isinstance(said, bytes | str) else ""
