"""Reading an official example and writing it again gives the same XML.

Same means: the same tree of qualified names, attributes (without xsi:schemaLocation) and text, where white space
between elements does not count. Runs where BUDSTIKKE_STANDARDS names the comparison set.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import etree

from adapter import wire
from adapter.check.schema import SchemaSet

STANDARDS = os.environ.get("BUDSTIKKE_STANDARDS")
XSI = "http://www.w3.org/2001/XMLSchema-instance"
EXAMPLES = sorted((Path(STANDARDS) / "examples").glob("*.xml")) if STANDARDS else []

pytestmark = pytest.mark.skipif(not STANDARDS, reason="BUDSTIKKE_STANDARDS names no comparison set")

Canonical = tuple[str, tuple[tuple[str, str], ...], str, tuple["Canonical", ...]]


def canonical(element: etree._Element) -> Canonical:
    """Return what an element says, without prefixes and the white space between elements."""
    attributes = sorted((str(name), str(value)) for name, value in element.items() if f"{{{XSI}}}schema" not in name)
    text = element.text or ""
    if len(element):
        text = text.strip()
    elif not text.strip():
        text = ""
    tails = "".join((child.tail or "").strip() for child in element)
    return element.tag, tuple(attributes), text + tails, tuple(canonical(child) for child in element)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_official_example_survives_reading_and_writing(path: Path) -> None:
    """Nothing that a standard can say is lost."""
    data = path.read_bytes()

    written = wire.write(wire.read(data))

    assert canonical(wire.parse(written)) == canonical(wire.parse(data))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_written_is_valid_and_reads_as_the_same_message(path: Path) -> None:
    """Writing puts everything where the schema wants it."""
    message = wire.read(path.read_bytes())

    written = wire.write(message)

    assert wire.read(written) == message
    assert SchemaSet.load().validate(wire.parse(written)) == ()


def test_there_are_examples() -> None:
    """An empty folder would prove nothing."""
    assert len(EXAMPLES) >= 25
