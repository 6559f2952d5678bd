"""The rules on what kind of message it is, and on each kind (HITS 1172, 5.11 to 5.14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations

from lxml import etree

from adapter import resources
from adapter.check.catalog import Catalog, load_catalog
from adapter.envelope.header import (
    ACKNOWLEDGMENT,
    MESSAGE_ERROR,
    SIGNAL_SERVICE,
    VERSION,
    Description,
    is_message_id,
    software_of,
)
from adapter.envelope.package import Package
from adapter.envelope.rules.subject import Seen, Subject, attribute
from adapter.envelope.signal import Sort
from adapter.envelope.signature import CID
from adapter.envelope.soap import MUST_UNDERSTAND, TRUE
from adapter.wire.namespaces import EBXML, XLINK, XMLDSIG

_HEAD = "soap:Header/eb:MessageHeader"
_ACKNOWLEDGMENT, _ERROR = "soap:Header/eb:Acknowledgment", "soap:Header/eb:ErrorList"
_ASKED, _MANIFEST = "soap:Header/eb:AckRequested", "soap:Body/eb:Manifest"
#: What stands alone: each is a kind of message, or a part of the one with content.
_KINDS = (_ACKNOWLEDGMENT, _ERROR, _ASKED, _MANIFEST)
_TOGETHER = frozenset({_ASKED, _MANIFEST})
_ONCE = (_HEAD, *_KINDS)
_SCHEMA_VERSION = re.compile(r"v?[0-9]+(\.[0-9]+)*")


def check(subject: Subject) -> Iterator[Seen]:
    """Yield what is wrong with a message of its kind."""
    package = subject.package
    if package is None:
        return
    yield from _blocks(subject)
    match package.message.sort:
        case Sort.ACKNOWLEDGMENT:
            yield from _acknowledgment(subject)
        case Sort.ERROR:
            yield from _error(subject)
        case Sort.PAYLOAD:
            yield from _payload(subject, package)
        case _:
            pass


def _blocks(subject: Subject) -> Iterator[Seen]:
    body = subject.first("soap:Body")
    blocks = [] if body is None else list(body)
    if not blocks and not any(subject.all(path) for path in _KINDS):
        if subject.text(f"{_HEAD}/eb:Action") not in {"Ping", "Pong"}:
            yield Seen("5.11.1", element=subject.first(_HEAD))
        return
    if len(blocks) > 1:
        yield Seen("5.11.2", element=body)
    for one, other in combinations(_KINDS, 2):
        if {one, other} != _TOGETHER and subject.all(one) and subject.all(other):
            names = {"one": _name(one), "other": _name(other)}
            yield Seen("5.11.3", "both", element=subject.first(other), details=names)
    for path in _ONCE:
        for again in subject.all(path)[1:]:
            yield Seen("5.11.3", "twice", element=again, details={"block": _name(path)})


def _name(path: str) -> str:
    return path.rpartition(":")[2]


def _acknowledgment(subject: Subject) -> Iterator[Seen]:
    element = subject.first(_ACKNOWLEDGMENT)
    yield from _signal(subject, ACKNOWLEDGMENT, "106", "107")
    if not is_message_id(subject.text(f"{_ACKNOWLEDGMENT}/eb:RefToMessageId")):
        yield Seen("108", element=element)
    if subject.text(f"{_HEAD}/eb:MessageData/eb:RefToMessageId"):
        yield Seen("109", element=subject.first(f"{_HEAD}/eb:MessageData/eb:RefToMessageId"))
    if subject.all(_ERROR):
        yield Seen("115", element=subject.first(_ERROR))
    addresses = [one.get("URI") for one in subject.all(f"{_ACKNOWLEDGMENT}/{{{XMLDSIG}}}Reference")]
    if "" not in addresses:
        yield Seen("116", element=element)
    if not any(uri and uri.startswith(CID) for uri in addresses):
        yield Seen("117", element=element)


def _error(subject: Subject) -> Iterator[Seen]:
    yield from _signal(subject, MESSAGE_ERROR, "120", "121")
    if not is_message_id(subject.text(f"{_HEAD}/eb:MessageData/eb:RefToMessageId")):
        yield Seen("122", element=subject.first(f"{_HEAD}/eb:MessageData"))
    if subject.all(_ACKNOWLEDGMENT):
        yield Seen("123", element=subject.first(_ACKNOWLEDGMENT))


def _signal(subject: Subject, action: str, wrong_service: str, wrong_action: str) -> Iterator[Seen]:
    if subject.text(f"{_HEAD}/eb:Service") != SIGNAL_SERVICE:
        yield Seen(wrong_service, element=subject.first(f"{_HEAD}/eb:Service"))
    if subject.text(f"{_HEAD}/eb:Action") != action:
        yield Seen(wrong_action, element=subject.first(f"{_HEAD}/eb:Action"))


def _payload(subject: Subject, package: Package) -> Iterator[Seen]:
    if subject.first(f"{_HEAD}/eb:DuplicateElimination") is None:
        yield Seen("074", element=subject.first(_HEAD))
    asked = subject.first(_ASKED)
    if asked is None:
        yield Seen("075", element=subject.first("soap:Header"))
    else:
        must = asked.get(MUST_UNDERSTAND)
        if must not in TRUE:
            yield Seen("5.14.2", "missing" if must is None else "false", element=asked)
        if attribute(asked, "signed") not in TRUE:
            yield Seen("094", element=asked)
    manifest = subject.first(_MANIFEST)
    if manifest is not None:
        yield from _manifest(subject, manifest, package)
    yield from _programs(subject)


def _manifest(subject: Subject, manifest: etree._Element, package: Package) -> Iterator[Seen]:
    if attribute(manifest, "version") != VERSION:
        yield Seen("005", element=manifest)
    references = subject.all(f"{_MANIFEST}/eb:Reference")
    if not references:
        yield Seen("006", element=manifest)
    is_bare = subject.entity is not None and not subject.attachments
    if references and is_bare:
        yield Seen("027", element=manifest)
    for element, reference in zip(references, package.message.manifest, strict=True):
        if not (element.get(f"{{{XLINK}}}href") or "").strip():
            yield Seen("5.14.3", element=element)
        elif subject.attachments and package.part(reference) is None:
            yield Seen("023", element=element)
        for schema in element.findall(f"{{{EBXML}}}Schema"):
            yield from _schema(schema)


def _schema(element: etree._Element) -> Iterator[Seen]:
    location = (attribute(element, "location") or "").strip()
    version = (attribute(element, "version") or "").strip()
    if not location:
        yield Seen("265", element=element)
    if _SCHEMA_VERSION.fullmatch(version) is None:
        yield Seen("266", element=element)
    if not location:
        return
    known = _catalog().get(location)
    if known is None or not known.document:
        yield Seen("267", element=element)
    elif version and known.version and version.removeprefix("v") != known.version:
        yield Seen("268", element=element, details={"told": version[:20], "expected": known.version})


@cache
def _catalog() -> Catalog:
    return load_catalog(resources.schemas())


def _programs(subject: Subject) -> Iterator[Seen]:
    """Check the two descriptions of HITS 1210: of the programs, and of the documents."""
    head = subject.first(_HEAD)
    described = tuple(Description(one.text or "") for one in subject.all(f"{_HEAD}/eb:Description"))
    said = software_of(described)
    if said is None or not subject.all(f"{_MANIFEST}/eb:Reference/eb:Schema"):
        yield Seen("279", element=head)
    for name, missing, wrong in (("MSH-system", "271", "273"), ("MSH-versjon", "272", "274")):
        value = (said or {}).get(name)
        if value is None:
            yield Seen(missing, element=head)
        elif not isinstance(value, str) or not value.strip():
            yield Seen(wrong, element=head)
