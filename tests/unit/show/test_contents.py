"""Each kind of content, as a reader expects it."""

from __future__ import annotations

from dataclasses import replace

from showing import elements, fixture_text, note, referral

from adapter import show
from adapter.message import (
    Address,
    Code,
    Document,
    Envelope,
    Epikrise,
    FreeText,
    HealthcareProfessional,
    Identifier,
    Kind,
    Legeerklaering,
    Message,
    Moment,
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
    CareRelation,
    Diagnosis,
    InformationItem,
    Medication,
    Modifier,
    Observation,
)
from adapter.message.sykmelding import (
    Cause,
    MedicalAssessment,
    NoActivity,
    QuestionAnswer,
    QuestionGroup,
    SickPeriod,
)


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


def test_a_report_shows_its_patients() -> None:
    report = PatientReport(
        case_number="7", patient=Patient(family_name="Blomst"), documents=note(subject="S").documents
    )

    shown = show.text(Message(patient_reports=(report,)))

    assert "Pasientrapport\n--------------\nSaksnummer: 7\nBlomst\n" in shown
    assert "Emne: S" in shown


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
