"""The safe parser: bytes to a tree that holds nothing but elements, attributes and text.

No entity is expanded, no address is fetched, no document type is accepted, comments and processing instructions
are left out (libxml2 would split the text around them). The declared encoding is trusted and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from lxml import etree

from adapter.errors import DocumentTypeRefused, FormError, LimitExceeded, NotWellFormed
from adapter.values import value_class
from adapter.wire.glance import PLAIN_ENCODINGS, look
from adapter.wire.namespaces import XSI

#: libxml2 refuses a text node of 10 MB, so larger documents are parsed with its own limits off and ours on.
_HUGE = 9_000_000
#: The shortest element, `<a/>`, has four bytes: fewer bytes than this per element cannot be.
_BYTES_PER_ELEMENT = 4
#: Some senders list every schema they know in xsi:schemaLocation.
_SCHEMA_LOCATION = f"{{{XSI}}}schemaLocation"
_SCHEMA_LOCATION_LENGTH = 8_192
#: Where a document type stands that libxml2 stumbled over.
_PROLOG = 65_536
_DOCTYPE = re.compile(rb"<\0?\0?\0?!\0?\0?\0?D\0?\0?\0?O\0?\0?\0?C\0?\0?\0?T\0?\0?\0?Y\0?\0?\0?P\0?\0?\0?E")
_LIMIT_ERRORS = frozenset({"ERR_RESOURCE_LIMIT", "ERR_NAME_TOO_LONG"})
#: What libxml2's errors mean to somebody who has to mend the file; others are told by their own name.
_MEANINGS = {
    "ERR_INVALID_ENCODING": "its bytes are not in the character set that it declares (UTF-8 where it declares none)",
    "ERR_UNSUPPORTED_ENCODING": "it declares a character set that is not known",
    "ERR_INVALID_CHAR": "it holds a character that XML does not allow",
    "ERR_TAG_NOT_FINISHED": "it ends before its last element does, as if it were cut off",
    "ERR_TAG_NAME_MISMATCH": "an end tag does not fit the start tag before it",
    "ERR_DOCUMENT_EMPTY": "it does not begin with an element",
    "ERR_DOCUMENT_END": "something stands after the end of its outermost element",
}


@value_class
class Limits:
    """How large a document may be. The defaults hold every known message several times over."""

    #: Of the document as it came.
    max_bytes: int = 51_200_000
    #: Levels of elements; libxml2 itself stops at 256.
    max_depth: int = 200
    #: Of one element.
    max_attributes: int = 200
    #: Characters of one attribute's value; xsi:schemaLocation may have 8 192.
    max_attribute_length: int = 1_024
    max_elements: int = 50_000


DEFAULT_LIMITS = Limits()


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS) -> etree._Element:
    """Return the root element of a document.

    Raises:
        NotWellFormed: it is no XML, or its bytes are not in the encoding it declares.
        DocumentTypeRefused: it has a DOCTYPE.
        LimitExceeded: it is larger, deeper or wider than `limits`.
    """
    return _parsed(data, limits, _parser(is_huge=len(data) > _HUGE))


def parse_whole(data: bytes, limits: Limits = DEFAULT_LIMITS) -> etree._Element:
    """Return the root element of a document with its comments and processing instructions; raises like `parse`.

    Only signatures speak of them; whoever reads values wants `parse`.
    """
    return _parsed(data, limits, _parser(is_huge=len(data) > _HUGE, is_whole=True))


def _parsed(data: bytes, limits: Limits, parser: etree.XMLParser) -> etree._Element:
    if len(data) > limits.max_bytes:
        raise LimitExceeded(f"The document has {len(data)} bytes; {limits.max_bytes} are allowed.")
    if not data or data.isspace():
        raise NotWellFormed("The file is empty.", hint="Find out where its content was lost, and have it sent again.")
    look(data, limits.max_elements)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _explained(error, data) from None
    document = root.getroottree().docinfo
    # A byte search would miss a document type in UTF-16, so libxml2 is asked.
    if document.internalDTD is not None or document.externalDTD is not None:
        raise DocumentTypeRefused
    _measure(root, data, document.encoding, limits)
    return root


@cache
def _parser(*, is_huge: bool, is_whole: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=not is_whole,
        remove_pis=not is_whole,
        huge_tree=is_huge,
        # An xml:id that occurs twice is a mistake of validity; libxml2 would call the document not well-formed.
        collect_ids=False,
    )


def _explained(error: etree.XMLSyntaxError, data: bytes) -> FormError:
    """Say what libxml2 found, by its error's name: its sentences can quote the document."""
    line = error.lineno or None
    if _DOCTYPE.search(data, 0, _PROLOG):
        return DocumentTypeRefused(line=line)
    log: Any = error.error_log  # the stubs do not know that it is a list of entries
    name = log[-1].type_name if len(log) else ""
    if name in _LIMIT_ERRORS:
        return LimitExceeded("The document has a text, a name or a depth beyond what is ever read.", line=line)
    what = _MEANINGS.get(name) or name.removeprefix("ERR_").replace("_", " ").lower() or "no XML"
    return NotWellFormed(f"The document is not well-formed XML: {what}, line {line or 1}.", line=line)


def _measure(root: etree._Element, data: bytes, encoding: str | None, limits: Limits) -> None:
    """Hold the tree against the limits, with as little work as the bytes allow."""
    if len(data) > _BYTES_PER_ELEMENT * limits.max_elements and _more_elements_than(limits.max_elements)(root):
        raise LimitExceeded(f"The document has more than {limits.max_elements} elements.")
    if _deeper_than(limits.max_depth)(root):
        raise LimitExceeded(f"The document has more than {limits.max_depth} levels of elements.")
    if _may_be_wide(data, encoding, limits):
        _measure_attributes(root, limits)


def _may_be_wide(data: bytes, encoding: str | None, limits: Limits) -> bool:
    """Tell whether some start tag could break a limit: a cheap look that never misses one.

    An attribute's value cannot hold "<", so a tag that breaks a limit is a long run of bytes without it.
    """
    if (encoding or "utf-8").lower() not in PLAIN_ENCODINGS:
        return True
    shortest = min(limits.max_attribute_length, limits.max_attributes * len(b' a=""'))
    return any(
        run.count(b"=") > limits.max_attributes or _long_value(limits.max_attribute_length).search(run)
        for run in _long_runs(data, shortest)
    )


def _long_runs(data: bytes, length: int) -> Iterator[bytes]:
    """Yield the runs of at least so many bytes without "<", looking at few of the bytes between."""
    position = 0
    while position + length <= len(data):
        last = data.rfind(b"<", position, position + length)
        if last >= 0:
            position = last + 1
            continue
        end = data.find(b"<", position + length)
        end = len(data) if end < 0 else end
        yield data[position:end]
        position = end + 1


def _measure_attributes(root: etree._Element, limits: Limits) -> None:
    for element in root.iter():
        if len(element.attrib) > limits.max_attributes:
            raise LimitExceeded(f"An element has more than {limits.max_attributes} attributes.", line=_line(element))
        for name, value in element.items():
            longest = _SCHEMA_LOCATION_LENGTH if name == _SCHEMA_LOCATION else limits.max_attribute_length
            if len(value) > longest:
                raise LimitExceeded(f"An attribute has more than {longest} characters.", line=_line(element))


def _line(element: etree._Element) -> int | None:
    line: Any = element.sourceline  # the stubs leave it open
    return cast("int | None", line)


@cache
def _more_elements_than(number: int) -> etree.XPath:
    """Return a test whether there are more elements than that."""
    return etree.XPath(f"count(//*) > {number}")


@cache
def _deeper_than(levels: int) -> etree.XPath:
    """Return a test whether there is an element below so many levels."""
    return etree.XPath(f"boolean({'/*' * (levels + 1)})")


@cache
def _long_value(length: int) -> re.Pattern[bytes]:
    return re.compile(rb"""=\s*(?:"[^"]{%d}|'[^']{%d})""" % (length + 1, length + 1))
