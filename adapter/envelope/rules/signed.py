"""The rules on the signature (HITS 1172, 5.10)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from lxml import etree

from adapter.envelope.package import unseal
from adapter.envelope.rules.subject import Seen, Subject
from adapter.envelope.signature import CID, XPATH
from adapter.errors import (
    BudstikkeError,
    CertificateUnreadable,
    PackageUnreadable,
    SignatureInvalid,
    SignatureUnverifiable,
)
from adapter.message.code import Moment
from adapter.trust.algorithms import DIGESTS, ENVELOPED, INCLUSIVE, SIGNATURE_METHODS
from adapter.trust.certificate import Certificate
from adapter.wire.namespaces import XMLDSIG

_DS = f"{{{XMLDSIG}}}"
_SIGNATURE = "soap:Header/ds:Signature"
_INFO = f"{_SIGNATURE}/ds:SignedInfo"
#: The transforms of the envelope in their order, each with its rule.
_TRANSFORMS = ((ENVELOPED, "037"), (XPATH, "036"), (INCLUSIVE.uri, "035"))


def check(subject: Subject) -> Iterator[Seen]:
    """Yield what is wrong with the signature."""
    element = subject.first(_SIGNATURE)
    if element is None:
        yield Seen("045", element=subject.first("soap:Header"))
        return
    others = subject.all(f".//{_DS}Signature")[1:]
    for other in others:
        yield Seen("052", element=other)
    yield from _children(subject, element)
    yield from _references(subject)
    yield from _method(subject)
    yield from _certificate(subject)
    if not others:
        yield from _mathematics(subject, element)


def _children(subject: Subject, element: etree._Element) -> Iterator[Seen]:
    for name, number in (("SignedInfo", "363"), ("SignatureValue", "042"), ("KeyInfo", "032")):
        if subject.first(f"{_SIGNATURE}/ds:{name}") is None:
            yield Seen(number, element=element)


def _references(subject: Subject) -> Iterator[Seen]:
    info = subject.first(_INFO)
    if info is None:
        return
    references = subject.all(f"{_INFO}/ds:Reference")
    if not references:
        yield Seen("039", element=info)
    elif not any(reference.get("URI") == "" for reference in references):
        yield Seen("040", element=info)
    for reference in references:
        uri = reference.get("URI")
        if uri is None:
            yield Seen("085", element=reference)
        elif not uri:
            yield from _transforms(reference)
        elif not uri.startswith(CID):
            yield Seen("034", element=reference)
        yield from _digest(reference)


def _digest(reference: etree._Element) -> Iterator[Seen]:
    if not (reference.findtext(f"{_DS}DigestValue") or "").strip():
        yield Seen("064", element=reference)
    method = reference.find(f"{_DS}DigestMethod")
    digest = None if method is None else DIGESTS.get(method.get("Algorithm", ""))
    if digest is None:
        yield Seen("033", element=reference)
    elif digest.is_weak:
        yield Seen("033", "old", element=reference)


def _transforms(reference: etree._Element) -> Iterator[Seen]:
    found = [one.get("Algorithm") for one in reference.findall(f"{_DS}Transforms/{_DS}Transform")]
    if len(found) != len(_TRANSFORMS):
        yield Seen("038", element=reference, details={"count": len(found)})
    for place, (algorithm, number) in enumerate(_TRANSFORMS):
        if found[place : place + 1] != [algorithm]:
            yield Seen(number, element=reference)


def _method(subject: Subject) -> Iterator[Seen]:
    element = subject.first(f"{_INFO}/ds:SignatureMethod")
    method = None if element is None else SIGNATURE_METHODS.get(element.get("Algorithm", ""))
    if method is None:
        yield Seen("084", element=element)
    elif method.is_weak:
        yield Seen("084", "old", element=element)


def _certificate(subject: Subject) -> Iterator[Seen]:
    key_info = subject.first(f"{_SIGNATURE}/ds:KeyInfo")
    if key_info is None:
        return
    holder = key_info.find(f"{_DS}X509Data")
    if holder is None:
        yield Seen("041", element=key_info)
        return
    certificates = holder.findall(f"{_DS}X509Certificate")
    if not certificates:
        yield Seen("103", element=holder)
    elif len(certificates) > 1:
        yield Seen("065", element=holder)
    for element in certificates[:1]:
        yield from _validity(subject, element)


def certificates(subject: Subject) -> list[etree._Element]:
    """Return the elements that hold the signer's certificate: one, where all is right."""
    return subject.all(f"{_SIGNATURE}/ds:KeyInfo/ds:X509Data/ds:X509Certificate")


def read_certificate(element: etree._Element) -> Certificate | None:
    """Return the certificate that an element holds, or None where it holds none."""
    try:
        return Certificate.of(base64.b64decode("".join((element.text or "").split()), validate=True))
    except (binascii.Error, ValueError, CertificateUnreadable):
        return None


def _validity(subject: Subject, element: etree._Element) -> Iterator[Seen]:
    certificate = read_certificate(element)
    if certificate is None:
        yield Seen("046", element=element)
        return
    written = subject.first("soap:Header/eb:MessageHeader/eb:MessageData/eb:Timestamp")
    at = Moment(written.text or "").instant if written is not None else None
    if at is not None and at < certificate.valid_from:
        yield Seen("104", element=written)
    if at is not None and at > certificate.valid_until:
        yield Seen("105", element=written)


def _mathematics(subject: Subject, element: etree._Element) -> Iterator[Seen]:
    """Check whether the signature is genuine, as far as what is signed is at hand."""
    package = subject.package
    if package is None:
        return
    if subject.entity is None and any(one.uri for one in package.signed_references):
        yield Seen("050", "unknown", element=element, details={"reason": "It covers parts that are not in the file."})
        return
    try:
        unseal(package, allows_weak=True)
    except (SignatureUnverifiable, CertificateUnreadable) as error:
        yield Seen("050", "unknown", element=element, details={"reason": str(error)})
    except SignatureInvalid as error:
        yield Seen("050", element=element, details={"reason": str(error)})
    except PackageUnreadable:
        # the manifest's own rules tell it
        return
    except BudstikkeError as error:
        yield Seen("050", element=element, details={"reason": str(error)})
