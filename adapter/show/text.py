"""A page as text for a terminal or a log of a test."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from adapter.show.page import Attachment, Block, Item, Line, Page, Remark, Table

_WIDTH = 100
_INDENT = "  "
_GAP = "  "


def render(page: Page) -> str:
    """Return the page as lines of text."""
    lines = [page.title, "=" * len(page.title)]
    lines += [page.subtitle] if page.subtitle else []
    lines += [f"! {notice.text}" for notice in page.notices]
    for block in page.blocks:
        lines += ["", *_block(block, 0)]
    return "\n".join(lines) + "\n"


def size_text(size: int | None) -> str:
    """Return a number of bytes as people read it."""
    if size is None:
        return "ukjent størrelse"
    if size < 1_000:  # noqa: PLR2004 - a kilobyte
        return f"{size} byte"
    if size < 1_000_000:  # noqa: PLR2004 - a megabyte
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def _block(block: Block, depth: int) -> Iterable[str]:
    indent = _INDENT * depth
    yield f"{indent}{block.title}"
    if depth == 0:
        yield f"{indent}{'-' * len(block.title)}"
    for item in block.items:
        yield from _item(item, depth + (depth > 0))


def _item(item: Item, depth: int) -> Iterable[str]:
    indent = _INDENT * depth
    match item:
        case Line():
            yield from _line(item, indent)
        case Table():
            yield from _table(item, indent)
        case Attachment():
            note = f" – {item.note}" if item.note else ""
            yield f"{indent}{item.name} ({item.mime_type}, {size_text(item.size)}){note}"
        case Remark():
            yield from _line(Line(f"! {item.severity} {item.rule}", item.text), indent)
        case Block():
            yield from _block(item, max(depth, 1))


def _line(item: Line, indent: str) -> Iterable[str]:
    first = f"{item.label}: " if item.label else ""
    after = " " * len(indent)
    for number, text in enumerate(item.value.split("\n")):
        lead = first if number == 0 else " " * len(first)
        yield from textwrap.wrap(
            text,
            _WIDTH,
            initial_indent=(indent if number == 0 else after) + lead,
            subsequent_indent=after + " " * len(first),
            break_on_hyphens=False,
        ) or [""]


def _table(table: Table, indent: str) -> Iterable[str]:
    rows = [tuple(" ".join(cell.split()) for cell in row) for row in (table.heads, *table.rows)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(table.heads))]
    if len(indent) + sum(widths) + len(_GAP) * len(widths) > _WIDTH:
        yield from _table_as_lines(table, indent)
        return
    for number, row in enumerate(rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield (indent + _GAP.join(cells)).rstrip()
        if number == 0:
            yield indent + _GAP.join("-" * width for width in widths)


def _table_as_lines(table: Table, indent: str) -> Iterable[str]:
    """Write a table that is wider than the page row by row, each cell under its heading."""
    for row in table.rows:
        for number, (head, cell) in enumerate(zip(table.heads, row, strict=True)):
            if cell or number == 0:
                lead = indent + ("- " if number == 0 else "  ")
                yield from _line(Line(head, cell), lead)
