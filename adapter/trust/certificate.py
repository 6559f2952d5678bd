"""A certificate: who it is about, by the Norwegian profiles SEID 1 and SEID 2, and what it may be used for.

An organisation's number stands in organizationIdentifier as `NTRNO-` and nine digits (SEID 2), or bare in
serialNumber (SEID 1). A person's serialNumber is the issuer's own number for the person, such as `UN:NO-9578-4050-1`;
it is no identity number, and none is ever shown here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from adapter.errors import CertificateUnreadable
from adapter.values import value_class

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

#: The smart cards that Norwegian health personnel carry have keys of 2032 bits.
_SMALLEST_RSA, _LARGEST_RSA = 2_000, 16_384
_NTRNO = re.compile(r"NTRNO-(\d{9})", re.ASCII)
_NINE_DIGITS = re.compile(r"\d{9}", re.ASCII)
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----[^-]++-----END CERTIFICATE-----")
#: What the library raises for what is not put together as it must be, at whatever part of it is looked at.
MALFORMED = (
    *(ValueError, TypeError, UnsupportedAlgorithm),
    *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
)


class Usage(StrEnum):
    """What a signing certificate promises."""

    #: "nonRepudiation": the signer stands by the content.
    COMMITMENT = "commitment"
    #: "digitalSignature": the signer proves to be who it is.
    AUTHENTICATION = "authentication"


class Holder(StrEnum):
    """Whom a certificate is about."""

    ORGANISATION = "organisation"
    PERSON = "person"
    OTHER = "other"


@value_class(kw_only=False, slots=False)
class Certificate:
    """One X.509 certificate, read once; what is asked of it is worked out once."""

    x509: x509.Certificate = field(compare=False, repr=False)
    #: DER: what makes two certificates the same.
    der: bytes = field(repr=False)

    @classmethod
    def of(cls, der: bytes) -> Certificate:
        """Return the certificate of DER bytes, which is read once however often it comes; CertificateUnreadable."""
        return _read(der)

    @cached_property
    def subject(self) -> str:
        """Return the name of the holder, which for a person is personal data: not for logs."""
        return self._first(NameOID.COMMON_NAME) or self._first(NameOID.ORGANIZATION_NAME) or ""

    @cached_property
    def organisation_number(self) -> str | None:
        """Return the nine digits of an organisation's number, also of the one a person works for."""
        for value in self._all(NameOID.ORGANIZATION_IDENTIFIER):
            if found := _NTRNO.fullmatch(value.strip()):
                return found[1]
        number = (self._first(NameOID.SERIAL_NUMBER) or "").replace(" ", "")
        return number if _NINE_DIGITS.fullmatch(number) else None

    @cached_property
    def holder(self) -> Holder:
        """Tell whether the certificate is about an organisation or a person."""
        if self._first(NameOID.GIVEN_NAME) or self._first(NameOID.SURNAME):
            return Holder.PERSON
        number = self._first(NameOID.SERIAL_NUMBER) or ""
        if self.organisation_number is not None:
            return Holder.ORGANISATION
        return Holder.PERSON if number.startswith(("UN:NO-", "9578-")) else Holder.OTHER

    @cached_property
    def serial(self) -> str:
        """Return the serial number that its issuer gave it, in hexadecimal."""
        return f"{self.x509.serial_number:x}"

    @cached_property
    def issuer(self) -> str:
        """Return the name of its issuer."""
        names = self.x509.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else ""

    @cached_property
    def valid_from(self) -> datetime:
        """Return its first moment, in UTC."""
        return self.x509.not_valid_before_utc

    @cached_property
    def valid_until(self) -> datetime:
        """Return its last moment, in UTC."""
        return self.x509.not_valid_after_utc

    def is_valid_at(self, at: datetime) -> bool:
        """Tell whether a moment lies between its first and its last."""
        return self.valid_from <= at <= self.valid_until

    @cached_property
    def is_self_issued(self) -> bool:
        """Tell whether it names itself as its issuer."""
        return self.x509.issuer == self.x509.subject

    @cached_property
    def usages(self) -> frozenset[Usage]:
        """Return which kinds of signatures its keyUsage allows; none where it does not say."""
        try:
            usage = self.x509.extensions.get_extension_for_class(x509.KeyUsage).value
        except x509.ExtensionNotFound:
            return frozenset()
        allowed = {Usage.COMMITMENT: usage.content_commitment, Usage.AUTHENTICATION: usage.digital_signature}
        return frozenset(kind for kind, is_allowed in allowed.items() if is_allowed)

    @cached_property
    def public_key(self) -> PublicKey:
        """Return the key; it is of a kind and size that is relied on."""
        return cast("PublicKey", self.x509.public_key())

    def _first(self, oid: ObjectIdentifier) -> str | None:
        return next(iter(self._all(oid)), None)

    def _all(self, oid: ObjectIdentifier) -> list[str]:
        return [str(attribute.value) for attribute in self.x509.subject.get_attributes_for_oid(oid)]


def read_certificates(path: Path) -> list[Certificate]:
    """Return the certificates of a PEM or DER file, in its order; OSError, CertificateUnreadable."""
    data = path.read_bytes()
    try:
        return list(certificates_in(data))
    except CertificateUnreadable as error:
        raise CertificateUnreadable(f"{path}: {error}") from None


def certificates_in(data: bytes) -> Iterator[Certificate]:
    """Yield the certificates of PEM or DER bytes; CertificateUnreadable."""
    blocks = _PEM.findall(data)
    if not blocks:
        yield Certificate.of(data)
    for block in blocks:
        try:
            yield Certificate.of(x509.load_pem_x509_certificate(block).public_bytes(Encoding.DER))
        except MALFORMED:
            raise CertificateUnreadable from None


@lru_cache(maxsize=512)
def _read(der: bytes) -> Certificate:
    try:
        found = x509.load_der_x509_certificate(der)
        # Everything that is read lazily is read now: later nobody expects an error.
        _ = (found.extensions, found.subject, found.issuer, found.not_valid_before_utc, found.not_valid_after_utc)
        key = found.public_key()
    except MALFORMED:
        raise CertificateUnreadable from None
    if isinstance(key, rsa.RSAPublicKey):
        if not _SMALLEST_RSA <= key.key_size <= _LARGEST_RSA:
            raise CertificateUnreadable(
                f"The certificate has an RSA key of {key.key_size} bits, which is not accepted."
            )
    elif not isinstance(key, ec.EllipticCurvePublicKey):
        raise CertificateUnreadable("The certificate has a key of a kind that is not accepted.")
    return Certificate(found, der)
