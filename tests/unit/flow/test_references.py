"""By which ids, and by which digests, messages find each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from building import Earlier, dialogue, referral

from adapter.flow.references import (
    CONTENT,
    DEDUPE,
    DOCUMENT_ID,
    PARENT,
    PATIENT,
    content_digest,
    patient_digest,
    references_of,
    threads_of,
    topic_of,
)
from adapter.message import (
    Base64Data,
    Code,
    Dialogmelding,
    Document,
    Envelope,
    Epikrise,
    Foresporsel,
    FreeText,
    Identifier,
    Kind,
    Legeerklaering,
    Message,
    Moment,
    Notat,
    Patient,
    coded,
)
from adapter.message.epikrise import AnsweredReferral

PATIENT_F = Patient(identifiers=(Identifier("14838400052", coded(8116, "FNR")),))
PATIENT_M = Patient(identifiers=(Identifier("02917100171", coded(8116, "FNR")),))
ATTACHMENT = Document(kind=Code("A"), content=(Base64Data.of(b"%PDF-"),))


def noted(text: str = "Ber om tiltak.", theme: Code | None = None, **changes: object) -> Dialogmelding:
    note = Notat(theme=theme or coded(8128, "1"), text=FreeText(text=text))
    return Dialogmelding(notater=(replace(note, **changes),))


def holding(*contents: Dialogmelding, patient: Patient = PATIENT_F, attachments: tuple[Document, ...] = ()) -> Message:
    return dialogue(patient=patient, documents=(Document(content=contents), *attachments))


@pytest.mark.parametrize(
    ("content", "topic"),
    [
        (Dialogmelding(notater=(Notat(theme=coded(9148, "2")),)), "9148/2"),
        (Dialogmelding(foresporsler=(Foresporsel(kind=coded(8129, "1")),)), "8129/1"),
        # an answer carries the question it answers
        (
            Dialogmelding(notater=(Notat(theme=coded(9069, "5"), foresporsel=Foresporsel(kind=coded(8129, "1"))),)),
            "9069/5",
        ),
        (Dialogmelding(notater=(Notat(theme=coded(9148, "2")), Notat(theme=coded(9148, "4")))), "9148/2"),
        (Dialogmelding(notater=(Notat(theme=Code("5")),)), None),
        (Dialogmelding(notater=(Notat(),)), None),
        (Dialogmelding(), None),
    ],
)
def test_the_topic_is_the_code_of_the_first_note_or_question(content: Dialogmelding, topic: str | None) -> None:
    assert topic_of(holding(content)) == topic


def test_a_referral_has_no_topic() -> None:
    assert topic_of(referral()) is None


def test_a_patient_is_compared_by_a_digest_of_the_number_however_it_is_written() -> None:
    spaced = Patient(identifiers=(Identifier("148384 00052", coded(8116, "FNR")),))
    digest = patient_digest(holding(noted()))
    assert digest is not None
    assert "14838400052" not in digest
    assert digest == patient_digest(holding(noted(), patient=spaced))
    assert digest != patient_digest(holding(noted(), patient=PATIENT_M))


def test_a_patient_without_number_cannot_be_compared() -> None:
    assert patient_digest(holding(noted(), patient=Patient())) is None
    assert patient_digest(dialogue()) is None


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (holding(noted(document_id="another", date=Moment("2026-03-05"))), True),
        (replace(holding(noted()), msg_id="another", generated=Moment("2026-03-05T10:00:00")), True),
        (holding(noted("Noe annet.")), False),
        (holding(noted(theme=coded(8128, "2"))), False),
        (holding(noted(), patient=PATIENT_M), False),
        (holding(noted(), attachments=(ATTACHMENT,)), False),
        (holding(noted(foresporsel=Foresporsel(document_id="a"))), False),
    ],
)
def test_content_is_the_same_whatever_ids_and_times_it_comes_with(other: Message, *, is_same: bool) -> None:
    assert (content_digest(holding(noted())) == content_digest(other)) is is_same


def test_the_question_inside_an_answer_counts_without_its_id() -> None:
    one, other = (holding(noted(foresporsel=Foresporsel(document_id=number))) for number in "ab")
    assert content_digest(one) == content_digest(other)


def test_line_breaks_in_base64_make_no_other_content() -> None:
    broken = Document(kind=Code("A"), content=(Base64Data("JVBE\r\nRi0="),))
    assert content_digest(holding(noted(), attachments=(ATTACHMENT,))) == content_digest(
        holding(noted(), attachments=(broken,))
    )


def test_only_what_nav_compares_is_found_by_its_content() -> None:
    assert CONTENT in {role for role, _ in references_of(holding(noted()))}
    assert CONTENT not in {role for role, _ in references_of(holding(noted(theme=coded(7322, "6"))))}
    assert content_digest(referral()) is None


def test_questions_of_nav_and_answers_are_found_by_their_patient() -> None:
    question = holding(Dialogmelding(foresporsler=(Foresporsel(kind=coded(8129, "1"), document_id="d"),)))
    certificate = replace(holding(), kind=Kind.LEGEERKLAERING)
    keys = {key for message in (question, certificate) for role, key in references_of(message) if role == PATIENT}
    assert len(keys) == 1
    assert PATIENT not in {role for role, _ in references_of(holding(noted()))}
    assert PATIENT not in {role for role, _ in references_of(replace(certificate, patient=None))}


def test_the_same_words_or_the_same_patient_join_no_threads() -> None:
    found = [Earlier("k", role, number, thread=number) for number, role in enumerate((DEDUPE, CONTENT, PATIENT), 1)]
    assert threads_of(found) == ()
    assert threads_of([*found, Earlier("k", "parent", 9, thread=9), Earlier("k", "msg_id", 4, thread=4)]) == (4, 9)


def test_a_discharge_letter_is_tied_to_every_referral_it_answers() -> None:
    letter = Epikrise(
        document_id="L", referrals=(AnsweredReferral(id="D-1"), AnsweredReferral(), AnsweredReferral(id="M-2"))
    )
    message = Message(envelope=Envelope.MESSAGE, kind=Kind.EPIKRISE, documents=(Document(content=(letter,)),))

    assert references_of(message) == ((DOCUMENT_ID, "l"), (PARENT, "d-1"), (PARENT, "m-2"))


@pytest.mark.parametrize(("service_type", "named"), [("C", ["orig"]), ("M", ["orig"]), ("N", [])])
def test_a_cancellation_names_its_referral_by_a_reference_document(service_type: str, named: list[str]) -> None:
    """Official receiving tests 28 and 29: Henvisning 1.x has no conversation."""
    message = referral(service_type=service_type)
    documents = (Document(kind=Code("REF"), id="Orig"), Document(kind=Code("A"), id="attached"), Document(id="x"))

    found = references_of(replace(message, documents=(*message.documents, *documents)))

    assert [key for role, key in found if role == PARENT] == named


def test_the_patient_of_a_form_is_found_where_the_head_names_none() -> None:
    form = holding(Legeerklaering(patient=PATIENT_F))

    assert patient_digest(replace(form, patient=None)) == patient_digest(replace(form, patient=PATIENT_F))
    assert patient_digest(replace(form, patient=PATIENT_M)) != patient_digest(replace(form, patient=PATIENT_F))
