"""Canonical XML: equal documents become equal bytes, as every signature takes for granted.

libxml2 canonicalises whole documents rightly. Of a part that lies inside a document lxml makes a wrong form: where
the default namespace is declared further up, grandchildren of the part come out with a stray `xmlns=""`. So a part
is taken out first, with every namespace in scope, and canonicalised as the root of a document of its own.
"""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from adapter.errors import SignatureUnverifiable
from adapter.trust.algorithms import Canonicalization
from adapter.wire.opaque import revived

_XML = "{http://www.w3.org/XML/1998/namespace}"
#: What a part takes over from the elements around it (Canonical XML 1.1, 2.4).
_INHERITED_11 = frozenset({f"{_XML}lang", f"{_XML}space"})
_BASE = f"{_XML}base"
#: Stands for the default namespace in a PrefixList.
_DEFAULT = "#default"


def document(root: etree._Element, method: Canonicalization, prefixes: Collection[str] = ()) -> bytes:
    """Return the canonical form of the document that an element is the root of, with what stands around the root.

    `prefixes` are the namespaces that exclusive canonicalisation keeps although they are not used.

    Raises:
        SignatureUnverifiable: the document has no canonical form that can be made here.
    """
    if _DEFAULT in prefixes and method.is_exclusive:
        # lxml drops the word, and a wrong form would look like a forged message
        raise SignatureUnverifiable("The signature keeps the default namespace by a prefix list, which is not read.")
    try:
        return etree.tostring(
            root.getroottree(),
            method="c14n",
            exclusive=method.is_exclusive,
            with_comments=method.keeps_comments,
            inclusive_ns_prefixes=sorted(prefixes) if method.is_exclusive and prefixes else None,
        )
    except etree.C14NError:
        raise SignatureUnverifiable(
            "The document has no canonical form: the name of a namespace in it is relative."
        ) from None


def part(element: etree._Element, method: Canonicalization, prefixes: Collection[str] = ()) -> bytes:
    """Return the canonical form of an element inside a document; raises like `document`."""
    return document(alone(element, method), method, prefixes)


def alone(element: etree._Element, method: Canonicalization) -> etree._Element:
    """Return a copy of an element as the root of its own document, with all that was in scope for it."""
    copy = revived(etree.tostring(element, with_tail=False))
    if not method.is_exclusive:
        _inherit(element, copy, method)
    return copy


def _inherit(element: etree._Element, copy: etree._Element, method: Canonicalization) -> None:
    """Give a part the attributes of the namespace `xml` that stand further up; the nearest one counts."""
    for above in element.iterancestors():
        for name, value in _attributes(above):
            if not name.startswith(_XML) or name in copy.attrib:
                continue
            if method.is_newer and name == _BASE:
                raise SignatureUnverifiable("The document has xml:base around what is signed, which is not followed.")
            if not method.is_newer or name in _INHERITED_11:
                copy.set(name, value)


def _attributes(element: etree._Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.items()]
