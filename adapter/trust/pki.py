"""A public key infrastructure of one's own, for trying things out: root, issuing authority, certificates, revocation.

The certificates have the shape of SEID 2 (names, usages, RSA), and every name in them says that they are for test.
Nobody else trusts them, and nothing here is for production: real certificates come from Buypass or Commfides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from adapter.trust.certificate import Certificate
from adapter.values import value_class

#: The object identifier of policies that mean nothing, for the certificates made here (RFC 7229, test policies).
TEST_POLICY = "1.3.6.1.5.5.7.13.1"

_COUNTRY = "NO"
_EXPONENT = 65_537
_YEAR = timedelta(days=365)


class Purpose(Enum):
    """What a certificate is made for: the three of an organisation in SEID 2."""

    AUTHENTICATION = ("digital_signature",)
    SIGNING = ("content_commitment",)
    ENCRYPTION = ("digital_signature", "key_encipherment")
    #: For no signature at all.
    KEY_TRANSPORT = ("key_encipherment",)


@value_class(kw_only=False)
class Pair:
    """A private key and the certificate that names its holder."""

    key: rsa.RSAPrivateKey
    certificate: Certificate


def new_key(bits: int = 3_072) -> rsa.RSAPrivateKey:
    """Return a new RSA key."""
    return rsa.generate_private_key(_EXPONENT, bits)


def organisation_name(name: str, number: str) -> x509.Name:
    """Return the subject of an organisation's certificate (SEID 2)."""
    return _name(
        (NameOID.ORGANIZATION_NAME, name),
        (NameOID.ORGANIZATION_IDENTIFIER, f"NTRNO-{number}"),
        (NameOID.COMMON_NAME, name),
    )


def person_name(given: str, surname: str, number: str) -> x509.Name:
    """Return the subject of a person's certificate; the number is the issuer's own, no identity number."""
    return _name(
        (NameOID.SURNAME, surname),
        (NameOID.GIVEN_NAME, given),
        (NameOID.SERIAL_NUMBER, f"UN:NO-9578-4050-{number}"),
        (NameOID.COMMON_NAME, f"{given} {surname}"),
    )


@value_class(kw_only=False)
class Authority:
    """Issues certificates and says which it took back."""

    pair: Pair
    #: What holders' certificates say beside the usual, such as where to ask whether they were taken back.
    additions: tuple[x509.ExtensionType, ...] = ()

    @classmethod
    def root(cls, name: str, key: rsa.RSAPrivateKey, *, since: datetime, years: int = 20) -> Self:
        """Return a root that trusts itself."""
        subject = _name((NameOID.ORGANIZATION_NAME, "Budstikke TEST"), (NameOID.COMMON_NAME, name))
        builder = _builder(subject, subject, key, since=since, until=since + years * _YEAR)
        return cls(_signed(_issuing(builder, path_length=None), key, key))

    def intermediate(self, name: str, key: rsa.RSAPrivateKey, *, since: datetime, years: int = 10) -> Authority:
        """Return an authority below this one, which may issue to holders only."""
        subject = _name((NameOID.ORGANIZATION_NAME, "Budstikke TEST"), (NameOID.COMMON_NAME, name))
        builder = self._below(subject, key, since=since, until=since + years * _YEAR)
        return Authority(_signed(_issuing(builder, path_length=0), key, self.pair.key))

    def issue(
        self,
        subject: x509.Name,
        key: rsa.RSAPrivateKey,
        purpose: Purpose,
        *,
        since: datetime,
        until: datetime,
    ) -> Pair:
        """Return a holder's certificate for a key, valid from and to these moments."""
        usage = _usage(**dict.fromkeys(purpose.value, True))
        builder = self._below(subject, key, since=since, until=until)
        for extension in (x509.BasicConstraints(ca=False, path_length=None), *self.additions):
            builder = builder.add_extension(extension, critical=False)
        return _signed(builder.add_extension(usage, critical=True), key, self.pair.key)

    def revocation_list(self, revoked: Iterable[Certificate], *, at: datetime, lasts: timedelta) -> bytes:
        """Return the signed list of the certificates that this authority took back at a moment, DER."""
        issuer = self.pair.certificate.x509
        builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
        builder = builder.last_update(at).next_update(at + lasts).add_extension(_key_of(issuer), critical=False)
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.x509.serial_number).revocation_date(at)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.pair.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _below(
        self, subject: x509.Name, key: rsa.RSAPrivateKey, *, since: datetime, until: datetime
    ) -> x509.CertificateBuilder:
        issuer = self.pair.certificate.x509
        policy = x509.PolicyInformation(x509.ObjectIdentifier(TEST_POLICY), None)
        return (
            _builder(subject, issuer.subject, key, since=since, until=until)
            .add_extension(_key_of(issuer), critical=False)
            .add_extension(x509.CertificatePolicies([policy]), critical=False)
        )


def _name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    named = [x509.NameAttribute(oid, value) for oid, value in attributes]
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, _COUNTRY), *named])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, *, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _issuing(builder: x509.CertificateBuilder, *, path_length: int | None) -> x509.CertificateBuilder:
    usage = _usage(key_cert_sign=True, crl_sign=True)
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    return builder.add_extension(constraints, critical=True).add_extension(usage, critical=True)


def _signed(builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey, by: rsa.RSAPrivateKey) -> Pair:
    made = builder.sign(by, hashes.SHA256())
    return Pair(key, Certificate.of(made.public_bytes(Encoding.DER)))


def _key_of(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in names})
