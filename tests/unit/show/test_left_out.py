"""What a message says outside its standard is shown as far as it can be, and said first."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from pypdf import PdfReader
from showing import NOW

from adapter import resources, show, wire
from adapter.errors import FormError, SpecError
from adapter.show.left_out import left_out
from adapter.wire import fellesformat
from adapter.wire.namespaces import XMLDSIG
from adapter.wire.spec import from_spec

MESSAGES = sorted((resources.fixtures() / "messages").glob("*.xml"))
#: The one that is made to have an element its standard does not know.
ODD = "henvisning-1.1-ukjent-element"
REFERRAL, SICK_NOTE, STATEMENT = "henvisning-1.1-komplett", "sykmelding-komplett", "legeerklaering-komplett"


def data_of(name: str) -> bytes:
    return (resources.fixtures() / "messages" / f"{name}.xml").read_bytes()


def left(data: bytes) -> list[tuple[str, str]]:
    return [(one.path[-1], one.words) for one in left_out(data, wire.read(data))]


def shown(data: bytes) -> str:
    return show.text(wire.read(data), data=data)


def readable() -> list[Path]:
    found = []
    for path in MESSAGES:
        try:
            wire.read(path.read_bytes())
        except FormError:
            continue
        found.append(path)
    return found


def test_of_a_message_in_its_standard_nothing_is_left_out() -> None:
    found = {path.stem: left(path.read_bytes()) for path in readable()}

    assert len(found) > 100
    assert {name: words for name, words in found.items() if words} == {ODD: [("EgetFelt", "x")]}


@pytest.mark.parametrize("path", readable(), ids=lambda path: path.stem)
def test_words_in_an_unknown_element_are_shown_wherever_it_stands(path: Path) -> None:
    root = wire.parse(path.read_bytes())
    message = fellesformat.inner(root) if fellesformat.is_wrapper(root) else None
    places = [
        one for one in (root if message is None else message).iter(etree.Element) if f"{{{XMLDSIG}}}" not in one.tag
    ]
    for number, place in enumerate(places):
        etree.SubElement(place, "{urn:unknown}Ukjent").text = f"ord-{number}."
    data = etree.tostring(root)

    text = shown(data)

    assert [number for number in range(len(places)) if f"ord-{number}." not in text] == []


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        # an unknown element with others inside
        (
            REFERRAL,
            b"<Patient>",
            b'<Patient><Funn><Navn>Arr</Navn><Kode V="7" DN="Stort" S="1.2"/></Funn>',
            [("Navn", "Arr"), ("Kode", "7; Stort")],
        ),
        # an unknown attribute
        (REFERRAL, b"<Patient>", b'<Patient merk="CAVE penicillin">', [("Patient", "merk = CAVE penicillin")]),
        # words where only elements may stand, before and after one
        (REFERRAL, b"<Patient>", b"<Patient>CAVE<!-- x --> penicillin", [("Patient", "CAVE penicillin")]),
        (REFERRAL, b"</Patient>", b"CAVE penicillin</Patient>", [("Patient", "CAVE penicillin")]),
        # what a standard takes once and a message says twice
        (REFERRAL, b"<Patient>", b"<Patient><Name>Blomst, Annen</Name>", [("Name", "Blomst, Vakker")]),
        # words inside a code, a second one at that
        (REFERRAL, b"</Patient>", b'<Sex V="2">ukjent</Sex></Patient>', [("Sex", "2; ukjent")]),
        # words that known elements say too, before and after
        (REFERRAL, b"<Patient>", b"<Patient><Svar>Blomst, Vakker</Svar>", [("Svar", "Blomst, Vakker")]),
        (REFERRAL, b"</Patient>", b'<Svar V="2"/></Patient>', [("Svar", "2")]),
        (SICK_NOTE, b"<Periode>", b"<Periode><Fravar>true</Fravar>", [("Fravar", "true")]),
        (
            STATEMENT,
            b"<Pasientopplysninger ",
            b'<Pasientopplysninger allergi="Ja" ',
            [("Pasientopplysninger", "allergi = Ja")],
        ),
        # standards that are carried on as they came
        (SICK_NOTE, b"<Periode>", b"<Periode><Merknad>Ring arbeidsgiver</Merknad>", [("Merknad", "Ring arbeidsgiver")]),
        (
            STATEMENT,
            b"<Pasientopplysninger ",
            b'<Pasientopplysninger merknad="Ring" ',
            [("Pasientopplysninger", "merknad = Ring")],
        ),
    ],
)
def test_all_that_is_outside_the_standard_is_found(
    name: str, before: bytes, after: bytes, expected: list[tuple[str, str]]
) -> None:
    data = data_of(name)
    assert before in data

    assert left(data.replace(before, after, 1)) == expected


def test_where_too_many_say_the_same_to_ask_of_each_all_are_told() -> None:
    data = data_of(REFERRAL)
    assert data.count(b'"2"') > 0
    found = left(data.replace(b"</Patient>", b'<Svar V="2"/>' * 60 + b"</Patient>", 1))

    assert found.count(("Svar", "2")) == 60
    assert ("Sex", "2") in found


def _pdf(data: bytes) -> str:
    document = show.pdf(wire.read(data), at=NOW, data=data)
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages).split())


def _html(data: bytes) -> str:
    return show.html(wire.read(data), data=data)


@pytest.mark.parametrize("render", [shown, _html, _pdf])
def test_it_is_said_first_and_shown_under_a_heading_of_its_own(render: Callable[[bytes], str]) -> None:
    data = data_of(REFERRAL).replace(b"</Patient>", b"<Funn>Et <b>stort</b> arr</Funn></Patient>", 1)
    told = render(data)

    assert "innholdet i 2 elementer (Funn, b) står under «Utenom standarden»." in told
    assert told.index("Standarden har ikke plass") < told.index("Blomst, Vakker") < told.index("Et; arr")
    assert "stort" in told


def test_of_one_element_the_name_alone_is_told() -> None:
    assert (
        "! Standarden har ikke plass til alt i meldingen: innholdet i ett element (EgetFelt) står under "
        "«Utenom standarden».\n"
    ) in shown(data_of(ODD))
    assert "Utenom standarden" not in shown(data_of(REFERRAL))


def test_a_notice_names_a_few_elements_and_nothing_that_they_say() -> None:
    added = b"".join(b"<F%d%s>hemmelig</F%d%s>" % (n, b"x" * 100, n, b"x" * 100) for n in range(8))
    text = shown(data_of(REFERRAL).replace(b"</Patient>", added + b"</Patient>", 1))
    (notice,) = [line for line in text.splitlines() if line.startswith("! Standarden")]

    assert notice.endswith("x og flere) står under «Utenom standarden».")
    assert "hemmelig" not in notice
    assert len(notice) < 500


def test_a_long_text_is_cut_and_its_length_told() -> None:
    text = shown(data_of(REFERRAL).replace(b"</Patient>", b"<Fil>%b</Fil></Patient>" % (b"QUJD" * 10_000), 1))

    assert " … (40000 tegn i alt)" in text
    assert len(text) < 30_000


def test_hostile_words_outside_the_standard_are_no_markup() -> None:
    data = data_of(REFERRAL).replace(b"</Patient>", b"<Funn>&lt;script>x&lt;/script>\xc2\x9b</Funn></Patient>", 1)

    assert "<script>" not in _html(data)
    assert "\x9b" not in shown(data)


def test_json_has_it_by_its_place_and_a_specification_with_it_is_refused() -> None:
    data = data_of(ODD)
    told = json.loads(json.dumps(show.as_json(wire.read(data), data=data)))

    assert told["left_out"] == [{"path": "ServReq/EgetFelt", "text": "x"}]
    with pytest.raises(SpecError, match=r"^left_out: this version of the standard has no place for it"):
        from_spec(told, now=NOW)
    del told["left_out"]
    assert from_spec(told, now=NOW) == wire.read(data)
    assert "left_out" not in show.as_json(wire.read(data_of(REFERRAL)), data=data_of(REFERRAL))
