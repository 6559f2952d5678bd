"""What lies inside a Content element and is carried, not read: bytes as base64, and XML of other standards."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from adapter.errors import SpecError
from adapter.message.attachment import Base64Data, Opaque
from adapter.wire.bind import Simple, local_name
from adapter.wire.namespaces import BASE64, XSI
from adapter.wire.parse import parse

_CONTAINER = "Base64Container"
_XSI_TYPE = f"{{{XSI}}}type"


def read_carried(element: etree._Element) -> Base64Data | Opaque:
    """Return an attachment's bytes, or an element of another standard as it is."""
    name = local_name(element.tag)
    if name == _CONTAINER:
        return Base64Data(element.text or "")
    return Opaque(etree.QName(element).namespace or "", name, canonical(element))


def write_carried(parent: etree._Element, item: object) -> None:
    """Append what `read_carried` returned; raises SpecError for anything else."""
    if isinstance(item, Base64Data):
        etree.SubElement(parent, f"{{{BASE64}}}{_CONTAINER}").text = item.encoded or None
    elif isinstance(item, Opaque):
        parent.append(parse(item.xml))
    else:
        raise SpecError(f"content: {type(item).__name__} cannot lie here; attach bytes, or XML of another standard")


def canonical(element: etree._Element) -> bytes:
    """Return the exclusive canonical form, with the prefixes that xsi:type needs.

    Canonical XML knows no relative namespace names; an element that has one is returned as it stands.
    """
    types = (inner.get(_XSI_TYPE, "") for inner in element.iter())
    prefixes = sorted({prefix for prefix, colon, _ in (name.strip().partition(":") for name in types) if colon})
    try:
        return etree.tostring(element, method="c14n", exclusive=True, inclusive_ns_prefixes=prefixes)
    except etree.C14NError:
        return etree.tostring(element, encoding="utf-8", with_tail=False)


def _read(element: etree._Element) -> tuple[Base64Data | Opaque, ...]:
    return tuple(read_carried(child) for child in element)


def _fill(element: etree._Element, items: Iterable[object]) -> None:
    for item in items:
        write_carried(element, item)


#: A Content element that holds only what is carried.
CARRIED = Simple(_read, _fill)
