"""What lies inside a Content element: payloads that are read here, bytes as base64, XML of other standards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from lxml import etree

from adapter.errors import SpecError
from adapter.message.attachment import Base64Data, Opaque
from adapter.message.dialogmelding import Dialogmelding
from adapter.message.henvisning import Henvisning
from adapter.message.message import Envelope, Message
from adapter.wire.bind import Record, Simple, local_name
from adapter.wire.namespaces import BASE64, FK1, PO_2009, PO_2017
from adapter.wire.opaque import append_opaque, read_opaque

_CONTAINER = "Base64Container"


@dataclass(frozen=True, slots=True)
class Root:
    """An element a document or a payload begins with, and how to read and write it."""

    name: str
    record: Record[Any]
    #: Namespaces of the common components inside it, by the prefix they are given.
    prefixes: Mapping[str | None, str]

    def write(self, value: Message | Dialogmelding | Henvisning) -> etree._Element:
        """Return a new element with its namespace as the default one."""
        return self.record.written(self.name, value, {None: self.record.namespace, **self.prefixes})


@cache
def roots() -> Mapping[str, Root]:
    """Return every root that is read here, by its qualified name.

    The codecs are imported late, because a MsgHead may lie inside a MsgHead.
    """
    from adapter.wire import apprec, dialogmelding, henvisning1, henvisning2, hodemelding  # noqa: PLC0415 - see above

    fk1: dict[str | None, str] = {"fk1": FK1}
    known = (
        Root("MsgHead", hodemelding.MSGHEAD_ROOT, {}),
        Root("Message", henvisning1.MESSAGE_10, {}),
        Root("Message", henvisning1.MESSAGE_11, {"po": PO_2009, **fk1}),
        Root("AppRec", apprec.APPREC_ROOT_10, {}),
        Root("AppRec", apprec.APPREC_ROOT_11, {}),
        Root("Dialogmelding", dialogmelding.DIALOGMELDING_10, fk1),
        Root("Dialogmelding", dialogmelding.DIALOGMELDING_11, fk1),
        Root("Henvisning", henvisning2.HENVISNING_20, {"po": PO_2017, **fk1}),
    )
    return {f"{{{root.record.namespace}}}{root.name}": root for root in known}


def root_for(value: Message | Dialogmelding | Henvisning) -> Root:
    """Return the root a value is written as; raises SpecError for a version without one."""
    envelope = value.envelope if isinstance(value, Message) else None
    key = (type(value), envelope, None if envelope is Envelope.HODEMELDING else value.version)
    found = _roots_by_value().get(key)
    if found is None:
        what = f"envelope {envelope}" if envelope else type(value).__name__
        raise SpecError(f"version: nothing is written as {what} {value.version or 'without a version'}")
    return found


@cache
def _roots_by_value() -> Mapping[tuple[type, object, object], Root]:
    return {
        (root.record.cls, root.record.fixed.get("envelope"), root.record.fixed.get("version")): root
        for root in roots().values()
    }


def read_item(element: etree._Element) -> Dialogmelding | Henvisning | Message | Base64Data | Opaque:
    """Return what one element inside Content holds."""
    root = roots().get(element.tag)
    return root.record.read(element) if root else read_carried(element)


def read_carried(element: etree._Element) -> Base64Data | Opaque:
    """Return an attachment's bytes, or an element of another standard as it is."""
    if local_name(element.tag) == _CONTAINER:
        return Base64Data(element.text or "")
    return read_opaque(element)


def write_item(parent: etree._Element, item: object) -> None:
    """Append what `read_item` returned; raises SpecError for anything else."""
    if isinstance(item, Dialogmelding | Henvisning | Message):
        parent.append(root_for(item).write(item))
    else:
        write_carried(parent, item)


def write_carried(parent: etree._Element, item: object) -> None:
    """Append what `read_carried` returned; raises SpecError for anything else."""
    if isinstance(item, Base64Data):
        container = etree.SubElement(parent, f"{{{BASE64}}}{_CONTAINER}", nsmap=_BASE64_BY_DEFAULT)
        container.text = item.encoded or None
    elif isinstance(item, Opaque):
        append_opaque(parent, item)
    else:
        text = f"content: {type(item).__name__} cannot lie here; attach bytes, or XML of another standard"
        raise SpecError(text)


#: The stubs know no default namespace.
_BASE64_BY_DEFAULT = cast("dict[str, str]", {None: BASE64})


def _read(element: etree._Element) -> tuple[Dialogmelding | Henvisning | Message | Base64Data | Opaque, ...]:
    return tuple(read_item(child) for child in element)


def _fill(element: etree._Element, items: Iterable[object]) -> None:
    for item in items:
        write_item(element, item)


def _read_all_carried(element: etree._Element) -> tuple[Base64Data | Opaque, ...]:
    return tuple(read_carried(child) for child in element)


def _fill_carried(element: etree._Element, items: Iterable[object]) -> None:
    for item in items:
        write_carried(element, item)


#: A Content element of MsgHead: payloads and whatever is carried.
CONTENT = Simple(_read, _fill)
#: A Content element that holds only what is carried.
CARRIED = Simple(_read_all_carried, _fill_carried)
