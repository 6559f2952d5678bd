"""What message servers answer, and what they never do."""

from __future__ import annotations

from datetime import timedelta

import envelopes
import pytest
from envelopes import NOW, REPLY_ID, STAMP, message
from lxml import etree

from adapter.envelope import package, soap
from adapter.envelope.answer import (
    UNDECIPHERABLE,
    Refusal,
    acknowledgment,
    judge,
    message_error,
    pong,
    refusal_of,
    status_response,
)
from adapter.envelope.header import MessageHeader, PartyId, Service, Side, utc
from adapter.envelope.signal import EbxmlMessage, ErrorCode, Severity, Sort, StatusRequest, StatusResponse
from adapter.errors import (
    BudstikkeError,
    EnvelopeError,
    EnvelopeUnreadable,
    NotWellFormed,
    PackageUnreadable,
    SignatureInvalid,
    SignatureMissing,
    SpecError,
    StoreFull,
)
from adapter.message.code import Moment

OWN = frozenset({envelopes.RECEIVER})
SIGNALS = Service("urn:oasis:names:tc:ebxml-msg:service")
PING = EbxmlMessage(header=envelopes.header(service=SIGNALS, action="Ping"))


def codes(judged: EbxmlMessage, **changes: object) -> list[str]:
    given = {"own": OWN, "at": NOW, **changes}
    return [refusal.code.value for refusal in judge(judged, **given)]


def test_a_receipt_goes_back_the_way_the_message_came() -> None:
    answer = acknowledgment(message(), (), STAMP, received=NOW - timedelta(minutes=1))
    header = answer.header

    assert (header.sender, header.receiver) == (Side.of(envelopes.RECEIVER), Side.of(envelopes.SENDER))
    assert (header.service, header.action) == (SIGNALS, "Acknowledgment")
    assert (header.cpa_id, header.conversation_id) == (message().header.cpa_id, envelopes.CONVERSATION)
    assert (header.message_id, header.ref_to_message_id) == (REPLY_ID, None)
    assert header.timestamp == Moment("2026-03-02T09:00:00Z")
    assert answer.acknowledgment is not None
    assert answer.acknowledgment.timestamp == Moment("2026-03-02T08:59:00Z")
    assert answer.acknowledgment.ref_to_message_id == envelopes.MESSAGE_ID
    assert answer.sort is Sort.ACKNOWLEDGMENT


def test_an_error_says_what_it_is_about_in_the_header() -> None:
    answer = message_error(message(), [UNDECIPHERABLE], STAMP)

    assert (answer.header.action, answer.header.ref_to_message_id) == ("MessageError", envelopes.MESSAGE_ID)
    assert answer.error is not None
    (fault,) = answer.error.faults
    assert (fault.code, fault.severity, answer.error.highest) == ("SecurityFailure", "Error", "Error")
    assert answer.acknowledgment is None


def test_warnings_alone_are_a_receipt() -> None:
    warning = Refusal(code=ErrorCode.INCONSISTENT, text="Merk", severity=Severity.WARNING)

    error = message_error(message(), [warning], STAMP).error

    assert error is not None
    assert error.is_receipt


@pytest.mark.parametrize("data", [envelopes.receipt(), envelopes.error()], ids=["receipt", "error"])
def test_a_receipt_or_an_error_is_not_answered(data: bytes) -> None:
    signal = package.read(data).message

    with pytest.raises(SpecError):
        acknowledgment(signal, (), STAMP, received=NOW)
    with pytest.raises(SpecError):
        message_error(signal, [UNDECIPHERABLE], STAMP)


def test_a_ping_is_answered_and_not_acknowledged() -> None:
    answer = pong(PING, STAMP)

    assert answer.sort is Sort.PONG
    assert answer.header.ref_to_message_id == envelopes.MESSAGE_ID
    with pytest.raises(SpecError):
        acknowledgment(PING, (), STAMP, received=NOW)


def test_a_question_for_the_status_is_answered() -> None:
    asked = EbxmlMessage(
        header=envelopes.header(service=SIGNALS, action="StatusRequest"), status_request=StatusRequest("a")
    )

    answer = status_response(asked, StatusResponse(ref_to_message_id="a", status="NotRecognized"), STAMP)

    assert asked.sort is Sort.STATUS_REQUEST
    assert answer.sort is Sort.STATUS_RESPONSE
    assert soap.read(etree.fromstring(etree.tostring(soap.written(answer)))) == answer


@pytest.mark.parametrize("header", [MessageHeader(message_id="a"), envelopes.header(message_id="")])
def test_a_message_that_nobody_sent_cannot_be_answered(header: MessageHeader) -> None:
    with pytest.raises(SpecError, match="who sent it"):
        message_error(message(header=header), [UNDECIPHERABLE], STAMP)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PackageUnreadable(), ErrorCode.MIME_PROBLEM),
        (EnvelopeUnreadable(), ErrorCode.OTHER_XML),
        (EnvelopeError(), ErrorCode.UNKNOWN),
        (NotWellFormed(), ErrorCode.OTHER_XML),
        (SignatureMissing(), ErrorCode.SECURITY_FAILURE),
        (SignatureInvalid(), ErrorCode.SECURITY_FAILURE),
        (StoreFull(), ErrorCode.UNKNOWN),
    ],
)
def test_every_error_has_a_code_of_ebxml(error: BudstikkeError, code: ErrorCode) -> None:
    refusal = refusal_of(error)

    assert refusal.code is code
    assert refusal.text
    assert str(error) not in refusal.text


def test_every_reason_why_a_signature_fails_but_a_missing_one_is_told_alike() -> None:
    assert refusal_of(SignatureInvalid("one")) == refusal_of(SignatureInvalid("another"))


def test_a_message_for_somebody_here_is_taken() -> None:
    assert codes(message()) == []


def test_a_message_for_somebody_else_is_refused() -> None:
    assert codes(message(), own=frozenset({"1"})) == ["ValueNotRecognized"]


def test_a_message_without_its_names_is_refused_for_each() -> None:
    nameless = message(header=MessageHeader(receiver=Side((PartyId("1", "HER"), PartyId("2", "HER")))))

    assert codes(nameless) == ["ValueNotRecognized"] * 3


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("2026-03-02T08:59:59Z", ["TimeToLiveExpired"]),
        ("2026-03-02T09:00:00Z", []),
        ("soon", ["ValueNotRecognized"]),
    ],
)
def test_a_message_has_a_time_to_live(limit: str, expected: list[str]) -> None:
    assert codes(message(header=envelopes.header(time_to_live=Moment(limit)))) == expected


def test_what_must_be_understood_and_is_not_is_refused() -> None:
    assert codes(message(), not_understood=("Token",)) == ["NotSupported"]


def test_a_message_that_contradicts_itself_is_refused() -> None:
    assert codes(EbxmlMessage(header=envelopes.header())) == ["Inconsistent"]


def test_times_are_written_in_utc() -> None:
    assert utc(NOW.astimezone().replace(microsecond=999)) == Moment("2026-03-02T09:00:00Z")
