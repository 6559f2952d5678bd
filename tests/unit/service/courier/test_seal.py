"""What becomes of a message on its way into a mail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from envelopes import header
from pki import NOW, world
from posting import CLINIC_KEYS, opened

from adapter import resources, wire
from adapter.check.finding import Direction
from adapter.envelope import mime, package
from adapter.envelope.rules import checker
from adapter.envelope.signature import Seal
from adapter.errors import KeyUnusable
from adapter.service.courier.facts import digest_of
from adapter.service.courier.seal import Letter, Unsendable, seal
from adapter.trust import cms, signature
from adapter.trust.payload import unpack

UNSIGNED, SIGNED = "henvisning-2.0-komplett.xml", "henvisning-2.0-med-signatur.xml"
OWN = Seal(world().signing.key, world().signing.certificate.x509)


def fixture(name: str) -> bytes:
    return (resources.fixtures() / "messages" / name).read_bytes()


def letter(name: str = UNSIGNED, **changes: Any) -> Letter:
    data = fixture(name)
    plain = Letter(
        data=data,
        message=wire.read(data),
        header=header(),
        sender="kontor@edi.example",
        receiver="klinikk@edi.example",
        certificate=CLINIC_KEYS.certificate,
        largest_payload=1_000_000,
        largest_mail=2_000_000,
    )
    return replace(plain, **changes)


def content(mail: bytes) -> bytes:
    (part,) = package.read(mail).attachments
    return cms.decrypt(part.octets, [CLINIC_KEYS]).content


def test_the_mail_is_what_the_standard_asks_for() -> None:
    sealed = seal(letter(), OWN, NOW)
    headers = mime.read(sealed.data).headers
    assert headers.get("From") == "kontor@edi.example"
    assert headers.get("To") == "klinikk@edi.example"
    assert headers.get("Message-ID") == f"<{header().message_id}@edi.example>"
    assert headers.get("SOAPAction") == '"ebXML"'
    said, document = opened(sealed.data)
    assert document == fixture(UNSIGNED)
    assert said.ack_requested is not None
    assert said.ack_requested.is_signed
    assert said.header.eliminates_duplicates
    (schema,) = said.manifest[0].schemas
    assert (schema.location, schema.version) == ("http://ehelse.no/xmlstds/henvisning/2017-11-30", "2.0")


def test_the_rules_for_ebxml_find_nothing_to_say() -> None:
    found = checker.check(seal(letter(), OWN, NOW).data, Direction.OUTBOUND)
    assert [(one.rule, one.text) for one in found.findings] == []


def test_what_is_known_of_the_envelope_is_what_it_says() -> None:
    sealed = seal(letter(), OWN, NOW)
    found = package.read(sealed.data)
    assert sealed.facts.message_id == found.message.header.message_id
    assert sealed.facts.digest == digest_of(found.signed_references)
    assert sealed.facts.refers_to is None


@pytest.mark.parametrize("packing", [(), ("mime",), ("gzip",), ("mime", "gzip")])
def test_a_document_is_packed_as_agreed(packing: tuple[Any, ...]) -> None:
    found = unpack(content(seal(letter(packing=packing), OWN, NOW).data))
    assert (found.data, found.packing) == (fixture(UNSIGNED), packing)


def test_an_unsigned_message_is_signed_where_the_channel_says_so() -> None:
    data = content(seal(letter(signs_message=True), OWN, NOW).data)
    assert signature.verify(data).certificate == world().signing.certificate
    assert wire.read(data).msg_id == wire.read(fixture(UNSIGNED)).msg_id


@pytest.mark.parametrize(
    "name", [SIGNED, "henvisning-1.1-komplett.xml", "apprec-1.1-positiv.xml", "dialogmelding-1.0-fellesformat.xml"]
)
def test_what_is_signed_already_or_has_no_place_for_a_signature_stays_as_it_is(name: str) -> None:
    assert content(seal(letter(name, signs_message=True), OWN, NOW).data) == fixture(name)


def test_what_is_too_large_is_not_sealed() -> None:
    data = fixture(UNSIGNED)
    with pytest.raises(Unsendable, match=rf"The message has {len(data)} bytes, and 100 are"):
        seal(letter(largest_payload=100), OWN, NOW)
    with pytest.raises(Unsendable, match=r"The mail has \d+ bytes, and 100 are") as caught:
        seal(letter(largest_mail=100), OWN, NOW)
    assert "largest_mail" in caught.value.advice


def test_an_unknown_standard_is_not_named() -> None:
    for name in ("ukjent-rot.xml", "ukjent-innhold-i-hodemelding.xml"):
        said, _ = opened(seal(letter(name), OWN, NOW).data)
        assert said.manifest[0].schemas == ()


def test_a_receipt_is_named_by_its_own_standard() -> None:
    said, _ = opened(seal(letter("apprec-1.1-positiv.xml"), OWN, NOW).data)
    (schema,) = said.manifest[0].schemas
    assert (schema.location, schema.version) == ("http://www.kith.no/xmlstds/apprec/2012-02-15", "1.1")


def test_nothing_is_encrypted_for_a_certificate_that_has_ended() -> None:
    with pytest.raises(KeyUnusable):
        seal(letter(certificate=world().expired.certificate), OWN, NOW)
