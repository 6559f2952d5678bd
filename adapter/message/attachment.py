"""What lies inside a message beside its own words: documents, attachments, foreign XML."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from adapter.message.code import Code, Moment
from adapter.values import value_class

if TYPE_CHECKING:
    from adapter.message.henvisning import Booking
    from adapter.message.message import Message
    from adapter.message.party import Patient
    from adapter.message.payload import Payload


@value_class(kw_only=False)
class Opaque:
    """XML that is carried as it is: signatures, and payloads of standards that are not read here."""

    namespace: str
    name: str
    #: Exclusive canonical form (with comments) of the element.
    xml: bytes


#: White space of XML.
_BLANKS = b" \t\r\n"


@value_class(kw_only=False)
class Base64Data:
    """An attachment's bytes, as the base64 text that was received."""

    encoded: str

    @classmethod
    def of(cls, data: bytes) -> Base64Data:
        """Encode bytes."""
        return cls(base64.b64encode(data).decode("ascii"))

    def packed(self) -> bytes:
        """Return the text without its line breaks. In one go: cut to pieces, 30 MB become three times as much."""
        return self.encoded.encode().translate(None, _BLANKS)

    def decode(self) -> bytes | None:
        """Return the bytes, or None where the text is not base64."""
        try:
            return base64.b64decode(self.packed(), validate=True)
        except ValueError:
            return None


@value_class
class Document:
    """One document of a message: the message's own content, or an attachment (Document and RefDoc)."""

    #: List 4702: H main document, V attachment.
    connection: Code | None = None
    content_type: Code | None = None
    content_description: str | None = None
    content_category: Code | None = None
    consent: Code | None = None
    annotation: str | None = None
    from_date: Moment | None = None
    to_date: Moment | None = None
    oid_ref: str | None = None
    enquiry_ref_id: str | None = None
    issued: Moment | None = None
    #: List 8114: XML structured content, A attachment, REF reference.
    kind: Code | None = None
    id: str | None = None
    mime_type: str | None = None
    description: str | None = None
    #: List 1204.
    compression: Code | None = None
    file_reference: str | None = None
    #: None where the element Content is absent, empty where it is there and empty.
    content: tuple[Payload | Message | Base64Data | Opaque, ...] | None = None
    #: Henvisning 1.0 only.
    booking: Booking | None = None

    @property
    def is_attachment(self) -> bool:
        """Tell whether this is an attachment, by what it holds or says it is."""
        if any(isinstance(item, Base64Data) for item in self.content or ()):
            return True
        return self.kind is not None and self.kind.value == "A"


@value_class
class PatientReport:
    """A patient's documents in a report to a health register (MsgHead only)."""

    connection: Code | None = None
    case_number: str | None = None
    documents: tuple[Document, ...] = ()
    patient: Patient | None = None
