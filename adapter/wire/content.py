"""What lies inside a Content element: payloads that are read here, bytes as base64, XML of other standards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from lxml import etree

from adapter.errors import SpecError
from adapter.message.attachment import Base64Data, Document, Opaque
from adapter.message.message import Envelope, Message
from adapter.message.payload import Payload
from adapter.wire.bind import CS, MOMENT_VALUE, TEXT, Field, Record, Simple, local_name
from adapter.wire.carried import Carried
from adapter.wire.namespaces import BASE64, FK1, PO_2009, PO_2017
from adapter.wire.opaque import append_opaque, read_opaque

_CONTAINER = "Base64Container"


@dataclass(frozen=True, slots=True)
class Root:
    """An element a document or a payload begins with, and how to read and write it."""

    name: str
    record: Record[Any] | Carried[Any]
    #: Namespaces of the common components inside it, by the prefix they are given.
    prefixes: Mapping[str | None, str]

    def write(self, value: Message | Payload) -> etree._Element:
        """Return a new element with its namespace as the default one."""
        return self.record.written(self.name, value, {None: self.record.namespace, **self.prefixes})


@cache
def roots() -> Mapping[str, Root]:
    """Return every root that is read here, by its qualified name.

    The codecs are imported late, because a MsgHead may lie inside a MsgHead.
    """
    from adapter.wire import (  # noqa: PLC0415 - see above
        apprec,
        dialogmelding,
        epikrise,
        henvisning1,
        henvisning2,
        hodemelding,
        legeerklaering,
        sykmelding,
    )

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
        Root("Message", epikrise.EPIKRISE_ROOT_11, {}),
        Root("Message", epikrise.EPIKRISE_ROOT_12, {}),
        Root("HelseOpplysningerArbeidsuforhet", sykmelding.SYKMELDING_2013, {}),
        Root("Legeerklaring", legeerklaering.LEGEERKLAERING_2008, {}),
    )
    return {f"{{{root.record.namespace}}}{root.name}": root for root in known}


def root_for(value: Message | Payload) -> Root:
    """Return the root a value is written as; raises SpecError for a version without one."""
    envelope = value.envelope if isinstance(value, Message) else None
    if envelope is Envelope.HODEMELDING:
        key: _Key = (Message, envelope, None, None)
    else:
        key = (type(value), envelope, value.kind if isinstance(value, Message) else None, value.version)
    found = _roots_by_value().get(key)
    if found is None:
        what = f"envelope {envelope}" if envelope else type(value).__name__
        raise SpecError(f"version: nothing is written as {what} {value.version or 'without a version'}")
    return found


#: Class, and what every value of a root has: envelope, kind and version.
_Key = tuple[type, object, object, object]


@cache
def _roots_by_value() -> Mapping[_Key, Root]:
    return {_key(root.record): root for root in roots().values()}


def _key(record: Record[Any] | Carried[Any]) -> _Key:
    fixed = record.fixed.get
    return record.cls, fixed("envelope"), fixed("kind"), fixed("version")


def read_item(element: etree._Element) -> Payload | Message | Base64Data | Opaque:
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
    if isinstance(item, Payload | Message):
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


def _read(element: etree._Element) -> tuple[Payload | Message | Base64Data | Opaque, ...]:
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


def reference(namespace: str) -> Record[Document]:
    """Declare a RefDoc of Henvisning 1.1 or Epikrise."""
    return Record(
        Document,
        namespace,
        Field("IssueDate", "issued", MOMENT_VALUE),
        Field("MsgType", "kind", CS),
        Field("Id", "id", TEXT),
        Field("MimeType", "mime_type", TEXT),
        Field("Description", "description", TEXT),
        Field("Compression", "compression", CS),
        Field("FileReference", "file_reference", TEXT),
        Field("Content", "content", CARRIED),
    )
