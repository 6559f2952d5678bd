"""The national acceptance tests for sending Dialogmelding 1.0 and Henvisning 1.0, as far as `build` is what sends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from installed import START, built, fixture
from lxml import etree

from adapter.check.codelists import CodeLists
from adapter.check.finding import Direction, Report, Severity
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.check.schema import SchemaSet
from adapter.wire import read
from adapter.wire.namespaces import DIALOG_10, HENVISNING_10

QUESTION, ANSWER = "dialogmelding-1.0-foresporsel", "dialogmelding-1.0-svar"
WRONG, REFERRAL = "dialogmelding-1.0-avvik", "henvisning-1.0"
DIALOGUES = {QUESTION: "DIALOG_FORESPORSEL", ANSWER: "DIALOG_SVAR", WRONG: "DIALOG_AVVIK"}
SPECS = [*DIALOGUES, REFERRAL]
PATIENT = {"name": "Vakker Blomst", "date_of_birth": "1984-03-14", "sex": "2 Kvinne"}


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    with Checker(SchemaSet.load(), CodeLists.load(), explain=False) as made:
        yield made


def judged(checker: Checker, data: bytes) -> Report:
    """Judge a message as its sender should."""
    return checker.check(data, Policy(direction=Direction.OUTBOUND), now=START)


def warnings(report: Report) -> set[str]:
    return {found.rule for found in report.findings if found.severity.weight >= Severity.WARN.weight}


@pytest.mark.parametrize("spec", SPECS)
def test_what_is_sent_is_valid_and_in_utf_8_and_in_its_namespace(spec: str) -> None:
    """Dialogmelding 4 to 8, Henvisning 1 to 5."""
    data = built(spec)
    root = etree.fromstring(data)

    assert SchemaSet.load().validate(root) == ()
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    content = next(root.iter("{*}Message", "{*}Dialogmelding"))
    assert etree.QName(content).namespace == (HENVISNING_10 if spec == REFERRAL else DIALOG_10)


@pytest.mark.parametrize("spec", SPECS)
def test_the_head_of_what_is_sent_is_complete(spec: str) -> None:
    """Dialogmelding 9 to 14, Henvisning 6."""
    message = read(built(spec))

    assert message.type_code == DIALOGUES.get(spec, "HENVISNING")
    assert re.fullmatch(r"v\d\.\d \d{4}-\d{2}-\d{2}", message.mig_version or "")
    assert message.generated is not None
    assert message.generated.instant is not None
    assert "T" in message.generated.text
    assert UUID(message.msg_id)
    assert message.sender is not None
    assert message.receiver is not None
    assert message.sender.name
    assert message.receiver.name
    assert message.patient is not None
    assert message.patient.name
    assert message.patient.identified_by("FNR")


@pytest.mark.parametrize("spec", SPECS)
def test_nothing_empty_is_sent(spec: str) -> None:
    """Dialogmelding 15, Henvisning 8."""
    empty = [
        element.tag
        for element in etree.fromstring(built(spec)).iter("*")
        if not len(element) and not (element.text or "").strip() and not any(element.attrib.values())
    ]

    assert empty == []


def test_an_answer_carries_its_question() -> None:
    """Dialogmelding 16."""
    dialogue = read(built(ANSWER)).dialogmelding

    assert dialogue is not None
    (note,) = dialogue.notater
    assert note.foresporsel is not None
    assert note.foresporsel.question is not None


def test_attachments_are_documents_behind_the_message_itself() -> None:
    """Dialogmelding 17 and 18."""
    attachment = {"file": "attachments/funksjonsvurdering.pdf", "description": "Vedlegg"}
    root = etree.fromstring(built(QUESTION, {"attachments": [attachment]}))

    kinds = [found.get("V") for found in root.findall("{*}Document/{*}RefDoc/{*}MsgType")]

    assert kinds == ["XML", "A"]
    assert root.find(f"{{*}}Document[1]/{{*}}RefDoc/{{*}}Content/{{{DIALOG_10}}}Dialogmelding") is not None


@pytest.mark.parametrize("data", [built(QUESTION), built(ANSWER), fixture("dialogmelding-1.0-notat-om-pasient.xml")])
def test_whoever_is_named_in_a_dialogue_has_a_role(data: bytes) -> None:
    """Dialogmelding 19 to 21; a note has a text besides."""
    dialogue = read(data).dialogmelding
    assert dialogue is not None

    roles = [role for said in (*dialogue.notater, *dialogue.foresporsler) for role in said.roles]

    assert roles
    assert all((role.role or role.role_to_patient) and role.person for role in roles)
    assert all(note.text is not None and note.text.text for note in dialogue.notater)


def test_two_messages_have_two_ids() -> None:
    """Dialogmelding 13, Henvisning 10."""
    assert read(built(QUESTION)).msg_id != read(built(ANSWER)).msg_id


def test_a_diagnosis_has_code_list_and_name() -> None:
    """Henvisning 11."""
    (concept,) = etree.fromstring(built(REFERRAL)).findall(".//{*}Diagnosis/{*}Concept")

    assert dict(concept.attrib) == {
        "V": "L84",
        "S": "2.16.578.1.12.4.1.1.7170",
        "DN": "Ryggsyndrom uten smerteutstråling",
    }


def test_a_wrong_identity_number_is_seen_before_it_is_sent(checker: Checker) -> None:
    """Henvisning, case 4, row 1."""
    data = built(REFERRAL, {"patient": {**PATIENT, "identity_number": "14838400053"}})

    assert "MSG-06" in warnings(judged(checker, data))


def test_a_missing_identity_number_is_seen_before_it_is_sent(checker: Checker) -> None:
    """Henvisning 14, case 4, row 2: a warning with date of birth and sex, a stop without."""
    whole = judged(checker, built(REFERRAL, {"patient": PATIENT}))
    poor = judged(checker, built(REFERRAL, {"patient": {"name": "Vakker Blomst"}}))

    assert "H10-04" in {found.rule for found in whole.findings}
    assert "MSG-05" in warnings(poor)


def test_a_missing_diagnosis_is_seen_before_it_is_sent(checker: Checker) -> None:
    """Henvisning 13, case 4, row 3: version 1.0 cannot do without."""
    data = built(REFERRAL)
    start, end = data.index(b"<Diagnosis>"), data.index(b"</Diagnosis>") + len(b"</Diagnosis>")

    assert "MSG-02" in warnings(judged(checker, data[:start] + data[end:]))
