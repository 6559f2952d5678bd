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
from adapter.channel.mail.connection import Budget, Tls, connect, no_starttls, tls_for
from adapter.channel.mail.greeting import greeted
from adapter.channel.mail.server import Server
from adapter.channel.mail.trouble import Trouble, is_end, told, word_code

#: Bytes read at once: more than a line has, but some were never folded.
_LONGEST_PIECE: Final = 1 << 20


class _Client(poplib.POP3):
    """The library's client on a connection of ours, and able to read lines longer than 2 048 bytes."""

    def __init__(self, server: Server, tls: Tls | None, budget: Budget) -> None:
        self._server = server
        self._tls = tls
        self._budget = budget
        try:
            super().__init__(server.host, server.port)
        except BaseException:
            # the library leaves open what did not greet it
            if getattr(self, "file", None) is not None:
                self.close()
            raise

    def _create_socket(self, timeout: float) -> socket.socket:  # noqa: ARG002 - the budget decides
        return connect(self._server, self._tls, self._budget)

    def external(self) -> None:
        """Log in by the client certificate alone."""
        self._ask("AUTH EXTERNAL =")

    def whole(self, number: int, largest: int) -> bytes:
        """Return a mail exactly as it is, at most `largest` bytes of it."""
        self._ask(f"RETR {number}")
        data = bytearray()
        while piece := self.file.readline(_LONGEST_PIECE):
            begins = not data or data.endswith(b"\r\n")
            if begins and piece == b".\r\n":
                return bytes(data)
            # a dot that begins a line was doubled on the way
            data += piece[1:] if begins and piece.startswith(b".") else piece
            if len(data) > largest:
                raise Trouble("it sends a mail that is larger than it said", hint="Look into the mailbox by hand.")
        raise EOFError

    def _ask(self, command: str) -> None:
        self.sock.sendall(f"{command}\r\n".encode())
        answer = self.file.readline(_LONGEST_PIECE)
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
        tls = tls_for(self._server, self._account, self._budget)
        with greeted(self._server, self._budget), told("POP3"):
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

    def _log_in(self, client: _Client, tls: Tls | None) -> None:
        self._budget.allow(0)
        if tls is not None and not self._server.is_tls:
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
            if is_end(error):
                raise
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
            if is_end(error):
                raise
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
            try:
                client.quit()
            finally:
                self._drop()

    def move(self, source: str) -> bool:  # noqa: ARG002 - there is nowhere to move it to
        """Return False: POP3 has no folders."""
        return False

    def close(self) -> None:
        """Say goodbye, if that is still possible."""
        if self._client is None:
            return
        # whatever it says to a goodbye changes nothing
        with suppress(Trouble), told("POP3"):
            self._budget.allow(0)
            self._client.quit()
        self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        with suppress(OSError):
            if client is not None:
                client.close()


def _code(error: poplib.error_proto) -> str:
    said = error.args[0] if error.args else ""
    return word_code(said) if isinstance(said, bytes | str) else ""
