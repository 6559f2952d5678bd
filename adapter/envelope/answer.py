"""What an ebXML message is answered with: a receipt, or the reasons why there is none (HIS 1037, 7.2; HITS 1171).

A receipt says that the message was received, decrypted, and can be delivered; so it is made last. What message
servers say to each other is never acknowledged, and an error is never answered with an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from adapter.envelope.header import (
    ACKNOWLEDGMENT,
    MESSAGE_ERROR,
    PONG,
    SIGNAL_SERVICE,
    STATUS_RESPONSE,
    MessageHeader,
    Service,
    Side,
    Stamp,
    utc,
)
from adapter.envelope.signal import (
    Acknowledgment,
    EbxmlMessage,
    ErrorCode,
    Fault,
    MessageError,
    Severity,
    SignedReference,
    Sort,
    StatusResponse,
)
from adapter.errors import BudstikkeError, EnvelopeError, FormError, SignatureMissing, SpecError, TrustError
from adapter.values import value_class

_HEADER = "/SOAP:Envelope/SOAP:Header/eb:MessageHeader"
_SIGNATURE = "/SOAP:Envelope/SOAP:Header/ds:Signature"
#: What must not be answered with an error, lest two servers never stop.
_UNANSWERED = frozenset({Sort.ERROR, Sort.ACKNOWLEDGMENT})


@value_class
class Refusal:
    """One reason to refuse a message, or to warn its sender."""

    code: ErrorCode
    #: For the sender's people, in Norwegian. Nothing personal.
    text: str
    #: Where, as an XPath.
    location: str | None = None
    #: A warning goes with a message that is processed all the same.
    severity: Severity = Severity.ERROR

    @property
    def fault(self) -> Fault:
        """Return the reason as it stands in an eb:ErrorList."""
        return Fault(code=self.code.value, severity=self.severity.value, text=self.text, location=self.location)


def refusal_of(error: BudstikkeError) -> Refusal:
    """Return what the sender is told of an error that stopped its message."""
    match error:
        case EnvelopeError():
            return Refusal(code=ErrorCode(error.ebxml_code), text=_ENVELOPE_TEXTS[error.ebxml_code])
        case FormError():
            return Refusal(code=ErrorCode.OTHER_XML, text="Konvolutten er ikke gyldig XML.")
        case SignatureMissing():
            return Refusal(code=ErrorCode.SECURITY_FAILURE, text="Konvolutten er ikke signert.", location=_SIGNATURE)
        case TrustError():
            text = "Signaturen på konvolutten kunne ikke godkjennes."
            return Refusal(code=ErrorCode.SECURITY_FAILURE, text=text, location=_SIGNATURE)
        case _:
            return Refusal(code=ErrorCode.UNKNOWN, text="Meldingen kunne ikke behandles.")


_ENVELOPE_TEXTS = {
    "MimeProblem": "Delene av meldingen kunne ikke skilles fra hverandre, eller stemmer ikke med eb:Manifest.",
    "OtherXml": "Meldingen har ingen ebXML-konvolutt.",
    "Unknown": "Meldingen kunne ikke leses.",
}

#: The payload cannot be decrypted. Every cause is told in the same words: a difference would help to break a key.
UNDECIPHERABLE = Refusal(
    code=ErrorCode.SECURITY_FAILURE,
    text="Vedlegget kunne ikke dekrypteres.",
    location="/SOAP:Envelope/SOAP:Body/eb:Manifest/eb:Reference",
)


def judge(
    message: EbxmlMessage, *, own: frozenset[str], at: datetime, not_understood: Iterable[str] = ()
) -> tuple[Refusal, ...]:
    """Return why a message server must refuse a message; empty where it takes it.

    `own` are the HER-ids that are received for here; `not_understood` the blocks that must be understood and are not.
    """
    return tuple(_reasons(message, own, at, not_understood))


def _reasons(message: EbxmlMessage, own: frozenset[str], at: datetime, foreign: Iterable[str]) -> Iterator[Refusal]:
    header = message.header
    for name in foreign:
        yield Refusal(
            code=ErrorCode.NOT_SUPPORTED, text=f"Elementet {name[:60]} støttes ikke.", location=f"//{name[:60]}"
        )
    if message.sort is Sort.UNCLEAR:
        yield Refusal(
            code=ErrorCode.INCONSISTENT,
            text="Det går ikke fram av konvolutten hva slags melding dette er.",
            location="/SOAP:Envelope/SOAP:Header",
        )
    if not header.message_id:
        yield _unrecognised("eb:MessageId mangler.", "/eb:MessageData/eb:MessageId")
    if header.sender.her_id is None:
        yield _unrecognised("Avsender må ha nøyaktig én HER-id.", "/eb:From/eb:PartyId")
    if header.receiver.her_id not in own:
        yield _unrecognised("HER-id til mottaker er ikke kjent her.", "/eb:To/eb:PartyId")
    if header.time_to_live is not None:
        limit = header.time_to_live.instant
        if limit is None:
            yield _unrecognised("eb:TimeToLive er ikke et tidspunkt.", "/eb:MessageData/eb:TimeToLive")
        elif limit < at:
            yield Refusal(
                code=ErrorCode.TIME_TO_LIVE_EXPIRED,
                text="Meldingen kom fram etter at fristen var ute.",
                location=f"{_HEADER}/eb:MessageData/eb:TimeToLive",
            )


def _unrecognised(text: str, place: str) -> Refusal:
    return Refusal(code=ErrorCode.VALUE_NOT_RECOGNIZED, text=text, location=f"{_HEADER}{place}")


def acknowledgment(
    message: EbxmlMessage, references: tuple[SignedReference, ...], stamp: Stamp, *, received: datetime
) -> EbxmlMessage:
    """Return the receipt of a message, with the references of its signature; SpecError for a signal: it gets none."""
    if message.is_signal:
        raise SpecError("message: what message servers say to each other is not acknowledged")
    receipt = Acknowledgment(
        timestamp=utc(received), ref_to_message_id=message.header.message_id, references=references
    )
    return EbxmlMessage(header=_back(message.header, ACKNOWLEDGMENT, stamp), acknowledgment=receipt)


def message_error(message: EbxmlMessage, refusals: Iterable[Refusal], stamp: Stamp) -> EbxmlMessage:
    """Return the error that tells a message's sender what was wrong. SpecError for one that must not be answered so."""
    if message.sort in _UNANSWERED:
        raise SpecError("message: a receipt or an error is not answered with an error")
    header = replace(_back(message.header, MESSAGE_ERROR, stamp), ref_to_message_id=message.header.message_id)
    return EbxmlMessage(header=header, error=MessageError.of(refusal.fault for refusal in refusals))


def pong(message: EbxmlMessage, stamp: Stamp) -> EbxmlMessage:
    """Return the answer to a Ping (ebMS 2.0, chapter 8)."""
    return EbxmlMessage(header=replace(_back(message.header, PONG, stamp), ref_to_message_id=message.header.message_id))


def status_response(message: EbxmlMessage, response: StatusResponse, stamp: Stamp) -> EbxmlMessage:
    """Return the answer to a StatusRequest (ebMS 2.0, chapter 7)."""
    header = replace(_back(message.header, STATUS_RESPONSE, stamp), ref_to_message_id=message.header.message_id)
    return EbxmlMessage(header=header, status_response=response)


def _back(header: MessageHeader, action: str, stamp: Stamp) -> MessageHeader:
    """Return the header of an answer: the same conversation and agreement, the other way round, without roles."""
    if not header.sender.party_ids or not header.message_id:
        raise SpecError("message: it does not say who sent it, or has no id to refer to")
    return MessageHeader(
        sender=Side(header.receiver.party_ids),
        receiver=Side(header.sender.party_ids),
        cpa_id=header.cpa_id,
        conversation_id=header.conversation_id,
        service=Service(SIGNAL_SERVICE),
        action=action,
        message_id=stamp.message_id,
        timestamp=stamp.timestamp,
        descriptions=(stamp.software.description(),),
    )
