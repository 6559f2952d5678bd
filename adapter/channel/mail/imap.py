"""A mailbox by IMAP4rev1 (RFC 3501), with UIDPLUS (RFC 4315) and MOVE (RFC 6851) where they are offered.

Mails are known by UIDVALIDITY and UID. They are read without being marked as read, and deleted only by number.
"""

from __future__ import annotations

import imaplib
import re
import socket
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from time import mktime
from typing import Any, Final

from adapter.channel.base import Incoming
from adapter.channel.mail.account import Account
from adapter.channel.mail.connection import Budget, Tls, connect, no_starttls, tls_for
from adapter.channel.mail.greeting import greeted
from adapter.channel.mail.server import Server
from adapter.channel.mail.trouble import Trouble, told, word_code

#: Mails asked about at a time.
_CHUNK: Final = 200
#: UIDs in one command, which some servers want below 8 000 bytes.
_MOST_UIDS: Final = 500
_UID: Final = re.compile(rb"\bUID ([0-9]{1,10})\b")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE ([0-9]{1,12})\b")
_DELETED: Final = re.compile(rb"\\Deleted\b", re.IGNORECASE)


class _Client(imaplib.IMAP4):
    """The library's client on a connection of ours."""

    def __init__(self, server: Server, tls: Tls | None, budget: Budget, largest: int) -> None:
        self._server = server
        self._tls = tls
        self._budget = budget
        self._largest = largest
        super().__init__(server.host, server.port)

    def _create_socket(self, timeout: float | None) -> socket.socket:  # noqa: ARG002 - the budget decides
        return connect(self._server, self._tls, self._budget)

    def readline(self) -> bytes:
        """Read a line; the library has no word of its own for the end."""
        line = super().readline()
        if not line:
            raise EOFError
        return line

    def read(self, size: int) -> bytes:
        """Read a literal, unless it is larger than any mail may be: memory is taken before it comes."""
        if size > self._largest:
            raise Trouble("it sends a mail that is larger than it said", hint="Look into the mailbox by hand.")
        return super().read(size)


class ImapMailbox:
    """A folder of an IMAP server, with somebody logged in."""

    def __init__(  # noqa: PLR0913 - one argument per part of the channel's configuration
        self, server: Server, account: Account, *, folder: str, aside: str, patience: float, largest: int
    ) -> None:
        """Log in and open the folder; raises Trouble."""
        self._folder = _quoted(folder)
        self._aside = _quoted(aside)
        self._validity = ""
        self._budget = Budget(patience)
        self._largest = largest
        tls = tls_for(server, account, self._budget)
        with greeted(server, self._budget), told("IMAP"):
            self._client = _Client(server, tls, self._budget, largest)
        try:
            with told("IMAP"):
                if tls is not None and not server.is_tls:
                    self._start_tls(tls)
                self._log_in(account)
                self._select()
        except BaseException:
            self.close()
            raise

    def _start_tls(self, tls: Tls) -> None:
        if "STARTTLS" not in self._client.capabilities:
            raise no_starttls()
        self._budget.allow(0)
        self._client.starttls(tls)

    def _log_in(self, account: Account) -> None:
        client = self._client
        # a server may know who we are by the client certificate alone
        if client.state == "AUTH":
            return
        self._budget.allow(0)
        if account.user is None:
            self._must(*self._try("authenticate", "EXTERNAL", lambda _: b""), what="the client certificate alone")
            return
        user, password = account.user, account.password()
        if "AUTH=PLAIN" in client.capabilities:
            answer = self._try("authenticate", "PLAIN", lambda _: f"\0{user}\0{password}".encode())
        else:
            answer = self._try("login", _quoted(user), password)
        self._must(*answer, what="user and password")
        # what is offered may have become more
        kind, data = client.capability()
        if kind == "OK" and data and isinstance(data[-1], bytes):
            client.capabilities = tuple(data[-1].decode("ascii", "replace").upper().split())

    def _try(self, verb: str, *args: Any) -> tuple[str, list[Any]]:  # noqa: ANN401 - what the verb takes
        """Let the client speak; what it raises for NO is an answer like others."""
        try:
            kind, data = getattr(self._client, verb)(*args)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            return "NO", [str(error)]
        return kind, data

    def _must(self, kind: str, data: list[Any], *, what: str) -> None:
        if kind != "OK":
            said = word_code(data[0]) if data and data[0] else ""
            raise Trouble(f"it does not accept {what}{said}", hint="Check user, password and certificate_file.")

    def _select(self) -> int:
        """Open the folder; return how many mails lie there."""
        self._budget.allow(0)
        kind, data = self._client.select(self._folder)
        if kind != "OK" or not data or data[0] is None:
            raise Trouble(f"the folder cannot be opened{_code(data)}", hint="Check `folder`; names depend on case.")
        (validity,) = self._client.response("UIDVALIDITY")[1] or [None]
        if not isinstance(validity, bytes) or not validity.isdigit():
            raise Trouble("it gives mails no lasting numbers (UIDVALIDITY)", hint="Another IMAP server is needed.")
        self._validity = validity.decode()
        return int(data[0])

    def listing(self, limit: int, now: datetime, *, without: Collection[str]) -> list[Incoming]:
        """Return what lies in the folder, oldest first; see Mailbox."""
        found: list[Incoming] = []
        with told("IMAP"):
            # what came, and what went, since the folder was opened
            exists = self._select()
            for start in range(1, exists + 1, _CHUNK):
                if len(found) >= limit:
                    break
                end = min(start + _CHUNK - 1, exists)
                self._budget.allow(0)
                kind, data = self._client.fetch(f"{start}:{end}", "(UID RFC822.SIZE INTERNALDATE FLAGS)")
                if kind != "OK":
                    raise Trouble(f"it does not list the mails{_code(data)}")
                found += (item for item in self._items(data, now) if item.source not in without)
        return found[:limit]

    def _items(self, data: list[Any], now: datetime) -> Iterator[Incoming]:
        for line in data:
            if not isinstance(line, bytes):
                continue
            uid, size = _UID.search(line), _SIZE.search(line)
            # deleted already, by somebody who did not finish
            if uid is None or size is None or _DELETED.search(line):
                continue
            stamp = imaplib.Internaldate2tuple(line)
            written = now if stamp is None else datetime.fromtimestamp(mktime(stamp), UTC)
            yield Incoming(f"{self._validity}.{uid[1].decode()}", int(size[1]), written)

    def fetch(self, source: str, size: int) -> bytes | None:
        """Return a mail's bytes; see Mailbox."""
        uid = self._uid(source)
        if uid is None:
            return None
        with told("IMAP"):
            self._budget.allow(min(size, self._largest) * 2)
            kind, data = self._client.uid("FETCH", uid, "(BODY.PEEK[])")
            if kind != "OK":
                raise Trouble(f"it does not give a mail{_code(data)}")
            return next((part[1] for part in data if isinstance(part, tuple)), None)

    def remove(self, sources: Collection[str]) -> None:
        """Delete mails for good; see Mailbox."""
        uids = [uid for uid in map(self._uid, sources) if uid is not None]
        with told("IMAP"):
            for start in range(0, len(uids), _MOST_UIDS):
                self._delete(",".join(uids[start : start + _MOST_UIDS]))

    def _delete(self, uids: str) -> None:
        self._budget.allow(0)
        kind, data = self._client.uid("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)")
        if kind != "OK":
            raise Trouble(f"it does not delete mails{_code(data)}", hint="The user must be allowed to.")
        has_uidplus = "UIDPLUS" in self._client.capabilities
        self._budget.allow(0)
        # without UIDPLUS, what others have marked as deleted goes too
        kind, data = self._client.uid("EXPUNGE", uids) if has_uidplus else self._client.expunge()
        if kind != "OK":
            raise Trouble(f"it does not delete mails{_code(data)}", hint="The user must be allowed to.")

    def move(self, source: str) -> bool:
        """Move a mail to the folder `aside`; see Mailbox."""
        uid = self._uid(source)
        if uid is None:
            return True
        with told("IMAP"):
            self._budget.allow(0)
            # both refuse what is there already, and the second is only so that people see it
            self._try("create", self._aside)
            self._try("subscribe", self._aside)
            verb = "MOVE" if "MOVE" in self._client.capabilities else "COPY"
            self._budget.allow(0)
            kind, data = self._client.uid(verb, uid, self._aside)
            if kind != "OK":
                raise Trouble(f"it does not move a mail{_code(data)}", hint="Check `aside`, and the mailbox's quota.")
            if verb == "COPY":
                self._delete(uid)
        return True

    def _uid(self, source: str) -> str | None:
        """Return the number of a mail, or None when the server has numbered the folder anew."""
        validity, _, uid = source.partition(".")
        return uid if validity == self._validity else None

    def close(self) -> None:
        """Log out, if that is still possible."""
        # whatever it says to a goodbye changes nothing
        with suppress(Trouble), told("IMAP"):
            self._budget.allow(0)
            self._client.logout()
        with suppress(OSError):
            self._client.shutdown()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _code(data: list[Any]) -> str:
    first = data[0] if data else None
    return word_code(first) if isinstance(first, bytes | str) else ""
