"""The signature of an envelope: over the envelope itself, and over the decoded octets of each part it carries.

HIS 1037, 6.2.3, and HITS 1172, 5.10. What is checked, and how strictly, is `adapter.trust`; this is the profile of it
that ebMS has: the signature stands in the SOAP header, and blocks for the next server on the way are not signed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from adapter.envelope.header import NEXT, NEXT_MSH
from adapter.envelope.soap import ACTOR, HEADER
from adapter.errors import KeyUnusable, SignatureInvalid, SpecError
from adapter.trust import c14n, gate, signature
from adapter.trust.algorithms import ENVELOPED, INCLUSIVE, RSA_SHA256, SHA256
from adapter.trust.signature import Verified
from adapter.values import value_class
from adapter.wire.namespaces import SOAP, XMLDSIG
from adapter.wire.parse import DEFAULT_LIMITS

if TYPE_CHECKING:
    from adapter.wire.parse import Limits

XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
CID = "cid:"
#: Real messages have two: the envelope and one document.
_MOST_REFERENCES = 101
_ON_THE_WAY = frozenset({NEXT_MSH, NEXT})
#: ebMS 2.0, 4.1.3, without blanks; the prefix is the sender's choice.
_FILTER = re.compile(
    r"""not\(ancestor-or-self::node\(\)\[@(?P<prefix>[A-Za-z_][\w.-]*):actor=(["'])(?P<one>[^"']*)\2\]"""
    r"""\|ancestor-or-self::node\(\)\[@(?P=prefix):actor=(["'])(?P<other>[^"']*)\4\]\)"""
)
_WRITTEN_FILTER = (
    f'not(ancestor-or-self::node()[@SOAP:actor="{NEXT_MSH}"] | ancestor-or-self::node()[@SOAP:actor="{NEXT}"])'
)


def _itself(_transform: etree._Element, element: etree._Element) -> tuple[etree._Element, ...]:
    return (element,)


def _on_the_way(transform: etree._Element, element: etree._Element) -> Iterator[etree._Element]:
    """Return what the XPath of the standard takes out; any other XPath is refused."""
    children = list(transform)
    if len(children) != 1 or children[0].tag != f"{{{XMLDSIG}}}XPath":
        raise SignatureInvalid("The signature has a filter that the standard does not have.")
    found = _FILTER.fullmatch("".join((children[0].text or "").split()))
    if found is None or {found["one"], found["other"]} != _ON_THE_WAY or children[0].nsmap.get(found["prefix"]) != SOAP:
        raise SignatureInvalid("The signature has a filter that the standard does not have.")
    return (block for block in element.getroottree().iter() if _is_on_the_way(block))


def _is_on_the_way(block: etree._Element) -> bool:
    return isinstance(block.tag, str) and block.get(ACTOR) in _ON_THE_WAY


#: How ebMS uses XML Signature.
ENVELOPE = gate.Profile(
    place=(HEADER,),
    is_last=False,
    cuts=MappingProxyType({ENVELOPED: _itself, XPATH: _on_the_way}),
    schemes=(CID,),
    most_references=_MOST_REFERENCES,
)


@value_class(kw_only=False)
class Seal:
    """What one signs with."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    def __post_init__(self) -> None:
        """Raise KeyUnusable where the key is not the certificate's."""
        if not isinstance(self.key, rsa.RSAPrivateKey) or self.key.public_key() != self.certificate.public_key():
            raise KeyUnusable("The key is not the key of the certificate.")


def verify(
    soap: bytes, parts: Mapping[str, bytes], *, allows_weak: bool = False, limits: Limits = DEFAULT_LIMITS
) -> Verified:
    """Check the signature of an envelope.

    `parts` are the octets of the parts by their addresses, "cid:" and Content-ID. Raises like `trust.signature.verify`.
    """
    return signature.verify(soap, profile=ENVELOPE, parts=parts, allows_weak=allows_weak, limits=limits)


def sign(root: etree._Element, parts: Mapping[str, bytes], seal: Seal) -> None:
    """Put a signature over an envelope and its parts into its header, with RSA and SHA-256.

    Raises:
        SignatureInvalid: the envelope has a signature already, or no place for one.
        SpecError: a block is for the next server on the way, so that the signature would say nothing of it.
    """
    header = root.find(HEADER)
    if header is None or next(root.iter(gate.SIGNATURE), None) is not None:
        raise SignatureInvalid("The envelope has no header, or a signature already.")
    if any(map(_is_on_the_way, root.iter())):
        raise SpecError("actor: a block for the next server on the way cannot be signed")
    digest = SHA256.of(c14n.document(root, INCLUSIVE))
    element = etree.SubElement(header, gate.SIGNATURE, nsmap={"ds": XMLDSIG})
    signed_info = _add(element, "SignedInfo")
    _add(signed_info, "CanonicalizationMethod", Algorithm=INCLUSIVE.uri)
    _add(signed_info, "SignatureMethod", Algorithm=RSA_SHA256.uri)
    itself = _add(signed_info, "Reference", URI="")
    transforms = _add(itself, "Transforms")
    _add(transforms, "Transform", Algorithm=ENVELOPED)
    way = _add(transforms, "Transform", Algorithm=XPATH)
    etree.SubElement(way, f"{{{XMLDSIG}}}XPath", nsmap={"SOAP": SOAP}).text = _WRITTEN_FILTER
    _add(transforms, "Transform", Algorithm=INCLUSIVE.uri)
    _add_digest(itself, digest)
    for address, octets in parts.items():
        _add_digest(_add(signed_info, "Reference", URI=address), SHA256.of(octets))
    value = seal.key.sign(c14n.part(signed_info, INCLUSIVE), padding.PKCS1v15(), RSA_SHA256.hash)
    _add(element, "SignatureValue", value)
    holder = _add(_add(element, "KeyInfo"), "X509Data")
    _add(holder, "X509Certificate", seal.certificate.public_bytes(Encoding.DER))


def _add_digest(reference: etree._Element, digest: bytes) -> None:
    _add(reference, "DigestMethod", Algorithm=SHA256.uri)
    _add(reference, "DigestValue", digest)


def _add(parent: etree._Element, name: str, content: bytes | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{XMLDSIG}}}{name}", attributes)
    if content is not None:
        element.text = base64.b64encode(content).decode()
    return element
