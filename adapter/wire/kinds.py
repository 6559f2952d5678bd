"""What a message is, by the namespaces and contents it has."""

from __future__ import annotations

from collections.abc import Iterable

from adapter.message.attachment import Document, Opaque
from adapter.message.message import Kind, Message
from adapter.message.payload import Payload
from adapter.wire.namespaces import SOAP

#: Standards that are known by name and not read here.
_FOREIGN: dict[str, tuple[Kind, str | None]] = {SOAP: (Kind.EBXML, None)}
_UNKNOWN = (Kind.OTHER, None)


def of_namespace(namespace: str) -> tuple[Kind, str | None]:
    """Return kind and version of a standard that is not read here."""
    return _FOREIGN.get(namespace, _UNKNOWN)


def of_documents(documents: Iterable[Document]) -> tuple[Kind, str | None]:
    """Return kind and version of the first content that says what it is."""
    for document in documents:
        for item in document.content or ():
            found = of_item(item)
            if found != _UNKNOWN:
                return found
    return _UNKNOWN


def of_item(item: object) -> tuple[Kind, str | None]:
    """Return kind and version of one content."""
    match item:
        case Message():
            return item.kind, item.version
        case Opaque():
            return of_namespace(item.namespace)
        case Payload():
            return item.kind, item.version
        case _:
            return _UNKNOWN
