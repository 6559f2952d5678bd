"""What lies inside a Content element and is carried, not read: bytes as base64, and XML of other standards."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from adapter.errors import SpecError
from adapter.message.attachment import Base64Data, Opaque
from adapter.wire.bind import Simple, local_name
from adapter.wire.namespaces import BASE64

_CONTAINER = "Base64Container"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def read_carried(element: etree._Element) -> Base64Data | Opaque:
    """Return an attachment's bytes, or an element of another standard as it is."""
    name = local_name(element.tag)
    if name == _CONTAINER:
        return Base64Data(element.text or "")
    return Opaque(etree.QName(element).namespace or "", name, etree.tostring(element, method="c14n", exclusive=True))


def write_carried(parent: etree._Element, item: object) -> None:
    """Append what `read_carried` returned; raises SpecError for anything else."""
    if isinstance(item, Base64Data):
        etree.SubElement(parent, f"{{{BASE64}}}{_CONTAINER}").text = item.encoded or None
    elif isinstance(item, Opaque):
        parent.append(etree.fromstring(item.xml, _PARSER))
    else:
        text = f"content: {type(item).__name__} cannot lie here; attach bytes, or XML of another standard"
        raise SpecError(text)


def _read(element: etree._Element) -> tuple[Base64Data | Opaque, ...]:
    return tuple(read_carried(child) for child in element)


def _fill(element: etree._Element, items: Iterable[object]) -> None:
    for item in items:
        write_carried(element, item)


#: A Content element that holds only what is carried.
CARRIED = Simple(_read, _fill)
