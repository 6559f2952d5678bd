"""Placeholders are of the type and size of what they stand for."""

from __future__ import annotations

import io

import pytest

from adapter.replay.anonymise.placeholder import placeholder, type_of

BEGINNINGS = {
    "PDF": b"%PDF-1.7",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "JPEG": b"\xff\xd8\xff\xe0",
    "TIFF": b"II*\0",
}


@pytest.mark.parametrize("kind", BEGINNINGS)
@pytest.mark.parametrize("size", [700, 701, 702, 703, 704, 705, 1000, 70_000, 131_100, 300_001])
def test_type_and_size_are_those_of_the_original(kind: str, size: int) -> None:
    new = placeholder(BEGINNINGS[kind] + b"\7" * (size - len(BEGINNINGS[kind])))

    assert type_of(new) == kind
    assert size - 12 <= len(new) <= size + 700
    assert b"\7" * 8 not in new


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("size", [700, 5_000, 140_000])
def test_a_picture_can_be_opened(kind: str, size: int) -> None:
    image = pytest.importorskip("PIL.Image")

    with image.open(io.BytesIO(placeholder(BEGINNINGS[kind].ljust(size, b"\7")))) as picture:
        picture.load()
        assert picture.size == (1, 1)


@pytest.mark.parametrize("size", [900, 50_000])
def test_a_pdf_can_be_opened_and_says_what_it_is(size: int) -> None:
    pypdf = pytest.importorskip("pypdf")

    reader = pypdf.PdfReader(io.BytesIO(placeholder(b"%PDF-1.7".ljust(size, b"\7"))), strict=True)

    assert "fjernet ved anonymisering" in reader.pages[0].extract_text()


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_what_is_too_short_keeps_its_beginning(kind: str) -> None:
    old = BEGINNINGS[kind] + b"Kari"

    assert type_of(placeholder(old)) == kind
    assert len(placeholder(old)) == len(old)
    assert b"Kari" not in placeholder(old)


def test_of_other_types_the_first_bytes_are_left() -> None:
    assert placeholder(b"PK\3\4Kari") == b"PK\3\4\0\0\0\0"
    assert type_of(b"hei") is None
