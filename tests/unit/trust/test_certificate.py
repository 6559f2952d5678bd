"""What a certificate says of its holder, by SEID 1 and SEID 2."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pki import NOW, SINCE, UNTIL, World, key, pem

from adapter.errors import CertificateUnreadable
from adapter.trust.certificate import Certificate, Holder, Usage, certificates_in, read_certificates
from adapter.trust.pki import Purpose

AnyKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey


def bare(*attributes: tuple[x509.ObjectIdentifier, str], of: AnyKey | None = None) -> bytes:
    """Return a certificate without extensions that names itself."""
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])
    holder = of or key("bare")
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(0xBEEF)
    builder = builder.not_valid_before(SINCE).not_valid_after(UNTIL).public_key(holder.public_key())
    return builder.sign(key("bare"), hashes.SHA256()).public_bytes(Encoding.DER)


def test_an_organisation_is_known_by_its_identifier(world: World) -> None:
    certificate = world.signing.certificate

    assert certificate.organisation_number == "999888777"
    assert certificate.subject == "Syntetisk sykehus TEST"
    assert certificate.holder is Holder.ORGANISATION
    assert certificate.issuer == "Budstikke TEST CA 1"
    assert (certificate.valid_from, certificate.valid_until) == (SINCE, UNTIL)


def test_an_older_organisation_is_known_by_its_serial_number() -> None:
    certificate = Certificate.of(bare((NameOID.COMMON_NAME, "Foretak"), (NameOID.SERIAL_NUMBER, "994 598 759")))

    assert (certificate.organisation_number, certificate.holder) == ("994598759", Holder.ORGANISATION)
    assert certificate.serial == "beef"


def test_a_person_is_told_as_one(world: World) -> None:
    certificate = world.person.certificate

    assert (certificate.holder, certificate.organisation_number) == (Holder.PERSON, None)
    assert certificate.subject == "Grønn Vits TEST"


@pytest.mark.parametrize(
    ("number", "holder"),
    [("UN:NO-9578-4050-1", Holder.PERSON), ("9578-4050-1", Holder.PERSON), ("x", Holder.OTHER), ("", Holder.OTHER)],
)
def test_a_holder_without_names_is_told_by_its_number(number: str, holder: Holder) -> None:
    attributes = [(NameOID.SERIAL_NUMBER, number)] if number else []
    certificate = Certificate.of(bare((NameOID.ORGANIZATION_NAME, "Navn"), *attributes))

    assert certificate.holder is holder
    assert certificate.subject == "Navn"
    assert certificate.issuer == ""


def test_a_name_may_be_missing_altogether() -> None:
    certificate = Certificate.of(bare((NameOID.COUNTRY_NAME, "NO")))

    assert (certificate.subject, certificate.organisation_number) == ("", None)


def test_a_foreign_identifier_is_no_organisation_number() -> None:
    certificate = Certificate.of(bare((NameOID.ORGANIZATION_IDENTIFIER, "NTRSE-999888777")))

    assert certificate.organisation_number is None


@pytest.mark.parametrize(
    ("purpose", "usages"),
    [
        (Purpose.SIGNING, {Usage.COMMITMENT}),
        (Purpose.AUTHENTICATION, {Usage.AUTHENTICATION}),
        (Purpose.ENCRYPTION, {Usage.AUTHENTICATION}),
        (Purpose.KEY_TRANSPORT, set()),
    ],
)
def test_what_it_may_be_used_for_is_read(world: World, purpose: Purpose, usages: set[Usage]) -> None:
    assert world.holder(purpose).certificate.usages == usages


def test_who_does_not_say_what_for_may_not() -> None:
    assert Certificate.of(bare((NameOID.COMMON_NAME, "x"))).usages == frozenset()


def test_a_moment_lies_between_first_and_last(world: World) -> None:
    certificate = world.signing.certificate

    assert certificate.is_valid_at(SINCE)
    assert certificate.is_valid_at(UNTIL)
    assert not certificate.is_valid_at(SINCE - timedelta(seconds=1))
    assert not certificate.is_valid_at(UNTIL + timedelta(seconds=1))
    assert certificate.is_valid_at(NOW)


def test_nothing_of_the_holder_stands_in_its_repr(world: World) -> None:
    assert repr(world.person.certificate) == "Certificate()"
    assert "Vits" not in repr(world.person)


@pytest.mark.parametrize(
    "holder",
    [
        pytest.param(ed25519.Ed25519PrivateKey.generate(), id="ed25519"),
        pytest.param(rsa.generate_private_key(65_537, 1_024), id="rsa-1024"),  # noqa: S505 - what is refused
    ],
)
def test_a_weak_or_strange_key_is_not_accepted(holder: AnyKey) -> None:
    with pytest.raises(CertificateUnreadable, match="not accepted"):
        Certificate.of(bare((NameOID.COMMON_NAME, "x"), of=holder))


def test_a_key_on_an_elliptic_curve_is_accepted() -> None:
    holder = ec.generate_private_key(ec.SECP256R1())

    assert Certificate.of(bare((NameOID.COMMON_NAME, "x"), of=holder)).public_key.key_size == 256


@pytest.mark.parametrize("data", [b"", b"x", b"0\x82", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_is_told(data: bytes) -> None:
    with pytest.raises(CertificateUnreadable):
        list(certificates_in(data))


def test_a_file_holds_one_or_several(world: World, tmp_path: Path) -> None:
    first, second = world.signing.certificate, world.person.certificate
    (tmp_path / "one.der").write_bytes(first.der)
    (tmp_path / "two.pem").write_bytes(b"words before\n" + pem(first) + pem(second))
    (tmp_path / "none.pem").write_bytes(b"words")

    assert read_certificates(tmp_path / "one.der") == [first]
    assert read_certificates(tmp_path / "two.pem") == [first, second]
    with pytest.raises(CertificateUnreadable, match=r"none\.pem"):
        read_certificates(tmp_path / "none.pem")


def test_the_same_bytes_are_read_once(world: World) -> None:
    certificate = world.signing.certificate

    assert Certificate.of(bytes(bytearray(certificate.der))) is certificate


def test_a_certificate_of_a_version_that_there_is_not_is_refused(world: World) -> None:
    der = world.signing.certificate.der
    version = bytes.fromhex("a003020102")
    spoiled = der.replace(version, bytes.fromhex("a003020107"), 1)

    assert spoiled != der
    for data in (spoiled, pem_of(spoiled)):
        with pytest.raises(CertificateUnreadable):
            list(certificates_in(data))


def pem_of(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"
