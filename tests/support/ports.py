"""Ports for servers that are started later, or killed and started again."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing

#: Below what systems give to whoever asks for no port of its own, on either end of a connection: a server of another
#: test, or a client of this one, would have taken a port from there before its server begins to listen.
_FIRST, _LAST = 10_000, 30_000


def _places() -> Iterator[int]:
    """Return ports without end, from another place in each process: tests run beside each other."""
    number = os.getpid() * 211
    while True:
        number += 1
        yield _FIRST + number % (_LAST - _FIRST)


_NEXT = _places()


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(number: int) -> list[int]:
    """Return so many ports on this machine that nobody listens at, and that this process has not given before."""
    found: list[int] = []
    while len(found) < number:
        port = next(_NEXT)
        if _is_free(port):
            found.append(port)
    return found
