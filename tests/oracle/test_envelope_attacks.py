"""Sealed envelopes asked about elsewhere: the JDK and xmlsec1 verify what we seal, and every attack is refused here."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

import envelopes
import oracles
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from envelopes import DS, PREFIXES, one
from lxml import etree
from pki import pem, world

from adapter.envelope import mime, package, signature
from adapter.envelope.package import read, unseal
from adapter.envelope.signature import Seal
from adapter.errors import BudstikkeError
from adapter.trust import c14n
from adapter.trust.algorithms import INCLUSIVE

SEALED: dict[str, Callable[[], bytes]] = {
    "message": envelopes.sent,
    "two-parts": lambda: package.write(
        envelopes.message(manifest=(*envelopes.message().manifest, envelopes.PayloadReference("cid:second@part"))),
        (envelopes.payload(), mime.Payload(content_id="second@part", octets=b"\r\n second \xff")),
        seal=envelopes.seal(),
    ),
    "receipt": envelopes.receipt,
    "error": envelopes.error,
}
_VALUE = "SOAP:Header/ds:Signature/ds:SignatureValue"
_INFO = "SOAP:Header/ds:Signature/ds:SignedInfo"


def parts_of(data: bytes) -> dict[str, bytes]:
    return {f"cid:{part.headers.content_id}": part.octets for part in read(data).attachments}


def spoiled(data: bytes) -> bytes:
    """Return the envelope with another receiver."""
    return read(data).soap.replace(envelopes.SENDER.encode(), b"8990299", 1)


@pytest.mark.skipif(oracles.lacks_jdk() is not None, reason=oracles.lacks_jdk() or "")
def test_the_jdk_verifies_what_is_sealed_here(tmp_path: Path) -> None:
    made = {name: make() for name, make in SEALED.items()}
    asked = {name: read(data).soap for name, data in made.items()}
    asked |= {f"{name}-spoiled": spoiled(data) for name, data in made.items()} | {"message-other": asked["message"]}
    parts = {name: parts_of(made[name.partition("-spoiled")[0]]) for name in asked if name != "message-other"}
    parts["message-other"] = dict.fromkeys(parts["message"], b"another")

    told = oracles.jdk(asked, tmp_path / "messages", parts)

    assert told == {name: name in SEALED for name in asked}


@pytest.mark.skipif(oracles.lacks_xmlsec1() is not None, reason=oracles.lacks_xmlsec1() or "")
@pytest.mark.parametrize("name", list(SEALED))
def test_xmlsec1_verifies_what_is_sealed_here(name: str, tmp_path: Path) -> None:
    data, signer = SEALED[name](), world().signing.certificate
    parts = parts_of(data)

    assert oracles.xmlsec1(read(data).soap, signer, tmp_path, parts)
    assert not oracles.xmlsec1(spoiled(data), signer, tmp_path, parts)
    assert not oracles.xmlsec1(read(data).soap, world().foreign.certificate, tmp_path, parts)
    if parts:
        assert not oracles.xmlsec1(read(data).soap, signer, tmp_path, dict.fromkeys(parts, b"another"))


# --- Attacks ----------------------------------------------------------------------------------------------------------


def with_secret(secret: Callable[[], bytes]) -> Callable[[etree._Element], None]:
    """Return a change that makes the signature one by a secret that everybody knows."""

    def change(root: etree._Element) -> None:
        method = one(root, f"{_INFO}/ds:SignatureMethod")
        method.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
        info = c14n.part(one(root, _INFO), INCLUSIVE)
        one(root, _VALUE).text = base64.b64encode(hmac.digest(secret(), info, hashlib.sha256)).decode()

    return change


def public_key() -> bytes:
    key = world().signing.certificate.public_key
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def sealed_by_another(root: etree._Element) -> None:
    """Seal an envelope with the key of another, and name the certificate of the sender all the same."""
    element = one(root, "SOAP:Header/ds:Signature")
    own = one(root, "SOAP:Header/ds:Signature/ds:KeyInfo/ds:X509Data/ds:X509Certificate").text
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
    pair = world().foreign
    signature.sign(root, {f"cid:{envelopes.PART}": envelopes.OCTETS}, Seal(pair.key, pair.certificate.x509))
    one(root, "SOAP:Header/ds:Signature/ds:KeyInfo/ds:X509Data/ds:X509Certificate").text = own


def by_key_alone(root: etree._Element) -> None:
    """Leave a bare key where the certificate was."""
    info = one(root, "SOAP:Header/ds:Signature/ds:KeyInfo")
    info[:] = [etree.fromstring(f'<KeyName xmlns="{DS}">anybody</KeyName>')]


def wrapped(root: etree._Element) -> None:
    """Put the genuine envelope into another one, which names another sender."""
    inner = etree.fromstring(etree.tostring(root))
    one(root, "SOAP:Header/eb:MessageHeader/eb:From/eb:PartyId").text = "8990299"
    one(root, "SOAP:Body").append(inner)


def named(root: etree._Element) -> None:
    """Sign an element by its id in place of the document."""
    one(root, "SOAP:Body").set("Id", "a")
    root.find(f"{_INFO}/ds:Reference", PREFIXES).set("URI", "#a")


ATTACKS: dict[str, Callable[[etree._Element], object]] = {
    "another sender": envelopes.text("SOAP:Header/eb:MessageHeader/eb:From/eb:PartyId", "8990299"),
    "another service": envelopes.text("SOAP:Header/eb:MessageHeader/eb:Action", "AVLYSNING"),
    "the certificate as a secret": with_secret(lambda: pem(world().signing.certificate)),
    "the public key as a secret": with_secret(public_key),
    "an empty secret": with_secret(bytes),
    "another's key": sealed_by_another,
    "a key without a certificate": by_key_alone,
    "an envelope in an envelope": wrapped,
    "a reference by id": named,
    "no reference to the part": lambda root: one(root, _INFO).remove(one(root, _INFO)[-1]),
    "a style sheet": envelopes.more(
        f"{_INFO}/ds:Reference[1]/ds:Transforms",
        '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
    ),
}


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_an_attack_is_refused(attack: str) -> None:
    data = envelopes.changed(envelopes.sent(), ATTACKS[attack])

    with pytest.raises(BudstikkeError):
        unseal(read(data), allows_weak=True)


def test_a_document_type_before_an_envelope_is_refused() -> None:
    octets = read(envelopes.sent()).soap
    begin = octets.index(b"?>") + 2
    typed = octets[:begin] + b'<!DOCTYPE a [<!ENTITY x "y">]>' + octets[begin:]

    with pytest.raises(BudstikkeError):
        read(mime.write(typed, (envelopes.payload(),), soap_id="envelope"))


def test_a_comment_does_not_cut_what_is_signed() -> None:
    """It is no part of what is signed, so the signature stays right: what is read is the whole value."""

    def split(root: etree._Element) -> None:
        element = one(root, "SOAP:Header/eb:MessageHeader/eb:MessageData/eb:MessageId")
        text = element.text or ""
        element.text = text[:8]
        comment = etree.Comment("cut")
        comment.tail = text[8:]
        element.append(comment)

    received = read(envelopes.changed(envelopes.sent(), split))

    assert received.message.header.message_id == envelopes.MESSAGE_ID
    assert unseal(received).message.header.message_id == envelopes.MESSAGE_ID


def test_what_a_receipt_is_for_cannot_be_changed() -> None:
    change = envelopes.text("SOAP:Header/eb:Acknowledgment/eb:RefToMessageId", envelopes.REPLY_ID)

    with pytest.raises(BudstikkeError):
        unseal(read(envelopes.changed(envelopes.receipt(), change)))
