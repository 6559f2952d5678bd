"""A page as one HTML document: no script, nothing from outside, readable on paper and on a phone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.show.page import Block, Item, Line, Page, Table
from adapter.show.text import size_text

if TYPE_CHECKING:
    from jinja2 import Template

_HERE = Path(__file__).parent
#: Above these a table is wider than its page.
_MOST_COLUMNS, _LONGEST_WORD = 6, 24


def render(page: Page) -> str:
    """Return the page as a self-contained document; everything from the message is escaped."""
    return _template().render(page=page, style=_style(), style_hash=_style_hash())


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - heavy, and only used for HTML

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["size"] = size_text
    environment.filters["runs"] = _runs
    environment.globals["is_long"] = _is_long
    return environment.get_template("page.html.j2")


def _runs(items: Iterable[Item]) -> Iterator[tuple[str, list[Item]]]:
    """Yield neighbours of one form together: they make one list, one row of cards, one line of numbers."""
    for form, found in groupby(items, _form):
        yield form, list(found)


def _is_long(table: Table, cell: str) -> bool:
    """Tell whether a cell must be broken inside words to let the table fit."""
    return len(table.heads) > _MOST_COLUMNS or any(len(word) > _LONGEST_WORD for word in cell.split())


def _form(item: Item) -> str:
    match item:
        case Line(label=""):
            return "words"
        case Line(is_minor=True):
            return "numbers"
        case Line():
            return "lines"
        case Block(is_card=True):
            return "cards"
    return type(item).__name__.lower() + "s"


@cache
def _style() -> str:
    return (_HERE / "page.css").read_text("utf-8")


@cache
def _style_hash() -> str:
    """Return the hash by which the document's own style, and no other, is allowed."""
    return base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode("ascii")
