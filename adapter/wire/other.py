"""Messages of standards that are not read here: their kind, and as much of their head as a receipt needs."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from adapter.message.message import Envelope, Message
from adapter.wire import kinds
from adapter.wire.opaque import read_opaque


def read_other(root: etree._Element) -> Message:
    """Return what can be told of a message whose standard is not read here; the whole of it is carried."""
    opaque = read_opaque(root)
    kind, version = kinds.of_namespace(opaque.namespace)
    if opaque.name == "Message":
        # every older report is addressed like a discharge letter, from the one who served to the one who asked
        from adapter.wire.epikrise import EPIKRISE_ROOT_12  # noqa: PLC0415 - seldom needed, and takes time to load

        head = EPIKRISE_ROOT_12.read(root)
        return replace(head, kind=kind, version=version, documents=(), opaque=opaque)
    return Message(envelope=Envelope.NONE, kind=kind, version=version, opaque=opaque)
