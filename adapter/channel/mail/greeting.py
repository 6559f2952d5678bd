"""The first word of a mail server, which tells its protocol: what to write where a URL names the port of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from adapter.channel.mail.connection import Budget
from adapter.channel.mail.server import Protocol, Server
from adapter.channel.mail.trouble import Trouble

#: How a greeting begins: RFC 3501 7.1, RFC 1939 3, RFC 5321 4.2.
_BEGINNINGS: Final[dict[bytes, Protocol]] = {
    b"*": "imap",
    b"+": "pop3",
    b"-": "pop3",
    **dict.fromkeys((b"2", b"4", b"5"), "smtp"),
}


@contextmanager
def greeted(server: Server, budget: Budget) -> Iterator[None]:
    """Say of Trouble with a server what it speaks, where that is not what its URL says."""
    try:
        yield
    except Trouble:
        heard = _BEGINNINGS.get(budget.first)
        if heard is None or heard == server.protocol:
            raise
        raise Trouble(f"it speaks {heard.upper()}, not {server.protocol.upper()}", hint=_hint(server, heard)) from None


def _hint(server: Server, heard: Protocol) -> str:
    if server.protocol == "smtp":
        return "Mail is fetched there (`inbox`), and none is handed over: name the port of SMTP in `outbox`."
    if heard == "smtp":
        return "Mail is handed over there (`outbox`), and none is fetched: name the port of IMAP or POP3 in `inbox`."
    return f'Write inbox = "{server.url_by(heard)}", or name the port of {server.protocol.upper()}.'
