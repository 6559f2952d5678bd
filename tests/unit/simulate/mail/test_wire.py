from __future__ import annotations

import asyncio

import pytest

from adapter.simulate.mail.wire import Hangup, Wire


async def _pair() -> tuple[Wire, asyncio.StreamWriter, asyncio.Server]:
    """Return a server's end of a connection, and the client's."""
    met: asyncio.Future[Wire] = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(lambda *ends: met.set_result(Wire(*ends)), "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    return await met, writer, server


def test_lines_and_blocks_follow_each_other() -> None:
    async def read() -> list[bytes]:
        wire, client, server = await _pair()
        client.write(b"one\r\ntwo\nabc\r\nd\r\r\n")
        found = [await wire.line(), await wire.line(), await wire.octets(5), await wire.line()]
        client.close()
        with pytest.raises(Hangup):
            await wire.line()
        await wire.close()
        server.close()
        return found

    assert asyncio.run(read()) == [b"one", b"two", b"abc\r\n", b"d\r"]


def test_tls_does_not_begin_where_it_is_not_offered() -> None:
    async def begin() -> bool:
        wire, client, server = await _pair()
        with pytest.raises(Hangup):
            await wire.start_tls()
        client.close()
        await wire.close()
        server.close()
        return wire.can_start_tls

    assert not asyncio.run(begin())
