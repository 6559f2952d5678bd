"""The child as a process: it answers in order, and ends with the line."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from adapter.check.explain_child import open_file
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


def test_it_opens_files_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "æ b.xsd"
    path.write_bytes(b"<schema/>")

    with open_file(path.as_uri()) as file:
        assert file.read() == b"<schema/>"
    for url in ("http://127.0.0.1/a.xsd", "file://elsewhere/a.xsd", "/a.xsd", "data:,a"):
        with pytest.raises(OSError, match="only files"):
            open_file(url)


def test_xmlschema_has_no_way_to_the_network() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _WHAT_IT_LOADS], check=True, capture_output=True, text=True, timeout=60
    ).stdout

    assert told == "True False False\n"


_WHAT_IT_LOADS = """
import sys
from adapter.check.explain_child import open_file, take_away_the_network
take_away_the_network()
import adapter.check.allowed
import xmlschema.resources.xml_resource
print(xmlschema.resources.xml_resource.urlopen is open_file, "http.client" in sys.modules, "ssl" in sys.modules)
"""
