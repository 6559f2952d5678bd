"""What NAV answers: each of its checks, in its order, with its words (domain rules A.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter import resources
from adapter.check import nav, nav_facts
from adapter.check.nav import Duplicate, NavAnswer, Registers
from adapter.check.nav_facts import Process
from adapter.check.profile import Profile
from adapter.message import Base64Data, Code, Dialogmelding, Document, Kind, Message, coded
from adapter.wire import read

Load = Callable[[str], Message]
PATIENT, DOCTOR, HPR = "14838400052", "05898597468", "565501872"
MESSAGES = resources.fixtures() / "messages"


@pytest.fixture
def inquiry() -> Message:
    """Return a doctor's message that NAV takes."""
    return read((MESSAGES / "dialogmelding-1.0-nav-behov-for-tiltak.xml").read_bytes())


@pytest.fixture
def load() -> Load:
    """Return what reads one of the synthetic messages to NAV."""
    return lambda name: read((MESSAGES / f"dialogmelding-1.0-nav-{name}.xml").read_bytes())


def _answer(message: Message | None, **given: Any) -> NavAnswer:
    found = nav.answer_to(message, **given)
    assert found is not None
    return found


def _rules(answer: NavAnswer) -> list[str]:
    return [finding.rule for finding in answer.rejections]


def _dialogue(message: Message, **changes: Any) -> Message:
    """Return the message with its payload changed."""
    documents = tuple(
        replace(
            document,
            content=tuple(
                replace(item, **changes) if isinstance(item, Dialogmelding) else item for item in document.content or ()
            ),
        )
        for document in message.documents
    )
    return replace(message, documents=documents)


def _pdf(data: bytes = b"%PDF-1.4", **changes: Any) -> Document:
    plain = Document(
        connection=coded(4702, "V"),
        kind=coded(8114, "A"),
        mime_type="application/pdf",
        content=(Base64Data.of(data),),
    )
    return replace(plain, **changes)


def test_nav_takes_what_is_right(inquiry: Message) -> None:
    answer = _answer(inquiry)

    assert (answer.outcome, answer.errors, answer.drops, answer.no_receipt) == ("positive", (), (), False)


def test_nothing_comes_back_for_what_nobody_can_read() -> None:
    answer = _answer(None)

    assert answer.no_receipt
    assert answer.outcome == "none"
    assert answer.silence is not None
    assert answer.silence.rule == "NAV-0"


@pytest.mark.parametrize(
    ("coupling", "outcome"),
    [
        (("HenvendelseFraLege", "Henvendelse"), "positive"),
        (("HenvendelseFraLege", "Svar"), "none"),
        (("DialogmoteInnkalling", "MoteRespons"), "negative"),
    ],
)
def test_service_and_action_decide_where_they_are_known(
    inquiry: Message, coupling: tuple[str, str], outcome: str
) -> None:
    assert _answer(inquiry, coupling=coupling).outcome == outcome


def test_the_type_decides_where_the_transport_says_nothing(load: Load) -> None:
    names = ("behov-for-tiltak", "svar", "moterespons", "foresporsel")

    assert [Process.by_content(load(name)) for name in names] == [
        Process.INQUIRY,
        Process.ANSWER,
        Process.MEETING,
        None,
    ]


def test_a_message_of_version_1_1_or_without_a_dialogue_is_never_answered(inquiry: Message) -> None:
    assert _answer(_dialogue(inquiry, version="1.1")).no_receipt
    assert _answer(replace(inquiry, documents=())).no_receipt


def test_a_message_inside_a_message_is_read() -> None:
    """Some systems wrap the whole message once more, and NAV lets them."""
    data = (MESSAGES / "dialogmelding-1.0-hodemelding-i-hodemelding.xml").read_bytes()

    assert _answer(read(data)).outcome == "positive"


@pytest.mark.parametrize("kind", [Kind.SYKMELDING, Kind.LEGEERKLAERING, Kind.APPREC])
def test_nothing_is_predicted_of_what_other_systems_at_nav_read(inquiry: Message, kind: Kind) -> None:
    assert nav.answer_to(replace(inquiry, kind=kind)) is None


def test_the_messages_of_navs_own_tests_are_never_answered(inquiry: Message) -> None:
    answer = _answer(replace(inquiry, msg_id="syfomock-1"))

    assert answer.silence is not None
    assert answer.silence.rule == "NAV-17"


@pytest.mark.parametrize("patient", [None, "1483840005"])
def test_a_patient_without_eleven_digits_is_not_found(inquiry: Message, patient: str | None) -> None:
    person = inquiry.patient
    assert person is not None
    identifiers = () if patient is None else (replace(person.identifiers[0], value=patient),)

    answer = _answer(replace(inquiry, patient=replace(person, identifiers=identifiers)))

    assert answer.errors == ("Pasienten er ikke funnet i dialogmeldingen eller fnr er ugyldig",)
    assert _answer(replace(inquiry, patient=None)).errors == answer.errors


def test_a_duplicate_is_told_with_both_times_in_norwegian_time(inquiry: Message) -> None:
    known = Duplicate(datetime(2026, 7, 2, 8, 20, tzinfo=UTC), datetime(2026, 3, 1, 23, 30, tzinfo=UTC))

    assert _answer(inquiry, duplicate=known).errors == (
        (
            "Duplikat! - Dialogmeldingen fra 02-07-2026 10:20 har vi tidligere mottatt den 02-03-2026 00:30. "
            "Skal ikke sendes på nytt."
        ),
    )


@pytest.mark.parametrize(
    ("registers", "rule"),
    [
        (Registers(not_in_pdl=frozenset({PATIENT})), "NAV-2"),
        (Registers(not_in_pdl=frozenset({DOCTOR})), "NAV-3"),
        (Registers(environment="prod"), "NAV-4"),
        (Registers(not_in_hpr=frozenset({HPR})), "NAV-8"),
        (Registers(lapsed=frozenset({HPR})), "NAV-9e"),
        (Registers(unauthorised=frozenset({HPR})), "NAV-9f"),
        (Registers(professions={HPR: "SP"}), "NAV-9g"),
        (Registers(suspended=frozenset({HPR})), "NAV-9h"),
    ],
)
def test_what_navs_registers_say_is_told_from_outside(inquiry: Message, registers: Registers, rule: str) -> None:
    assert _rules(_answer(inquiry, registers=registers)) == [rule]


def test_what_is_told_of_others_changes_nothing(inquiry: Message) -> None:
    registers = Registers(not_in_pdl=frozenset({"02917100171"}), suspended=frozenset({"9144900"}))

    assert _answer(inquiry, registers=registers).outcome == "positive"


def test_the_register_knows_the_profession_better_than_the_message(load: Load) -> None:
    nurse = load("sykepleier")

    assert _rules(_answer(nurse)) == ["NAV-9g"]
    assert _answer(nurse, registers=Registers(professions={HPR: "LE"})).outcome == "positive"


def test_a_virus_is_found_in_what_nav_keeps_only(load: Load) -> None:
    registers = Registers(finds_virus=True)

    assert _rules(_answer(load("med-vedlegg"), registers=registers)) == ["NAV-7"]
    assert _answer(load("behov-for-tiltak"), registers=registers).outcome == "positive"
    assert _answer(load("vedlegg-ukjent-type"), registers=registers).outcome == "positive"


def test_the_signature_tells_the_doctor_better_than_the_message(inquiry: Message) -> None:
    assert _rules(_answer(inquiry, signer=PATIENT)) == ["NAV-9d"]
    assert _rules(_answer(inquiry, signer="0589859746")) == ["NAV-9c"]


def test_nav_stops_at_the_first_of_its_checks(load: Load) -> None:
    """All of these speak against it; the earliest in NAV's order is told alone."""
    message = load("uten-tekst")
    everything = Registers(not_in_pdl=frozenset({PATIENT, DOCTOR}), not_in_hpr=frozenset({HPR}))
    known = Duplicate(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))

    assert _rules(_answer(message, registers=everything, duplicate=known)) == ["NAV-1"]
    assert _rules(_answer(message, registers=everything)) == ["NAV-2"]
    assert _rules(_answer(message)) == ["NAV-5"]


def test_the_last_checks_are_told_together_in_their_order(inquiry: Message) -> None:
    registers = Registers(
        lapsed=frozenset({HPR}), unauthorised=frozenset({HPR}), suspended=frozenset({HPR}), professions={HPR: "SP"}
    )

    answer = _answer(inquiry, registers=registers, signer=PATIENT)

    assert _rules(answer) == ["NAV-9d", "NAV-9e", "NAV-9f", "NAV-9g", "NAV-9h"]
    assert answer.errors[0] == "Avsender fnr er det samme som pasient fnr"


def test_an_answer_to_a_meeting_needs_no_text(load: Load) -> None:
    response = load("moterespons")
    note = response.dialogmelding.notater[0] if response.dialogmelding else None
    assert note is not None

    assert _answer(_dialogue(response, notater=(replace(note, text=None),))).outcome == "positive"


def test_markup_is_no_text_to_nav(inquiry: Message) -> None:
    note = inquiry.dialogmelding.notater[0] if inquiry.dialogmelding else None
    assert note is not None
    assert note.text is not None
    text = replace(note.text, text="", markup=(b"<p>Sykmeldt</p>",))

    assert _rules(_answer(_dialogue(inquiry, notater=(replace(note, text=text),)))) == ["NAV-5"]


@pytest.mark.parametrize(
    ("theme", "is_taken"),
    [
        (coded(8128, "1"), True),
        (coded(8128, "2"), True),
        (coded(8128, "3"), False),
        (coded(9069, "5"), False),
        (Code("1"), False),
        (None, False),
    ],
)
def test_an_inquiry_has_one_of_two_codes(inquiry: Message, theme: Code | None, *, is_taken: bool) -> None:
    note = inquiry.dialogmelding.notater[0] if inquiry.dialogmelding else None
    assert note is not None

    answer = _answer(_dialogue(inquiry, notater=(replace(note, theme=theme),)))

    assert _rules(answer) == ([] if is_taken else ["NAV-6"])


def test_without_a_note_there_is_no_text(inquiry: Message) -> None:
    assert _rules(_answer(_dialogue(inquiry, notater=()))) == ["NAV-5"]


@pytest.mark.parametrize(
    ("number", "is_valid"),
    [
        ("14838400052", True),
        # a D-nummer, and a number of a month that no year has
        ("49869000085", True),
        ("14838400053", False),
        ("30847800182", False),
        # right check digits on a day that no month has
        ("80005045804", False),
        ("00010100020", False),
    ],
)
def test_nav_looks_at_the_check_digits_and_the_day_only(number: str, *, is_valid: bool) -> None:
    assert nav_facts.is_valid_for_nav(number) is is_valid


@pytest.mark.parametrize(
    ("document", "rules"),
    [
        (_pdf(), []),
        (_pdf(mime_type="Application/PDF; charset=x"), []),
        (_pdf(b"PNG", mime_type="image/png"), []),
        (_pdf(b"<html>"), ["NAV-11"]),
        (_pdf(content=(Base64Data("å"),)), ["NAV-11"]),
        (_pdf(content=None), ["NAV-11"]),
        (_pdf(mime_type="application/msword"), ["NAV-10"]),
        (_pdf(mime_type=None), ["NAV-10"]),
        (_pdf(kind=None), ["NAV-12"]),
        # the token that says who the doctor is
        (_pdf(b"ey.ey.x", mime_type="application/jwt"), []),
    ],
)
def test_nav_drops_attachments_without_a_word(inquiry: Message, document: Document, rules: list[str]) -> None:
    answer = _answer(replace(inquiry, documents=(*inquiry.documents, document)))

    assert answer.outcome == "positive"
    assert [drop.rule for drop in answer.drops] == rules
    assert all(drop.path == "/MsgHead/Document[2]/RefDoc" for drop in answer.drops)


def test_nav_keeps_forty_attachments(inquiry: Message) -> None:
    answer = _answer(replace(inquiry, documents=(*inquiry.documents, *[_pdf()] * 42)))

    assert [(drop.rule, drop.path) for drop in answer.drops] == [
        ("NAV-13", "/MsgHead/Document[42]/RefDoc"),
        ("NAV-13", "/MsgHead/Document[43]/RefDoc"),
    ]


def test_a_question_outside_the_note_of_an_inquiry_is_lost_too(inquiry: Message, load: Load) -> None:
    question = load("foresporsel").dialogmelding
    assert question is not None

    answer = _answer(_dialogue(inquiry, foresporsler=question.foresporsler))

    assert [drop.rule for drop in answer.drops] == ["NAV-16"]


def test_the_answer_is_told_to_machines(load: Load) -> None:
    told = _answer(load("flere-feil")).as_dict()

    assert told["receipt"] == "negative"
    assert told["errors"] == [
        {
            "rule": "NAV-9b",
            "v": "X99",
            "dn": "Pasientens fødselsnummer/D-nummer er ikke gyldig",
            "path": "/MsgHead/MsgInfo/Patient",
        },
        {"rule": "NAV-9c", "v": "X99", "dn": "Avsenders fødselsnummer/D-nummer er ikke gyldig", "path": None},
        {
            "rule": "NAV-9g",
            "v": "X99",
            "dn": "Dialogmelding kan ikke rettes, det må skrives en ny. Grunnet følgende:Behandler finnes i HPR men er "
            "ikke lege, kiropraktor, fysioterapeut, manuellterapeut tannlege eller psykolog",
            "path": None,
        },
    ]
    assert (told["silence"], told["drops"]) == (None, [])


def test_every_row_of_navs_checks_has_a_rule() -> None:
    rows = {"0", "0b", *"12345678", *(f"9{letter}" for letter in "abcdefgh")}

    assert {f"NAV-{row}" for row in rows} <= {rule.id for rule in Profile.load("nav").rules}
