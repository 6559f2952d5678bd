"""What lies inside a Content element: payloads that are read here, bytes as base64, XML of other standards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cache
from importlib import import_module
from typing import Any, cast

from lxml import etree

from adapter.errors import SpecError
from adapter.message.attachment import Base64Data, Document, Opaque
from adapter.message.kind import Kind
from adapter.message.message import Envelope, Message
from adapter.message.payload import Payload
from adapter.values import value_class
from adapter.wire.bind import CS, MOMENT_VALUE, TEXT, Field, Record, Simple, local_name
from adapter.wire.carried import Carried
from adapter.wire.namespaces import (
    APPREC_10,
    APPREC_11,
    BASE64,
    DIALOG_10,
    DIALOG_11,
    EPIKRISE_11,
    EPIKRISE_12,
    FK1,
    HENVISNING_10,
    HENVISNING_11,
    HENVISNING_20,
    LEGEERKLAERING,
    MSGHEAD,
    PO_2009,
    PO_2017,
    SYKMELDING,
)
from adapter.wire.opaque import append_opaque, read_opaque

_CONTAINER = "Base64Container"


@value_class(kw_only=False)
class Root:
    """An element a document or a payload begins with, and how to read and write it."""

    name: str
    record: Record[Any] | Carried[Any]
    #: Namespaces of the common components inside it, by the prefix they are given.
    prefixes: Mapping[str | None, str]

    def write(self, value: Message | Payload) -> etree._Element:
        """Return a new element with its namespace as the default one."""
        return self.record.written(self.name, value, {None: self.record.namespace, **self.prefixes})


@value_class(kw_only=False)
class _Codec:
    """Where the codec of a root stands. It is loaded with the first message in its standard."""

    name: str
    module: str
    variable: str
    prefixes: Mapping[str | None, str] = field(default_factory=dict)

    def load(self) -> Root:
        """Return the root."""
        module = import_module(f"adapter.wire.{self.module}")
        return Root(self.name, getattr(module, self.variable), self.prefixes)


_FK1: Mapping[str | None, str] = {"fk1": FK1}
#: What all values of a root have in common: envelope, kind and version; None for whatever it may be.
_Key = tuple[Envelope | None, Kind | None, str | None]

#: Every root that is read here, by its namespace, with what its values have.
_CODECS: Mapping[str, tuple[_Key, _Codec]] = {
    MSGHEAD: ((Envelope.HODEMELDING, None, None), _Codec("MsgHead", "hodemelding", "MSGHEAD_ROOT")),
    HENVISNING_10: ((Envelope.MESSAGE, Kind.HENVISNING, "1.0"), _Codec("Message", "henvisning1", "MESSAGE_10")),
    HENVISNING_11: (
        (Envelope.MESSAGE, Kind.HENVISNING, "1.1"),
        _Codec("Message", "henvisning1", "MESSAGE_11", {"po": PO_2009, **_FK1}),
    ),
    EPIKRISE_11: ((Envelope.MESSAGE, Kind.EPIKRISE, "1.1"), _Codec("Message", "epikrise", "EPIKRISE_ROOT_11")),
    EPIKRISE_12: ((Envelope.MESSAGE, Kind.EPIKRISE, "1.2"), _Codec("Message", "epikrise", "EPIKRISE_ROOT_12")),
    APPREC_10: ((Envelope.APPREC, Kind.APPREC, "1.0"), _Codec("AppRec", "apprec", "APPREC_ROOT_10")),
    APPREC_11: ((Envelope.APPREC, Kind.APPREC, "1.1"), _Codec("AppRec", "apprec", "APPREC_ROOT_11")),
    DIALOG_10: (
        (None, Kind.DIALOGMELDING, "1.0"),
        _Codec("Dialogmelding", "dialogmelding", "DIALOGMELDING_10", _FK1),
    ),
    DIALOG_11: (
        (None, Kind.DIALOGMELDING, "1.1"),
        _Codec("Dialogmelding", "dialogmelding", "DIALOGMELDING_11", _FK1),
    ),
    HENVISNING_20: (
        (None, Kind.HENVISNING, "2.0"),
        _Codec("Henvisning", "henvisning2", "HENVISNING_20", {"po": PO_2017, **_FK1}),
    ),
    SYKMELDING: (
        (None, Kind.SYKMELDING, "1.3"),
        _Codec("HelseOpplysningerArbeidsuforhet", "sykmelding", "SYKMELDING_2013"),
    ),
    LEGEERKLAERING: (
        (None, Kind.LEGEERKLAERING, "1.0"),
        _Codec("Legeerklaring", "legeerklaering", "LEGEERKLAERING_2008"),
    ),
}
_BY_TAG = {f"{{{namespace}}}{codec.name}": codec for namespace, (_, codec) in _CODECS.items()}
_BY_KEY = dict(_CODECS.values())


@cache
def root_of(tag: str) -> Root | None:
    """Return the root of a qualified name, or None for one that is not read here."""
    codec = _BY_TAG.get(tag)
    return codec.load() if codec else None


def root_for(value: Message | Payload) -> Root:
    """Return the root a value is written as; raises SpecError for a version without one."""
    envelope = value.envelope if isinstance(value, Message) else None
    is_head = envelope is Envelope.HODEMELDING
    found = _root_with((envelope, None, None) if is_head else (envelope, value.kind, value.version))
    if found is None:
        what = f"envelope {envelope}" if envelope else type(value).__name__
        raise SpecError(f"version: nothing is written as {what} {value.version or 'without a version'}")
    return found


@cache
def _root_with(key: _Key) -> Root | None:
    codec = _BY_KEY.get(key)
    return codec.load() if codec else None


def read_item(element: etree._Element) -> Payload | Message | Base64Data | Opaque:
    """Return what one element inside Content holds."""
    root = root_of(element.tag)
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
