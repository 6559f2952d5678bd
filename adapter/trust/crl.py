"""Lists of revoked certificates (RFC 5280, 5): complete ones of the issuer itself, and no others."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from adapter.trust.certificate import MALFORMED, Certificate
from adapter.trust.standing import Answer
from adapter.trust.statement import STRONG, Statement, Unreliable
from adapter.values import value_class

_UNDERSTOOD = frozenset({ExtensionOID.ISSUING_DISTRIBUTION_POINT, ExtensionOID.AUTHORITY_KEY_IDENTIFIER})


@value_class
class RevocationList(Statement):
    """A list whose signature is right."""

    crl: x509.CertificateRevocationList = field(repr=False)

    def standing(self, certificate: Certificate, at: datetime, now: datetime) -> Answer:
        """Return how a certificate of this issuer stood at a moment; raises Unreliable."""
        self.check(certificate, at, now)
        self._check_scope(certificate)
        entry = self.crl.get_revoked_certificate_by_serial_number(certificate.x509.serial_number)
        if entry is None:
            return self.answer(certificate, None, at)
        try:
            reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
        except (x509.ExtensionNotFound, *MALFORMED):
            reason = ""
        return self.answer(certificate, entry.revocation_date_utc, at, reason)

    def _check_scope(self, certificate: Certificate) -> None:
        try:
            scope = self.crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
        except x509.ExtensionNotFound:
            return
        if scope.indirect_crl or scope.only_contains_attribute_certs or scope.only_some_reasons:
            raise Unreliable(f"the {self.name} is not the whole list of one issuer")
        if scope.only_contains_ca_certs if not _is_issuer(certificate) else scope.only_contains_user_certs:
            raise Unreliable(f"the {self.name} is for other kinds of certificates")


def addresses(certificate: Certificate) -> tuple[str, ...]:
    """Return where the list that a certificate would be on can be fetched from, by HTTP or HTTPS."""
    try:
        points = certificate.x509.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return ()
    # a list of another issuer, or of some reasons only, is none to rely on
    whole = (point for point in points if not point.crl_issuer and not point.reasons)
    names = (name.value for point in whole for name in point.full_name or ())
    return tuple(str(value) for value in names if str(value).lower().startswith(("http://", "https://")))


def read_list(data: bytes, issuer: Certificate) -> RevocationList:
    """Return a list of an issuer from PEM or DER; raises Unreliable."""
    try:
        is_pem = data.lstrip().startswith(b"-----")
        return _read(data, x509.load_pem_x509_crl(data) if is_pem else x509.load_der_x509_crl(data), issuer)
    except MALFORMED:
        raise Unreliable("the list of revoked certificates cannot be read") from None


def _read(data: bytes, crl: x509.CertificateRevocationList, issuer: Certificate) -> RevocationList:
    name = f"list of {issuer.subject}"
    if crl.issuer != issuer.x509.subject:
        raise Unreliable("the list of revoked certificates is another issuer's")
    if any(one.critical and one.oid not in _UNDERSTOOD for one in crl.extensions):
        raise Unreliable(f"the {name} has a critical extension that is not understood")
    if not _may_sign_lists(issuer) or not _is_signed(crl, issuer):
        raise Unreliable(f"the {name} is not signed by its issuer")
    if crl.next_update_utc is None:
        raise Unreliable(f"the {name} does not say how long it is good for")
    return RevocationList(name=name, der=data, since=crl.last_update_utc, until=crl.next_update_utc, crl=crl)


def _is_signed(crl: x509.CertificateRevocationList, issuer: Certificate) -> bool:
    return isinstance(crl.signature_hash_algorithm, STRONG) and crl.is_signature_valid(issuer.public_key)


def _may_sign_lists(issuer: Certificate) -> bool:
    try:
        return issuer.x509.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _is_issuer(certificate: Certificate) -> bool:
    try:
        return certificate.x509.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
