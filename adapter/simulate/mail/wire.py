"""Lines and blocks on a connection that may turn to TLS."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from enum import StrEnum

#: Bytes of one line; no command is longer.
LONGEST_LINE = 65_536
#: Seconds that a client may be silent (RFC 3501, 5.4).
_PATIENCE = 1800.0


class Encryption(StrEnum):
    """How connections are protected."""

    NONE = "none"
    #: Nobody logs in, and no mail is taken, before STARTTLS or STLS.
    STARTTLS = "starttls"
    #: From the first byte.
    IMPLICIT = "implicit"


class Hangup(Exception):
    """The connection is over."""


class Wire:
    """One connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: ssl.SSLContext | None = None
    ) -> None:
        """Take a connection, and what it may turn to TLS by."""
        self._reader = reader
        self._writer = writer
        self._tls = tls

    @property
    def can_start_tls(self) -> bool:
        """Tell whether TLS is offered and not yet begun."""
        return self._tls is not None and self._writer.get_extra_info("ssl_object") is None

    async def start_tls(self) -> None:
        """Turn to TLS. Raises Hangup where that fails."""
        if self._tls is None:
            raise Hangup
        with _ending():
            await self._writer.start_tls(self._tls)

    async def line(self) -> bytes:
        """Return the next line without its end. Raises Hangup where there is none, or it is too long."""
        with _ending():
            async with asyncio.timeout(_PATIENCE):
                line = await self._reader.readuntil(b"\n")
        return line.removesuffix(b"\n").removesuffix(b"\r")

    async def octets(self, count: int) -> bytes:
        """Return the next bytes. Raises Hangup where they do not come."""
        with _ending():
            async with asyncio.timeout(_PATIENCE):
                return await self._reader.readexactly(count)

    async def send(self, *parts: bytes) -> None:
        """Send bytes. Raises Hangup where nobody is there."""
        with _ending():
            self._writer.writelines(parts)
            await self._writer.drain()

    def cut(self) -> None:
        """End the connection at once, whatever is under way."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """End the connection once everything is sent."""
        with suppress(OSError, ssl.SSLError):
            self._writer.close()
            await self._writer.wait_closed()


class _ending:  # noqa: N801 - reads as a function, and costs less than a generator for each line
    """Turns all that ends a connection into a Hangup."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        endings = (OSError, EOFError, ssl.SSLError, TimeoutError, asyncio.LimitOverrunError)
        if isinstance(error, endings):
            raise Hangup from error
