"""What the verbs print: plain tables for people, one JSON object per line for machines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from adapter.check.finding import Finding


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


def section(name: str) -> None:
    """Print the heading of a part."""
    typer.echo(f"\n{name}")


def cell(value: object) -> str:
    """Return a value as a person reads it: times on the Norwegian wall clock, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        from adapter.message.code import OSLO

        return value.astimezone(OSLO).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def finding_lines(finding: Finding) -> Iterator[str]:
    """Yield a finding as people read it: what and where, then what to do."""
    place = ", ".join(part for part in (f"line {finding.line}" if finding.line else None, finding.path) if part)
    yield f"  {finding.rule} {finding.severity.value}{f' ({place})' if place else ''}: {finding.text}"
    if finding.hint:
        yield f"      {finding.hint}"


def write_out(data: bytes, output: Path | None) -> None:
    """Write bytes to a file, or to standard output exactly as they are."""
    if output is None:
        typer.get_binary_stream("stdout").write(data)
    else:
        output.write_bytes(data)


def _plain(value: object) -> object:
    """Return a value in the types that JSON has."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)
