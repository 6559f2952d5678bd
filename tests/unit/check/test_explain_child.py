"""The child as a process: it answers in order, and ends with the line."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from adapter.check.catalog import load_catalog
from adapter.check.explain_child import open_file
from adapter.check.explain_process import ExplainProcess
from adapter.resources import fixtures, schemas

BROKEN = (fixtures() / "messages/henvisning-1.1-feil-dato.xml").read_bytes()
FILES = {name: entry.path.as_uri() for name, entry in load_catalog(schemas()).entries.items()}
WELL = (fixtures() / "messages/henvisning-1.1-komplett.xml").read_bytes()


def test_it_answers_until_the_other_side_hangs_up() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "adapter.check.explain_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    parts = (part for document in (BROKEN, WELL) for part in (json.dumps(FILES).encode(), document))
    questions = b"".join(struct.pack(">I", len(part)) + part for part in parts)
    answers = BytesIO(child.communicate(questions, timeout=60)[0])
    broken, well = (json.loads(answers.read(*struct.unpack(">I", answers.read(4)))) for _ in range(2))

    assert [entry["place"] for entry in broken] == [[4, 5, 1]]
    assert well == []
    assert child.returncode == 0
    assert not answers.read()


def test_a_schema_with_a_key_needs_no_xpath_2() -> None:
    report = (fixtures() / "messages/epikrise-1.1-komplett.xml").read_bytes()
    assert b"<xs:key" in (schemas() / "epikrise-1.1.xsd").read_bytes()
    process = ExplainProcess(first_patience=60)

    (entry,) = process.ask(report.replace(b'V="1984-03-14"', b'V="Vakker"'), FILES)
    process.close()

    assert "xs:date" in str(entry["type"])


def test_it_opens_files_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "æ b.xsd"
    path.write_bytes(b"<schema/>")

    with open_file(path.as_uri()) as file:
        assert file.read() == b"<schema/>"
    (tmp_path / "XMLSchema.xsd").write_bytes(b"<schema><element name='a'/></schema>")
    with open_file((tmp_path / "XMLSchema.xsd").as_uri()) as file:
        assert b"element" not in file.read()
    for url in ("http://127.0.0.1/a.xsd", "file://elsewhere/a.xsd", "/a.xsd", "data:,a"):
        with pytest.raises(OSError, match="only files"):
            open_file(url)


def test_xmlschema_has_no_way_to_the_network_and_no_xpath_2() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _WHAT_IT_LOADS], check=True, capture_output=True, text=True, timeout=60
    ).stdout

    assert told == "True False False False\n"


_WHAT_IT_LOADS = """
import sys
from adapter.check.explain_child import open_file, take_away_the_network, take_away_xpath_2
take_away_the_network()
take_away_xpath_2()
import adapter.check.allowed
import xmlschema.resources.xml_resource
print(
    xmlschema.resources.xml_resource.urlopen is open_file,
    *(name in sys.modules for name in ("http.client", "ssl", "elementpath.xpath2._xpath2_functions")),
)
"""
