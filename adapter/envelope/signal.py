"""What message servers say to each other: received, refused, still there (ebMS 2.0, chapters 4, 6, 7 and 8)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from adapter.envelope.header import (
    ACKNOWLEDGMENT,
    MESSAGE_ERROR,
    PING,
    PONG,
    SIGNAL_SERVICE,
    AckRequested,
    MessageHeader,
    PayloadReference,
    Side,
)
from adapter.message.code import Moment
from adapter.values import value_class


class ErrorCode(StrEnum):
    """Why a message is refused (ebMS 2.0, 4.2.3.4.1)."""

    VALUE_NOT_RECOGNIZED = "ValueNotRecognized"
    NOT_SUPPORTED = "NotSupported"
    INCONSISTENT = "Inconsistent"
    OTHER_XML = "OtherXml"
    DELIVERY_FAILURE = "DeliveryFailure"
    TIME_TO_LIVE_EXPIRED = "TimeToLiveExpired"
    SECURITY_FAILURE = "SecurityFailure"
    MIME_PROBLEM = "MimeProblem"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """Whether the message was processed all the same."""

    #: It was: this counts as a receipt.
    WARNING = "Warning"
    ERROR = "Error"


@value_class
class Fault:
    """One thing that was wrong with a message, as its receiver tells it."""

    #: As written; see ErrorCode.
    code: str = ErrorCode.UNKNOWN.value
    severity: str = Severity.ERROR.value
    text: str | None = None
    language: str = "no"
    #: An XPath to the place, or "cid:" and a part.
    location: str | None = None


@value_class(kw_only=False)
class MessageError:
    """What was wrong with a message (eb:ErrorList)."""

    faults: tuple[Fault, ...] = ()
    #: As written.
    highest: str = Severity.ERROR.value

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> MessageError:
        """Return an error of faults, as severe as the gravest of them."""
        found = tuple(faults)
        grave = any(fault.severity == Severity.ERROR for fault in found)
        return cls(found, (Severity.ERROR if grave else Severity.WARNING).value)

    @property
    def is_receipt(self) -> bool:
        """Tell whether the message was processed all the same: nothing but warnings (HITS 1172, chapter 3)."""
        return self.highest == Severity.WARNING and all(fault.severity == Severity.WARNING for fault in self.faults)


@value_class(kw_only=False)
class SignedReference:
    """A reference of a message's signature, as its receipt repeats it."""

    uri: str
    digest_method: str
    digest_value: str
    #: The whole element.
    xml: bytes

    @property
    def digest(self) -> tuple[str, str, str]:
        """Return what makes two references the same."""
        return self.uri, self.digest_method, "".join(self.digest_value.split())


@value_class
class Acknowledgment:
    """The receipt of the transport: received, decrypted, and deliverable."""

    #: When the message was received.
    timestamp: Moment | None = None
    ref_to_message_id: str = ""
    #: Who received it, where that is not the sender of the receipt.
    receiver: Side | None = None
    #: What was received, by its digests.
    references: tuple[SignedReference, ...] = ()
    actor: str | None = None


@value_class(kw_only=False)
class StatusRequest:
    """The question what became of a message."""

    ref_to_message_id: str = ""


@value_class
class StatusResponse:
    """What became of a message."""

    ref_to_message_id: str = ""
    #: UnAuthorized, NotRecognized, Received, Processed or Forwarded.
    status: str = ""
    #: When it was received.
    timestamp: Moment | None = None


class Sort(StrEnum):
    """What an ebXML message is for."""

    PAYLOAD = "payload"
    ACKNOWLEDGMENT = "acknowledgment"
    ERROR = "error"
    PING = "ping"
    PONG = "pong"
    STATUS_REQUEST = "status request"
    STATUS_RESPONSE = "status response"
    #: Its blocks contradict each other, or it has none.
    UNCLEAR = "unclear"


@value_class
class EbxmlMessage:
    """One ebXML message, without the parts it carries."""

    header: MessageHeader
    ack_requested: AckRequested | None = None
    acknowledgment: Acknowledgment | None = None
    error: MessageError | None = None
    manifest: tuple[PayloadReference, ...] = ()
    status_request: StatusRequest | None = None
    status_response: StatusResponse | None = None

    @property
    def sort(self) -> Sort:
        """Tell what the message is for, by its blocks; where they contradict each other, by Service and Action.

        HITS 1172, 5.11.
        """
        is_payload = bool(self.manifest) or self.ack_requested is not None
        found = [sort for sort, block in self._blocks() if block is not None] + [Sort.PAYLOAD] * is_payload
        if len(found) == 1:
            return found[0]
        told = self._told
        return told if told in found or (not found and told in {Sort.PING, Sort.PONG}) else Sort.UNCLEAR

    @property
    def is_signal(self) -> bool:
        """Tell whether message servers say this to each other: it is never acknowledged."""
        return self.header.service.value == SIGNAL_SERVICE or self.sort is not Sort.PAYLOAD

    @property
    def _told(self) -> Sort:
        if self.header.service.value != SIGNAL_SERVICE:
            return Sort.PAYLOAD
        return _BY_ACTION.get(self.header.action, Sort.UNCLEAR)

    def _blocks(self) -> tuple[tuple[Sort, object], ...]:
        return (
            (Sort.ACKNOWLEDGMENT, self.acknowledgment),
            (Sort.ERROR, self.error),
            (Sort.STATUS_REQUEST, self.status_request),
            (Sort.STATUS_RESPONSE, self.status_response),
        )


_BY_ACTION = {ACKNOWLEDGMENT: Sort.ACKNOWLEDGMENT, MESSAGE_ERROR: Sort.ERROR, PING: Sort.PING, PONG: Sort.PONG}


@value_class(kw_only=False)
class SoapFault:
    """What a server answers that could not read a message at all."""

    code: str | None
    text: str | None
