"""Chains: from a certificate to a root that is trusted here, by the rules of RFC 5280 that matter and no others.

The libraries at hand build chains for web servers and refuse the certificates of Norwegian organisations. This one is
small and strict: what it does not understand, and what a certificate marks as critical, ends the chain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID

from adapter.errors import CertificateUnreadable, ConfigError
from adapter.trust.certificate import Certificate, read_certificates
from adapter.values import value_class

#: Certificates in a chain; Norwegian ones have three.
_LONGEST = 6
_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der"})
_STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
#: What is looked at here, so that it may be critical.
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        # says for which protocols a key is meant, none of which signs messages
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    }
)
_ANY_POLICY = x509.ObjectIdentifier("2.5.29.32.0")


@value_class(kw_only=False)
class Chain:
    """A way from a certificate to a trusted root, right in everything but, perhaps, the time."""

    #: The signer's first, the root last.
    certificates: tuple[Certificate, ...]

    @property
    def issuer(self) -> Certificate:
        """Return who made the first certificate."""
        return self.certificates[1]

    def expired_at(self, at: datetime) -> Certificate | None:
        """Return the first certificate that is not valid at a moment, or None."""
        return next((one for one in self.certificates if not one.is_valid_at(at)), None)


class Anchors:
    """The roots that are trusted here, and the issuers on the way to them. Which they are is configuration."""

    def __init__(self, certificates: Iterable[Certificate], *, policies: Iterable[str] = ()) -> None:
        """Take roots and intermediate issuers, and the policies of which a chain must have one; none means any.

        Who issued itself is a root; ValueError for what cannot issue anything.
        """
        self._roots: set[Certificate] = set()
        self._by_name: dict[bytes, list[Certificate]] = defaultdict(list)
        self._policies = frozenset(map(x509.ObjectIdentifier, policies))
        for certificate in dict.fromkeys(certificates):
            if _constraints(certificate) is None:
                raise ValueError(f"{certificate.subject} is no issuer of certificates")
            self._by_name[certificate.x509.subject.public_bytes()].append(certificate)
            if certificate.is_self_issued:
                self._roots.add(certificate)

    @classmethod
    def load(cls, directory: Path, *, policies: Iterable[str] = ()) -> Self:
        """Read every certificate file of a folder; raises ConfigError where one is no issuer's, or there is no root."""
        found: list[Certificate] = []
        try:
            for path in sorted(directory.iterdir()):
                if path.suffix.lower() in _SUFFIXES:
                    found += read_certificates(path)
            anchors = cls(found, policies=policies)
        except OSError as error:
            raise ConfigError(f"The trusted certificates in {directory} cannot be read: {error.strerror}.") from error
        except (CertificateUnreadable, ValueError) as error:
            raise ConfigError(f"The trusted certificates in {directory} cannot be used: {error}.") from error
        if not anchors.roots:
            raise ConfigError(
                f"There is no root certificate in {directory}.",
                hint=f"Put the roots and their intermediate issuers there, as {', '.join(sorted(_SUFFIXES))}.",
            )
        return anchors

    @property
    def roots(self) -> frozenset[Certificate]:
        """Return the trusted roots."""
        return frozenset(self._roots)

    def issuers(self) -> tuple[Certificate, ...]:
        """Return every certificate, roots and intermediate issuers."""
        return tuple(one for several in self._by_name.values() for one in several)

    def chains(self, certificate: Certificate, others: Iterable[Certificate] = ()) -> tuple[Chain, ...]:
        """Return every right chain from a certificate to a root; time and revocation are not asked here.

        `others` came with the signature: they may help on the way, and are trusted for nothing.
        """
        helpers = tuple(one for one in others if _constraints(one) is not None and not one.is_self_issued)
        return self._chains(certificate, helpers)

    @lru_cache(maxsize=1_024)  # noqa: B019 - anchors live as long as their process
    def _chains(self, certificate: Certificate, helpers: tuple[Certificate, ...]) -> tuple[Chain, ...]:
        return tuple(
            Chain(way) for way in self._ways((certificate,), helpers) if self._has_policy(way) and _is_plain(way[0])
        )

    def _ways(
        self, way: tuple[Certificate, ...], helpers: tuple[Certificate, ...]
    ) -> Iterator[tuple[Certificate, ...]]:
        last = way[-1]
        if last in self._roots and len(way) > 1:
            yield way
            return
        if len(way) == _LONGEST or last.is_self_issued:
            return
        name = last.x509.issuer.public_bytes()
        near = (one for one in helpers if one.x509.subject.public_bytes() == name)
        for issuer in dict.fromkeys((*self._by_name.get(name, ()), *near)):
            if issuer not in way and _issued(issuer, last, below=len(way) - 1):
                yield from self._ways((*way, issuer), helpers)

    def _has_policy(self, way: tuple[Certificate, ...]) -> bool:
        """Tell whether every certificate below the root stands for one of the demanded policies."""
        if not self._policies:
            return True
        common = set(self._policies)
        for certificate in way[:-1]:
            stated = _policies(certificate)
            if _ANY_POLICY not in stated or certificate is way[0]:
                common &= stated
        return bool(common)


def _issued(issuer: Certificate, certificate: Certificate, *, below: int) -> bool:
    """Tell whether one certificate made another, and was allowed to; `below` counts the issuers between."""
    constraints = _constraints(issuer)
    if constraints is None or (constraints.path_length is not None and below > constraints.path_length):
        return False
    if not _is_plain(issuer) or not _names_key(issuer, certificate):
        return False
    return _is_signed_by(certificate, issuer)


@lru_cache(maxsize=1_024)
def _is_signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    if not isinstance(certificate.x509.signature_hash_algorithm, _STRONG):
        return False
    try:
        certificate.x509.verify_directly_issued_by(issuer.x509)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _constraints(certificate: Certificate) -> x509.BasicConstraints | None:
    """Return what an issuer may issue; None for what is no issuer."""
    try:
        found = certificate.x509.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return None
    if not found.ca:
        return None
    try:
        usage = certificate.x509.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return found
    return found if usage.key_cert_sign else None


def _is_plain(certificate: Certificate) -> bool:
    """Tell whether everything that a certificate marks as critical is understood here."""
    return all(not one.critical or one.oid in _UNDERSTOOD for one in certificate.x509.extensions)


def _names_key(issuer: Certificate, certificate: Certificate) -> bool:
    """Tell whether the key a certificate says it was signed with is the issuer's, as far as both say."""
    try:
        named = certificate.x509.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        own = issuer.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return True
    return named is None or named == own


def _policies(certificate: Certificate) -> frozenset[x509.ObjectIdentifier]:
    try:
        found = certificate.x509.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(one.policy_identifier for one in found)
