"""Known attacks on readers of XML: nothing is fetched, nothing is put in the place of anything, nothing is run."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from answering import Server, serving
from targets import TARGETS

from adapter.errors import DocumentTypeRefused, FormError
from adapter.wire import parse, read, rescue
from adapter.wire.parse import parse_whole

SECRET = "never to be seen"  # noqa: S105 - what an attacker is after


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path.as_uri()


TYPES = {
    "entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "{}">]><a>&x;</a>',
    "attribute entity": '<!DOCTYPE a [<!ENTITY x "FAKE">]><a DN="&x;"/>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "{}"> %x;]><a/>',
    "external type": '<!DOCTYPE a SYSTEM "{}"><a/>',
    "public type": '<!DOCTYPE a PUBLIC "x" "{}"><a/>',
    "default attribute": '<!DOCTYPE a [<!ATTLIST a Id CDATA "x">]><a/>',
    "laughter": '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">'
    + "".join(f'<!ENTITY x{n} "{f"&x{n - 1 or str()};" * 10}">' for n in range(1, 12))
    + "]><a>&x11;</a>",
    "quadratic": f'<!DOCTYPE a [<!ENTITY x "{"x" * 100_000}">]><a>{"&x;" * 10_000}</a>',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", list(TYPES))
def test_a_document_type_does_nothing_but_be_refused(name: str, encoding: str, server: Server, file: str) -> None:
    for address in (server.url("/x"), file):
        data = TYPES[name].replace("{}", address).encode(encoding)
        for reader in (parse, parse_whole):
            with pytest.raises(DocumentTypeRefused):
                reader(data)
        assert rescue(data) is None
        for target in ("verdict", "signature", "envelope", "rules", "agreement"):
            TARGETS[target].ask(data)
    assert server.asked == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", list(TYPES))
def test_a_document_type_that_the_first_look_overlooks_is_refused_all_the_same(
    name: str, encoding: str, server: Server, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("adapter.wire.parse"), "look", lambda *_: None)

    for address in (server.url("/x"), file):
        data = TYPES[name].replace("{}", address).encode(encoding)
        for reader in (parse, parse_whole):
            with pytest.raises(DocumentTypeRefused):
                reader(data)
    assert server.asked == []


@pytest.mark.parametrize(
    "document",
    [
        '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{}" parse="text"/></a>',
        '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:noNamespaceSchemaLocation="{}"/>',
        '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:a {}" xmlns="urn:a"/>',
        '<?xml-stylesheet type="text/xsl" href="{}"?><a/>',
        '<a xml:base="{}"/>',
    ],
)
def test_addresses_in_a_document_lead_nowhere(document: str, server: Server, file: str) -> None:
    for address in (server.url("/x"), file):
        data = document.replace("{}", address).encode()
        TARGETS["verdict"].ask(data)
        assert SECRET not in repr(read(data))
    assert server.asked == []


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b\x08" + bytes(20),
        b"<a>\0</a>",
        b'<?xml version="1.0" encoding="utf-16"?><a/>',
        b"<a/>garbage",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"<a>" * 300 + b"</a>" * 300,
        b'<a b="' + b"x" * 11_000_000 + b'"/>',
    ],
    ids=["gzip", "zero", "no UTF-16", "garbage behind", "unknown encoding", "deep", "wide"],
)
def test_what_is_no_acceptable_document_is_refused(data: bytes) -> None:
    with pytest.raises(FormError):
        parse(data)


def test_what_utf_7_hides_is_found() -> None:
    with pytest.raises(FormError):
        parse(b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4APA-a/+AD4-')


def test_nothing_is_transformed_by_a_style_sheet() -> None:
    """XSLT could read and write files: nothing of it is used."""
    rooms = Path(__file__).parents[2] / "adapter"

    assert [path for path in rooms.rglob("*.py") if "XSLT" in path.read_text()] == []
