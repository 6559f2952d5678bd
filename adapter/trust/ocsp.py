"""The Online Certificate Status Protocol (RFC 6960): one question about one certificate, and its signed answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, SignatureAlgorithmOID

from adapter.errors import CertificateUnreadable
from adapter.trust.ber import Cursor, Tag
from adapter.trust.certificate import MALFORMED, Certificate
from adapter.trust.pss import Scheme, read_scheme
from adapter.trust.standing import Answer
from adapter.trust.statement import STRONG, Statement, Unreliable
from adapter.values import value_class

REQUEST_KIND = "application/ocsp-request"
#: How long an answer holds that does not say so itself.
_UNDATED = timedelta(hours=1)


@value_class
class Reply(Statement):
    """A responder's answer whose signature is right."""

    #: None: the certificate was not taken back.
    revoked_at: datetime | None
    reason: str = ""

    def standing(self, certificate: Certificate, at: datetime, now: datetime) -> Answer:
        """Return how the certificate stood at a moment; raises Unreliable."""
        self.check(certificate, at, now)
        return self.answer(certificate, self.revoked_at, at, self.reason)


def addresses(certificate: Certificate) -> tuple[str, ...]:
    """Return where a certificate can be asked about, by HTTP or HTTPS."""
    try:
        found = certificate.x509.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return ()
    places = (
        str(one.access_location.value) for one in found if one.access_method == AuthorityInformationAccessOID.OCSP
    )
    return tuple(place for place in places if place.lower().startswith(("http://", "https://")))


def question(certificate: Certificate, issuer: Certificate, nonce: bytes | None = None) -> bytes:
    """Return the request for one certificate, DER. With a nonce nobody can answer from what was said before."""
    # by SHA-1, which every responder knows: here it names a key, and nobody gains by finding another of that name
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate.x509, issuer.x509, hashes.SHA1())  # noqa: S303
    if nonce is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


def check_nonce(data: bytes, nonce: bytes) -> None:
    """Raise Unreliable where an answer repeats another nonce than was sent; many responders answer without."""
    response = _load(data)
    with suppress(x509.ExtensionNotFound):
        if response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce != nonce:
            raise Unreliable("the responder's answer is one to another question")


def read_reply(data: bytes, certificate: Certificate, issuer: Certificate) -> Reply:
    """Return what a responder says of a certificate; raises Unreliable."""
    response = _load(data)
    try:
        return _read(data, response, certificate, issuer)
    except MALFORMED:
        raise Unreliable("the responder's answer cannot be read") from None


def _read(data: bytes, response: ocsp.OCSPResponse, certificate: Certificate, issuer: Certificate) -> Reply:
    single = next((one for one in response.responses if _is_about(one, certificate, issuer)), None)
    if single is None:
        raise Unreliable("the responder's answer is about another certificate")
    signer = _signer(response, issuer)
    _check_signature(data, response, signer)
    if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        raise Unreliable("the responder does not know the certificate")
    return Reply(
        name=f"answer of {signer.subject}",
        der=data,
        since=single.this_update_utc,
        until=single.next_update_utc or single.this_update_utc + _UNDATED,
        revoked_at=single.revocation_time_utc,
        reason=single.revocation_reason.value if single.revocation_reason else "",
    )


def _load(data: bytes) -> ocsp.OCSPResponse:
    try:
        response = ocsp.load_der_ocsp_response(data)
        status = response.response_status
        if status is ocsp.OCSPResponseStatus.SUCCESSFUL:
            _ = response.extensions
            return response
    except MALFORMED:
        raise Unreliable("the responder's answer cannot be read") from None
    raise Unreliable(f"the responder answers {status.name.lower().replace('_', ' ')}")


def _is_about(single: ocsp.OCSPSingleResponse, certificate: Certificate, issuer: Certificate) -> bool:
    """Tell whether an answer names this certificate of this issuer."""
    if single.serial_number != certificate.x509.serial_number:
        return False
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate.x509, issuer.x509, single.hash_algorithm)
    asked = builder.build()
    return (asked.issuer_name_hash, asked.issuer_key_hash) == (single.issuer_name_hash, single.issuer_key_hash)


def _signer(response: ocsp.OCSPResponse, issuer: Certificate) -> Certificate:
    """Return who signed: the issuer, or somebody whom the issuer made a responder."""
    for candidate in (issuer, *_delegates(response, issuer)):
        own_key = x509.SubjectKeyIdentifier.from_public_key(candidate.public_key).digest
        if response.responder_key_hash == own_key or response.responder_name == candidate.x509.subject:
            return candidate
    raise Unreliable("the answer is not of the issuer, nor of a responder that it appointed")


def _delegates(response: ocsp.OCSPResponse, issuer: Certificate) -> Iterator[Certificate]:
    for one in response.certificates:
        try:
            usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            one.verify_directly_issued_by(issuer.x509)
            found = Certificate.of(one.public_bytes(Encoding.DER))
        except (x509.ExtensionNotFound, InvalidSignature, CertificateUnreadable, *MALFORMED):
            continue
        is_strong = isinstance(one.signature_hash_algorithm, STRONG)
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage and is_strong and found.is_valid_at(response.produced_at_utc):
            yield found


def _check_signature(data: bytes, response: ocsp.OCSPResponse, signer: Certificate) -> None:
    signature, signed, key = response.signature, response.tbs_response_bytes, signer.public_key
    is_pss = response.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS
    scheme = _pss(data) if is_pss else None
    function = scheme.hash if scheme else response.signature_hash_algorithm
    if not isinstance(function, STRONG) or (scheme and not isinstance(scheme.mask, STRONG)):
        raise Unreliable("the responder's answer is signed by a method that is not relied on")
    try:
        match key:
            case rsa.RSAPublicKey():
                key.verify(signature, signed, scheme.padding if scheme else padding.PKCS1v15(), function)
            case ec.EllipticCurvePublicKey():
                key.verify(signature, signed, ec.ECDSA(function))
    except InvalidSignature:
        raise Unreliable("the responder's answer is not signed by the responder") from None


def _pss(data: bytes) -> Scheme:
    """Return how an answer is signed by RSASSA-PSS, which the library that reads answers does not tell."""
    answer = Cursor(data)
    answer.enter(Tag.SEQUENCE)
    answer.skip()  # the status
    answer.enter(Tag.FIRST)
    answer.enter(Tag.SEQUENCE)
    answer.skip()  # the kind of answer
    basic = Cursor(answer.value(Tag.OCTETS))
    basic.enter(Tag.SEQUENCE)
    basic.skip()  # what is signed
    basic.enter(Tag.SEQUENCE)
    basic.skip()  # the name of the method
    return read_scheme(basic)
