"""What is left of a wreck: who sent bytes that are no well-formed XML, and under which id, so they can be answered.

A message is most often broken somewhere in its body, or in its encoding; its head is whole. libxml2 is asked to
go on as far as it can, without a document type and within a megabyte, and what it found is read tolerantly.
Nothing of it is ever more than an address for a receipt.
"""

from __future__ import annotations

import re

from lxml import etree

from adapter.message.code import Moment
from adapter.message.message import Envelope, Kind, Message
from adapter.message.party import Party
from adapter.values import value_class

#: Heads are a few kilobytes; a payload or an attachment is not needed.
_READ_BYTES = 1_000_000
_MOST_ATTRIBUTES = 200
#: Letters that an address is written in: neither braces, with which lxml marks it, nor control characters.
_ADDRESS = re.compile(r"[!-z|~]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
#: Every beginning is one that matches, to the end of the text if need be: so the text is read once.
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*+(?:>|\[(?:[^\]]++|\](?!\s*+>))*+(?:\]\s*+>)?|\Z)")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
#: Encodings a declaration that can be read in ASCII may name; by any other name it is taken for UTF-8.
_ENCODINGS = frozenset({"iso-8859-1", "iso-8859-15", "windows-1252", "latin1", "cp1252"})
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@value_class
class Rescued:
    """What could be told of a message that cannot be read."""

    envelope: Envelope
    kind: Kind
    version: str | None
    #: The code of its function, list 8279.
    type: str | None
    generated: Moment | None
    msg_id: str
    #: What a receipt for Henvisning 1.0 refers to.
    document_id: str | None
    sender: Party
    receiver: Party | None


def rescue(data: bytes) -> Rescued | None:
    """Return id and addresses of a message that does not parse, or None where no receipt could refer to it."""
    root = _recovered(_as_text(data))
    if root is None:
        return None
    from adapter.wire import read_tree  # noqa: PLC0415 - the door imports this module

    return _told(read_tree(root))


def _told(message: Message) -> Rescued | None:
    msg_id = (message.msg_id or "").strip()
    if not msg_id or message.sender is None or message.sender.her_id is None:
        return None
    return Rescued(
        envelope=message.envelope,
        kind=message.kind,
        version=message.version,
        type=message.type_code,
        generated=message.generated,
        msg_id=msg_id,
        document_id=message.document_id,
        sender=message.sender,
        receiver=message.receiver,
    )


def _as_text(data: bytes) -> str:
    """Decode by what the document says of itself; what does not fit becomes a replacement character."""
    head = data[:_READ_BYTES]
    declared = _ENCODING.match(head)
    named = declared[1].decode("ascii").lower() if declared else ""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    text = head.decode(encoding or (named if named in _ENCODINGS else "utf-8"), "replace")
    # a blank, so that what stood around it does not make another
    return _DOCTYPE.sub(" ", _DECLARATION.sub("", text))


def _recovered(text: str) -> etree._Element | None:
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        # The stubs do not know that a recovering parser may come back with nothing.
        root: etree._Element | None = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None
    # recovering, libxml2 keeps instructions
    for element in () if root is None else root.iter(etree.Element):
        _mend(element)
    return root


def _mend(element: etree._Element) -> None:
    """Make of an element what can be read like any other."""
    namespace, _, name = element.tag.removeprefix("{").rpartition("}")
    is_odd = _ADDRESS.fullmatch(namespace) is None
    if is_odd or ":" in name:
        # a namespace that is no address, or a prefix that is declared nowhere
        known = _NAME.search(name)
        element.tag = f"{{{'' if is_odd else namespace}}}{known[0] if known else '_'}"
    if len(element.attrib) > _MOST_ATTRIBUTES:
        # no address stands in one of so many, and to put them in order takes libxml2 their number squared
        element.attrib.clear()
