"""A message as a whole, whatever standard it was written in."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, cast

from adapter.message.attachment import Document, Opaque, PatientReport
from adapter.message.code import Code, Moment
from adapter.message.kind import Kind
from adapter.message.party import Party, Patient
from adapter.message.payload import Payload
from adapter.message.receipt import Receipt
from adapter.values import value_class

if TYPE_CHECKING:
    # a standard is loaded with the first message in it
    from adapter.message.dialogmelding import Dialogmelding
    from adapter.message.epikrise import Epikrise
    from adapter.message.henvisning import Henvisning
    from adapter.message.legeerklaering import Legeerklaering
    from adapter.message.sykmelding import Sykmelding

__all__ = ["ConversationRef", "Envelope", "Kind", "Message"]

_NAMED_IN_OLD_STANDARDS = {Kind.HENVISNING: "HENVISNING", Kind.EPIKRISE: "EPIKRISE"}


class Envelope(StrEnum):
    """Which standard gives the message its head."""

    #: MsgHead 1.2 (HIS 80601).
    HODEMELDING = "hodemelding"
    #: The root `Message` of Henvisning 1.0 and 1.1, and of Epikrise.
    MESSAGE = "message"
    #: The root `AppRec`.
    APPREC = "apprec"
    #: None of these: only kind and bytes are known.
    NONE = "none"


@value_class
class ConversationRef:
    """Which earlier messages this one belongs to. Opaque strings: partners write what they like."""

    parent: str | None = None
    conversation: str | None = None


@value_class(slots=False)
class Message:
    """One message: head, parties, patient, documents. Without slots: what it is asked for often is worked out once."""

    envelope: Envelope = Envelope.HODEMELDING
    kind: Kind = Kind.OTHER
    #: Version of the content's standard, such as "1.1"; None where it is not known.
    version: str | None = None
    #: MsgInfo/Type, Message/Type, AppRec/MsgType: list 8279.
    type: Code | None = None
    #: Message/MsgVersion of Henvisning 1.x.
    msg_version: str | None = None
    mig_version: str | None = None
    generated: Moment | None = None
    #: MsgId; Id of an AppRec. Kept as written: case and form are the sender's.
    msg_id: str | None = None
    #: Message/Status of Henvisning 1.x, list 8323.
    status: Code | None = None
    #: List 8113.
    processing_status: Code | None = None
    requested_priority: Code | None = None
    #: MsgInfo/Ack, list 7304.
    ack: Code | None = None
    conversation: ConversationRef | None = None
    sender: Party | None = None
    receiver: Party | None = None
    other_receivers: tuple[Party, ...] = ()
    patient: Patient | None = None
    #: The first one that holds a payload is the main document; the others are attachments.
    documents: tuple[Document, ...] = ()
    patient_reports: tuple[PatientReport, ...] = ()
    #: The receipt itself, where the message is an AppRec.
    receipt: Receipt | None = None
    #: ds:Signature, or the whole message where its standard is not read here.
    opaque: Opaque | None = None

    @cached_property
    def payload(self) -> Payload | Receipt | None:
        """Return the content that is read here, or None; a message inside is asked only if this one has none."""
        if self.receipt is not None:
            return self.receipt
        inner: Message | None = None
        for document in self.documents:
            for item in document.content or ():
                if isinstance(item, Payload):
                    return item
                if inner is None and isinstance(item, Message) and item.payload is not None:
                    inner = item
        return inner.payload if inner else None

    def _content(self, kind: Kind) -> Payload | None:
        payload = self.payload
        return payload if isinstance(payload, Payload) and payload.kind is kind else None

    @cached_property
    def henvisning(self) -> Henvisning | None:
        """Return the referral, or None."""
        return cast("Henvisning | None", self._content(Kind.HENVISNING))

    @cached_property
    def dialogmelding(self) -> Dialogmelding | None:
        """Return the dialogue message, or None."""
        return cast("Dialogmelding | None", self._content(Kind.DIALOGMELDING))

    @cached_property
    def epikrise(self) -> Epikrise | None:
        """Return the discharge letter, or None."""
        return cast("Epikrise | None", self._content(Kind.EPIKRISE))

    @property
    def sykmelding(self) -> Sykmelding | None:
        """Return the sick note, or None."""
        return cast("Sykmelding | None", self._content(Kind.SYKMELDING))

    @property
    def legeerklaering(self) -> Legeerklaering | None:
        """Return the doctor's statement, or None."""
        return cast("Legeerklaering | None", self._content(Kind.LEGEERKLAERING))

    @property
    def type_code(self) -> str | None:
        """Return the message's function in list 8279; the oldest standards write "H" and "E" for theirs."""
        if self.envelope is Envelope.MESSAGE:
            payload = self.payload
            if isinstance(payload, Payload) and payload.kind in _NAMED_IN_OLD_STANDARDS:
                return _NAMED_IN_OLD_STANDARDS[payload.kind]
        if self.type is None:
            return None
        value, name = self.type.value, self.type.name
        # senders are known that write code and name into each other's place
        return name if name and value and _is_code(name) and not _is_code(value) else value

    @property
    def document_id(self) -> str | None:
        """Return the id that stays the same through changes and cancellations, or None."""
        payload = self.payload
        return payload.document_id if isinstance(payload, Payload) else None

    @property
    def about(self) -> Patient | None:
        """Return the patient: the head's, or the content's own where the head names none."""
        if self.patient is not None:
            return self.patient
        payload = self.payload
        return payload.patient if isinstance(payload, Payload) else None

    @property
    def receivers(self) -> tuple[Party, ...]:
        """Return the receiver, then all other receivers."""
        return ((self.receiver,) if self.receiver else ()) + self.other_receivers

    @property
    def attachments(self) -> tuple[Document, ...]:
        """Return the documents that are attachments."""
        return tuple(document for document in self.documents if document.is_attachment)


def _is_code(text: str) -> bool:
    return text.isascii() and text.isupper() and text.replace("_", "").isalnum()
