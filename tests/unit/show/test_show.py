from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree
from showing import HOSTILE, NOW, SPECS, Found, attached, elements, note, referral

from adapter import message as model
from adapter import show
from adapter.message import (
    Address,
    Base64Data,
    Code,
    Document,
    FreeText,
    HealthcareProfessional,
    Identifier,
    Kind,
    Message,
    Moment,
    Opaque,
    Organisation,
    Party,
    Patient,
    Receipt,
    Telecom,
    coded,
)
from adapter.message.henvisning import (
    Booking,
    RequestedService,
)
from adapter.show.describe import labelled_fields, owner_of
from adapter.show.labels import LABELS, SHOWN_ELSEWHERE
from adapter.show.message import page
from adapter.show.page import plain
from adapter.show.words import full_code, moment_text
from adapter.wire import read
from adapter.wire.namespaces import DIALOG_11
from adapter.wire.spec import from_spec, load_spec
from adapter.wire.spec_shape import CLASSES


def test_a_professional_is_told_by_profession_before_numbers() -> None:
    person = HealthcareProfessional(
        full_name="Grønn Vits", profession=Code("LE", "Lege"), identifiers=(Identifier("565501872", Code("HPR")),)
    )

    shown = show.text(Message(sender=Party(person=person)))

    assert "Grønn Vits\nProfesjon: Lege\nHPR-nummer: 565501872\n" in shown


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_kind_is_shown_in_each_way(path: Any) -> None:
    message = load_spec(path, now=NOW)

    text, document = show.text(message), elements(message)

    for shown in ("Fra", "Til", "Syntetisk sykehus HF" if "nav" not in path.stem else "NAV", "02.03.2026 kl. 09.15"):
        assert shown in text
        assert shown in document.text_content()
    assert message.patient is None or "14838400052" in text
    assert from_spec(json.loads(json.dumps(show.as_json(message))), now=NOW) == message


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_html_needs_nothing_from_outside_and_runs_nothing(path: Any) -> None:
    document = elements(load_spec(path, now=NOW), Found())

    assert not document.xpath("//script | //iframe | //object | //embed | //link | //form | //base")
    assert not document.xpath("//@*[starts-with(name(), 'on')] | //@style")
    assert all(str(link).startswith("data:") for link in document.xpath("//@href | //@src"))
    assert "url(" not in document.findtext(".//style")
    assert "@import" not in document.findtext(".//style")


def test_html_says_that_only_its_own_style_is_allowed() -> None:
    policy = elements(Message()).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]

    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    hostile = Party(role=Code(name=HOSTILE), organisation=Organisation(name=HOSTILE, address=Address(street=HOSTILE)))
    message = replace(
        note(FreeText(text=HOSTILE), subject=HOSTILE),
        type=Code("X", HOSTILE),
        msg_id=HOSTILE,
        sender=hostile,
        patient=Patient(full_name=HOSTILE, identifiers=(Identifier(HOSTILE, Code(HOSTILE, HOSTILE)),)),
    )
    attachment = Document(kind=coded(8114, "A"), description=HOSTILE, mime_type=HOSTILE, content=(Base64Data("QQ=="),))
    message = replace(message, documents=(*message.documents, attachment))

    document = elements(message, Found(rule=HOSTILE, severity=HOSTILE, text=HOSTILE))

    assert not document.xpath("//script | //@onmouseover")
    assert document.text_content().count(HOSTILE) >= 12
    assert "49" not in document.findtext(".//h1")


def test_text_steers_no_terminal_and_turns_no_reading_direction() -> None:
    text = show.text(note(FreeText(text="a\x9b31mb\x1b[2Jc\u202edlo\x85")))

    assert not {"\x9b", "\x1b", "\u202e", "\x85"} & set(text)
    assert plain("a\r\nb\tc\rd é") == "a\nb\tc\nd é"


def test_xhtml_is_flattened_to_words() -> None:
    markup = (
        b'<div xmlns="http://www.w3.org/1999/xhtml"><h1>Svar</h1><p>En <b>viktig</b>\n linje<br></br>to</p>'
        b"<script>alert(1)</script><pre>a\nb</pre><table><tr><td>1</td><td>2</td></tr></table></div>"
    )

    shown = show.text(note(FreeText(text="Foran", markup=(markup, b"<broken"))))

    assert "Foran" in shown
    assert [line.strip() for line in shown.split("Foran\n")[1].splitlines()[:6]] == [
        "Svar",
        "En viktig linje",
        "to",
        "a",
        "b",
        "1 2",
    ]
    assert "alert" not in shown


def test_words_behind_an_element_of_a_free_text_are_shown() -> None:
    words = "<TekstNotatInnhold>Ta <b>ikke</b> den blå</TekstNotatInnhold>"
    data = f"<Dialogmelding xmlns='{DIALOG_11}'><Notat>{words}</Notat></Dialogmelding>".encode()

    assert "Ta\nikke den blå" in show.text(read(data)).replace("  ", "")


def test_words_behind_an_element_of_foreign_xml_are_shown() -> None:
    foreign = Opaque("urn:x", "Brev", b"<Brev xmlns='urn:x'>Ta <b>ikke</b> den gule</Brev>")

    text = show.text(Message(documents=(Document(content=(foreign,)),)))

    assert "Ta den gule" in text
    assert "b: ikke" in text


def test_a_cancellation_a_change_and_an_emergency_are_said_first() -> None:
    cancelled = show.text(referral(service_type=Code("C", "Kansellering")))
    changed = show.text(referral(service_type=Code("M")))
    urgent = show.text(referral(requested=RequestedService(priority=Code("0", "Øyeblikkelig hjelp"))))

    assert "! Kansellering" in cancelled
    assert "! Endring" in changed
    assert "! Øyeblikkelig hjelp." in urgent
    assert "!" not in show.text(referral(requested=RequestedService(priority=Code("N"))))


def test_a_test_message_and_a_signature_are_said() -> None:
    message = replace(referral(), status=Code("TEST"), opaque=Opaque("urn:x", "Signature", b"<Signature/>"))

    shown = show.text(message)

    assert "! Testmelding." in shown
    assert "signatur" in shown
    assert "leses ikke" not in shown


def test_a_copy_recipient_sees_that_it_is_one() -> None:
    copy = Party(role=coded(8112, "COP", "Kopimottaker"), organisation=Organisation(name="Kopikontoret"))
    other = Party(role=coded(8112, "PRIM"), organisation=Organisation(name="Hovedkontoret"))

    shown = show.text(Message(receiver=other, other_receivers=(copy, other)))

    assert "! Kopi til Kopikontoret. Hovedmottaker er Hovedkontoret." in shown
    assert "Kopi til\n--------\nKopikontoret\nRolle: Kopimottaker\n" in shown
    assert "Også til\n--------" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-03-02T09:15:00+01:00", "02.03.2026 kl. 09.15"),
        ("2026-03-02", "02.03.2026"),
        ("1991-12-4", "1991-12-4"),
        ("i går", "i går"),
        ("2026-03-02T23:30:00Z", "03.03.2026 kl. 00.30"),
        ("2026-07-01T10:00:00", "01.07.2026 kl. 10.00"),
        ("2026-07-01T00:00:00", "01.07.2026"),
        ("2026-03-02T99:00", "2026-03-02T99:00"),
    ],
)
def test_a_moment_is_shown_as_norwegians_write_it(text: str, shown: str) -> None:
    assert moment_text(Moment(text)) == shown


def test_a_code_without_words_is_shown_as_itself() -> None:
    assert full_code(Code("L84")) == "L84"
    assert "(kode PROB)" in show.text(referral(description=Code("PROB")))
    assert "Kopi – fritekst" in show.text(referral(description=Code("1", "Kopi", None, "fritekst")))


def test_phones_and_addresses_are_shown_with_their_kind() -> None:
    patient = Patient(
        address=Address(
            kind=Code("H", "Bostedsadresse"), street="Vei 1", postbox="7", telecoms=(Telecom(None, "tel:1"),)
        ),
        telecoms=(Telecom(Code("MC", "Mobiltelefon"), "tel:+4790000001"), Telecom(None, "mailto:a@b.no")),
    )

    shown = show.text(Message(patient=patient))

    assert "Adresse: Vei 1, Postboks 7 (Bostedsadresse)" in shown
    assert "Telefon: +4790000001 (Mobiltelefon)\n         a@b.no" in shown


def test_a_table_that_is_wider_than_the_page_is_written_as_lines() -> None:
    errors = (Code("T02", "XML validerer ikke", None, "Ord " * 30), Code("X99"))

    shown = show.text(Message(kind=Kind.APPREC, receipt=Receipt(errors=errors)))

    assert "- Feilkode: T02\n  Betydning: XML validerer ikke\n  Forklaring: Ord Ord" in shown
    assert shown.endswith("- Feilkode: X99\n")
    assert max(map(len, shown.splitlines())) <= 100


def test_empty_fields_are_left_out() -> None:
    assert show.text(Message()) == "Ukjent melding\n==============\n"
    assert page(referral(request_comment=" ", reasons=())).blocks == ()


def test_every_field_of_the_model_has_a_label_or_a_place_of_its_own() -> None:
    skipped = {"Code", "Moment", "Quantity", "Telecom", "Address", "Identifier", "FreeText", "Opaque", "Base64Data"}
    skipped |= {"Diagnosis", "Modifier", "Medication", "Prescription", "ToNav", "AssessmentDate"}
    skipped |= {"Cause", "SickPeriod", "NoActivity", "QuestionGroup", "QuestionAnswer"}
    owners = {
        owner_of(cls, field.name)
        for name, cls in CLASSES.items()
        if name not in skipped
        for field in dataclasses.fields(cls)
    }

    assert owners == LABELS.keys() | SHOWN_ELSEWHERE
    for name, cls in CLASSES.items():
        if name not in skipped:
            assert labelled_fields(cls) is not None


def test_showing_as_text_loads_nothing_heavy() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, adapter.show; print('jinja2' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout.strip() == "False"


def test_html_is_well_formed_where_it_matters() -> None:
    document = show.html(referral(request_comment="a & b < c"))

    assert document.startswith("<!DOCTYPE html>")
    assert "a &amp; b &lt; c" in document
    assert etree.HTML(document) is not None
    assert model.Kind.HENVISNING in show.as_json(referral()).values()


def test_in_html_parties_stand_as_cards_with_their_numbers_below_each_name() -> None:
    inner = Organisation(name="Avdelingen", identifiers=(Identifier("8990101", Code("HER")),))
    outer = Organisation(name="Sykehuset", identifiers=(Identifier("8990100", Code("HER")),), units=(inner,))

    (card,) = elements(Message(receiver=Party(organisation=outer))).xpath("//div[@class='cards']/section")

    assert [" ".join(child.text_content().split()) for child in card] == [
        *("Til", "Sykehuset", "HER-id 8990100", "Avdelingen", "HER-id 8990101"),
    ]


def test_in_html_only_cells_that_would_not_fit_are_broken_inside_words() -> None:
    errors = (Code("T02", "XML validerer ikke", None, "x" * 25), Code("X99", "Feil", None, "y" * 24))
    document = elements(Message(kind=Kind.APPREC, receipt=Receipt(errors=errors)))

    assert [cell.text[0] for cell in document.xpath("//td[@class='long']")] == ["x"]
    assert {cell.get("data-head") for cell in document.xpath("//td")} == {"Feilkode", "Betydning", "Forklaring"}


def test_in_html_a_picture_is_seen_and_a_pdf_is_not_opened_by_itself() -> None:
    png, pdf = b"\x89PNG\r\n\x1a\n", b"%PDF-1.4"

    assert elements(attached(png, "image/png", description="Skisse")).xpath("//img/@alt") == ["Skisse"]
    assert not elements(attached(pdf, "application/pdf")).xpath("//img")


def test_an_appointment_of_the_referral_is_told() -> None:
    shown = show.text(Message(documents=(Document(booking=Booking(name="Poliklinikken", start=Moment("2026-03-09"))),)))

    assert "Time\n----\nSted: Poliklinikken\nFra: 09.03.2026\n" in shown
