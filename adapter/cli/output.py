"""What the verbs print: plain tables for people, one JSON object per line for machines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import typer

from adapter.message.code import OSLO


def json_line(value: object) -> None:
    """Print a mapping or a dataclass as one line of JSON."""
    typer.echo(json.dumps(value, default=_plain, ensure_ascii=False))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows in columns as wide as their content, or the sentence that says there are none."""
    cells = [[cell(value) for value in row] for row in rows]
    if not cells:
        typer.echo(empty)
        return
    lines = [list(headings), *cells]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        typer.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def fields(pairs: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one pair a line, leaving out what is not known."""
    known = [(name, cell(value)) for name, value in pairs if value not in (None, "", ())]
    width = max((len(name) for name, _ in known), default=0)
    for name, text in known:
        typer.echo(f"{name.ljust(width)}  {text}")


def cell(value: object) -> str:
    """Return a value as a person reads it: times on the Norwegian wall clock, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(OSLO).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _plain(value: object) -> object:
    """Return a value in the types that JSON has."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)
