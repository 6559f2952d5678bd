"""XML that is carried, not read: taken out in canonical form, put back as it was."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from adapter.errors import SpecError
from adapter.message.attachment import Opaque
from adapter.wire.bind import Simple
from adapter.wire.namespaces import XSI

_TYPE = f"{{{XSI}}}type"
#: What is carried was parsed within limits before, so libxml2's own need not be asked again.
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def read_opaque(element: etree._Element) -> Opaque:
    """Return an element as it is."""
    name = etree.QName(element)
    return Opaque(name.namespace or "", name.localname, canonical(element))


def canonical(element: etree._Element) -> bytes:
    """Return the exclusive canonical form of an element.

    It leaves out namespaces that only a value names, so those of `xsi:type` values are asked for by prefix.
    Canonical XML knows no relative namespace names: an element that has one is returned as it stands,
    without the namespaces it does not use.
    """
    prefixes = {value.partition(":")[0] for value in map(_type_of, element.iter()) if value and ":" in value}
    try:
        return etree.tostring(element, method="c14n", exclusive=True, inclusive_ns_prefixes=sorted(prefixes) or None)
    except etree.C14NError:
        alone = deepcopy(element)
        etree.cleanup_namespaces(alone, keep_ns_prefixes=sorted(prefixes))
        return etree.tostring(alone, encoding="UTF-8", xml_declaration=False, with_tail=False)


def append_opaque(parent: etree._Element, value: Opaque) -> None:
    """Append an element that was taken out."""
    parent.append(revived(value.xml))


def revived(xml: bytes) -> etree._Element:
    """Return the element that was taken out as these bytes; raises SpecError for anything that is no element."""
    try:
        return etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError:
        raise SpecError("xml: what is carried as it is must be a whole element") from None


def exchange(element: etree._Element, other: etree._Element) -> None:
    """Put another element in the place of one that lies inside a parent."""
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, other)


def _fill(element: etree._Element, value: Opaque) -> None:
    exchange(element, revived(value.xml))


def _type_of(element: etree._Element) -> str | None:
    return element.get(_TYPE)


#: An element that is carried as it is.
OPAQUE = Simple(read_opaque, _fill)
