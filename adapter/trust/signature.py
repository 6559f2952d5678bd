"""The signature itself: made, and checked by mathematics alone. Whether its maker is trusted is asked elsewhere.

RSA over canonical XML, which is what is met in Norwegian messages, is checked here with lxml and cryptography in a
fifth of signxml's time. The other algorithms that are let in are left to signxml (`reference`).
"""

from __future__ import annotations

import base64
import codecs
import hmac
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import MappingProxyType

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from adapter.errors import KeyUnusable, SignatureInvalid, SignatureUnverifiable
from adapter.trust import c14n, gate
from adapter.trust.algorithms import ENVELOPED, INCLUSIVE, RSA_SHA256, SHA256, Canonicalization
from adapter.trust.certificate import Certificate
from adapter.values import value_class
from adapter.wire import fellesformat
from adapter.wire.namespaces import XMLDSIG
from adapter.wire.parse import DEFAULT_LIMITS, Limits, parse_whole

#: A signature before it is signed.
_FORM = (
    f'<Signature xmlns="{XMLDSIG}"><SignedInfo><CanonicalizationMethod Algorithm="{{way}}"/>'
    f'<SignatureMethod Algorithm="{RSA_SHA256.uri}"/><Reference URI=""><Transforms>'
    f'<Transform Algorithm="{ENVELOPED}"/><Transform Algorithm="{{way}}"/></Transforms>'
    f'<DigestMethod Algorithm="{SHA256.uri}"/><DigestValue>{{digest}}</DigestValue></Reference></SignedInfo>'
    "<SignatureValue/><KeyInfo><X509Data><X509Certificate>{der}</X509Certificate></X509Data></KeyInfo></Signature>"
)
_NO_PARTS: Mapping[str, bytes] = MappingProxyType({})


@value_class
class Verified:
    """A signature that is genuine: the holder of the certificate's key signed exactly these bytes."""

    certificate: Certificate
    #: Other certificates that came along; they may help to build a chain.
    others: tuple[Certificate, ...] = ()
    #: What people call the algorithm, such as "rsa-sha256".
    algorithm: str
    #: The signed view: the document in canonical form, without its signature and without comments.
    signed: bytes
    #: The addresses of the parts that are signed too.
    parts: frozenset[str] = frozenset()


def verify(  # noqa: PLR0913 - what one check depends on
    data: bytes,
    root: etree._Element | None = None,
    *,
    profile: gate.Profile = gate.MESSAGE,
    parts: Mapping[str, bytes] = _NO_PARTS,
    allows_weak: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Verified:
    """Check the signature of a document, and return who signed what.

    `root` is the tree that `wire.parse` made of the bytes, where there is one: it spares a second parse. `parts` are
    the octets that references beside the one to the document may be to, by their addresses. `allows_weak` lets SHA-1
    through.

    Raises:
        FormError: the bytes are no acceptable XML.
        SignatureMissing: there is no signature.
        SignatureInvalid: it is not a signature of this document.
        SignatureUnverifiable: it cannot be checked here.
        CertificateUnreadable: its certificate cannot be read.
    """
    if root is None or not _is_whole(data):
        root = parse_whole(data, limits)
    root = _message(root)
    signature = gate.read(root, profile, allows_weak=allows_weak)
    certificate, *others = signer_first([Certificate.of(der) for der in signature.certificates])
    if signature.method.family == "rsa":
        _check_value(signature, certificate)
    else:
        from adapter.trust import reference  # noqa: PLC0415 - signxml is slow to import and seldom needed

        named = {item.uri: parts[item.uri] for item in signature.references if item.uri in parts}
        reference.verify(root, certificate, named)
    signed = _digested(root, signature, parts)
    return Verified(
        certificate=certificate,
        others=tuple(others),
        algorithm=signature.method.name,
        signed=signed,
        parts=frozenset(reference.uri for reference in signature.references if reference.uri),
    )


def signer_first(certificates: list[Certificate]) -> list[Certificate]:
    """Return the certificates of a signature with the signer's first: the one that issued none of the others.

    Raises:
        SignatureUnverifiable: several could be the signer's.
    """
    distinct = list(dict.fromkeys(certificates))
    if len(distinct) == 1:
        return distinct
    issuers = {one.x509.issuer for one in distinct if not one.is_self_issued}
    signers = [one for one in distinct if one.x509.subject not in issuers]
    if len(signers) != 1:
        raise SignatureUnverifiable("The signature has several certificates, and it is not clear whose it is.")
    return [*signers, *(one for one in distinct if one is not signers[0])]


def sign(
    data: bytes,
    key: rsa.RSAPrivateKey,
    certificate: x509.Certificate,
    *,
    canonicalization: Canonicalization = INCLUSIVE,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """Return a message with a signature over all of it as its last element, made with RSA and SHA-256.

    Raises:
        FormError: the bytes are no acceptable XML.
        KeyUnusable: the key is not the certificate's.
        SignatureInvalid: the message has a signature already.
    """
    if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
        raise KeyUnusable("The key is not the key of the certificate.")
    root = parse_whole(data, limits)
    if next(root.iter(gate.SIGNATURE), None) is not None:
        raise SignatureInvalid("The message has a signature already.", hint="A message is signed once, by its author.")
    digest = SHA256.of(c14n.document(root, _without_comments(canonicalization)))
    der = certificate.public_bytes(Encoding.DER)
    signature = etree.fromstring(_FORM.format(way=canonicalization.uri, digest=_base64(digest), der=_base64(der)))
    root.append(signature)
    signed_info, value, _ = signature
    sealed = key.sign(c14n.part(signed_info, canonicalization), padding.PKCS1v15(), RSA_SHA256.hash)
    value.text = _base64(sealed)
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def _is_whole(data: bytes) -> bool:
    """Tell whether a tree without comments and processing instructions is all there is of a document."""
    is_plain = data.startswith((b"<", codecs.BOM_UTF8)) and b"\0" not in data[:4]
    # searched from behind: Python is quicker that way in a long text, and finds as much
    return is_plain and data.rfind(b"<!--") < 0 and data.rfind(b"<?") <= len(codecs.BOM_UTF8)


def _message(root: etree._Element) -> etree._Element:
    """Return what signs itself: the message, also where it comes in a wrapper."""
    inner = fellesformat.cut(root) if fellesformat.is_wrapper(root) else None
    return root if inner is None else inner


def _digested(root: etree._Element, signature: gate.Signature, parts: Mapping[str, bytes]) -> bytes:
    """Return the signed view of the document, after every reference was found to be to what is there."""
    signed = b""
    for reference in signature.references:
        if reference.uri:
            octets = parts.get(reference.uri)
            if octets is None:
                raise SignatureInvalid("The signature refers to a part that did not come with the message.")
        else:
            with _without(reference.cut):
                octets = signed = c14n.document(root, _without_comments(reference.form.method), reference.form.prefixes)
        if not hmac.compare_digest(reference.digest.of(octets), reference.value):
            raise SignatureInvalid("The message was changed after it was signed: its digest is another.")
    return signed


def _check_value(signature: gate.Signature, certificate: Certificate) -> None:
    key = certificate.public_key
    if not isinstance(key, rsa.RSAPublicKey):
        raise SignatureInvalid("The signature is not made with the kind of key that its certificate has.")
    form = signature.form
    octets = c14n.part(signature.signed_info, form.method, form.prefixes)
    try:
        key.verify(signature.value, octets, padding.PKCS1v15(), signature.method.hash)
    except InvalidSignature:
        raise SignatureInvalid("The signature was not made with the key of its certificate.") from None


def _without_comments(method: Canonicalization) -> Canonicalization:
    """Return the method as it applies to a reference to a whole document, which never includes its comments.

    XML Signature 4.4.3.3: `URI=""` means the document without comments, whatever the transform says.
    """
    return Canonicalization(uri=method.uri, is_exclusive=method.is_exclusive, is_newer=method.is_newer)


@contextmanager
def _without(elements: Collection[etree._Element]) -> Iterator[None]:
    """Take elements out of their tree, leaving the text behind them, and put them back."""
    with ExitStack() as stack:
        for element in elements:
            stack.callback(_take_out(element))
        yield


def _take_out(element: etree._Element) -> Callable[[], None]:
    """Take an element out of its parent; return what puts it back."""
    parent = element.getparent()
    if parent is None:
        raise SignatureInvalid("The signature leaves the whole message out of what is signed.")
    place, before, tail = parent.index(element), element.getprevious(), element.tail
    text = parent.text if before is None else before.tail

    def put(value: str | None) -> None:
        if before is None:
            parent.text = value
        else:
            before.tail = value

    def back() -> None:
        put(text)
        parent.insert(place, element)
        element.tail = tail

    element.tail = None
    parent.remove(element)
    put((text or "") + (tail or "") or None)
    return back


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
