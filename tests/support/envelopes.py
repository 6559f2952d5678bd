"""ebXML messages to test with: right ones of every kind, and copies of them with one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree
from pki import NOW, world

from adapter.envelope import mime, package, soap
from adapter.envelope.answer import acknowledgment, message_error, refusal_of
from adapter.envelope.header import (
    AckRequested,
    MessageHeader,
    PayloadReference,
    Schema,
    Service,
    Side,
    Software,
    Stamp,
)
from adapter.envelope.signal import EbxmlMessage
from adapter.envelope.signature import Seal
from adapter.errors import SignatureInvalid
from adapter.message.code import Moment

EB = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DS = "http://www.w3.org/2000/09/xmldsig#"
XLINK = "http://www.w3.org/1999/xlink"
PREFIXES = {"eb": EB, "SOAP": SOAP, "ds": DS}

SENDER, RECEIVER = "8990201", "8990101"
MESSAGE_ID = "3f1c7a52-7d4e-4f0a-9c55-0b8d5a1f2e33"
REPLY_ID = "5a0a6a0e-58c0-4b6f-8a56-3e1d9f7b2c44"
CONVERSATION = "b6f0c9d2-1a77-4d0e-8a1c-2f7f3c5d6e11"
PART = "c3d9f6de-1f0b-4f5c-a3c1-7a9e2d4b8f55"
SOFTWARE = Software(server="Budstikke", server_version="0.1.0", system="Syntetisk EPJ", system_version="1")
#: The beginning of a CMS object, and something that looks encrypted.
OCTETS = bytes.fromhex("308006092a864886f70d010703a080") + b"\x00\r\n--\xff\x00" * 40
HENVISNING = "http://www.kith.no/xmlstds/henvisning/2012-02-15"
STAMP = Stamp(message_id=REPLY_ID, at=NOW, software=SOFTWARE)


def seal() -> Seal:
    """Return what the sender signs with."""
    pair = world().signing
    return Seal(pair.key, pair.certificate.x509)


def header(**changes: object) -> MessageHeader:
    """Return the header of a referral."""
    plain = MessageHeader(
        sender=Side.of(SENDER, "HENVISNINGsender"),
        receiver=Side.of(RECEIVER, "HENVISNINGreceiver"),
        cpa_id=f"{RECEIVER}_{SENDER}",
        conversation_id=CONVERSATION,
        service=Service("S-HENVISNING", "kithService"),
        action="HENVISNING",
        message_id=MESSAGE_ID,
        timestamp=Moment("2026-03-02T09:00:00Z"),
        eliminates_duplicates=True,
        descriptions=(SOFTWARE.description(),),
    )
    return replace(plain, **changes)


def message(**changes: object) -> EbxmlMessage:
    """Return a message that carries one document."""
    plain = EbxmlMessage(
        header=header(),
        ack_requested=AckRequested(),
        manifest=(PayloadReference(f"cid:{PART}", (Schema(HENVISNING, "1.1"),)),),
    )
    return replace(plain, **changes)


def payload(**changes: object) -> mime.Payload:
    """Return the part that it carries."""
    return replace(mime.Payload(content_id=PART, octets=OCTETS), **changes)


def mail(**changes: object) -> mime.Mail:
    """Return what stands above it."""
    plain = mime.Mail(
        sender="fastlege@testedi.nhn.no",
        receiver="klinikk@testedi.nhn.no",
        message_id=f"{MESSAGE_ID}@testedi.nhn.no",
        sent=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    )
    return replace(plain, **changes)


def sent() -> bytes:
    """Return a message with content, as it goes by mail."""
    return package.write(message(), (payload(),), seal=seal(), mail=mail())


def receipt() -> bytes:
    """Return the receipt for it."""
    received = package.read(sent())
    answer = acknowledgment(received.message, received.signed_references, STAMP, received=NOW)
    return package.write(answer, seal=seal(), mail=mail())


def error() -> bytes:
    """Return the error that refuses it."""
    answer = message_error(message(), [refusal_of(SignatureInvalid())], STAMP)
    return package.write(answer, seal=seal(), mail=mail())


def changed(data: bytes, change: Callable[[etree._Element], object]) -> bytes:
    """Return a message with its envelope changed after it was signed."""
    received = package.read(data)
    root = etree.fromstring(received.soap)
    change(root)
    octets = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    payloads = tuple(
        mime.Payload(content_id=part.headers.content_id or "", octets=part.octets) for part in received.attachments
    )
    return mime.write(octets, payloads, soap_id="envelope", mail=mail())


def resealed(build: Callable[[etree._Element], object], parts: tuple[mime.Payload, ...] = ()) -> bytes:
    """Return a message whose envelope is changed before it is signed, by its own sender."""
    from adapter.envelope import signature  # noqa: PLC0415 - the one builder that needs it

    root = soap.written(message())
    build(root)
    carried = parts or (payload(),)
    signature.sign(root, {f"cid:{part.content_id}": part.octets for part in carried}, seal())
    octets = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return mime.write(octets, carried, soap_id="envelope", mail=mail())


def one(root: etree._Element, path: str) -> etree._Element:
    """Return the only element at a path, in the prefixes eb, SOAP and ds."""
    (found,) = root.iterfind(path, PREFIXES)
    return found


def without(path: str) -> Callable[[etree._Element], object]:
    """Return a change that takes the elements at a path away."""

    def change(root: etree._Element) -> None:
        found = list(root.iterfind(path, PREFIXES))
        assert found, path
        for element in found:
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)

    return change


def text(path: str, value: str) -> Callable[[etree._Element], object]:
    """Return a change that writes another text into the element at a path."""

    def change(root: etree._Element) -> None:
        one(root, path).text = value

    return change


def attribute(path: str, name: str, value: str | None) -> Callable[[etree._Element], object]:
    """Return a change that writes an attribute of the element at a path, or takes it away."""

    def change(root: etree._Element) -> None:
        element = one(root, path)
        assert value is not None or name in element.attrib
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return change


def more(path: str, xml: str) -> Callable[[etree._Element], object]:
    """Return a change that adds an element inside the one at a path."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())

    def change(root: etree._Element) -> None:
        one(root, path).append(etree.fromstring(f"<wrap {declared}>{xml}</wrap>")[0])

    return change
