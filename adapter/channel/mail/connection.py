"""A connection with two limits that no server can stretch: a time for each answer, and its bytes.

The libraries wait for each piece of an answer anew, and read as many lines as come. The sockets here give
up on a server that drips, and on one that never stops.
"""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, Final

from adapter.channel.mail.account import Account
from adapter.channel.mail.server import Server
from adapter.channel.mail.trouble import Trouble

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

#: Bytes a second: what is slower than this counts as silent.
_SLOWEST: Final = 50_000
#: Bytes of what a server says besides mails: the identities of 200 000 of them.
_TALK: Final = 16_000_000


class Budget:
    """What the step under way may still take."""

    def __init__(self, patience: float) -> None:
        """Take the longest silence, in seconds."""
        self.patience: Final = patience
        #: The first byte that came on the present connection.
        self.first = b""
        self.allow(0)

    def allow(self, size: int) -> None:
        """Begin a step that carries so many bytes, besides what is said about it."""
        self._ends = time.monotonic() + self.patience + size / _SLOWEST
        self._left = _TALK + size

    def wait(self) -> float:
        """Return how long to wait for the next piece, in seconds; raises TimeoutError when the step's time is over."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self.patience)

    def count(self, came: ReadableBuffer, size: int) -> None:
        """Note that so many bytes came; raises Trouble when they are too many."""
        self.first = self.first or bytes(memoryview(came)[: min(size, 1)])
        self._left -= size
        if self._left < 0:
            raise Trouble("it sends more than was asked for", hint="Check that the URL names the right server.")


class _PlainSocket(socket.socket):
    """A socket that keeps to a budget."""

    budget: Budget

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.budget.wait())
        count = super().recv_into(buffer, nbytes, flags)
        self.budget.count(buffer, count)
        return count

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        self.settimeout(self.budget.wait())
        super().sendall(data, flags)


class _TlsSocket(ssl.SSLSocket):
    """The same over TLS."""

    budget: Budget

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.budget.wait())
        count = super().recv_into(buffer, nbytes, flags)
        self.budget.count(buffer, count)
        return count

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        # `sendall` of TLS comes here for each piece
        self.settimeout(self.budget.wait())
        return super().send(data, flags)


class Tls(ssl.SSLContext):
    """TLS 1.2 or later, towards a server whose certificate and name are verified."""

    sslsocket_class = _TlsSocket
    budget: Budget

    @classmethod
    def of(cls, account: Account, budget: Budget) -> Tls:
        """Return it with an account's roots and client certificate; raises Trouble where their files are no good."""
        # this kind of context demands a certificate and checks its name
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.budget = budget
        if account.ca_file is None:
            context.load_default_certs()
        else:
            try:
                context.load_verify_locations(account.ca_file)
            except OSError as error:
                raise _unusable("ca_file", error) from None
        if account.certificate_file is not None:
            try:
                # an encrypted key must not ask for its passphrase at the terminal
                context.load_cert_chain(account.certificate_file, password="")
            except OSError as error:
                raise _unusable("certificate_file", error) from None
        return context

    def wrap_socket(self, *args: object, **named: object) -> ssl.SSLSocket:
        """Begin TLS, within the budget."""
        wrapped = super().wrap_socket(*args, **named)  # type: ignore[arg-type] # handed on as they come
        wrapped.budget = self.budget  # type: ignore[attr-defined] # a _TlsSocket, see above
        return wrapped


def _unusable(key: str, error: OSError) -> Trouble:
    why = "it is no PEM file with what is needed" if isinstance(error, ssl.SSLError) else error.strerror
    return Trouble(f"the file of `{key}` cannot be used: {why}", hint=f"Check `{key}`; its key has no passphrase.")


def tls_for(server: Server, account: Account, budget: Budget) -> Tls | None:
    """Return TLS for a server; None for one on this machine, unless its URL or the account's files ask for TLS."""
    is_wanted = server.is_tls or account.ca_file is not None or account.certificate_file is not None
    return None if server.is_here and not is_wanted else Tls.of(account, budget)


def connect(server: Server, tls: Tls | None, budget: Budget) -> socket.socket:
    """Return a connection to a server, with TLS already where that comes first; OSError, Trouble."""
    budget.allow(0)
    budget.first = b""
    found = socket.create_connection((server.host, server.port), timeout=budget.patience)
    if server.is_tls and tls is not None:
        try:
            return tls.wrap_socket(found, server_hostname=server.host)
        except BaseException:
            found.close()
            raise
    plain = _PlainSocket(found.family, found.type, found.proto, found.detach())
    plain.budget = budget
    return plain


def no_starttls() -> Trouble:
    """Return what is wrong with a server that offers no TLS."""
    return Trouble(
        "it offers no TLS, and nothing is sent in the clear to another machine",
        hint="Use the port and the URL with TLS from the first byte, or have STARTTLS turned on.",
    )
