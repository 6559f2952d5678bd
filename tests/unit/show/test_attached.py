"""Attachments, and what is no message of ours: shown as far as it can be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from showing import attached, elements, note

from adapter import show
from adapter.message import (
    Code,
    Document,
    Envelope,
    Kind,
    Message,
    Moment,
    Opaque,
    coded,
)
from adapter.show.text import size_text
from adapter.show.words import opaque_block


@pytest.mark.parametrize(
    ("data", "mime_type", "link"),
    [
        (b"%PDF-1.4", "application/pdf", "data:application/pdf;base64,"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "data:image/png;base64,"),
        (b"\xff\xd8\xff\xe0", "image/pjpeg", "data:image/jpeg;base64,"),
        (b"<html>", "application/pdf", None),
        (b"<svg/>", "image/svg+xml", None),
        (b"%PDF-1.4", "text/html", None),
        ("?", "application/pdf", None),
        (b"", "application/pdf", None),
        (b"abc", None, None),
    ],
)
def test_an_attachment_is_a_link_only_when_it_is_what_it_says(
    data: bytes | str, mime_type: str | None, link: str | None
) -> None:
    document = elements(attached(data, mime_type))

    links = document.xpath("//a/@href")
    assert [str(found)[: len(link or "")] for found in links] == ([link] if link else [])
    assert "Vedlegg 1" in document.text_content()


def test_an_attachment_that_lies_elsewhere_is_no_link() -> None:
    message = Message(
        documents=(
            Document(file_reference="https://example.com/a.pdf", description="Bilde"),
            Document(kind=coded(8114, "A"), content=()),
        )
    )

    document = elements(message)

    assert "Ligger ikke i meldingen: https://example.com/a.pdf" in document.text_content()
    assert "Uten innhold" in document.text_content()
    assert not document.xpath("//a")


@pytest.mark.parametrize(
    ("size", "shown"), [(None, "ukjent størrelse"), (705, "705 byte"), (20_400, "20 kB"), (2_560_000, "2,6 MB")]
)
def test_a_size_is_told_as_people_read_it(size: int | None, shown: str) -> None:
    assert size_text(size) == shown


def test_foreign_xml_is_shown_as_far_as_it_can_be() -> None:
    xml = b'<a xmlns="urn:x"><b V="1" DN="En"/><c><d>tekst</d><e/></c></a>'
    message = Message(envelope=Envelope.NONE, kind=Kind.OTHER, opaque=Opaque("urn:x", "a", xml))

    shown = show.text(message)

    assert shown.startswith("Ukjent melding\n")
    assert "Navnerom: urn:x" in shown
    assert "b: En 1" in shown
    assert "  c\n    d: tekst" in shown
    assert "e:" not in shown


def test_foreign_xml_is_shown_with_what_it_keeps_in_attributes() -> None:
    """Some standards say most in attributes; lists and namespaces of codes are for systems."""
    xml = (
        b'<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        b'<drug strength="500 mg" xsi:type="x" S="1.2.3">Paracetamol</drug><seen by="GP"/></a>'
    )

    shown = show.text(Message(opaque=Opaque("", "a", xml)))

    assert "drug: Paracetamol; strength = 500 mg" in shown
    assert "seen: by = GP" in shown
    assert "1.2.3" not in shown
    assert "type" not in shown


def test_a_document_that_only_names_another_is_shown() -> None:
    """Henvisning 1.0 carries no attachments, but says what it is about."""
    earlier = Document(kind=coded(8114, "REF"), id="55e12225", issued=Moment("2026-02-01"))
    message = Message(documents=(Document(content=(Opaque("", "a", b"<a/>"),)), earlier))

    assert "Viser til: 55e12225 (01.02.2026)" in show.text(message)
    assert "55e12225 (01.02.2026)" in elements(message).text_content()


def test_foreign_xml_inside_a_document_is_shown() -> None:
    message = Message(documents=(Document(content=(Opaque("urn:x", "brev", b"<brev><t>hei</t></brev>"),)),))

    assert "t: hei" in show.text(message)


def test_foreign_xml_is_cut_where_nobody_reads_on() -> None:
    depth = 150
    xml = b"<a>" * depth + b"x" + b"</a>" * depth

    assert "…" in show.text(Message(opaque=Opaque("", "a", xml)))
    assert elements(Message(opaque=Opaque("", "a", xml))) is not None


def test_foreign_xml_that_cannot_be_read_is_only_counted() -> None:
    (block,) = opaque_block(Opaque("", "a", b"<a>"))

    assert [getattr(item, "value", None) for item in block.items] == ["3 byte"]


def test_a_message_inside_a_message_is_shown_inside() -> None:
    inner = replace(note(subject="Innerst"), type=Code("DIALOG_NOTAT", "Notat"))

    shown = show.text(Message(documents=(Document(content=(inner,)),)))

    assert "Melding i meldingen: Notat" in shown
    assert "Emne: Innerst" in shown
