"""Mail servers that misbehave on demand: each answers like a real one, save where a test has it answer otherwise."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

#: Stands in every text of these servers; it must turn up in none of ours.
SECRET = b"Hemmelig Pasient"
MAIL = b"Subject: " + SECRET + b"\r\n\r\n.one\r\n..two\r\n"


@dataclass(frozen=True)
class Cut:
    """Say this much, then break the connection off."""

    said: bytes = b""


@dataclass(frozen=True)
class Drip:
    """Say this a byte at a time, with so many seconds between."""

    said: bytes
    pause: float = 0.05


@dataclass(frozen=True)
class Flood:
    """Say this again and again until nobody listens."""

    said: bytes


@dataclass(frozen=True)
class Asks:
    """Say this, hear one line more, and say that."""

    said: bytes
    then: bytes


@dataclass(frozen=True)
class Secures:
    """Say this, then begin TLS."""

    said: bytes


#: Say nothing more.
SILENT = Drip(b"", 0)

#: Longest silences of a server, in seconds: one that a test waits for, and one that no busy machine is taken for.
SHORT, LONG = 0.5, 60.0

Answer = bytes | Asks | Secures | Cut | Drip | Flood | list["Answer"]


@dataclass
class FakeServer:
    """A server on this machine, with one thread for each connection.

    `answers` says what to answer by the first words of a command, the longest that fit; "" is the greeting. "{tag}"
    in an answer is the command's tag (IMAP). A list is used up from its start; its last one stays.
    """

    answers: dict[str, Answer]
    has_tags: bool = False
    tls: ssl.SSLContext | None = None
    #: TLS from the first byte.
    is_tls: bool = False
    host: str = "127.0.0.1"
    heard: list[str] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server((self.host, 0))
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def stop(self) -> None:
        self._is_over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _serve(self) -> None:
        while not self._is_over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._talk, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        # a client that gives up on us is what the tests are about
        with suppress(OSError):
            connection.settimeout(10)
            try:
                if self.is_tls:
                    connection = self._secured(connection)
                if self._say(connection, self._answer(""), ""):
                    while secured := self._converse(connection):
                        connection = secured
            finally:
                connection.close()

    def _converse(self, connection: socket.socket) -> socket.socket | None:
        """Answer commands; return the connection over TLS to go on with, if that is asked for."""
        is_mail = False
        with connection.makefile("rb") as lines:
            for raw in lines:
                line = raw.decode("latin-1").rstrip("\r\n")
                if is_mail and line != ".":
                    continue
                self.heard.append(line)
                tag, _, command = line.partition(" ") if self.has_tags else ("", "", line)
                answer = self._answer(command)
                if isinstance(answer, Asks):
                    connection.sendall(answer.said)
                    self.heard.append(lines.readline().decode("latin-1").rstrip("\r\n"))
                    answer = answer.then
                if isinstance(answer, Secures):
                    connection.sendall(answer.said.replace(b"{tag}", tag.encode()))
                    return self._secured(connection)
                if not self._say(connection, answer, tag):
                    return None
                is_mail = isinstance(answer, bytes) and answer.startswith(b"354")
        return None

    def _secured(self, connection: socket.socket) -> socket.socket:
        assert self.tls is not None
        return self.tls.wrap_socket(connection, server_side=True)

    def _answer(self, command: str) -> Answer:
        fitting = [key for key in self.answers if command.upper().startswith(key) and (key or not command)]
        key = max(fitting, key=len, default="*")
        answer = self.answers[key]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return answer

    def _say(self, connection: socket.socket, answer: Answer, tag: str) -> bool:
        """Say an answer; return whether the connection goes on."""
        match answer:
            case Cut(said):
                connection.sendall(said.replace(b"{tag}", tag.encode()))
                return False
            case Drip(said, pause):
                for byte in said:
                    connection.sendall(bytes([byte]))
                    time.sleep(pause)
                while not self._is_over.wait(0.02):
                    if _is_gone(connection):
                        break
                return False
            case Flood(said):
                while not self._is_over.is_set():
                    connection.sendall(said)
                return False
            case bytes():
                connection.sendall(answer.replace(b"{tag}", tag.encode()))
                return True
        raise AssertionError(answer)


def _is_gone(connection: socket.socket) -> bool:
    connection.setblocking(False)  # noqa: FBT003 - the socket's own verb
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(10)


def imap(**changes: Answer) -> dict[str, Answer]:
    """Return how an IMAP server answers, with what is to be otherwise; "_" in a name stands for a space."""
    return {
        "": b"* OK " + SECRET + b"\r\n",
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS MOVE\r\n{tag} OK done\r\n",
        "LOGIN": b"{tag} OK done\r\n",
        "SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n{tag} OK [READ-WRITE] done\r\n",
        "FETCH": (
            b'* 1 FETCH (UID 11 FLAGS () RFC822.SIZE %d INTERNALDATE "02-Mar-2026 10:00:00 +0100")\r\n'
            b'* 2 FETCH (UID 12 FLAGS (\\Seen) RFC822.SIZE 20 INTERNALDATE "02-Mar-2026 10:00:01 +0100")\r\n'
            b"{tag} OK done\r\n"
        )
        % len(MAIL),
        "UID FETCH": b"* 1 FETCH (UID 11 BODY[] {%d}\r\n%s)\r\n{tag} OK done\r\n" % (len(MAIL), MAIL),
        "*": b"{tag} OK done\r\n",
        **_named(changes),
    }


def pop3(**changes: Answer) -> dict[str, Answer]:
    """Return how a POP3 server answers, with what is to be otherwise."""
    stuffed = MAIL.replace(b"\r\n.", b"\r\n..")
    return {
        "": b"+OK " + SECRET + b"\r\n",
        "CAPA": b"+OK\r\nUIDL\r\n.\r\n",
        "UIDL": b"+OK\r\n1 first\r\n2 second\r\n.\r\n",
        "LIST": b"+OK\r\n1 %d\r\n2 20\r\n.\r\n" % len(MAIL),
        "RETR": b"+OK\r\n" + stuffed + b".\r\n",
        "*": b"+OK\r\n",
        **_named(changes),
    }


def smtp(**changes: Answer) -> dict[str, Answer]:
    """Return how an SMTP server answers, with what is to be otherwise; "END" is after the end of a mail."""
    named = _named(changes)
    if "END" in named:
        named["."] = named.pop("END")
    return {
        "": b"220 " + SECRET + b"\r\n",
        "EHLO": b"250-here\r\n250-AUTH PLAIN\r\n250-SIZE 1000000\r\n250 8BITMIME\r\n",
        "AUTH": b"235 2.7.0 in\r\n",
        "DATA": b"354 go\r\n",
        "*": b"250 2.0.0 done\r\n",
        **named,
    }


def _named(changes: Mapping[str, Answer]) -> dict[str, Answer]:
    return {"" if key == "greeting" else key.upper().replace("_", " "): value for key, value in changes.items()}
