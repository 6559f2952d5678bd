"""The mail server as a whole: three protocols in one thread, on one folder."""

from __future__ import annotations

import asyncio
import fcntl
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar
from weakref import WeakSet

from adapter.errors import BudstikkeError, ConfigError
from adapter.simulate.mail.account import Account, Accounts
from adapter.simulate.mail.box import Box
from adapter.simulate.mail.certificate import CA_FILE, identity
from adapter.simulate.mail.faults import Faults
from adapter.simulate.mail.imap import ImapConnection
from adapter.simulate.mail.pop3 import Pop3Connection
from adapter.simulate.mail.smtp import SmtpConnection
from adapter.simulate.mail.wire import LONGEST_LINE, Encryption, Hangup, Wire
from adapter.values import value_class

#: Where it listens, and nowhere else: anybody who reaches it can make it do anything.
LOOPBACK: Final = "127.0.0.1"
_LOCK: Final = ".budstikke-mail"
#: Seconds that starting may take.
_PATIENCE: Final = 30.0

_Reading = type[ImapConnection] | type[Pop3Connection]
_Answer = TypeVar("_Answer")


class MailHostUnusable(BudstikkeError):
    """The simulated mail server cannot start."""

    code = "SIM-05"
    hint = "Choose other ports, or another folder; 0 is any port that is free."


@value_class
class Ports:
    """Where it listens; 0 is any port that is free."""

    smtp: int = 0
    imap: int = 0
    pop3: int = 0


class MailHost:
    """A mail server on this machine, for as long as its block lasts."""

    def __init__(
        self,
        folder: Path,
        accounts: Iterable[Account],
        *,
        ports: Ports | None = None,
        encryption: Encryption = Encryption.NONE,
        faults: Faults | None = None,
    ) -> None:
        """Take the folder for everything it keeps, who has a mailbox, and what goes wrong.

        Raises:
            ConfigError: two accounts are one, or there is none.
        """
        self._folder = folder
        self._accounts = Accounts(accounts)
        self._wanted = ports or Ports()
        self._encryption = encryption
        self._faults = faults or Faults()
        self._boxes: dict[str, Box] = {}
        self._ports = Ports()
        self._ending = ExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told_to_end: Callable[[], object]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def smtp_port(self) -> int:
        """Return where mails come."""
        return self._ports.smtp

    @property
    def imap_port(self) -> int:
        """Return where IMAP reads them."""
        return self._ports.imap

    @property
    def pop3_port(self) -> int:
        """Return where POP3 reads them."""
        return self._ports.pop3

    @property
    def ca_file(self) -> Path:
        """Return what a client trusts the server's certificate by."""
        return self._folder / CA_FILE

    def start(self) -> None:
        """Begin to listen.

        Raises:
            MailHostUnusable: a port is taken, or another mail server works in the folder.
        """
        with ExitStack() as stack:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            stack.enter_context(_locked(self._folder))
            tls = identity(self._folder).context()
            self._boxes = {name: Box(self._folder / name) for name in self._accounts}
            for box in self._boxes.values():
                stack.callback(box.close)
            ready: Future[Ports] = Future()
            thread = threading.Thread(target=self._run, args=(tls, ready), name="simulated mail", daemon=True)
            thread.start()
            try:
                self._ports = ready.result(_PATIENCE)
            except OSError as error:
                raise MailHostUnusable(f"The mail server cannot listen: {error.strerror}.") from error
            stack.callback(thread.join)
            stack.callback(self._told_to_end)
            self._ending = stack.pop_all()

    def stop(self) -> None:
        """End; connections that are open are cut."""
        self._ending.close()

    def deliver(self, address: str, data: bytes) -> None:
        """Put a mail into the inbox of an address, as it is. Raises ConfigError where nobody has that address."""
        account = self._accounts.addressed(address)
        if account is None:
            raise ConfigError("Nobody has that address.", hint="")
        box = self._boxes[account.name]
        self._asked(lambda: box.deliver(data))

    def inbox(self, name: str) -> list[bytes]:
        """Return the mails in the inbox of an account."""

        def read() -> list[bytes]:
            box = self._boxes[name]
            box.release()
            return [mail.path.read_bytes() for mail in box.inbox.mails()]

        return self._asked(read)

    def _asked(self, question: Callable[[], _Answer]) -> _Answer:
        """Do something where everything else is done, between two steps of it."""
        answer: Future[_Answer] = Future()

        def give() -> None:
            try:
                answer.set_result(question())
            except OSError as error:
                answer.set_exception(error)

        if self._loop is None:
            raise MailHostUnusable("The mail server is not running.", hint="Start it.")
        self._loop.call_soon_threadsafe(give)
        return answer.result(_PATIENCE)

    def _run(self, tls: ssl.SSLContext, ready: Future[Ports]) -> None:
        try:
            asyncio.run(self._serve(tls, ready))
        except OSError as error:
            ready.set_exception(error)

    async def _serve(self, tls: ssl.SSLContext, ready: Future[Ports]) -> None:
        """Listen until it is told to end."""
        loop, told_to_end = asyncio.get_running_loop(), asyncio.Event()
        implicit = tls if self._encryption is Encryption.IMPLICIT else None
        upgrade = tls if self._encryption is Encryption.STARTTLS else None
        live: WeakSet[SmtpConnection | Wire] = WeakSet()
        conversations: set[asyncio.Task[None]] = set()

        def take_mails() -> SmtpConnection:
            connection = SmtpConnection(self._accounts, self._boxes, self._faults, upgrade)
            live.add(connection)
            return connection

        async def converse(kind: _Reading, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            wire = Wire(reader, writer, upgrade)
            live.add(wire)
            with suppress(Hangup):
                await kind(wire, self._accounts, self._boxes, self._faults).run()
            await wire.close()

        def meet(kind: _Reading, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # a task of our own: asyncio complains of its own when they are cancelled
            task = loop.create_task(converse(kind, reader, writer))
            conversations.add(task)
            task.add_done_callback(conversations.discard)

        async def show_mails(kind: _Reading, port: int) -> asyncio.Server:
            return await asyncio.start_server(partial(meet, kind), LOOPBACK, port, ssl=implicit, limit=LONGEST_LINE)

        with ExitStack() as servers:
            smtp = await loop.create_server(take_mails, LOOPBACK, self._wanted.smtp, ssl=implicit)
            servers.callback(smtp.close)
            imap = await show_mails(ImapConnection, self._wanted.imap)
            servers.callback(imap.close)
            pop3 = await show_mails(Pop3Connection, self._wanted.pop3)
            servers.callback(pop3.close)
            self._loop, self._told_to_end = loop, partial(loop.call_soon_threadsafe, told_to_end.set)
            ready.set_result(Ports(smtp=_port(smtp), imap=_port(imap), pop3=_port(pop3)))
            await told_to_end.wait()
        self._loop = None
        for connection in tuple(live):
            connection.cut()
        # so that connections learn of their end
        await asyncio.sleep(0)


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep every other mail server out of the folder."""
    with (folder / _LOCK).open("a") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MailHostUnusable(f"Another mail server works in {folder}.") from None
        yield
