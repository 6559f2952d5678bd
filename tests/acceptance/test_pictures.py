"""Messages as people see them: in a browser at a desk, on a phone, and on paper."""

from __future__ import annotations

import base64
import io
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from browser import PROGRAM, Browser
from lxml import etree
from PIL import Image
from pypdf import PdfReader

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")

DESK, PHONE = 1280, 390
#: What must be read on paper, by the message it stands in.
LETTERS = {
    "henvisning-1.1-vedlegg-pdf-og-png": (
        *("Henvisning", "Syntetisk legesenter", "Blomst, Vakker", "14838400052", "L84 Ryggsyndrom", "Legemidler"),
        *("N02BE01 Paracetamol", "Opplysninger om sykemelding", "funksjonsvurdering", "AMO-20", "Side 1 av 2"),
    ),
    "henvisning-1.1-uten-telefon": ("Pasient", "Advarsel", "Pasientens telefonnummer mangler.", "AMO-06"),
    "henvisning-1.1-oyeblikkelig-hjelp": ("Øyeblikkelig hjelp.",),
    "henvisning-1.1-kopimottaker": ("Kopi til", "Hovedmottaker er"),
    "henvisning-2.0-komplett": ("Henvisning ny tilstand", "Eksempelbedriften AS", "Renholder, 80 % stilling"),
    "dialogmelding-1.1-status-4": ("Status på henvisning", "Henvisningen er avvist", "Rolig Skog"),
    "dialogmelding-1.1-helsefaglig-sporsmal": ("Helsefaglig dialog",),
    "dialogmelding-1.0-nav-foresporsel": ("NAV", "Forespørsel om pasient", "takst L8"),
    "apprec-1.1-negativ-to-feil": ("Meldingen er avvist av mottakeren.", "E36", "Fødselsnummer mangler."),
    "epikrise-1.2-komplett": ("Epikrise", "Opphold eller kontakt", "M545 Korsryggsmerte"),
    "sykmelding-skjult-for-nav": ("Sykmelding", "50 % sykmeldt", "Skal ikke vises for", "arbeidsgiver, NAV"),
    "legeerklaering-komplett": ("Legeerklæring ved arbeidsuførhet", "Sykefravær mer enn 8 uker"),
}
#: Those that are shown with what the checks find.
CHECKED = {"henvisning-1.1-vedlegg-pdf-og-png", "henvisning-1.1-uten-telefon"}
#: A word that fits in no window.
LONG = "Nakkerygghofteleddsundersøkelse" * 10

#: How far to the right anything on the page reaches; what only a reader of the page hears is left out.
REACH = """Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll('body *')]
    .filter(found => !found.closest('thead')).map(found => Math.ceil(found.getBoundingClientRect().right)))"""


@dataclass(frozen=True)
class Desk:
    """A browser, and what it has been given to show."""

    browser: Browser
    folder: Path
    run: Callable[..., subprocess.CompletedProcess[str]]
    fixtures: Path

    def message(self, name: str) -> Path:
        """Return a synthetic message."""
        return self.fixtures / "messages" / f"{name}.xml"

    def page(self, message: Path) -> Path:
        """Return the page of a message."""
        page = self.folder / f"{message.stem}.html"
        if not page.exists():
            checks = ("--check", "--profile", "amo") if message.stem in CHECKED else ()
            ran = self.run(self.folder, "show", "--html", *checks, "-o", page, message)
            assert ran.returncode == 0, ran.stderr
        return page

    def open(self, name: str, *, width: int = DESK) -> Browser:
        """Open the page of a synthetic message in a window of a width."""
        self.browser.open(self.page(self.message(name)), width=width)
        return self.browser


@pytest.fixture(scope="module")
def desk(run_in: Run, fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Browser.start(tmp_path_factory.mktemp("browser")) as browser:
        yield Desk(browser, tmp_path_factory.mktemp("letters"), run_in, fixtures)


def ink(picture: bytes) -> float:
    """Return how much of a picture is dark, from 0 to 1."""
    counted = Image.open(io.BytesIO(picture)).convert("L").histogram()
    return sum(counted[:128]) / sum(counted)


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_whole_at_a_desk_on_a_phone_and_on_paper(desk: Desk, name: str) -> None:
    browser = desk.open(name)
    check_window(browser, DESK)
    check_requests(browser, desk.page(desk.message(name)))
    check_headings(browser)
    check_paper(browser, LETTERS[name])

    desk.open(name, width=PHONE)
    check_window(browser, PHONE)


def check_window(browser: Browser, width: int) -> None:
    """A letter fills its window, and nothing of it lies outside."""
    picture = browser.picture()

    assert browser.value(REACH) <= width
    assert Image.open(io.BytesIO(picture)).size == (width, browser.value("document.documentElement.scrollHeight"))
    assert 0.005 < ink(picture) < 0.2


def check_requests(browser: Browser, page: Path) -> None:
    """A letter asks for nothing but itself and the pictures it carries."""
    first, *others = browser.requests

    assert first == page.as_uri()
    assert [address[:40] for address in others if not address.startswith("data:image/")] == []


def check_headings(browser: Browser) -> None:
    """Headings come in order, and who reads the page aloud knows its language."""
    levels = browser.value("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(found => +found.tagName[1])")

    assert browser.value("document.documentElement.lang") == "nb"
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def check_paper(browser: Browser, expected: tuple[str, ...]) -> None:
    """What a letter says can be read on paper, and no page is empty."""
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(browser.paper())).pages]
    whole = " ".join(" ".join(texts).split())

    assert [words for words in expected if words not in whole] == []
    assert all(text.strip() for text in texts)


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_word_without_end_is_broken_in_texts_tables_and_headings(desk: Desk, width: int) -> None:
    text = desk.message("henvisning-1.1-komplett").read_text("utf-8")
    for words in ("Paracetamol", "Aktuell problemstilling", "Langvarige", "Eksempelveien", "Syntetisk legesenter"):
        assert words in text
        text = text.replace(words, LONG)
    message = desk.folder / "long.xml"
    message.write_text(text, "utf-8")

    desk.browser.open(desk.page(message), width=width)

    assert desk.browser.value("document.body.textContent").count(LONG) >= 5
    assert desk.browser.value(REACH) <= width


def test_attachments_are_saved_byte_for_byte_and_pictures_are_seen(desk: Desk, tmp_path: Path) -> None:
    name = "henvisning-1.1-vedlegg-pdf-og-png"
    sent = [
        base64.b64decode(found.text)
        for found in etree.parse(desk.message(name)).iter("{http://www.kith.no/xmlstds/base64container}Base64Container")
    ]
    browser = desk.open(name)
    browser.save_to(tmp_path)

    names = ["vedlegg-1.pdf", "vedlegg-2.png"]
    browser.value("document.querySelectorAll('a[download]').forEach(found => found.click())")
    wait_for(lambda: saved(tmp_path) == names)

    assert [(tmp_path / name).read_bytes() for name in names] == sent
    assert browser.value("[...document.images].map(found => [found.alt, found.naturalWidth > 0])") == [["skisse", True]]


def test_the_page_lets_no_foreign_style_script_or_picture_in(desk: Desk) -> None:
    browser = desk.open("henvisning-1.1-komplett")
    browser.value(
        """new Promise(done => {
        const style = document.createElement('style'); style.textContent = 'h1 { display: none }';
        const script = document.createElement('script'); script.textContent = 'window.ran = true';
        const picture = new Image(); picture.onerror = done; picture.src = 'http://127.0.0.1:9/a.png';
        document.body.append(style, script, picture) })"""
    )

    assert browser.value("getComputedStyle(document.querySelector('h1')).display") == "block"
    assert browser.value("window.ran === undefined")
    assert not [address for address in browser.requests if address.startswith("http")]


def saved(folder: Path) -> list[str]:
    """Return the names of what was saved in a folder; what is on its way has another ending."""
    return sorted(path.name for path in folder.iterdir() if path.suffix in {".pdf", ".png"})


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait a moment for something that happens outside."""
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)
