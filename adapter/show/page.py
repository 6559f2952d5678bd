"""What a shown message is made of, before it becomes text, HTML or a PDF."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeAlias

from adapter.show.labels import MINOR
from adapter.values import value_class

#: Characters that turn the reading direction: in a name they could show one thing and mean another.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: The start of a line that was broken and indented with the XML around it.
_XML_INDENT = re.compile(r"\n(?:\t| {4}){2,} *")
_REPLACEMENT = "\ufffd"


@value_class(kw_only=False)
class Line:
    """A label and what stands beside it; the value may have several lines."""

    label: str
    value: str

    @property
    def is_minor(self) -> bool:
        """Tell whether this is a number for systems rather than something to read."""
        return self.label in MINOR


@value_class(kw_only=False)
class Table:
    """Rows under headings."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@value_class
class Attachment:
    """A file of the message."""

    name: str
    #: What the message says it is.
    mime_type: str
    #: Bytes; None where the content is no base64, or is not in the message.
    size: int | None
    #: A `data:` address, only for content that is what it says and that a browser shows safely.
    link: str | None = None
    #: The content is a picture, shown where it stands.
    is_picture: bool = False
    #: Name to save it under.
    file_name: str = ""
    #: What the reader should know about it.
    note: str = ""


@value_class
class Remark:
    """What a check says about the part of the message it stands in."""

    #: Code of the rule, such as "AMO-04".
    rule: str
    #: How much it matters, in a word.
    severity: str
    text: str
    #: How much it matters to a designer: "stop" where the message does not go on as it is, "warn" or "info".
    level: str
    #: The text is English: the check has no Norwegian one.
    is_english: bool = False


@value_class(kw_only=False)
class Block:
    """A heading and what stands under it."""

    title: str
    items: tuple[Item, ...]
    #: A short block that may stand beside others: a party, a person.
    is_card: bool = False


Item: TypeAlias = Line | Table | Attachment | Remark | Block


@value_class
class Notice:
    """What the reader must see first: a cancellation, an emergency, a copy."""

    text: str
    #: It cannot wait, or the message must not be acted on as usual.
    is_urgent: bool = False


@value_class
class Page:
    """A whole message."""

    title: str
    #: Beneath the title.
    subtitle: str = ""
    notices: tuple[Notice, ...]
    blocks: tuple[Block, ...]


def plain(text: str) -> str:
    """Return text without characters that steer a terminal or turn the reading direction."""
    return "".join(_shown(character) for character in text.replace("\r\n", "\n").replace("\r", "\n"))


def _shown(character: str) -> str:
    if character in "\n\t" or character.isascii():
        return character if character.isprintable() or character in "\n\t" else _REPLACEMENT
    return _REPLACEMENT if character in _TURNING or unicodedata.category(character) == "Cc" else character


def line(label: str, value: str | None) -> tuple[Line, ...]:
    """Return a line, or nothing where there is nothing to say; how deep the XML was indented is not said."""
    shown = _XML_INDENT.sub("\n", plain(value)).strip() if value else ""
    return (Line(label, shown),) if shown else ()


def lines_first(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return items so that no line after a heading seems to stand under it; what systems need comes last."""
    return tuple(sorted(items, key=lambda item: (2 if item.is_minor else 0) if isinstance(item, Line) else 1))


def block(title: str, *items: Item) -> tuple[Block, ...]:
    """Return a block, or nothing where nothing stands under it."""
    return (Block(plain(title), items),) if items else ()


def card(title: str, *items: Item) -> tuple[Block, ...]:
    """Return a block that may stand beside others, or nothing where nothing stands under it."""
    names = [item for item in items if isinstance(item, Line) and not item.label]
    # where there are several names, each keeps its numbers below it
    ordered = items if len(names) > 1 else lines_first(items)
    return (Block(plain(title), ordered, is_card=True),) if items else ()
