"""The child process that explains, seen from its owner: start it, ask it, end it."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import time
import weakref

#: Seconds for one answer, and for the first one, which builds the schemas.
_PATIENCE = 3.0
_FIRST_PATIENCE = 10.0
_LENGTH = struct.Struct(">I")


class ExplainProcess:
    """One warm child process, started with the first question at the latest; used by one thread at a time."""

    def __init__(self, *, patience: float = _PATIENCE, first_patience: float = _FIRST_PATIENCE) -> None:
        """Take how many seconds an answer may take, and the first one."""
        self._patience = patience
        self._first_patience = first_patience
        self._child: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._has_answered = False
        #: Ends the child with its owner, at the latest when the interpreter ends.
        self._end: weakref.finalize[[subprocess.Popen[bytes], socket.socket], ExplainProcess] | None = None

    def start(self) -> socket.socket:
        """Start the child, which is not running, and return the line to it. OSError where it cannot be started."""
        ours, theirs = socket.socketpair()
        with theirs:
            child = subprocess.Popen(  # noqa: S603 - our own module, by the running interpreter
                [sys.executable, "-P", "-m", "adapter.check.explain_child", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._child, self._line = child, ours
        self._end = weakref.finalize(self, _end, child, ours)
        return ours

    def ask(self, document: bytes) -> list[dict[str, object]]:
        """Return the child's answer. OSError or ValueError where it crashed, was too slow, or makes no sense."""
        patience = self._patience if self._has_answered else self._first_patience
        line = self._line or self.start()
        deadline = time.monotonic() + patience
        line.settimeout(patience)
        line.sendall(_LENGTH.pack(len(document)) + document)
        (length,) = _LENGTH.unpack(_receive(line, _LENGTH.size, deadline))
        answer = json.loads(_receive(line, length, deadline))
        self._has_answered = True
        return [entry for entry in answer if isinstance(entry, dict)]

    def close(self) -> None:
        """End the child, where there is one."""
        if self._end is not None:
            self._end()
        self._child = self._line = self._end = None
        self._has_answered = False


def _end(child: subprocess.Popen[bytes], line: socket.socket) -> None:
    line.close()
    child.kill()
    child.wait()


def _receive(line: socket.socket, length: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        line.settimeout(max(deadline - time.monotonic(), 0.001))
        part = line.recv(length - len(parts))
        if not part:
            raise ConnectionError("The child process ended.")
        parts += part
    return bytes(parts)
