"""What a message is, by the namespaces and contents it has."""

from __future__ import annotations

from collections.abc import Iterable

from adapter.message.attachment import Document, Opaque
from adapter.message.dialogmelding import Dialogmelding
from adapter.message.henvisning import Henvisning
from adapter.message.message import Kind, Message
from adapter.wire.namespaces import EPIKRISE_11, EPIKRISE_12, LEGEERKLAERING, SOAP, SYKMELDING

#: Standards that are known by name and not read here.
_FOREIGN: dict[str, tuple[Kind, str | None]] = {
    EPIKRISE_11: (Kind.EPIKRISE, "1.1"),
    EPIKRISE_12: (Kind.EPIKRISE, "1.2"),
    SYKMELDING: (Kind.SYKMELDING, "1.3"),
    LEGEERKLAERING: (Kind.LEGEERKLAERING, None),
    SOAP: (Kind.EBXML, None),
}
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
        case Dialogmelding():
            return Kind.DIALOGMELDING, item.version
        case Henvisning():
            return Kind.HENVISNING, item.version
        case Message():
            return item.kind, item.version
        case Opaque():
            return of_namespace(item.namespace)
        case _:
            return _UNKNOWN
