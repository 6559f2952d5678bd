"""Answers and needs to NAV: domain rules A.2, A.5, A.6, scenarios 16 and 18."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter.check.codelists import CodeLists
from adapter.flow.drafts.author import author_of
from adapter.flow.drafts.frame import CannotBeWritten, Writing
from adapter.flow.drafts.nav import MEETING_ANSWERS, NEEDS, answer, asked_in, need
from adapter.message import HealthcareProfessional, Message, coded

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
REQUEST, REMINDER = "dialogmelding-1.0-nav-foresporsel", "dialogmelding-1.0-nav-paminnelse"
DOCTOR = author_of(
    name="Grønn Vits", profession="LE", hpr="565501872", phone="77000001", name_of=CodeLists.load().name_of
)
Example = Callable[[str], Message]
Findings = Callable[..., list[Any]]


def writing(about: Message, author: HealthcareProfessional | None = DOCTOR) -> Writing:
    return Writing(about=about, sender=about.receiver, author=author, now=NOW)


def summons(request: Message) -> Message:
    """Return NAV's invitation to a dialogmøte, in the shape of its request."""
    asked = replace(asked_in(request), kind=coded(8125, "1", "Innkalling dialogmøte 2"))
    (first, *others) = request.documents
    content = replace(request.dialogmelding, foresporsler=(asked,))
    return replace(request, documents=(replace(first, content=(content,)), *others))


@pytest.mark.parametrize("about", [REQUEST, REMINDER])
def test_the_answer_repeats_the_request_and_names_what_it_answers(
    example: Example, findings: Findings, about: str
) -> None:
    asked = example(about)
    message = answer(writing(asked), "Pasienten er henvist.")

    assert findings(message) == []
    assert (message.type_code, message.version) == ("DIALOG_SVAR", "1.0")
    assert message.conversation.parent == asked.msg_id
    assert message.conversation.conversation == asked.conversation.conversation
    (note,) = message.dialogmelding.notater
    assert (note.theme.list_number, note.theme.value) == ("9069", "5")
    assert (note.text.text, note.text.is_typed) == ("Pasienten er henvist.", True)
    assert note.foresporsel == asked_in(asked)
    assert (note.roles[0].role.value, note.roles[0].role_to_patient) == ("1", None)
    assert message.msg_id == message.msg_id.lower()
    assert message.receiver.her_ids() == ("79768",)
    assert message.receiver.organisation_number == "889640782"


def test_the_conversation_is_repeated_letter_by_letter(example: Example) -> None:
    """NAV finds the answer by exactly its own id (A.6)."""
    request = example(REQUEST)
    shouted = replace(request, conversation=replace(request.conversation, conversation="ABC-def-01"), msg_id="A1-B2")

    message = answer(writing(shouted), "Ja.")

    assert (message.conversation.parent, message.conversation.conversation) == ("A1-B2", "ABC-def-01")


def test_the_sender_is_one_doctor_with_every_number(example: Example) -> None:
    sender = answer(writing(example(REQUEST)), "Ja.").sender

    (person,) = sender.organisation.people
    assert person.profession.value == "LE"
    assert {found.kind.value: found.value for found in person.identifiers} == {"HER": "8990201", "HPR": "565501872"}


def test_a_stand_in_sends_from_the_same_address_without_the_owners_numbers(example: Example) -> None:
    request = example(REQUEST)
    organisation = request.receiver.organisation
    (owner,) = organisation.people
    hpr = replace(owner.identifiers[0], value="9999999", kind=coded(8116, "HPR", "HPR-nummer"))
    fnr = replace(owner.identifiers[0], value="02917100171", kind=coded(8116, "FNR", "Fødselsnummer"))
    people = (replace(owner, family_name="Annen", identifiers=(*owner.identifiers, hpr, fnr)),)
    receiver = replace(request.receiver, organisation=replace(organisation, people=people))
    about = replace(request, receiver=receiver)

    (person,) = answer(writing(about), "Ja.").sender.organisation.people

    assert {found.kind.value: found.value for found in person.identifiers} == {"HER": "8990201", "HPR": "565501872"}


def test_an_answer_without_words_waits_for_them(example: Example) -> None:
    message = answer(writing(example(REQUEST), None))

    (note,) = message.dialogmelding.notater
    assert (note.text, note.roles) == (None, ())
    assert note.foresporsel is not None


@pytest.mark.parametrize("code", MEETING_ANSWERS)
def test_a_summons_is_answered_by_its_own_list(example: Example, findings: Findings, code: str) -> None:
    asked = summons(example(REQUEST))
    message = answer(writing(asked), "Kan torsdag.", code)

    assert findings(message) == []
    (note,) = message.dialogmelding.notater
    assert (note.theme.list_number, note.theme.value, note.theme.name) == ("8126", code, MEETING_ANSWERS[code])
    assert note.foresporsel is None
    assert message.conversation.parent == asked.msg_id


def test_another_partys_request_is_answered_by_the_general_list(example: Example, findings: Findings) -> None:
    message = answer(writing(example("dialogmelding-1.0-foresporsel")), "Har ikke.", "3")

    assert findings(message) == []
    assert message.dialogmelding.notater[0].theme.name == "Har ikke ønskede opplysninger"


@pytest.mark.parametrize(
    ("make", "code", "said"),
    [
        (lambda example: example("henvisning-1.1-komplett"), None, "asks nothing"),
        (lambda example: example(REQUEST), "3", "NAV takes no answer 3"),
        (lambda example: summons(example(REQUEST)), None, "no code yet"),
        (lambda example: summons(example(REQUEST)), "4", "no 4 in list 8126"),
    ],
)
def test_what_has_no_answer_gets_none(
    example: Example, make: Callable[[Example], Message], code: str | None, said: str
) -> None:
    with pytest.raises(CannotBeWritten, match=said):
        answer(writing(make(example)), "Ja.", code)


@pytest.mark.parametrize("code", NEEDS)
def test_a_need_begins_a_conversation_of_its_own(example: Example, findings: Findings, code: str) -> None:
    referral = example("henvisning-1.1-komplett")
    nav = example(REQUEST).sender
    pen = Writing(about=referral, sender=referral.sender, author=DOCTOR, now=NOW)

    text = "Pasienten er sykmeldt og trenger tiltak." if code == "1" else "Trenger arbeidsrettede tiltak."
    message = need(pen, nav, text, code)

    # the doctor's own number and signature are not the adapter's to give
    assert {found.rule for found in findings(message, "navt")} == {"NAVT-06", "NAVT-07"}
    assert (message.type_code, message.version, message.conversation) == ("DIALOG_NOTAT", "1.0", None)
    (note,) = message.dialogmelding.notater
    assert (note.theme.list_number, note.theme.value, note.theme.name) == ("8128", code, NEEDS[code])
    assert note.foresporsel is None


def test_a_need_that_answers_nav_stays_in_its_conversation(example: Example) -> None:
    said = example("dialogmelding-1.0-nav-melding")

    message = need(writing(said), said.sender, "Trenger mer.", "1")

    assert message.conversation.parent == said.msg_id
    assert message.conversation.conversation == said.conversation.conversation
