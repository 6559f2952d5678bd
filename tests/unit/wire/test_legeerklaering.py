"""The doctor's statement: facts in attributes, words in elements, and all of it written as it came."""

from __future__ import annotations

from adapter import resources, wire
from adapter.message import Code, Legeerklaering, Moment, Telecom, coded
from adapter.message.henvisning import Diagnosis
from adapter.wire.namespaces import LEGEERKLAERING

FOLDER = resources.fixtures() / "messages"
WHOLE = (FOLDER / "legeerklaering-komplett.xml").read_bytes()


def statement(inner: str) -> Legeerklaering:
    """Read a statement with some content."""
    found = wire.read(f'<Legeerklaring xmlns="{LEGEERKLAERING}">{inner}</Legeerklaring>'.encode()).legeerklaering
    assert found is not None
    return found


def illness(system: str, diagnoses: str) -> str:
    coded_in = f'<DiagnoseKodesystem kodesystem="{system}">{diagnoses}</DiagnoseKodesystem>'
    return f"<DiagnoseArbeidsuforhet>{coded_in}</DiagnoseArbeidsuforhet>"


def test_a_statement_is_read_as_its_reader_needs_it() -> None:
    """Who, since when, why, what helps."""
    message = wire.read(WHOLE)
    found = message.legeerklaering

    assert found is not None
    assert (message.kind, message.version, message.type_code) == ("legeerklaering", "1.0", "LEGEERKL")
    assert found.purposes == (Code("1", "Sykefravær mer enn 8 uker"),)
    assert found.patient is not None
    assert (found.patient.name, found.patient.identified_by("FNR")) == ("Vakker Blomst", "14838400052")
    assert found.patient.address is not None
    assert found.patient.address.city == "Eksempelby"
    assert found.patient.address.telecoms == (Telecom(kind=Code("HP", "Hovedtelefon"), address="tel:90000001"),)
    assert found.workplace is not None
    assert (found.workplace.name, found.workplace.occupation) == ("Eksempelbedriften AS", "Renholder")
    assert found.unfit_from == Moment("2026-01-05")
    assert found.plan is not None
    assert found.plan.treatment is not None
    assert (found.plan.treatment.text, found.plan.treatment.wait) == ("Arbeidsrettet mestringsopphold", "8")
    assert found.measures is not None
    assert [measure.kind for measure in found.measures.measures] == [Code("4", "Hjelpemidler på arbeidsplassen")]
    assert found.ability is not None
    assert found.ability.resumes == Code("2", "Etter behandling")
    assert found.prognosis is not None
    assert found.prognosis.illness == "Seks måneder"
    assert found.contacts == (Code("2", "Arbeidsgiver"),)
    assert not found.withholds
    assert wire.read(wire.write(message)) == message


def test_diagnoses_stand_in_the_order_of_the_doctor() -> None:
    """Not in that of the elements; a rank that is no number comes last."""
    codes = '<Enkeltdiagnose kodeverdi="{}" sortering="{}"/>'.format
    inner = "".join(codes(code, rank) for code, rank in (("A", "x"), ("B", "2"), ("C", "1"), ("D", "9" * 900)))

    found = statement(illness("3", inner))

    assert [diagnosis.concept and diagnosis.concept.value for diagnosis in found.diagnoses] == ["C", "B", "A", "D"]
    assert found.diagnoses[0] == Diagnosis(concept=coded(7110, "C"))


def test_icpc_without_a_version_is_icpc_2_and_icd_9_has_no_list() -> None:
    """Only lists with a number are named."""
    one = '<Enkeltdiagnose kodeverdi="X"/>'

    assert statement(illness("1", one)).diagnoses == (Diagnosis(concept=coded(7170, "X")),)
    assert statement(illness("2", one)).diagnoses == (Diagnosis(concept=Code("X")),)


def test_what_is_kept_from_the_patient_is_told() -> None:
    """By its words, or by a tick without words."""
    words = "<ForbeholdLegeerklaring><BorTilbakeholdes>Prognosen</BorTilbakeholdes></ForbeholdLegeerklaring>"

    assert statement(words).withholds
    assert statement('<ForbeholdLegeerklaring tilbakeholdInnhold="1"/>').withholds
    assert not statement("<ForbeholdLegeerklaring/>").withholds


def test_a_free_answer_beside_a_code_is_kept() -> None:
    """Another situation, another body."""
    found = statement(
        '<VurderingFunksjonsevne><Arbeidssituasjon arbeidssituasjon="4" annenArbeidssituasjon="Permittert"/>'
        '</VurderingFunksjonsevne><Kontakt annenInstans="Bedriftshelsetjenesten"/><LegeerklaringGjelder/>'
    )

    assert found.ability is not None
    assert found.ability.situations == (Code("4", "Annet", None, "Permittert"),)
    assert found.contacts == (Code(text="Bedriftshelsetjenesten"),)
    assert found.purposes == ()


def test_an_empty_statement_is_read() -> None:
    """Whatever was parsed is read; nothing it lacks is made up."""
    assert statement("") == Legeerklaering(source=statement("").source)
    assert statement("<Pasientopplysninger/>").patient is None
    assert statement("<Pasientopplysninger><Pasient><PersonAdr/></Pasient></Pasientopplysninger>").patient is not None


def test_a_statement_whose_type_and_name_are_swapped_is_known_by_its_code() -> None:
    """As 24 of the known messages have it."""
    message = wire.read((FOLDER / "legeerklaering-byttet-type.xml").read_bytes())

    assert message.type_code == "LEGEERKL"


def test_the_head_names_the_patient_before_the_form_does() -> None:
    """The form is asked where the head names none."""
    message = wire.read(WHOLE)

    assert message.about == message.patient
    assert wire.read(WHOLE.replace(b"Patient>", b"Ukjent>")).about == (
        message.legeerklaering and message.legeerklaering.patient
    )
