"""The question about missing content, to whoever referred."""

from __future__ import annotations

import pytest
from building import CLINIC, DOCUMENT_ID, MSG_ID, NOW, dialogue, party, referral

from adapter.flow.drafts.frame import Writing
from adapter.flow.drafts.question import question, wording_for
from adapter.message import Code, Document, Henvisning, Identifier, Message, Moment, Patient, coded
from adapter.wire import read, write


def writing(about: Message, *her_ids: str, **more: object) -> Writing:
    return Writing(about=about, sender=party(*(her_ids or CLINIC)), now=NOW, **more)


def test_the_question_can_be_sent_as_it_stands() -> None:
    """Family and given name are taken apart, and the answer is asked for by list."""
    asked = question(writing(referral()), ["arbeidsforhold", "telefonnummer"])

    back = read(write(asked))

    assert back == asked
    assert (back.patient.family_name, back.patient.given_name) == ("Blomst", "Vakker")
    assert back.patient.identified_by("FNR") == "14838400052"
    assert back.dialogmelding.notater[0].theme.value == "6"
    assert "- arbeidsforhold\r\n- telefonnummer" in back.dialogmelding.notater[0].text.text
    assert (back.conversation.parent, back.conversation.conversation) == (MSG_ID, MSG_ID)


def test_the_question_is_the_same_when_it_is_asked_again() -> None:
    assert question(writing(referral()), ["a"]) == question(writing(referral()), ["a"])


def test_a_second_question_of_a_person_is_another_message() -> None:
    assert question(writing(referral()), ["a"]).msg_id != question(writing(referral(), serial="2"), ["a"]).msg_id


def test_the_question_comes_from_the_one_who_asks() -> None:
    """A copy recipient does not ask in the name of the primary receiver."""
    asked = question(writing(referral(), "8990300", "8990301"), ["a"])

    assert asked.sender.her_ids() == ("8990300", "8990301")


def test_a_question_about_henvisning_1_0_names_it_as_its_receipt_does() -> None:
    """Hodemelding 1.2: the id that the AppRec uses, which is the document id in version 1.0."""
    payload = Henvisning(version="1.0", document_id=DOCUMENT_ID)
    old = referral(version="1.0", documents=(Document(content=(payload,)),))

    asked = question(writing(old), ["a"])

    assert (asked.conversation.parent, asked.conversation.conversation) == (DOCUMENT_ID, DOCUMENT_ID)


def test_a_referral_sent_as_dialogue_is_asked_for_as_a_referral() -> None:
    """Nobody is told that a new referral is not needed where one is asked for."""
    asked = question(writing(dialogue()), ["en ordinær elektronisk henvisning"], wording_for("AMO-17", ("fri", "amo")))

    (note,) = asked.dialogmelding.notater
    assert "- en ordinær elektronisk henvisning" in note.text.text
    assert "ikke nødvendig" not in note.text.text
    assert "sendt som dialogmelding" in note.subject


@pytest.mark.parametrize(
    ("rule", "profiles", "subject"),
    [
        ("AMO-04", ("amo",), "Manglende opplysninger i henvisning til Arbeidsrettet mestringsopphold"),
        ("FRI-03", ("fri",), "Manglende opplysninger i henvisning til frisklivssentralen"),
        ("H11-06", ("amo", "fri"), "Manglende opplysninger i mottatt melding"),
        ("H11-06", (), "Manglende opplysninger i mottatt melding"),
        (None, ("amo",), "Manglende opplysninger i henvisning til Arbeidsrettet mestringsopphold"),
        (None, ("navt",), "Manglende opplysninger i mottatt melding"),
    ],
)
def test_a_question_speaks_of_what_the_rule_is_about(rule: str | None, profiles: tuple[str, ...], subject: str) -> None:
    asked = question(writing(referral()), ["a"], wording_for(rule, profiles))

    assert asked.dialogmelding.notater[0].subject == subject


def test_a_patient_without_number_is_told_by_birth_and_sex() -> None:
    patient = Patient(
        family_name="Blomst", given_name="Vakker", sex=Code("2", "Kvinne"), date_of_birth=Moment("1984-03-14T00:00:00")
    )

    asked = question(writing(referral(patient=patient)), ["a"])

    assert (asked.patient.sex, asked.patient.date_of_birth) == (Code("2", "Kvinne"), Moment("1984-03-14"))
    assert question(writing(referral(patient=None)), ["a"]).patient is None


def test_a_name_that_nobody_can_take_apart_stays_whole() -> None:
    patient = Patient(full_name="Vakker Blomst", identifiers=(Identifier("14838400052", coded(8116, "FNR")),))

    asked = question(writing(referral(patient=patient)), ["a"])

    assert (asked.patient.family_name, asked.patient.given_name) == ("Vakker Blomst", None)
