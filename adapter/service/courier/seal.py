"""A message to the bytes of a mail: signed, packed, encrypted, put into an envelope, and that signed (HIS 1037, 6.2).

What is encrypted is never twice the same, so a message is sealed once, and what came of it is kept.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from adapter.envelope import package
from adapter.envelope.header import AckRequested, MessageHeader, PayloadReference, Schema
from adapter.envelope.mime import Mail, Payload
from adapter.envelope.signal import EbxmlMessage
from adapter.envelope.signature import CID, Seal
from adapter.errors import BudstikkeError, SpecError
from adapter.message.message import Envelope, Message
from adapter.message.payload import Payload as Content
from adapter.service.courier.facts import facts_of
from adapter.store.facts import EnvelopeFacts
from adapter.trust import cms, signature
from adapter.trust.certificate import Certificate
from adapter.trust.payload import Packing, pack
from adapter.values import value_class
from adapter.wire import fellesformat, parse
from adapter.wire.content import root_for


class Unsendable(BudstikkeError):
    """The message cannot be sent by mail as things stand."""

    code = "MAIL-01"


@value_class
class Letter:
    """A message, and all that is needed to make a mail of it."""

    data: bytes = field(repr=False)
    #: The same, as it was read.
    message: Message = field(repr=False)
    header: MessageHeader
    #: Mail addresses.
    sender: str
    receiver: str
    #: The receiver's, for encryption.
    certificate: Certificate
    packing: tuple[Packing, ...] = ()
    #: Sign a MsgHead that its author has not signed.
    signs_message: bool = False
    #: Octets: of the message, and of the mail.
    largest_payload: int
    largest_mail: int


@value_class(kw_only=False)
class Sealed:
    """A mail, and what the store knows of the envelope in it."""

    data: bytes = field(repr=False)
    facts: EnvelopeFacts


def seal(letter: Letter, own: Seal, at: datetime) -> Sealed:
    """Return the mail for a letter; what is encrypted in it differs from time to time.

    Raises:
        Unsendable: it is larger than mail can be.
        KeyUnusable: the receiver's certificate cannot be used.
        TrustError, FormError, SpecError: the message cannot be signed, or a value has no place in the envelope.
    """
    _check_size("message", len(letter.data), letter.largest_payload)
    data = _signed(letter, own) if letter.signs_message else letter.data
    octets = cms.encrypt(pack(data, letter.packing), [letter.certificate], at=at)
    part = Payload(content_id=f"payload-{letter.header.message_id}", octets=octets)
    message = EbxmlMessage(
        header=letter.header,
        ack_requested=AckRequested(),
        manifest=(PayloadReference(f"{CID}{part.content_id}", _schemas(letter.message)),),
    )
    written = package.written(message, (part,), seal=own, mail=mail(letter.header, letter.sender, letter.receiver, at))
    _check_size("mail", len(written.data), letter.largest_mail)
    return Sealed(written.data, facts_of(message, written.references))


def mail(header: MessageHeader, sender: str, receiver: str, at: datetime) -> Mail:
    """Return what stands above an envelope; the mail has the envelope's id, at the domain of who sends it."""
    domain = sender.rpartition("@")[2]
    return Mail(sender=sender, receiver=receiver, message_id=f"{header.message_id}@{domain}", sent=at)


def envelope_id(mail_id: str) -> str:
    """Return the MessageId of the envelope in a mail of ours, by the Message-ID of the mail."""
    return mail_id.rpartition("@")[0]


def _check_size(what: str, size: int, largest: int) -> None:
    if size > largest:
        raise Unsendable(
            f"The {what} has {size} bytes, and {largest} are the most that may go by mail.",
            hint="Let the sender send it with smaller attachments; largest_mail and largest_payload of the channel "
            "are what receivers take.",
        )


def _signed(letter: Letter, own: Seal) -> bytes:
    """Return a MsgHead with our signature; whatever has one already, or is something else, stays as it is."""
    is_bare = letter.message.envelope is Envelope.HODEMELDING and letter.message.opaque is None
    if not is_bare or fellesformat.is_wrapper(parse(letter.data)):
        return letter.data
    return signature.sign(letter.data, own.key, own.certificate)


def _schemas(message: Message) -> tuple[Schema, ...]:
    """Return the standard of a message's content and its version (HITS 1210, 6.2.1); none where it is not known."""
    content = message.payload if message.envelope is Envelope.HODEMELDING else message
    if not isinstance(content, Content | Message):
        return ()
    try:
        namespace = root_for(content).record.namespace
    except SpecError:
        return ()
    return (Schema(namespace, content.version),)
