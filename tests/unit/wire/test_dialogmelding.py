"""Dialogmelding 1.0 and 1.1: what both say, and what only the later one can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter import wire
from adapter.check.schema import SchemaSet
from adapter.errors import SpecError
from adapter.message import (
    Address,
    Code,
    Dialogmelding,
    Document,
    Envelope,
    Foresporsel,
    FreeText,
    HealthcareProfessional,
    Identifier,
    Kind,
    Message,
    Moment,
    Notat,
    Organisation,
    Person,
    RelatedRole,
    RelatedUnit,
    Telecom,
    coded,
)
from adapter.wire.content import root_for
from adapter.wire.dialogmelding import DIALOGMELDING_10, DIALOGMELDING_11
from adapter.wire.namespaces import DIALOG_10, DIALOG_11, XHTML

XHTML_BODY = f'<p xmlns="{XHTML}">Hei <em>du</em></p>'.encode()
PROFESSIONAL = HealthcareProfessional(
    profession=Code("LE", "Lege"),
    role_to_patient=coded(9034, "6", "Fastlege"),
    family_name="Vits",
    middle_name="Lun",
    given_name="Grønn",
    date_of_birth=Moment("1970-01-01"),
    sex=Code("1", "Mann"),
    nationality=Code("NO", "Norge"),
    identifiers=(Identifier("565501872", coded(8116, "HPR", "HPR-nummer")),),
    address=Address(kind=Code("WP"), street="Veien 1", postal_code="9000", city="Tromsø", postbox="1"),
    telecoms=(Telecom(Code("WP"), "tel:+4777000000"),),
)
PERSON = Person(given_name="Vakker", middle_name="Fin", family_name="Blomst", sex=Code("2"))
QUESTION_10 = Foresporsel(
    kind=coded(9152, "1", "Helseopplysninger"),
    question=FreeText(text="Hva er status?\r\nHilsen oss"),
    purpose=coded(9068, "1"),
    reason="Behandling",
    urgency=Code("9", "Ubestemt"),
    from_date=Moment("2026-01-01"),
    to_date=Moment("2026-12-31"),
    journal_information=(coded(9066, "A"),),
    document_id="q1",
    roles=(
        RelatedRole(role=coded(9057, "1", "Forfatter"), person=PROFESSIONAL),
        RelatedRole(role_to_patient=coded(9034, "6"), person=PERSON),
    ),
)
QUESTION_11 = replace(
    QUESTION_10,
    subject="Emne",
    question=FreeText(text="Se her: ", markup=(XHTML_BODY + b" og &lt; slik&#13;\n", XHTML_BODY)),
    journal_information=(coded(9066, "A"), coded(9066, "B")),
    coded_information=coded(8324, "1"),
    roles=(
        RelatedRole(
            unit=RelatedUnit(
                organisation=Organisation(
                    name="Legekontoret",
                    kind=coded(9040, "103"),
                    identifiers=(Identifier("8990200", coded(9051, "HER")),),
                    units=(Organisation(name="Lab", identifiers=(Identifier("1", coded(9051, "HER")),)),),
                ),
                note="ring først",
                person=PERSON,
            )
        ),
        RelatedRole(),
    ),
)
NOTE = Notat(
    theme=coded(7322, "6", "Henvendelse om pasient"),
    subject="Tema",
    text=FreeText(text="Tekst", is_typed=True),
    remark="Merknad",
    document_id="n1",
    date=Moment("2026-11-20"),
    roles=QUESTION_10.roles,
)
CASES = {
    "questions of 1.0": Dialogmelding(
        version="1.0", case_kind=coded(9999, "1"), case="Sak", foresporsler=(QUESTION_10, QUESTION_10)
    ),
    "questions of 1.1": Dialogmelding(version="1.1", foresporsler=(QUESTION_11,)),
    "an answer of 1.0": Dialogmelding(version="1.0", notater=(replace(NOTE, foresporsel=QUESTION_10),)),
    "an answer of 1.1": Dialogmelding(version="1.1", notater=(replace(NOTE, foresporsel=QUESTION_11), NOTE)),
}


def wrapped(payload: Dialogmelding) -> Message:
    return Message(
        kind=Kind.DIALOGMELDING, version=payload.version, documents=(Document(kind=Code("XML"), content=(payload,)),)
    )


def written(payload: Dialogmelding) -> str:
    return wire.write(wrapped(payload)).decode()


def reread(payload: Dialogmelding) -> Dialogmelding | None:
    return wire.read(wire.write(wrapped(payload))).dialogmelding


@pytest.fixture(scope="module")
def schemas() -> SchemaSet:
    return SchemaSet.load()


@pytest.mark.parametrize("payload", CASES.values(), ids=CASES)
def test_a_message_with_everything_is_valid_and_reads_as_itself(schemas: SchemaSet, payload: Dialogmelding) -> None:
    """Every element of both versions has its place in the model."""
    assert reread(payload) == payload
    assert schemas.validate(root_for(payload).write(payload)) == ()


def test_the_versions_declare_the_standards_children(declared: Callable[..., dict[str, str]]) -> None:
    """1.1 has a subject, several kinds of journal information and units besides."""
    earlier, later = declared(DIALOGMELDING_10, "Dialogmelding"), declared(DIALOGMELDING_11, "Dialogmelding")

    assert earlier["Foresporsel"] == (
        "TypeForesp Sporsmal Formål Begrunnelse Hastegrad FraDato TilDato TypeJournalinfo DokIdForesp "
        "RollerRelatertNotat"
    )
    assert later["Foresporsel"] == (
        "TypeForesp EmneSporsmal Sporsmal Formål Begrunnelse Hastegrad FraDato TilDato TypeJournalinfo KodetOpplysning "
        "DokIdForesp RollerRelatertNotat"
    )
    assert earlier["RollerRelatertNotat"] == "RolleNotat RoleToPatient HealthcareProfessional Person"
    assert later["RollerRelatertNotat"] == "RolleNotat RoleToPatient TilknyttetEnhet HealthcareProfessional Person"
    assert later["Person"].startswith("GivenName MiddleName FamilyName DateOfBirth")
    assert later["HealthcareProfessional"].startswith("TypeHealthcareProfessional RoleToPatient FamilyName")


def test_numbers_lie_in_the_common_namespace_inside_an_element_of_the_own() -> None:
    """`dia:Ident` holds `fk1:Id`."""
    assert "<Ident><fk1:Id>565501872</fk1:Id><fk1:TypeId " in written(CASES["questions of 1.0"])


@pytest.mark.parametrize("payload", [Dialogmelding(version="1.0"), Dialogmelding(version="1.1")])
def test_an_empty_message_is_read(payload: Dialogmelding) -> None:
    """The schemas allow it."""
    assert reread(payload) == payload


def test_a_typed_text_says_its_type_again() -> None:
    """NAV asks for xsi:type on the text of a note."""
    text = written(CASES["an answer of 1.0"])

    assert 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"' in text
    assert 'xsi:type="xsd:string">Tekst</TekstNotatInnhold>' in text


def test_a_text_typed_as_something_else_is_read_as_plain() -> None:
    """Only the string type is known on the wire."""
    data = written(CASES["an answer of 1.0"]).replace("xsd:string", "xsd:token").encode()

    message = wire.read(data).dialogmelding

    assert message is not None
    assert message.notater[0].text == FreeText(text="Tekst")


def test_line_breaks_survive() -> None:
    """CR LF is the standards' line break, and XML would swallow a bare CR."""
    assert "Hva er status?&#13;\nHilsen oss" in written(CASES["questions of 1.0"])


def test_markup_in_a_question_of_1_0_is_read() -> None:
    """The schema takes text only, reading takes what came."""
    data = written(CASES["questions of 1.0"]).replace("Hva er status?", f"Hva? {XHTML_BODY.decode()} Ja").encode()

    message = wire.read(data).dialogmelding

    assert message is not None
    assert message.foresporsler[0].question == FreeText(text="Hva? ", markup=(XHTML_BODY + b" Ja&#13;\nHilsen oss",))


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (Dialogmelding(version="1.0", foresporsler=(replace(QUESTION_10, subject="x"),)), "subject"),
        (
            Dialogmelding(version="1.0", foresporsler=(replace(QUESTION_10, coded_information=Code("1")),)),
            "coded_information",
        ),
        (Dialogmelding(version="1.0", foresporsler=(replace(QUESTION_10, question=QUESTION_11.question),)), "question"),
        (
            Dialogmelding(
                version="1.0", foresporsler=(replace(QUESTION_10, journal_information=(Code("1"), Code("2"))),)
            ),
            "journal_information",
        ),
        (Dialogmelding(version="1.0", foresporsler=(replace(QUESTION_10, roles=QUESTION_11.roles),)), "unit"),
        (Dialogmelding(version="1.1", notater=(replace(NOTE, text=FreeText(markup=(b"<p>",))),)), "xml"),
        (Dialogmelding(version="1.1", notater=(replace(NOTE, theme=None, remark="\x00"),)), "character"),
        (Dialogmelding(version="2.0"), "version"),
        (
            Dialogmelding(version="1.1", notater=(replace(NOTE, roles=(RelatedRole(person=Person(full_name="x")),)),)),
            "full_name",
        ),
    ],
)
def test_what_the_version_cannot_say_is_refused_by_name(payload: Dialogmelding, field: str) -> None:
    """Nothing is lost in silence."""
    with pytest.raises(SpecError, match=rf"\b{field}\b"):
        wire.write(wrapped(payload))


@pytest.mark.parametrize("namespace", [DIALOG_10, DIALOG_11])
def test_a_bare_payload_is_read_without_an_envelope(namespace: str) -> None:
    """Files without a head exist in test material; they can be shown."""
    message = wire.read(f'<d:Dialogmelding xmlns:d="{namespace}"/>'.encode())

    assert message.envelope is Envelope.NONE
    assert message.kind is Kind.DIALOGMELDING
    assert message.dialogmelding is not None
    with pytest.raises(SpecError, match="envelope"):
        wire.write(message)


_CODES_WITH_LIST = st.builds(
    Code,
    st.text("AB1", min_size=1, max_size=3),
    st.text("aå<", max_size=3),
    st.just("2.16.578.1"),
    st.none() | st.just("x"),
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_message_of_1_1_reads_as_itself(some: Callable[..., st.SearchStrategy[Any]], data: st.DataObject) -> None:
    """Whatever is set, and in whatever words."""
    text = st.builds(FreeText, text=st.text("aå<&\r\n ", max_size=5), is_typed=st.booleans())
    person = some(Person, full_name=None, identifiers=None, address=None, telecoms=None)
    role = some(RelatedRole, role=_CODES_WITH_LIST, role_to_patient=_CODES_WITH_LIST, unit=None, person=person)
    question = some(Foresporsel, question=text, roles=st.lists(role, max_size=2).map(tuple))
    drawn = data.draw(
        some(
            Notat,
            text=text,
            theme=_CODES_WITH_LIST,
            foresporsel=question,
            roles=st.lists(role, max_size=2).map(tuple),
        )
    )
    payload = Dialogmelding(version="1.1", notater=(drawn,))

    assert reread(payload) == payload
