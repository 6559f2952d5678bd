"""The letter: what it says can be read out of it, and it is the same each time."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

from adapter import resources, show
from adapter.message import Message
from adapter.show.page import Attachment, Block, Item, Line, Notice, Page, Remark, Table
from adapter.show.pdf import render
from adapter.wire import read

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)


def example(name: str) -> Message:
    return read((resources.fixtures() / "messages" / f"{name}.xml").read_bytes())


def words(data: bytes) -> str:
    """Return the text of a PDF, its lines joined."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def letter(*items: Item) -> bytes:
    page = Page(title="Henvisning", notices=(Notice(text="Øyeblikkelig hjelp."),), blocks=(Block("Innhold", items),))
    return render(page, at=NOW)


@pytest.mark.parametrize("name", ["henvisning-1.0-komplett", "henvisning-1.1-komplett", "henvisning-2.0-komplett"])
def test_what_the_referral_says_stands_in_the_letter(name: str) -> None:
    data = show.pdf(example(name), at=NOW)

    assert data.startswith(b"%PDF-")
    text = words(data)
    for said in ("14838400052", "Langvarige smerter", "L84 Ryggsyndrom", "Paracetamol", "renholder", "Grønn Vits"):
        assert said.lower() in text.lower()
    assert "skrevet ut 04.03.2026 kl. 11.30 Side 1" in text


def test_the_same_time_gives_the_same_bytes() -> None:
    message = example("henvisning-1.1-komplett")

    assert show.pdf(message, at=NOW) == show.pdf(message, at=NOW)
    assert show.pdf(message, at=NOW) != show.pdf(message, at=NOW + timedelta(minutes=1))


def test_the_file_is_dated_and_named_without_naming_anybody() -> None:
    found = PdfReader(io.BytesIO(show.pdf(example("henvisning-1.1-komplett"), at=NOW))).metadata

    assert found is not None
    assert (found.creation_date, found.title, found.author) == (NOW, "Henvisning", "")


def test_nothing_in_the_letter_acts() -> None:
    data = show.pdf(example("henvisning-1.1-vedlegg-pdf-og-png"), at=NOW)
    raw = re.sub(rb"stream.*?endstream", b"", data, flags=re.DOTALL)

    assert not re.findall(rb"/(?:JavaScript|JS|OpenAction|AA|Launch|URI|EmbeddedFiles?)\b", raw)


def test_markup_is_only_text() -> None:
    said = '<b>fet</b> & <a href="https://example.org">lenke</a><br/>'

    assert said in words(letter(Line("", said)))


def test_letters_of_all_the_countrys_languages_are_there() -> None:
    said = "Æøå ÆØÅ é ü – «ŋ ŧ đ č š ž Á» €"

    assert said in words(letter(Line("Navn", said)))


def test_a_decomposed_letter_is_composed_and_an_unknown_one_is_marked() -> None:
    text = words(letter(Line("", "a\u030a \u4e2d")))

    assert "å ¤" in text


def test_a_table_longer_than_a_page_repeats_its_heads() -> None:
    rows = tuple((f"Legemiddel {number}", "daglig " * 10) for number in range(60))
    data = letter(Table(("Navn", "Dosering"), rows))

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    assert len(pages) > 1
    assert all("Dosering" in page for page in pages)
    assert "Legemiddel 59" in pages[-1]


def test_a_cell_higher_than_a_page_and_a_word_wider_than_one_are_still_whole() -> None:
    data = letter(Table(("Kommentar",), (("ord " * 3000 + "slutt",),)), Line("", "x" * 500))

    assert "slutt" in words(data)
    assert words(data).replace(" ", "").count("x" * 500) == 1


def test_blocks_nest_as_deep_as_they_like() -> None:
    block = Block("Innerst", (Line("", "her"),))
    for _ in range(40):
        block = Block("Utenpå", (block,))

    assert "Innerst her" in words(letter(block))


def test_an_attachment_is_named() -> None:
    file = Attachment(name="Bilde", mime_type="image/png", size=2048, note="Vises ikke")

    text = words(letter(file, replace(file, note="", size=None)))

    assert "Bilde (image/png" in text
    assert "Vises ikke" in text


def test_what_a_check_says_stands_where_it_belongs() -> None:
    remark = Remark(rule="AMO-06", severity="Advarsel", level="warn", text="Telefonnummer mangler.")

    assert "Innhold Advarsel AMO-06: Telefonnummer mangler. Navn: Blomst" in words(
        letter(remark, Line("Navn", "Blomst"))
    )
