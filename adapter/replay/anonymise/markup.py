"""A document as its text: cut into tags, texts and the rest, so that all that is not replaced stays byte for byte.

Texts are cut, not trees: a message that is no well-formed XML is treated like any other, and stays as broken as it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from adapter.values import value_class

_NAME = r"[^\W\d][\w.:-]*+"
_TOKEN = re.compile(
    r"(?P<comment><!--.*?-->)|(?P<instruction><\?.*?\?>)|(?P<cdata><!\[CDATA\[.*?\]\]>)"
    r"|(?P<doctype><!DOCTYPE(?:[^\[<>]|\[[^\]]*+\])*+>)"
    rf"|(?P<end></{_NAME}\s*+>)"
    rf"|(?P<start><{_NAME}(?:\s++{_NAME}\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+\s*+/?>)"
    r"|(?P<text>[^<]++)|(?P<broken><)",
    re.DOTALL,
)
_TAG_NAME = re.compile(rf"</?(?:[^\W\d][\w.-]*:)?({_NAME})")
ATTRIBUTE = re.compile(rf"(\s)({_NAME})(\s*=\s*)(\"[^\"]*\"|'[^']*')")
#: What a document type says between quotes.
QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")
_UNIT = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{1,20});|.", re.DOTALL)
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\r": "&#13;"}
_SPECIAL = re.compile("[&<>\"'\r]")
#: Stands for a reference to an entity that only a document type can declare: it stays, and is no letter.
_UNKNOWN = "\ufffc"


class Part(Enum):
    """What a piece of a document is."""

    COMMENT = auto()
    INSTRUCTION = auto()
    CDATA = auto()
    DOCTYPE = auto()
    END = auto()
    START = auto()
    TEXT = auto()
    BROKEN = auto()


@value_class(kw_only=False)
class Token:
    """One piece of a document."""

    part: Part
    raw: str

    @property
    def name(self) -> str:
        """Return the local name of a tag."""
        found = _TAG_NAME.match(self.raw)
        return found[1] if found else ""

    @property
    def is_closed(self) -> bool:
        """Tell whether a start tag is its own end."""
        return self.raw.endswith("/>")


def tokens(text: str) -> Iterator[Token]:
    """Yield the pieces of a text, which together are the text again."""
    for found in _TOKEN.finditer(text):
        yield Token(Part[(found.lastgroup or "").upper()], found[0])


def without_remark(raw: str) -> str:
    """Return what is left of a comment: its line breaks, and two hyphens where they make it a mistake."""
    is_wrong = "--" in raw[4:-3] or raw.endswith("--->")
    return f"<!-- -- {line_breaks(raw)}-->" if is_wrong else line_breaks(raw)


def line_breaks(raw: str) -> str:
    """Return nothing but the line breaks of a piece, so that what comes after stays on its line."""
    return "".join(sign for sign in raw if sign in "\r\n")


def read(raw: str) -> tuple[str, Sequence[str]]:
    """Return what a text or a value in a document says, and how each of its letters is written."""
    if "&" not in raw:
        return raw, raw
    units = _UNIT.findall(raw)
    return "".join(map(_sign, units)), units


def written(new: str, old: str, units: Sequence[str]) -> str:
    """Return how a text is written in a document: a letter that stayed, as it was written before."""
    if units == old and not _SPECIAL.search(new):
        return new
    if len(new) == len(units):
        return "".join(
            unit if sign == was else _ESCAPES.get(sign, sign) for sign, was, unit in zip(new, old, units, strict=True)
        )
    return "".join(_ESCAPES.get(sign, sign) for sign in new)


def _sign(unit: str) -> str:
    if len(unit) == 1:
        return unit
    # names that HTML alone knows are not known in XML
    is_known = unit[1] == "#" or unit in _ESCAPES.values()
    said = html.unescape(unit) if is_known else _UNKNOWN
    return said if len(said) == 1 else _UNKNOWN
