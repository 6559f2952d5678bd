"""A first look at a document that may be hostile: by events, so that nothing is made of what will be refused.

libxml2 reads a whole document type before it can be asked whether there is one: 50 000 declared attributes take it
minutes, and a tree of ten million elements takes a gigabyte. Who may hold such a thing is seen by its bytes, at little
cost; of an honest document no more than that is looked at. What is let by here, `parse` measures again.
"""

from __future__ import annotations

import codecs
import re

from lxml import etree

from adapter.errors import DocumentTypeRefused, LimitExceeded

#: Encodings in which "<", "=" and quotes are one byte each, and those bytes nothing else.
PLAIN_ENCODINGS = frozenset({"utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii", "ascii"})
_BEGINNING = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s{0,64}<(?!\0)(?:\?xml\s[^>]{0,200}?encoding\s*=\s*["']([!-~]{1,40})["'])?"""
)
_STEP = 65_536


def look(data: bytes, most_elements: int) -> None:
    """Refuse a document with a document type, or with more elements than that; what is no XML is not told here.

    Comments and instructions count as elements: in a tree they take as much room.

    Raises:
        DocumentTypeRefused: it has a DOCTYPE.
        LimitExceeded: it has more elements.
    """
    if not _may_hold(data, most_elements):
        return
    watch: etree.XMLParser = etree.XMLParser(
        target=_Watch(most_elements),  # type: ignore[arg-type]  # the stubs want a listener to all events
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
    )
    # fed in steps, the parser does not know this mark
    mark = len(codecs.BOM_UTF32_LE) if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) else 0
    try:
        for begin in range(mark, len(data), _STEP):
            watch.feed(data[begin : begin + _STEP])
        watch.close()
    except etree.XMLSyntaxError:
        return


def _may_hold(data: bytes, most_elements: int) -> bool:
    """Tell whether there may be too much in a document: never missed, seldom said for nothing."""
    beginning = _BEGINNING.match(data)
    if beginning is None or (beginning[1] or b"utf-8").decode("ascii").lower() not in PLAIN_ENCODINGS:
        return True
    return b"<!DOCTYPE" in data or (
        data.count(b"<") > most_elements and data.count(b"<") - data.count(b"</") > most_elements
    )


class _Watch:
    """Listens to the parser, and stops it by raising."""

    def __init__(self, most_elements: int) -> None:
        self._most = self._left = most_elements

    def start(self, *_found: object) -> None:
        self._left -= 1
        if self._left < 0:
            raise LimitExceeded(f"The document has more than {self._most} elements.")

    comment = pi = start

    def doctype(self, *_declared: object) -> None:
        raise DocumentTypeRefused

    def close(self) -> None:
        """Nothing was made."""
