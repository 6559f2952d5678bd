"""The child process that explains, seen from its owner: start it, ask it, end it.

A cold `validate` starts it before anything else and waits for it at the end, so neither side may take long to begin.
Both talk through pipes and import next to nothing: `subprocess` and `socket` took 0.04 to 0.08 s more of 0.44.
"""

from __future__ import annotations

import os
import sys
import time
import weakref

TYPE_CHECKING = False  # as `typing` has it, which takes a while to import

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Seconds for one answer, and for the first one, which builds the schemas.
_PATIENCE = 3.0
_FIRST_PATIENCE = 10.0
#: Bytes that tell the length of a question or an answer, the highest first.
LENGTH = 4


class ExplainProcess:
    """One warm child process, started with the first question at the latest; used by one thread at a time."""

    def __init__(self, *, patience: float = _PATIENCE, first_patience: float = _FIRST_PATIENCE) -> None:
        """Take how many seconds an answer may take, and the first one."""
        self._patience = patience
        self._first_patience = first_patience
        #: Its process id, and the pipes to it and from it; None while it is not running.
        self._child: tuple[int, int, int] | None = None
        self._has_answered = False
        #: Ends the child with its owner, at the latest when the interpreter ends.
        self._end: weakref.finalize[[int, int, int], ExplainProcess] | None = None

    def start(self) -> tuple[int, int, int]:
        """Start the child, which is not running; return its id and the pipes. OSError where it cannot be started."""
        (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
        command = [sys.executable, "-P", "-m", "adapter.check.explain_child"]
        ends = [
            (os.POSIX_SPAWN_DUP2, theirs_in, 0),
            (os.POSIX_SPAWN_DUP2, theirs_out, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        try:
            pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=ends)
        except OSError:
            os.close(ours_in)
            os.close(ours_out)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        os.set_blocking(ours_out, False)
        self._child = child = (pid, ours_out, ours_in)
        self._end = weakref.finalize(self, _end, *child)
        return child

    def ask(self, document: bytes, schemas: Mapping[str, str]) -> list[dict[str, object]]:
        """Return the child's answer by the schema files of these URLs, which stand under their namespaces.

        OSError or ValueError where it crashed, was too slow, or makes no sense.
        """
        import json  # noqa: PLC0415 - not before the start

        patience = self._patience if self._has_answered else self._first_patience
        _, to, back = self._child or self.start()
        deadline = time.monotonic() + patience
        _send(to, framed(json.dumps(schemas).encode()) + framed(document), deadline)
        length = int.from_bytes(_receive(back, LENGTH, deadline))
        answer = json.loads(_receive(back, length, deadline))
        self._has_answered = True
        return [entry for entry in answer if isinstance(entry, dict)]

    def close(self) -> None:
        """End the child, where there is one."""
        if self._end is not None:
            self._end()
        self._child = self._end = None
        self._has_answered = False


def framed(part: bytes) -> bytes:
    """Return a part of a question, or an answer, after its length."""
    return len(part).to_bytes(LENGTH) + part


def _end(pid: int, to: int, back: int) -> None:
    os.close(to)
    os.close(back)
    os.kill(pid, 9)  # as `signal` calls SIGKILL, which takes a while to import
    os.waitpid(pid, 0)


def _send(pipe: int, data: bytes, deadline: float) -> None:
    rest = memoryview(data)
    while rest:
        _wait(pipe, deadline, is_to_write=True)
        rest = rest[os.write(pipe, rest) :]


def _receive(pipe: int, length: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        _wait(pipe, deadline, is_to_write=False)
        part = os.read(pipe, length - len(parts))
        if not part:
            raise ConnectionError("The child process ended.")
        parts += part
    return bytes(parts)


def _wait(pipe: int, deadline: float, *, is_to_write: bool) -> None:
    """Wait until a pipe takes or gives something, or is closed. TimeoutError where it does not in time."""
    import select  # noqa: PLC0415 - not before the start

    waiting = select.poll()
    waiting.register(pipe, select.POLLOUT if is_to_write else select.POLLIN)
    if not waiting.poll(max(deadline - time.monotonic(), 0.001) * 1000):
        raise TimeoutError("The child process takes too long.")
