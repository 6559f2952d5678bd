"""Write settings as TOML again: what is in force, defaults included and paths made absolute."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from adapter import duration
from adapter.config.fields import Table
from adapter.config.models import Settings


def show(settings: Settings) -> str:
    """Return the effective configuration; reading it gives the same settings."""
    blocks: list[str] = []
    for key in Settings.model_fields:
        value = getattr(settings, key)
        tables, heading = ([value], f"[{key}]") if isinstance(value, Table) else (value, f"[[{key}]]")
        blocks += ["\n".join([heading, *_lines(table)]) for table in tables]
    return "\n\n".join(blocks) + "\n"


def _lines(table: Table) -> Iterator[str]:
    for name, field in type(table).model_fields.items():
        value = getattr(table, name)
        if value is not None:
            yield f"{field.alias or name} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, Table):
        return f"{{ {', '.join(_lines(value))} }}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    text = duration.write(value) if isinstance(value, timedelta) else str(value)
    # A TOML string is a JSON string, but for the one control character that JSON lets through.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
