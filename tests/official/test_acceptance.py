"""The national acceptance tests for receiving Dialogmelding 1.0 and Henvisning 1.0, as far as they are an adapter's.

`docs/acceptance-tests.md` tells for every criterion what it is held to by; a test here holds that page to the truth.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from installed import FIXTURES, Installation, fixture, said
from lxml import etree

from adapter import show
from adapter.config import load as load_config
from adapter.config.move import moved
from adapter.message.state import MessageState
from adapter.replay.compare import difference
from adapter.replay.isolated import SOFTWARE_VERSION, Performance
from adapter.replay.scenario import Scenario, load
from adapter.resources import example_config
from adapter.service.parts import Parts
from adapter.wire import read

FOLDER = FIXTURES / "scenarios" / "official"
FILES = sorted(FOLDER.glob("*.toml"))
PAGE = Path(__file__).parents[2] / "docs" / "acceptance-tests.md"
#: One message for every case of which all must be shown.
CASES = {
    "dialogmelding 1": "dialogmelding-1.0-foresporsel.xml",
    "dialogmelding 2": "dialogmelding-1.0-svar.xml",
    "dialogmelding 3": "dialogmelding-1.0-notat-om-pasient.xml",
    "dialogmelding 4": "dialogmelding-1.0-avvik.xml",
    "henvisning 1": "henvisning-1.0-komplett.xml",
    "henvisning 2": "henvisning-1.0-mottaker-og-kopimottaker.xml",
}
#: What names a kind of number or of document; it is shown as a label of ours.
LABELS = {"TypeId", "TypeOffId", "MsgType", "DocumentConnection"}
#: What the page says by its form: a table of medicines, and phone numbers without an address.
BY_FORM = {"Legemiddelopplysning", "Arbeidsadresse"}
TESTS = re.compile(r"^def (test_\w+)", re.MULTILINE)
A_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T.*")


def loaded(path: Path) -> Scenario:
    return load(path, messages=FIXTURES / "messages", specs=FIXTURES / "specs")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_criterion_is_met_as_its_scenario_says(path: Path, tmp_path: Path) -> None:
    scenario = loaded(path)
    settings = moved(load_config(scenario.config or example_config()), tmp_path)

    with closing(Parts.build(settings, software_version=SOFTWARE_VERSION)) as parts:
        performance = Performance(scenario, parts)
        performance.play()
        found = performance.holdings()

    assert scenario.expected is not None
    assert difference(scenario.expected, found, scenario.name) == ""


@pytest.mark.parametrize(
    ("name", "namespace", "by"),
    [
        ("dialogmelding-1.0-foresporsel.xml", b"http://www.kith.no/xmlstds/dialog/2006-10-11", "clinic"),
        ("henvisning-1.0-komplett.xml", b"http://www.kith.no/xmlstds/henvisning/2005-07-08", "referrer"),
    ],
)
def test_another_namespace_is_another_standard(house: Installation, name: str, namespace: bytes, by: str) -> None:
    """Dialogmelding 3, Henvisning 10."""
    data = fixture(name)
    assert namespace in data

    row = house.send(data.replace(namespace, b"urn:syntetisk:annen-standard"), by)

    assert row.state in {MessageState.REJECTED, MessageState.QUARANTINED}
    assert house.contents("clinic" if by == "referrer" else "referrer") == []


@pytest.mark.parametrize("name", CASES.values(), ids=CASES)
def test_both_character_sets_say_the_same(name: str) -> None:
    """Dialogmelding 4, Henvisning 11."""
    data = fixture(name)
    old = data.decode("utf-8").replace('encoding="UTF-8"', 'encoding="ISO-8859-1"', 1).encode("iso-8859-1")

    assert old != data
    assert read(old) == read(data)


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("dialogmelding-1.0-foresporsel.xml", "clinic"),
        ("henvisning-1.0-iso-8859-1.xml", "referrer"),
        ("henvisning-1.0-ikke-lest.xml", "referrer"),
    ],
)
def test_the_original_is_kept_to_the_byte(house: Installation, name: str, by: str) -> None:
    """Dialogmelding 8, Henvisning 15; of what could not be read too."""
    data = fixture(name) if name != "henvisning-1.0-ikke-lest.xml" else fixture("henvisning-1.0-komplett.xml")[:-9]

    row = house.send(data, by)

    with house.parts.store.reading() as query:
        assert query.bodies([row.id]) == {row.id: data}


@pytest.mark.parametrize("name", CASES.values(), ids=CASES)
def test_all_that_a_case_says_is_shown(name: str) -> None:
    """Dialogmelding 5 and 10 to 13, Henvisning 12, 16 and 17: every word of the sender stands on the page."""
    page = html.unescape(re.sub(r"<[^>]+>", " ", show.html(read(fixture(name)))))
    shown = " ".join(page.split())

    missing = [text for text in words_of(fixture(name)) if text not in shown]

    assert missing == []


def words_of(data: bytes) -> list[str]:
    """Return the texts, the names of codes and the phone numbers in a message, times left out."""
    found: list[str] = []
    for element in etree.fromstring(data).iter("*"):
        name = etree.QName(element).localname
        text = " ".join((element.text or "").split())
        if text and not A_TIME.fullmatch(text):
            found.append(text)
        if name not in LABELS and not (name == "Type" and element.getparent().tag.endswith("AdditionalId")):
            found.append(element.get("DN", ""))
        if name == "TeleAddress":
            found.append(element.get("V", "").removeprefix("tel:"))
    return [text for text in found if text and text not in BY_FORM]


def test_the_clinical_sections_have_headings_in_bold() -> None:
    """Henvisning 19."""
    page = show.html(read(fixture("henvisning-1.0-komplett.xml")))

    headings = re.findall(r"<h3>([^<]+)</h3>", page)

    assert {"Aktuell problemstilling", "Forventet utredning/behandling", "Tidligere behandling"} <= set(headings)


def test_a_copy_is_shown_as_a_copy_and_answered_as_one(house: Installation) -> None:
    """Henvisning 26."""
    data = fixture("henvisning-1.0-som-kopimottaker.xml")
    house.send(data)

    (receipt,) = house.receipts()
    assert receipt.sender is not None
    assert receipt.sender.role is not None
    assert (receipt.sender.role.value, said(receipt)) == ("COP", ("1", []))
    assert (
        "Kopi til Syntetisk sykehus HF, Fysikalsk medisin og rehabilitering. Hovedmottaker er Et annet sykehus HF"
        in show.text(read(data))
    )


def test_every_scenario_and_every_test_that_the_page_names_is_there() -> None:
    text = PAGE.read_text("utf-8")
    here = set(TESTS.findall(Path(__file__).read_text("utf-8")))
    here |= set(TESTS.findall(Path(__file__).with_name("test_sending.py").read_text("utf-8")))

    scenarios, tests = set(re.findall(r"`official/([\w.-]+)`", text)), set(re.findall(r"`(test_\w+)`", text))

    assert scenarios == {path.stem for path in FILES}
    assert tests <= here


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [
        ("## Receiving Dialogmelding 1.0", range(1, 18)),
        ("## Receiving Henvisning 1.0", range(8, 32)),
        ("## Sending Dialogmelding 1.0", range(4, 23)),
        ("## Sending Henvisning 1.0", (number for number in range(1, 16) if number != 7)),
    ],
)
def test_the_page_has_a_row_for_every_criterion(heading: str, numbers: Iterable[int]) -> None:
    text = PAGE.read_text("utf-8")
    section = text[text.index(heading) :].split("\n## ", 1)[0]

    assert [int(number) for number in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)] == list(numbers)
