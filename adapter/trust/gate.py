"""The gate before any mathematics: a signature is of the one shape the standard has, or it is refused.

Attacks on XML signatures give the verifier something else to check than what the reader reads. So the shape is read
strictly, element by element, and nothing in it is looked up by name or id: the signature stands in one place, its
references are to the whole document (and to the parts that came with it), and every transform is a known one.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from lxml import etree

from adapter.errors import SignatureInvalid, SignatureMissing, SignatureUnverifiable
from adapter.trust.algorithms import (
    CANONICALIZATIONS,
    DIGESTS,
    ENVELOPED,
    EXC_C14N,
    INCLUSIVE,
    SIGNATURE_METHODS,
    Canonicalization,
    Digest,
    SignatureMethod,
)
from adapter.values import value_class
from adapter.wire.namespaces import XMLDSIG, XSI

_DS = f"{{{XMLDSIG}}}"
_XSI = f"{{{XSI}}}"
SIGNATURE = f"{_DS}Signature"
_INCLUSIVE_NAMESPACES = f"{{{EXC_C14N}}}InclusiveNamespaces"
_ID, _ALGORITHM = frozenset({"Id"}), frozenset({"Algorithm"})
_BARE = (
    *("Transforms", "XPath", "DigestValue", "KeyName", "KeyValue", "RSAKeyValue", "Modulus", "Exponent", "X509Data"),
    *("X509Certificate", "X509IssuerSerial", "X509IssuerName", "X509SerialNumber", "X509SKI", "X509SubjectName"),
)
#: The elements of the standard that can stand in a signature, with their attributes.
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    **{f"{_DS}{name}": frozenset() for name in _BARE},
    **{f"{_DS}{name}": _ID for name in ("Signature", "SignedInfo", "SignatureValue", "KeyInfo")},
    **{
        f"{_DS}{name}": _ALGORITHM
        for name in ("CanonicalizationMethod", "SignatureMethod", "Transform", "DigestMethod")
    },
    f"{_DS}Reference": frozenset({"Id", "URI", "Type"}),
}
#: Real ones have two or three kilobytes.
_LARGEST_CERTIFICATE = 65_536
#: A signature value of RSA-16384 in base64, with line breaks.
_LARGEST_VALUE = 4_096
#: CanonicalizationMethod, SignatureMethod, and a Reference.
_SHORTEST_INFO = 3
#: DigestMethod and DigestValue; Transforms may stand before them.
_SHORTEST_REFERENCE = 2
#: A signer may send its issuers along.
_MOST_CERTIFICATES = 8


class Cut(Protocol):
    """Names the elements that a transform takes out of the document before it is digested."""

    def __call__(self, transform: etree._Element, signature: etree._Element, /) -> Iterable[etree._Element]:
        """Return them; raises SignatureInvalid where the transform asks for anything else."""


@value_class
class Profile:
    """How one standard uses XML Signature."""

    #: The elements from below the root to the parent of the signature; none where that is the root.
    place: tuple[str, ...] = ()
    #: The signature is the last child of its parent.
    is_last: bool = True
    #: The transforms that take something out, in the only order they may have. The first one is always there.
    cuts: Mapping[str, Cut]
    #: The references beside the one to the document are to parts by these beginnings of their addresses.
    schemes: tuple[str, ...] = ()
    #: References in all.
    most_references: int = 1


def _itself(_transform: etree._Element, signature: etree._Element) -> tuple[etree._Element, ...]:
    return (signature,)


#: A message signs itself whole: MsgHead, and every other root that ends in a signature.
MESSAGE = Profile(cuts=MappingProxyType({ENVELOPED: _itself}))


@value_class
class Form:
    """A canonicalisation as a signature asks for it."""

    method: Canonicalization
    #: Namespaces that exclusive canonicalisation keeps although they are not used.
    prefixes: tuple[str, ...] = ()


@value_class
class Reference:
    """What is signed: the document, or a part that came with it."""

    #: Empty for the document.
    uri: str
    #: What is taken out first.
    cut: tuple[etree._Element, ...] = ()
    form: Form = Form(method=INCLUSIVE)
    digest: Digest
    value: bytes


@value_class
class Signature:
    """A signature of the right shape. Nothing is said yet of whether it is genuine."""

    element: etree._Element
    signed_info: etree._Element
    form: Form
    method: SignatureMethod
    references: tuple[Reference, ...]
    value: bytes
    #: As they stand in the signature, DER.
    certificates: tuple[bytes, ...]


def find(root: etree._Element, profile: Profile = MESSAGE) -> etree._Element:
    """Return the one signature of a document, in the one place it may stand.

    Raises:
        SignatureMissing: there is none.
        SignatureInvalid: it stands elsewhere, or there are several.
        SignatureUnverifiable: what is signed holds signatures of its own.
    """
    everywhere = list(root.iter(SIGNATURE))
    if not everywhere:
        raise SignatureMissing
    parent = root
    for tag in profile.place:
        inner = [child for child in parent if child.tag == tag]
        if len(inner) != 1:
            raise SignatureInvalid("The signature does not stand where the standard has it.")
        parent = inner[0]
    children = _elements(parent)
    here = [child for child in children if child.tag == SIGNATURE]
    if not here:
        raise SignatureInvalid("The signature does not stand where the standard has it.")
    if len(here) > 1:
        raise SignatureInvalid("The message has more than one signature.")
    if profile.is_last and children[-1] is not here[0]:
        raise SignatureInvalid("Something stands behind the signature.")
    if len(everywhere) > 1:
        raise SignatureUnverifiable("The message carries other signatures inside what is signed.")
    return here[0]


def read(root: etree._Element, profile: Profile = MESSAGE, *, allows_weak: bool = False) -> Signature:
    """Return the signature of a document, read strictly.

    `allows_weak` lets SHA-1 through: only by a dated exception for one partner.

    Raises:
        SignatureMissing: there is none.
        SignatureInvalid: it is of no shape that the standard has.
        SignatureUnverifiable: it may be right, but uses something that is not known or not let through here.
    """
    element = find(root, profile)
    if element.find(f"{_DS}Object") is not None:
        # XAdES puts time stamps and countersignatures there; they are no part of what the message's profile has
        raise SignatureUnverifiable("The signature carries objects of its own, as XAdES does, which are not read.")
    if _TEXT_BETWEEN(element):
        raise SignatureInvalid("The signature is not built as the standard has it.")
    for node in element.iter():
        _inspect(node)
    signed_info, value, key_info = _children(element, "SignedInfo", "SignatureValue", "KeyInfo")
    info = _elements(signed_info)
    if len(info) < _SHORTEST_INFO:
        raise SignatureInvalid("The signature is not built as the standard has it.")
    _expect(info[0], "CanonicalizationMethod")
    return Signature(
        element=element,
        signed_info=signed_info,
        form=_form(info[0]),
        method=_method(info[1], allows_weak=allows_weak),
        references=_references(info[2:], element, profile, allows_weak=allows_weak),
        value=_base64(value, _LARGEST_VALUE),
        certificates=_certificates(key_info),
    )


def _references(
    elements: list[etree._Element], signature: etree._Element, profile: Profile, *, allows_weak: bool
) -> tuple[Reference, ...]:
    if not 1 <= len(elements) <= profile.most_references:
        raise SignatureInvalid(f"The signature has {len(elements)} references.")
    found = tuple(_reference(element, signature, profile, allows_weak=allows_weak) for element in elements)
    names = [reference.uri for reference in found]
    if names.count("") != 1 or len(set(names)) != len(names):
        raise SignatureInvalid("The signature does not refer to the whole message.")
    return found


def _reference(element: etree._Element, signature: etree._Element, profile: Profile, *, allows_weak: bool) -> Reference:
    _expect(element, "Reference")
    children = _elements(element)
    if not _SHORTEST_REFERENCE <= len(children) <= _SHORTEST_REFERENCE + 1:
        raise SignatureInvalid("The signature is not built as the standard has it.")
    *before, digest, value = children
    uri = element.get("URI")
    if uri is None or (uri and not uri.startswith(profile.schemes or ("\0",))):
        raise SignatureInvalid("The signature refers to something else than the whole message.")
    _expect(digest, "DigestMethod")
    _expect(value, "DigestValue")
    transforms = _transforms(before[0]) if before else []
    if uri and transforms:
        raise SignatureInvalid("The signature transforms a part that is signed as it is.")
    cut, form = ((), Form(method=INCLUSIVE)) if uri else _read_transforms(transforms, signature, profile)
    return Reference(
        uri=uri,
        cut=cut,
        form=form,
        digest=_digest(digest, allows_weak=allows_weak),
        value=_base64(value, _LARGEST_VALUE),
    )


def _transforms(element: etree._Element) -> list[etree._Element]:
    _expect(element, "Transforms")
    transforms = _elements(element)
    for transform in transforms:
        _expect(transform, "Transform")
    return transforms


def _read_transforms(
    transforms: list[etree._Element], signature: etree._Element, profile: Profile
) -> tuple[tuple[etree._Element, ...], Form]:
    """Return what is taken out of the document, and how the rest is canonicalised.

    Without a canonicalisation the standard says Canonical XML 1.0.
    """
    form = Form(method=INCLUSIVE)
    rest = list(transforms)
    if rest and rest[-1].get("Algorithm") in CANONICALIZATIONS:
        form = _form(rest.pop())
    order = list(profile.cuts)
    names = [transform.get("Algorithm", "") for transform in rest]
    if names != [name for name in order if name in names] or names[:1] != order[:1]:
        raise SignatureInvalid("The signature has transforms that the standard does not have.")
    cut = [out for name, transform in zip(names, rest, strict=True) for out in profile.cuts[name](transform, signature)]
    return tuple(cut), form


def _form(element: etree._Element) -> Form:
    method = CANONICALIZATIONS.get(element.get("Algorithm", ""))
    if method is None:
        raise SignatureInvalid("The signature has a canonicalisation that the standard does not have.")
    inner = _elements(element)
    if not inner:
        return Form(method=method)
    if not method.is_exclusive or len(inner) > 1 or inner[0].tag != _INCLUSIVE_NAMESPACES:
        raise SignatureInvalid("The signature has a canonicalisation that the standard does not have.")
    return Form(method=method, prefixes=tuple(inner[0].get("PrefixList", "").split()))


def _method(element: etree._Element, *, allows_weak: bool) -> SignatureMethod:
    _expect(element, "SignatureMethod")
    method = SIGNATURE_METHODS.get(element.get("Algorithm", ""))
    if method is None or len(element):
        # HMAC is among them: its key would be the public certificate
        raise SignatureInvalid("The signature is made with an algorithm that is not accepted.")
    if method.is_weak and not allows_weak:
        raise SignatureUnverifiable(f"The signature is made with {method.name}, which is not relied on any more.")
    return method


def _digest(element: etree._Element, *, allows_weak: bool) -> Digest:
    digest = DIGESTS.get(element.get("Algorithm", ""))
    if digest is None or len(element):
        raise SignatureInvalid("The signature has a digest that is not accepted.")
    if digest.is_weak and not allows_weak:
        raise SignatureUnverifiable("The signature has a digest by SHA-1, which is not relied on any more.")
    return digest


def _certificates(key_info: etree._Element) -> tuple[bytes, ...]:
    """Return the certificates that stand in the signature; other hints at the key are not followed."""
    path = f"{_DS}X509Data/{_DS}X509Certificate"
    found = key_info.findall(path)
    if not found:
        raise SignatureUnverifiable("The signature does not say by a certificate who made it.")
    if len(found) > _MOST_CERTIFICATES:
        raise SignatureInvalid(f"The signature has {len(found)} certificates.")
    return tuple(_base64(element, _LARGEST_CERTIFICATE) for element in found)


def _children(element: etree._Element, *names: str) -> list[etree._Element]:
    """Return the children of an element, which are these and no others, in this order.

    Only the last one may be missing: then it is told as what it is, a signature that does not say whose it is.
    """
    children = _elements(element)
    if len(children) == len(names) - 1:
        raise SignatureUnverifiable("The signature does not say by a certificate who made it.")
    if len(children) != len(names):
        raise SignatureInvalid("The signature is not built as the standard has it.")
    for child, name in zip(children, names, strict=True):
        _expect(child, name)
    return children


#: Tells whether elements of the standard have text beside their children.
_TEXT_BETWEEN = etree.XPath(
    "boolean(descendant-or-self::ds:*[node()[not(self::text())]]/text()[normalize-space()])",
    namespaces={"ds": XMLDSIG},
)


def _inspect(node: etree._Element) -> None:
    """Refuse comments, and elements and attributes that the standard does not have."""
    tag = node.tag
    if not isinstance(tag, str):
        raise SignatureInvalid("There are comments inside the signature.")
    known = _ATTRIBUTES.get(tag)
    if known is None:
        if tag.startswith(_DS):
            raise SignatureInvalid("The signature is not built as the standard has it.")
        return
    names = node.keys()
    if not known.issuperset(names) and any(name not in known and not str(name).startswith(_XSI) for name in names):
        raise SignatureInvalid("The signature is not built as the standard has it.")


def _elements(parent: etree._Element) -> list[etree._Element]:
    return [child for child in parent if isinstance(child.tag, str)]


def _expect(element: etree._Element, name: str) -> None:
    if element.tag != f"{_DS}{name}":
        raise SignatureInvalid("The signature is not built as the standard has it.")


def _base64(element: etree._Element, most: int) -> bytes:
    text = "".join((element.text or "").split())
    if len(element) or len(text) > most:
        raise SignatureInvalid("The signature is not built as the standard has it.")
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    # one value, one text: other spellings of the same bytes would be room for changes that nobody notices
    if not decoded or base64.b64encode(decoded).decode() != text:
        raise SignatureInvalid("The signature holds something that is no base64.")
    return decoded
