"""Mails with ebXML as partners send them: signed, encrypted, and with one thing wrong where a test asks for it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import envelopes
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from pki import world
from sealing import Craft, sealed

from adapter import resources
from adapter.envelope import mime, package
from adapter.envelope.header import HER, SIGNAL_SERVICE, MessageHeader, PartyId, Service, Side
from adapter.envelope.signal import EbxmlMessage
from adapter.envelope.signature import Seal
from adapter.partner.register import Partner
from adapter.service.courier.opening import Standards
from adapter.trust import c14n, payload
from adapter.trust.algorithms import INCLUSIVE
from adapter.trust.pki import Pair
from adapter.trust.verifier import Verifier
from adapter.wire.parse import Limits

CHANNEL = "edi"
#: What the office signs with in the test world.
NUMBER = "999888777"
REFERRAL = (resources.fixtures() / "messages" / "henvisning-1.1-komplett.xml").read_bytes()
OFFICE = Partner(
    id="legekontor",
    role="referrer",
    name="Syntetisk legekontor TEST",
    her_ids=("8990201",),
    parent_her_id="8990200",
    organisation_number=NUMBER,
    channel=CHANNEL,
    address="fastlege@testedi.nhn.no",
)
OWN = frozenset({"8990100", "8990101"})
#: Of what the clinic sent to the office.
SENT_ID = "9e4b5c1f-6a7d-4c58-8b3a-2d0f1e6c7a88"
_PLAIN = Craft()


def fixture(name: str) -> bytes:
    """Return a message of the fixtures."""
    return (resources.fixtures() / "messages" / name).read_bytes()


def standards(*parties: Partner, **changes: object) -> Standards:
    """Return what mails from these parties, or from the office, are judged by at the clinic."""
    plain = Standards(
        parties=parties or (OFFICE,),
        own=OWN,
        verifier=Verifier(anchors=world().anchors),
        pairs=(world().encryption,),
        largest_mail=51_200_000,
        largest_payload=35_000_000,
        limits=Limits(),
    )
    return replace(plain, **changes)


def seal_of(pair: Pair) -> Seal:
    """Return what a pair signs with."""
    return Seal(pair.key, pair.certificate.x509)


def addressed(sender: str, receiver: str, **changes: object) -> MessageHeader:
    """Return the header of a referral from one HER-id to another."""
    return envelopes.header(sender=_side(sender, "sender"), receiver=_side(receiver, "receiver"), **changes)


def _side(her_id: str, way: str) -> Side:
    return Side((PartyId(her_id, HER),), f"HENVISNING{way}")


def mailed(
    document: bytes = REFERRAL,
    *,
    message: EbxmlMessage | None = None,
    header: MessageHeader | None = None,
    packing: tuple[payload.Packing, ...] = (),
    craft: Craft = _PLAIN,
    to: Pair | None = None,
    octets: bytes | None = None,
    signer: Pair | None = None,
) -> bytes:
    """Return a mail with a document, from the office to the clinic unless said otherwise."""
    said = message or envelopes.message()
    said = said if header is None else replace(said, header=header)
    content = octets or sealed(payload.pack(document, packing), to or world().encryption, craft)
    part = envelopes.payload(octets=content)
    return package.write(said, (part,), seal=seal_of(signer or world().signing), mail=envelopes.mail())


def numbered(number: int, **changes: Any) -> bytes:
    """Return a mail with a MessageId made of a number."""
    return mailed(header=envelopes.header(message_id=f"00000000-0000-4000-8000-{number:012}"), **changes)


def asked(**changes: Any) -> EbxmlMessage:
    """Return a question of the office's message server; `header` changes its header."""
    header = envelopes.header(service=Service(SIGNAL_SERVICE), eliminates_duplicates=False)
    header = replace(header, sender=Side.of("8990201"), receiver=Side.of("8990101"), message_id=envelopes.REPLY_ID)
    return EbxmlMessage(header=replace(header, **changes.pop("header", {})), **changes)


def said_to_office() -> EbxmlMessage:
    """Return what the clinic says to the office around a message."""
    return envelopes.message(header=addressed("8990101", "8990201", message_id=SENT_ID))


def signal(message: EbxmlMessage, *, signer: Pair | None = None) -> bytes:
    """Return a mail with nothing but an envelope."""
    return package.write(message, seal=seal_of(signer or world().signing), mail=envelopes.mail())


def tampered(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return a mail whose encrypted part was changed on the way."""
    found = package.read(data)
    (part,) = found.attachments
    changed = mime.Payload(content_id=part.headers.content_id or "", octets=change(part.octets))
    return mime.write(found.soap, (changed,), soap_id="envelope", mail=envelopes.mail())


def weakened(data: bytes) -> bytes:
    """Return a mail with its envelope signed by SHA-1, as some still do."""
    found = package.read(data)
    root = etree.fromstring(found.soap)
    (signature,) = root.iter(f"{{{envelopes.DS}}}Signature")
    parent, place = signature.getparent(), signature.getparent().index(signature)
    parent.remove(signature)
    octets = {"": c14n.document(root, INCLUSIVE)} | {f"cid:{envelopes.PART}": found.attachments[0].octets}
    parent.insert(place, signature)
    envelopes.one(signature, "ds:SignedInfo/ds:SignatureMethod").set("Algorithm", f"{envelopes.DS}rsa-sha1")
    for reference in signature.iterfind("ds:SignedInfo/ds:Reference", envelopes.PREFIXES):
        envelopes.one(reference, "ds:DigestMethod").set("Algorithm", f"{envelopes.DS}sha1")
        digest = hashlib.sha1(octets[reference.get("URI") or ""], usedforsecurity=False).digest()
        envelopes.one(reference, "ds:DigestValue").text = base64.b64encode(digest).decode()
    signed = c14n.part(envelopes.one(signature, "ds:SignedInfo"), INCLUSIVE)
    value = world().signing.key.sign(signed, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - what old senders use
    envelopes.one(signature, "ds:SignatureValue").text = base64.b64encode(value).decode()
    soap = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    parts = (envelopes.payload(octets=found.attachments[0].octets),)
    return mime.write(soap, parts, soap_id="envelope", mail=envelopes.mail())
