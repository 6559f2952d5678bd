"""The child as a process: it answers in order, and ends with the line."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys

from adapter.resources import fixtures

BROKEN = (fixtures() / "messages/henvisning-1.1-feil-dato.xml").read_bytes()
WELL = (fixtures() / "messages/henvisning-1.1-komplett.xml").read_bytes()


def test_it_answers_until_the_other_side_hangs_up() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        child = subprocess.Popen(
            [sys.executable, "-m", "adapter.check.explain_child", str(theirs.fileno())], pass_fds=[theirs.fileno()]
        )
    with ours, ours.makefile("rwb") as stream:
        for document in (BROKEN, WELL):
            stream.write(struct.pack(">I", len(document)) + document)
        stream.flush()
        broken, well = (json.loads(stream.read(*struct.unpack(">I", stream.read(4)))) for _ in range(2))

    assert [entry["place"] for entry in broken] == [[4, 5, 1]]
    assert well == []
    assert child.wait(timeout=30) == 0
