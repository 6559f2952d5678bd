"""Specifications: messages as TOML or JSON, for people to write and machines to read.

A specification names the fields of `adapter.message`, has convenient words for what people write often
(`name`, `her_id`, `hpr`, `phone`, `referrer` ...), and leaves out what follows from kind and version.
`to_spec` writes every field that is set, and `complete = true`: such a specification gives the same message back.

    spec            from_spec, load_spec, to_spec
    spec_read       tables to dataclasses, with every mistake gathered
    spec_shape      fields by type hints          spec_words      convenient words
    spec_defaults   what follows from the kind    spec_lists      code lists of fields
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

from adapter.errors import SpecError
from adapter.message import Code, Message, Moment
from adapter.wire.spec_read import Reader
from adapter.wire.spec_shape import Slot, slots
from adapter.wire.spec_words import BUILT, SHORTHAND, WORDS
from adapter.wire.style import tidy


def new_uuid() -> str:
    """Return a new random message id."""
    return str(uuid4())


def from_spec(
    data: Mapping[str, Any],
    *,
    now: datetime,
    new_id: Callable[[], str] = new_uuid,
    name_of: Callable[[str, str], str | None] | None = None,
    folder: Path | None = None,
) -> Message:
    """Build the message that a specification describes.

    `now` (aware) is the time of what gives none; `name_of(list, code)` knows code lists; `folder` is where
    attachments may be read from. The message is in the standards' style (`wire.style`), but for one that the
    specification calls complete. Raises SpecError that lists every mistake by its path.
    """
    reader = Reader(now=now, new_id=new_id, name_of=name_of, folder=folder, words=WORDS, shorthand=SHORTHAND)
    message = reader.make(Message, data, "")
    if reader.mistakes:
        raise SpecError("\n".join(reader.mistakes))
    made: Message = message
    return made if reader.is_complete else tidy(made)


def load_spec(
    path: Path,
    *,
    now: datetime,
    new_id: Callable[[], str] = new_uuid,
    name_of: Callable[[str, str], str | None] | None = None,
) -> Message:
    """Build the message that a file describes: JSON by its suffix, else TOML. Raises SpecError and OSError."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except UnicodeDecodeError:
        raise SpecError(f"{path.name} is not UTF-8") from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise SpecError(f"{path.name} cannot be read: {error}") from None
    except RecursionError:
        raise SpecError(f"{path.name} has tables within tables without end") from None
    try:
        message = from_spec(data, now=now, new_id=new_id, name_of=name_of, folder=path.parent)
    except SpecError as error:
        raise SpecError(f"{path.name} has mistakes:\n{error}") from None
    _refuse_empty(data, path.name)
    return message


def _refuse_empty(data: Mapping[str, Any], name: str) -> None:
    """Refuse a specification of a head alone, of which a writer could only say what is missing in the XML."""
    content = BUILT.get(data.get("kind", ""), "documents")
    if not data.get("complete") and content not in data and "documents" not in data:
        raise SpecError(f"{name} says nothing: what the message tells stands in a table [{content}]")


def to_spec(message: Message) -> dict[str, Any]:
    """Return the specification of exactly this message, in JSON's own types, without empty fields."""
    return {"complete": True, **_table(message)}


def _table(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass of the model
    table: dict[str, Any] = {}
    cls: type = type(value)
    for slot in slots(cls).values():
        found = getattr(value, slot.name)
        if slot.is_required or found != slot.default or slot.default is MISSING:
            table[slot.name] = (
                [_plain(item, slot) for item in found] if isinstance(found, tuple) else _plain(found, slot)
            )
    return table


def _plain(value: object, slot: Slot) -> Any:  # noqa: ANN401 - one of JSON's types
    match value:
        case StrEnum():
            return value.value
        case Code():
            return _code(value)
        case Moment():
            return value.text
        case bytes():
            return value.decode()
        case str() | bool() | None:
            return value
    table = _table(value)
    return table if type(value) is slot.types[0] and len(slot.types) == 1 else {"is": type(value).__name__, **table}


def _code(code: Code) -> dict[str, str]:
    number = code.list_number
    parts = {
        "value": code.value,
        "name": code.name,
        "list": number,
        "system": code.system if number is None else None,
        "text": code.text,
    }
    return {key: value for key, value in parts.items() if value is not None}
