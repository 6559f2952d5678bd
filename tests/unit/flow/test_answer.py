"""The AppRec: whether, which version, what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from building import CLINIC, MSG_ID, NOW, apprec, dialogue, finding, party, referral, report

from adapter.check.finding import Severity, Verdict
from adapter.flow.answer import Answer, answer, apprec_version, original_id, predict, receipt
from adapter.flow.context import Answering
from adapter.message import Code, Document, Envelope, Epikrise, Henvisning, Kind, Message, Moment, Party, coded
from adapter.wire import read, rescue, write

E36 = coded(8221, "E36", "Pasientopplysninger er utilstrekkelige")
X99 = coded(8221, "X99", "Annen feil")


def old_referral() -> Message:
    """Return a referral 1.0."""
    payload = Henvisning(version="1.0", service_type=Code("N"), document_id="D-1")
    return replace(referral(), version="1.0", type=Code("H", "Henvisning"), documents=(Document(content=(payload,)),))


def given(message: Message, *, is_copy: bool = False, said: Answer | None = None) -> Message:
    """Return the receipt of the message's receiver."""
    return receipt(
        message,
        message.receiver,
        said or Answer("1"),
        is_copy=is_copy,
        received_at=NOW,
        now=NOW,
        answering=Answering(software_version="1.2.3"),
    )


@pytest.mark.parametrize("severity", [Severity.HOLD, Severity.WARN, Severity.INFO])
def test_only_a_rejection_makes_a_receipt_negative(severity: Severity) -> None:
    """HIS 80415:2012 3.3: neither content nor an unknown code is a reason."""
    assert answer([finding(severity, apprec=E36)]) == Answer("1")


def test_each_error_is_said_once_with_its_detail() -> None:
    wrong = finding(Severity.REJECT, apprec=E36, partner_text="Navn mangler.")

    said = answer([wrong, wrong])

    assert said.status == "2"
    assert [(error.value, error.text) for error in said.errors] == [("E36", "Navn mangler.")]


def test_a_general_code_is_left_out_beside_a_concrete_one() -> None:
    """AppRec standard 3.3: general codes only where nothing else fits."""
    said = answer([finding(Severity.REJECT, apprec=X99), finding(Severity.REJECT, apprec=E36)])

    assert [error.value for error in said.errors] == ["E36"]
    assert [error.value for error in answer([finding(Severity.REJECT, apprec=X99)]).errors] == ["X99"]


@pytest.mark.parametrize(
    ("kind", "version", "expected"),
    [
        (Kind.HENVISNING, "1.0", "1.0"),
        (Kind.HENVISNING, "1.1", "1.1"),
        (Kind.HENVISNING, "2.0", "1.1"),
        (Kind.DIALOGMELDING, "1.0", "1.0"),
        (Kind.DIALOGMELDING, "1.1", "1.1"),
        (Kind.EPIKRISE, "1.1", "1.0"),
        (Kind.EPIKRISE, "1.2", "1.1"),
        (Kind.SYKMELDING, None, "1.0"),
        (Kind.LEGEERKLAERING, None, "1.0"),
        (Kind.OTHER, None, "1.1"),
    ],
)
def test_the_version_of_the_receipt_follows_the_message(kind: Kind, version: str | None, expected: str) -> None:
    """HITS 1168 8.3."""
    assert apprec_version(Message(kind=kind, version=version)) == expected


def test_a_receipt_1_0_names_the_document_of_the_oldest_standards(subtests: pytest.Subtests) -> None:
    """AppRec 1.0 6.5."""
    with subtests.test("1.0"):
        assert original_id(old_referral()).id == "D-1"
        assert original_id(old_referral()).kind == Code("HENVISNING", "Henvisning")
    with subtests.test("Epikrise 1.1"):
        letter = Message(
            envelope=Envelope.MESSAGE,
            kind=Kind.EPIKRISE,
            version="1.1",
            type=Code("E", "Epikrise"),
            msg_id=MSG_ID,
            documents=(Document(content=(Epikrise(version="1.1", document_id="D-2"),)),),
        )
        assert original_id(letter).kind == Code("EPIKRISE", "Epikrise")
        assert original_id(letter).id == "D-2"
        assert original_id(replace(letter, version="1.2")).id == MSG_ID
    with subtests.test("1.1"):
        assert original_id(referral()).id == MSG_ID


@pytest.mark.parametrize(
    ("message", "is_copy", "roles"),
    [
        (referral(), False, ("PRIM", "AVS")),
        (referral(), True, ("COP", "AVS")),
        (old_referral(), False, ("SPR", "RECEIVER")),
        (old_referral(), True, ("COP", "RECEIVER")),
        (dialogue(), False, ("SPR", "RECEIVER")),
        (dialogue(), True, ("COP", "RECEIVER")),
        (Message(kind=Kind.EPIKRISE, version="1.1", receiver=party(*CLINIC)), False, ("REQ", "RECEIVER")),
    ],
)
def test_roles_are_those_of_the_version(message: Message, is_copy: bool, roles: tuple[str | None, ...]) -> None:  # noqa: FBT001 - a parameter of the table
    written = given(message, is_copy=is_copy)

    assert tuple(side.role.value if side.role else None for side in (written.sender, written.receiver)) == roles


@pytest.mark.parametrize(
    ("generated", "issued"),
    [
        (Moment("2026-03-02T09:00:00.123456789+01:00"), "2026-03-02T09:00:00.123456789+01:00"),
        (Moment(" 2026-03-02T09:00:00 "), "2026-03-02T09:00:00"),
        (Moment("2026-03-02"), "2026-03-02T00:00:00"),
        (Moment("2026-03-02T09:00"), "2026-03-02T09:00:00+01:00"),
        (Moment("20260302T090000Z"), "2026-03-02T10:00:00+01:00"),
        (Moment("2026-03-02T09:00:00+18:00"), "2026-03-01T16:00:00+01:00"),
        (Moment("20260302"), "2026-03-02T00:00:00"),
        (Moment("in March"), "2026-03-02T10:00:00+01:00"),
        (None, "2026-03-02T10:00:00+01:00"),
    ],
)
def test_the_original_issue_date_is_gendate_as_far_as_it_is_one(generated: Moment | None, issued: str) -> None:
    """AppRec demands a dateTime where Henvisning 1.x may hold a date."""
    assert given(referral(generated=generated)).receipt.original.issued.text == issued


def test_a_receipt_survives_writing_and_reading() -> None:
    written = given(referral(), said=Answer("2", (replace(E36, text="Navn mangler."),)))

    back = read(write(written))

    assert back.receipt.errors[0].text == "Navn mangler."
    assert back.receipt.software_version == "1.2.3"
    assert back.receipt.original.id == MSG_ID


def test_a_receipt_is_predicted_for_what_would_be_answered() -> None:
    good = predict(report(referral()))
    bad = predict(report(referral(), finding(Severity.REJECT, apprec=E36)))

    assert (good.version, good.status) == ("1.1", "1")
    assert (bad.status, bad.errors[0].value) == ("2", "E36")


def test_a_receipt_is_predicted_for_a_wreck_that_says_whose_it_is() -> None:
    """Official test 16: T01 where the sender can be read."""
    wreck = write(replace(referral(), sender=party("8990200", "8990201")))[:-20]
    unreadable = finding(Severity.REJECT, "MSG-01", apprec=coded(8221, "T01", "Ikke XML"))

    predicted = predict(replace(report(None, unreadable), rescued=rescue(wreck)))

    assert (predicted.version, predicted.status, [error.value for error in predicted.errors]) == ("1.1", "2", ["T01"])


def test_no_receipt_is_predicted_for_what_is_not_sent() -> None:
    assert predict(report(referral(), finding(Severity.BLOCK))) is None


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        (None, Verdict.QUARANTINE),
        (referral(sender=Party()), Verdict.ACCEPT),
        (apprec(), Verdict.ACCEPT),
        (replace(referral(), sender=None), Verdict.ACCEPT),
        (referral(), Verdict.QUARANTINE),
    ],
)
def test_no_receipt_is_predicted_where_none_is_due(message: Message | None, verdict: Verdict) -> None:
    assert predict(report(message, verdict=verdict)) is None
