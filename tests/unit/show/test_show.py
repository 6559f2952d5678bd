from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html

from adapter import message as model
from adapter import resources, show, wire
from adapter.message import (
    Address,
    Base64Data,
    Code,
    Dialogmelding,
    Document,
    Envelope,
    Epikrise,
    FreeText,
    HealthcareProfessional,
    Henvisning,
    Identifier,
    Kind,
    Legeerklaering,
    Message,
    Moment,
    Notat,
    Opaque,
    Organisation,
    Party,
    Patient,
    PatientReport,
    Quantity,
    Receipt,
    Sykmelding,
    Telecom,
    coded,
)
from adapter.message.epikrise import CareEvent, ClinicalFact, ExaminationResult, HeadedText
from adapter.message.henvisning import (
    Assessment,
    AssessmentDate,
    Booking,
    CareRelation,
    Diagnosis,
    InformationItem,
    Medication,
    Modifier,
    Observation,
    RequestedService,
)
from adapter.message.sykmelding import (
    Cause,
    MedicalAssessment,
    NoActivity,
    QuestionAnswer,
    QuestionGroup,
    SickPeriod,
)
from adapter.show.describe import labelled_fields, owner_of
from adapter.show.labels import LABELS, SHOWN_ELSEWHERE
from adapter.show.message import page
from adapter.show.page import plain
from adapter.show.text import size_text
from adapter.show.words import full_code, moment_text, opaque_block
from adapter.wire.spec import from_spec, load_spec
from adapter.wire.spec_shape import CLASSES

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
SPECS = sorted((resources.fixtures() / "specs").glob("*.toml"))
HOSTILE = '<script>alert(\'x\')</script>"onmouseover="x" {{ 7 * 7 }}'


@dataclass(frozen=True)
class Found:
    rule: str = "AMO-04"
    severity: str = "warn"
    text: str = "The sick leave is missing."
    partner_text: str | None = None
    path: str | None = "/Message/ServReq/Patient/InfItem"


def referral(**fields: Any) -> Message:
    return Message(kind=Kind.HENVISNING, documents=(Document(content=(Henvisning(**fields),)),))


def note(text: FreeText | None = None, **fields: Any) -> Message:
    content = Dialogmelding(notater=(Notat(text=text, **fields),))
    return Message(kind=Kind.DIALOGMELDING, documents=(Document(content=(content,)),))


def attached(data: bytes | str, mime_type: str | None, **fields: Any) -> Message:
    content = Base64Data.of(data) if isinstance(data, bytes) else Base64Data(data)
    document = Document(kind=coded(8114, "A"), mime_type=mime_type, content=(content,), **fields)
    return Message(documents=(document,))


def elements(message: Message, *findings: Found) -> Any:
    return lxml_html.fromstring(show.html(message, findings))


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


def test_medicines_are_one_table_without_empty_columns() -> None:
    medicines = (
        InformationItem(
            kind=Code("MEDB", "Legemiddelopplysning"),
            content=Medication(drug=Code("N02BE01", "Paracetamol"), dosage="1 g x 4", dose=Quantity("500", "mg")),
            start=Moment("2026-01-05"),
        ),
        InformationItem(content=Medication(drug=Code("M01AE01", "Ibuprofen"), duration=Quantity("7", "d"))),
        InformationItem(kind=Code("CAVE"), content=Observation(description="Penicillin")),
    )

    (table,) = elements(referral(information=medicines)).xpath("//table")

    assert [cell.text for cell in table.xpath(".//th")] == [
        "Legemiddel",
        "Dosering",
        "Enhetsdose",
        "Varighet",
        "Periode",
    ]
    assert [cell.text for cell in table.xpath(".//tbody/tr[1]/td")] == [
        "N02BE01 Paracetamol",
        "1 g x 4",
        "500 mg",
        None,
        "05.01.2026",
    ]


def test_diagnoses_show_code_and_modifiers() -> None:
    diagnosis = Diagnosis(
        concept=coded(7170, "L84", "Ryggsyndrom"),
        modifiers=(Modifier(name=Code("L", "Lateralitet"), values=(Code("H", "Høyre"),)),),
    )

    assert "L84 Ryggsyndrom; Lateralitet: Høyre" in show.text(referral(diagnoses=(diagnosis,)))


def test_a_receipt_always_shows_name_and_free_text_of_its_errors() -> None:
    errors = (
        coded(8221, "X99", "Behandler er suspendert av NAV på konsultasjonstidspunkt"),
        Code("T02", "XML validerer ikke", None, "Element Type mangler."),
        Code("2.16.578.1.12.4.1.1.8221", "Byttet om", "X99"),
    )
    message = Message(
        envelope=Envelope.APPREC, kind=Kind.APPREC, receipt=Receipt(status=Code("2", "Avvist"), errors=errors)
    )

    document = elements(message)

    cells = [cell.text for cell in document.xpath("//tbody//td")]
    assert cells[:6] == [
        "X99",
        "Behandler er suspendert av NAV på konsultasjonstidspunkt",
        None,
        "T02",
        "XML validerer ikke",
        "Element Type mangler.",
    ]
    assert "Avvist" in document.text_content()
    assert document.findtext(".//h1") == "Applikasjonskvittering"


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


def test_a_report_shows_its_patients() -> None:
    report = PatientReport(
        case_number="7", patient=Patient(family_name="Blomst"), documents=note(subject="S").documents
    )

    shown = show.text(Message(patient_reports=(report,)))

    assert "Pasientrapport\n--------------\nSaksnummer: 7\nBlomst\n" in shown
    assert "Emne: S" in shown


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/MsgHead/MsgInfo/Sender/Organisation", "Fra"),
        ("/Message/ServReq/ServProvider", "Til"),
        ("/MsgHead/MsgInfo/Patient", "Pasient"),
        ("/Message/ServReq/Patient", "Pasient"),
        ("/Message/ServReq/Patient/InfItem[3]/Type", "Henvisning"),
        ("/MsgHead/Document/RefDoc/Content/Henvisning/Diagnosis", "Henvisning"),
        ("/MsgHead/Document[2]/RefDoc", "Vedlegg"),
        ("/MsgHead/Document[2]/RefDoc/Content/Base64Container", "Vedlegg"),
        ("/MsgHead/MsgInfo/MsgId", "Om meldingen"),
        (None, "Om meldingen"),
    ],
)
def test_a_finding_stands_in_the_part_that_it_is_about(path: str | None, heading: str) -> None:
    message = replace(referral(description=Code("1", "Behandling")), msg_id="1")

    shown = show.text(message, [Found(partner_text="Noe mangler.", path=path)])

    assert f"\n{heading}\n{'-' * len(heading)}\n! Advarsel AMO-04: Noe mangler.\n" in shown
    assert shown.count("Noe mangler.") == 1


def test_a_part_that_is_not_there_is_named_where_a_finding_misses_it() -> None:
    assert "Pasient" not in show.text(referral(description=Code("1")))
    assert [block.title for block in page(Message(), [Found(path="/MsgHead/MsgInfo/Patient")]).blocks] == ["Pasient"]


def test_the_top_says_how_much_the_checks_found_and_how_heavy_it_is() -> None:
    one, two = show.text(Message(), [Found()]), show.text(Message(), [Found(severity="info"), Found(severity="reject")])

    assert "! Kontrollen har én merknad. Den står ved det den gjelder.\n" in one
    assert "! Kontrollen har 2 merknader. Alvorligst: avvises. De står ved det de gjelder.\n" in two


def test_findings_keep_their_order_and_a_text_for_operators_is_marked_as_english() -> None:
    found = [Found(), Found(rule="AMO-06", partner_text="Telefonnummer mangler.", severity="hold")]

    first, second = elements(referral(description=Code("1")), *found).xpath("//p[starts-with(@class, 'remark')]")

    assert (first.get("class"), second.get("class")) == ("remark warn", "remark stop")
    assert first.xpath("string(.//*[@lang='en'])") == "The sick leave is missing."
    assert second.xpath("string(.//*[@class='rule'])") == "AMO-06"
    assert not second.xpath(".//@lang")


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


def fixture_text(name: str) -> str:
    return show.text(wire.read((resources.fixtures() / "messages" / name).read_bytes()))


def test_a_discharge_letter_reads_like_one() -> None:
    shown = fixture_text("epikrise-1.2-xhtml.xml")

    for lines in (
        "Kopi til\n--------",
        "Opphold eller kontakt\n---------------------\nFra: 16.02.2026 kl. 09.00\nTil: 27.02.2026 kl. 14.00\n",
        "  Hoveddiagnose\n    M545 Korsryggsmerte\n",
        "  Forløp og behandling\n    To uker tverrfaglig opphold.\n    Ganghastighet 1,4 m/s\n",
        "N02BE01 Paracetamol  1 g ved behov",
        "  Svar på henvisning\n",
    ):
        assert lines in shown
    assert "Kansellering: epikrisen trekkes tilbake." in fixture_text("epikrise-1.2-kansellering.xml")


def test_a_result_under_a_heading_keeps_it() -> None:
    words = HeadedText(heading=Code("SY", "Sykmelding"), text=FreeText(text="Til 29.03."))
    fact = ClinicalFact(content=ExaminationResult(result=words), kind=Code("FUNN", "Funn"))
    letter = Epikrise(events=(CareEvent(facts=(fact,), comments=(HeadedText(text=FreeText(text="Bra.")),)),))

    shown = show.text(Message(kind=Kind.EPIKRISE, documents=(Document(content=(letter,)),)))

    assert "  Funn\n    Sykmelding\n      Til 29.03.\n  Kommentar\n    Bra.\n" in shown


def test_a_sick_note_tells_periods_and_what_nav_is_asked() -> None:
    shown = fixture_text("sykmelding-komplett.xml")

    for lines in (
        "Behandler ber NAV ta tak i saken nå.",
        "Første fraværsdag: 05.01.2026",
        "02.02.2026  01.03.2026  100 % sykmeldt; medisinske årsaker: Helsetilstanden hindrer aktivitet",
        "02.03.2026  29.03.2026  50 % sykmeldt",
        "NAV bør ta tak i saken nå: Ja",
        "Tiltak i regi av NAV: Vurdere arbeidsrettet oppfølging.",
        "L84 Ryggsyndrom",
    ):
        assert lines in shown


def test_a_sick_note_says_who_shall_not_see_an_answer() -> None:
    restricted = fixture_text("sykmelding-skjult-for-nav.xml")

    assert "Noen opplysninger skal ikke vises for alle; det står ved hver av dem." in restricted
    assert "Henvist til Arbeidsrettet mestringsopphold.\n      Skal ikke vises for: arbeidsgiver, NAV\n" in restricted


def test_every_kind_of_sick_leave_has_its_words() -> None:
    cause = Cause(codes=(Code("1", "Løft"),), text="Tungt")
    note = Sykmelding(
        assessment=MedicalAssessment(is_kept_from_patient="true", other_cause=cause),
        periods=(
            SickPeriod(employer_advice="Bedre stol"),
            SickPeriod(no_activity=NoActivity(workplace=cause)),
            SickPeriod(treatment_days="2"),
            SickPeriod(has_travel_grant="true"),
            SickPeriod(grade="40", has_travel_grant_beside="true"),
        ),
        questions=(QuestionGroup(answers=(QuestionAnswer(text="Svaret", restrictions=(Code("X", "Andre"),)),)),),
    )

    shown = show.text(Message(kind=Kind.SYKMELDING, documents=(Document(content=(note,)),)))

    for words in (
        "Skal skjermes for pasienten.",
        "Avventende sykmelding: Bedre stol",
        "100 % sykmeldt; arbeidsplassen: Løft, Tungt",
        "2 behandlingsdager i uken",
        "40 % sykmeldt; Reisetilskudd",
        "Annen fraværsårsak: Løft, Tungt",
        "Spørsmål\n    Svar\n      Svaret\n      Skal ikke vises for: Andre\n",
    ):
        assert words in shown


def test_a_doctors_statement_is_shown_with_what_the_patient_should_not_learn() -> None:
    shown = fixture_text("legeerklaering-komplett.xml")
    withheld = Legeerklaering(withheld="Prognosen")

    for lines in ("Gjelder: Sykefravær mer enn 8 uker", "Arbeidsufør fra: 05.01.2026", "L84 Ryggsyndrom"):
        assert lines in shown
    assert "medisinske grunner" not in shown
    assert "Noe i erklæringen bør pasienten ikke få vite av medisinske grunner." in show.text(
        Message(kind=Kind.LEGEERKLAERING, documents=(Document(content=(withheld,)),))
    )


def test_the_dates_of_an_assessment_stand_under_their_own_names() -> None:
    dates = (
        AssessmentDate(kind=coded(9147, "1", "Ansiennitetsdato"), date=Moment("2026-03-02")),
        AssessmentDate(date=Moment("2026-03-03")),
        AssessmentDate(kind=coded(9147, "2", "Vurderingsdato")),
    )

    shown = show.text(referral(assessment=Assessment(dates=dates)))

    assert "  Tidligere vurdering\n    Ansiennitetsdato: 02.03.2026\n    Dato: 03.03.2026\n" in shown
    assert "Vurderingsdato" not in shown


def test_a_person_is_titled_by_the_part_that_they_have() -> None:
    doctor = Party(person=HealthcareProfessional(full_name="Grønn Vits"))
    relations = (
        CareRelation(relation=coded(8254, "FLE", "Fastlege"), party=doctor),
        CareRelation(party=doctor),
    )

    shown = show.text(referral(care_relations=relations))

    assert "  Fastlege\n    Grønn Vits\n  Tilknyttet helsepersonell\n    Grønn Vits\n" in shown


def test_the_patient_of_a_statement_is_told_once_unless_it_says_more() -> None:
    patient = Patient(full_name="Blomst", identifiers=(Identifier("14838400052", Code("FNR")),))
    more = replace(patient, address=Address(street="Vei 1"))

    def shown(head: Patient | None, own: Patient) -> str:
        content = Legeerklaering(patient=own, status="God")
        return show.text(Message(patient=head, documents=(Document(content=(content,)),)))

    assert shown(patient, patient).count("Blomst") == 1
    assert shown(None, patient).count("Blomst") == 1
    assert shown(patient, more).count("Blomst") == 2


def test_lines_that_were_indented_with_the_xml_start_at_the_margin() -> None:
    deep = "Første linje.\n                    Andre linje.\n\t\t\tTredje.\n  - punkt"

    assert "Første linje.\nAndre linje.\nTredje.\n  - punkt" in show.html(note(FreeText(text=deep)))


def test_a_kind_that_is_a_bare_code_has_no_second_parentheses() -> None:
    phone = Telecom(Code("WP"), "tel:77000001")
    address = Address(street="Vei 1", kind=Code("RES"))

    shown = show.text(Message(patient=Patient(telecoms=(phone,), address=address)))

    assert "Telefon: 77000001 (kode WP)\n" in shown
    assert "Adresse: Vei 1 (kode RES)\n" in shown


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
