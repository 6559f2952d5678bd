"""What a shown message is made of, before it becomes text or HTML."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

#: Characters that turn the reading direction: in a name they could show one thing and mean another.
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Line:
    """A label and what stands beside it; the value may have several lines."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of the message."""

    name: str
    #: What the message says it is.
    mime_type: str
    #: Bytes; None where the content is no base64, or is not in the message.
    size: int | None
    #: A `data:` address, only for content that is what it says and that a browser shows safely.
    link: str | None = None
    #: Name to save it under.
    file_name: str = ""
    #: What the reader should know about it.
    note: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading and what stands under it."""

    title: str
    items: tuple[Item, ...]


Item: TypeAlias = Line | Table | Attachment | Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole message."""

    title: str
    #: What the reader must see first: a cancellation, an emergency, a copy.
    notices: tuple[str, ...]
    blocks: tuple[Block, ...]


def plain(text: str) -> str:
    """Return text without characters that steer a terminal or turn the reading direction."""
    return "".join(_shown(character) for character in text.replace("\r\n", "\n").replace("\r", "\n"))


def _shown(character: str) -> str:
    if character in "\n\t" or character.isascii():
        return character if character.isprintable() or character in "\n\t" else _REPLACEMENT
    return _REPLACEMENT if character in _TURNING or unicodedata.category(character) == "Cc" else character


def line(label: str, value: str | None) -> tuple[Line, ...]:
    """Return a line, or nothing where there is nothing to say."""
    shown = plain(value).strip() if value else ""
    return (Line(label, shown),) if shown else ()


def block(title: str, *items: Item) -> tuple[Block, ...]:
    """Return a block, or nothing where nothing stands under it."""
    return (Block(plain(title), items),) if items else ()
