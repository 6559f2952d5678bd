"""How messages are written: bytes to message and back. No files, no clock, no store.

parse        bytes to a safe tree            bind         one line per element, for both directions
field        what a declaration is made of   leaves       elements without children
reader       how declarations read           writer       how they write
hodemelding  MsgHead                         henvisning1  Henvisning 1.0 and 1.1     apprec    AppRec
dialogmelding  Dialogmelding 1.0 and 1.1     henvisning2  Henvisning 2.0             content   what lies in a Content
epikrise     Epikrise 1.1 and 1.2            sykmelding   Sykmelding 2013-10-01      legeerklaering  Legeerklæring
other        standards known by name only    fellesformat NAV's wrapper              rescue    what is left of a wreck
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from adapter.errors import SpecError
from adapter.message.attachment import Document
from adapter.message.message import Envelope, Message
from adapter.wire import fellesformat, kinds
from adapter.wire.apprec import APPREC_ROOT_11
from adapter.wire.bind import local_name
from adapter.wire.content import root_for, root_of
from adapter.wire.hodemelding import MSGHEAD_ROOT
from adapter.wire.other import read_other
from adapter.wire.parse import DEFAULT_LIMITS, Limits, parse
from adapter.wire.rescue import Rescued, rescue

__all__ = ["Limits", "Rescued", "parse", "read", "read_tree", "rescue", "write"]

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Message:
    """Return the message that bytes hold.

    Raises:
        FormError: the bytes are no acceptable XML document; see `parse`.
    """
    return read_tree(parse(data, limits))


def read_tree(root: etree._Element) -> Message:
    """Return the message that a parsed document holds.

    It takes whatever `parse` accepted: unknown elements are passed by, elements in a wrong order, number or
    namespace are taken for what they are called, and an unknown standard gives `Envelope.NONE` and the whole as opaque.
    """
    if fellesformat.is_wrapper(root):
        found = fellesformat.inner(root)
        return read_other(root) if found is None else read_tree(found)
    known = root_of(root.tag)
    if known is None:
        return _namesake(root) or read_other(root)
    item = known.record.read(root)
    if isinstance(item, Message):
        return item
    kind, version = kinds.of_item(item)
    return Message(envelope=Envelope.NONE, kind=kind, version=version, documents=(Document(content=(item,)),))


def write(message: Message) -> bytes:
    """Return a message as XML in UTF-8, the same bytes for the same message.

    Raises:
        SpecError: the standard and version it names cannot hold all of it, or nothing is written in that standard.
    """
    if message.envelope is Envelope.NONE:
        raise SpecError("envelope: a message without one is carried as it came, not written")
    try:
        root = root_for(message).write(message)
    except ValueError as error:  # libxml2 takes no control characters
        raise SpecError(f"a text holds a character that XML has no place for ({type(error).__name__})") from None
    return _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _namesake(root: etree._Element) -> Message | None:
    """Return the head of a MsgHead or AppRec in a namespace of its own: enough to refuse it with a receipt."""
    name = local_name(root.tag)
    if name == "MsgHead":
        return MSGHEAD_ROOT.read(root)
    if name == "AppRec":
        return replace(APPREC_ROOT_11.read(root), version=None)
    return None
