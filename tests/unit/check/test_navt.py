"""The profile for messages to NAV, where the synthetic messages leave something open (domain rules C.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter import resources
from adapter.check import nav, navt
from adapter.check.codelists import CodeLists
from adapter.check.finding import Direction, Finding, Severity
from adapter.check.policy import Policy
from adapter.check.profile import Profile
from adapter.message import (
    Base64Data,
    ConversationRef,
    Dialogmelding,
    Document,
    Henvisning,
    Identifier,
    Kind,
    Message,
    coded,
)
from adapter.wire import read

MESSAGES = resources.fixtures() / "messages"
OUTBOUND = Policy(direction=Direction.OUTBOUND, profiles=("navt",))
INBOUND = Policy(profiles=("navt",))
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Judge = Callable[..., list[Finding]]


@pytest.fixture
def inquiry() -> Message:
    """Return a doctor's message about a patient on sick leave; all it lacks is a signature."""
    return read((MESSAGES / "dialogmelding-1.0-nav-behov-for-tiltak.xml").read_bytes())


@pytest.fixture
def judge(codelists: CodeLists) -> Judge:
    """Return what gives the findings of the profile, the one about signatures aside."""

    def run(message: Message, policy: Policy = OUTBOUND) -> list[Finding]:
        return [found for found in navt.check(message, codelists, policy, NOW) if found.rule != "NAVT-07"]

    return run


def _rules(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity.value) for finding in findings]


def _note(message: Message, **changes: Any) -> Message:
    """Return the message with its note changed."""
    main = message.documents[0]
    payload = message.dialogmelding
    assert payload is not None
    note = replace(payload.notater[0], **changes)
    return replace(message, documents=(replace(main, content=(replace(payload, notater=(note,)),)),))


def _said(message: Message, text: str, code: str = "1") -> Message:
    payload = message.dialogmelding
    assert payload is not None
    assert payload.notater[0].text is not None
    name = CodeLists.load().name_of(8128, code)
    return _note(message, text=replace(payload.notater[0].text, text=text), theme=coded(8128, code, name))


def _attachment(size: int = 8, **changes: Any) -> Document:
    plain = Document(
        connection=coded(4702, "V"),
        kind=coded(8114, "A"),
        mime_type="application/pdf",
        content=(Base64Data.of(b"%PDF-" + b"x" * size),),
    )
    return replace(plain, **changes)


def test_the_specification_of_a_message_to_nav_has_no_finding(inquiry: Message, judge: Judge) -> None:
    assert judge(inquiry) == []


def test_what_other_systems_at_nav_read_is_not_judged(inquiry: Message, judge: Judge) -> None:
    for kind in (Kind.SYKMELDING, Kind.LEGEERKLAERING, Kind.APPREC):
        assert judge(replace(inquiry, kind=kind)) == []


def test_a_referral_to_nav_is_never_answered(judge: Judge) -> None:
    referral = read((MESSAGES / "henvisning-1.1-komplett.xml").read_bytes())

    assert _rules(judge(referral)) == [("NAVT-01", "block")]


def test_inbound_everything_is_a_remark_and_nothing_is_stopped(codelists: CodeLists) -> None:
    """The adapter carries the message on, and NAV itself answers."""
    for path in MESSAGES.glob("dialogmelding-1.0-nav-*.xml"):
        found = list(navt.check(read(path.read_bytes()), codelists, INBOUND, NOW))
        assert {finding.severity for finding in found} <= {Severity.INFO}


def test_navs_words_are_the_same_in_both_files() -> None:
    words = {rule.id: rule.partner for rule in Profile.load("nav").rules}
    profile = Profile.load("navt")
    pairs = {
        ("NAVT-02", ""): "NAV-6",
        ("NAVT-02", "meeting"): "NAV-6",
        ("NAVT-04", ""): "NAV-5",
        ("NAVT-05", ""): "NAV-0b",
        ("NAVT-05", "digits"): "NAV-9b",
        ("NAVT-05", "2032"): "NAV-9b",
        ("NAVT-05", "same"): "NAV-9d",
        ("NAVT-06", "profession"): "NAV-9g",
        ("NAVT-11", ""): "NAV-1",
    }

    for (rule, variant), row in pairs.items():
        assert profile.rule(rule, variant).partner == words[row]


@pytest.mark.parametrize(
    ("code", "text", "is_doubtful"),
    [
        ("1", "Pasienten er sykmeldt.", False),
        ("1", "Sjukemeld sidan mars.", False),
        ("1", "Langt sykefravær.", False),
        ("1", "Pasienten trenger tiltak.", True),
        ("1", "Pasienten er ikke sykmeldt.", True),
        ("1", "Er friskmeldt.", True),
        ("1", "Har ikke vært sykmeldt før, er nå sykmeldt 50 %.", False),
        ("2", "Pasienten er ikke sykmeldt.", False),
        ("2", "Pasienten trenger tiltak.", False),
        ("2", "Uten sykmelding.", False),
        ("2", "Pasienten er sykmeldt.", True),
        ("2", "Har vært sykmeldt, nå friskmeldt.", False),
    ],
)
def test_code_and_text_agree_about_the_sick_leave(
    inquiry: Message, judge: Judge, code: str, text: str, *, is_doubtful: bool
) -> None:
    assert _rules(judge(_said(inquiry, text, code))) == ([("NAVT-03", "warn")] if is_doubtful else [])


def test_an_answer_says_nothing_about_sick_leave(judge: Judge) -> None:
    answer = read((MESSAGES / "dialogmelding-1.0-nav-svar.xml").read_bytes())

    assert judge(_said(answer, "Pasienten har vondt i ryggen.")) == judge(_said(answer, "Pasienten er sykmeldt."))


@pytest.mark.parametrize(("letters", "count"), [(2000, 0), (2001, 1)])
def test_nav_keeps_two_thousand_characters(inquiry: Message, judge: Judge, letters: int, count: int) -> None:
    text = "sykmeldt ".ljust(letters, "x")

    assert len(judge(_said(inquiry, text))) == count


def test_markup_is_no_plain_text(inquiry: Message, judge: Judge) -> None:
    payload = inquiry.dialogmelding
    assert payload is not None
    assert payload.notater[0].text is not None
    text = replace(payload.notater[0].text, markup=(b"<p>mer</p>",))

    assert _rules(judge(_note(inquiry, text=text))) == [("NAVT-04", "block")]


def test_a_patient_without_any_number_is_not_found(inquiry: Message, judge: Judge) -> None:
    assert _rules(judge(replace(inquiry, patient=None))) == [("NAVT-05", "block")]


def test_two_doctors_are_one_too_many(inquiry: Message, judge: Judge) -> None:
    sender = inquiry.sender
    assert sender is not None
    organisation = sender.organisation
    assert organisation is not None
    two = replace(sender, organisation=replace(organisation, people=organisation.people * 2))

    assert _rules(judge(replace(inquiry, sender=two))) == [("NAVT-06", "block")]
    assert _rules(judge(replace(inquiry, sender=None))) == [("NAVT-06", "block")]


def test_a_token_says_who_signs(inquiry: Message, codelists: CodeLists) -> None:
    token = _attachment(mime_type="application/jwt", content=(Base64Data.of(b"ey.ey.x"),))
    signed = replace(inquiry, documents=(*inquiry.documents, token))

    found = list(navt.check(signed, codelists, OUTBOUND, NOW))

    assert _rules(found) == [("NAVT-07", "info")]


@pytest.mark.parametrize(
    ("her_id", "environment", "configured", "is_right"),
    [
        ("79768", "prod", (), True),
        ("79768", "test", (), True),
        ("90128", "test", (), True),
        ("90128", "prod", (), False),
        ("8142519", "test", ("8142519",), True),
        ("8990900", "test", ("8990900",), True),
        ("8990900", "test", (), False),
        ("8990900", "prod", ("8990900",), False),
    ],
)
def test_nav_has_one_address_in_production_and_known_ones_in_test(  # noqa: PLR0913, RUF100 - one row of a table
    inquiry: Message, judge: Judge, her_id: str, environment: Any, configured: tuple[str, ...], *, is_right: bool
) -> None:
    receiver = inquiry.receiver
    assert receiver is not None
    assert receiver.organisation is not None
    kept = [number for number in receiver.organisation.identifiers if not number.is_kind("HER")]
    addressed = replace(
        receiver,
        organisation=replace(receiver.organisation, identifiers=(Identifier(her_id, coded(9051, "HER")), *kept)),
    )
    policy = replace(OUTBOUND, environment=environment, receiver_her_ids=frozenset(configured))

    assert _rules(judge(replace(inquiry, receiver=addressed), policy)) == ([] if is_right else [("NAVT-08", "block")])


def test_without_a_receiver_it_is_not_addressed_to_nav(inquiry: Message, judge: Judge) -> None:
    assert _rules(judge(replace(inquiry, receiver=None))) == [("NAVT-08", "block")]


@pytest.mark.parametrize(
    "marks",
    [{"connection": None}, {"connection": coded(4702, "H")}, {"kind": None}],
    ids=["no connection", "main document", "no type"],
)
def test_an_attachment_has_both_marks(inquiry: Message, judge: Judge, marks: dict[str, Any]) -> None:
    found = judge(replace(inquiry, documents=(*inquiry.documents, _attachment(**marks))))

    assert _rules(found) == [("NAVT-09", "block")]
    assert found[0].path == "/MsgHead/Document[2]/RefDoc"


def test_the_forty_first_attachment_is_one_too_many(inquiry: Message, judge: Judge) -> None:
    documents = (*inquiry.documents, *[_attachment()] * 41)

    found = judge(replace(inquiry, documents=documents))

    assert [(finding.rule, finding.path) for finding in found] == [("NAVT-09", "/MsgHead/Document[42]/RefDoc")]
    assert "more than 40" in found[0].text


def test_ten_megabytes_count_as_they_are_sent(inquiry: Message, judge: Judge) -> None:
    half = _attachment(size=3_750_000 - 5)

    assert judge(replace(inquiry, documents=(*inquiry.documents, half, half))) == []
    found = judge(replace(inquiry, documents=(*inquiry.documents, half, half, _attachment())))

    assert [finding.rule for finding in found] == ["NAVT-09"]
    assert "10.0 MB" in found[0].text


@pytest.mark.parametrize(
    ("references", "rules"),
    [
        (ConversationRef(), ["NAVT-10"]),
        (ConversationRef(conversation="0b9f2f0e-6b0a-4a5c-9d51-8f1f4f1d0b5e"), ["NAVT-10"]),
        (ConversationRef(parent="sak 17", conversation="0b9f2f0e-6b0a-4a5c-9d51-8f1f4f1d0b5e"), ["NAVT-10"]),
        (
            ConversationRef(
                parent="0B9F2F0E-6B0A-4A5C-9D51-8F1F4F1D0B5E", conversation="0b9f2f0e-6b0a-4a5c-9d51-8f1f4f1d0b5e"
            ),
            [],
        ),
    ],
)
def test_an_answer_names_what_it_answers(judge: Judge, references: ConversationRef, rules: list[str]) -> None:
    answer = read((MESSAGES / "dialogmelding-1.0-nav-svar.xml").read_bytes())

    assert [finding.rule for finding in judge(replace(answer, conversation=references))] == rules


def test_an_inquiry_may_hold_no_question_beside_its_note_either(inquiry: Message, judge: Judge) -> None:
    asked = read((MESSAGES / "dialogmelding-1.0-nav-foresporsel.xml").read_bytes()).dialogmelding
    main = inquiry.documents[0]
    payload = inquiry.dialogmelding
    assert asked is not None
    assert payload is not None
    both = replace(payload, foresporsler=asked.foresporsler)

    assert _rules(judge(replace(inquiry, documents=(replace(main, content=(both,)),)))) == [("NAVT-10", "block")]


@pytest.mark.parametrize(
    ("text", "is_secret"),
    [
        ("Sykmeldt. Ektefelle: 02917100171.", True),
        ("Sykmeldt. Ektefelle: 029171 00171", True),
        ("Sykmeldt, 14838400052.", False),
        ("Sykmeldt, 148384 00052.", False),
        ("Sykmeldt, ring 77000001 eller 7700000177000001.", False),
    ],
)
def test_the_text_holds_no_number_but_the_patients(
    inquiry: Message, judge: Judge, text: str, *, is_secret: bool
) -> None:
    assert _rules(judge(_said(inquiry, text))) == ([("NAVT-12", "warn")] if is_secret else [])


@pytest.mark.parametrize(
    "document",
    [
        _attachment(description="Henvisning til fysikalsk medisin"),
        _attachment(content_description="Tilvisinga"),
        _attachment(file_reference="henvisning.pdf"),
        Document(connection=coded(4702, "V"), kind=coded(8114, "XML"), content=(Henvisning(version="2.0"),)),
    ],
    ids=["description", "content", "file name", "payload"],
)
def test_no_whole_referral_goes_to_nav(inquiry: Message, judge: Judge, document: Document) -> None:
    found = judge(replace(inquiry, documents=(*inquiry.documents, document)))

    assert _rules(found) == [("NAVT-12", "warn")]


def test_a_message_without_a_note_has_nothing_that_nav_takes(inquiry: Message, judge: Judge) -> None:
    main = inquiry.documents[0]
    empty = replace(inquiry, documents=(replace(main, content=(Dialogmelding(version="1.0"),)),))

    assert _rules(judge(empty)) == [("NAVT-02", "block"), ("NAVT-04", "block")]
    answer = nav.answer_to(empty)
    assert answer is not None
    assert answer.outcome == "negative"
