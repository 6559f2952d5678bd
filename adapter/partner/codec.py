"""Values as JSON and back: dataclasses as tables, by the types of their fields.

What has its default is left out; times are ISO 8601, durations as in the configuration ("12h"), bytes Base64. An
unknown key is a mistake. All mistakes are ValueErrors that name the place.
"""

from __future__ import annotations

import base64
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from adapter import duration

_T = TypeVar("_T")
_TYPES = {str: "text", bool: "true or false", int: "a whole number"}


def built(kind: type[_T], data: object) -> _T:
    """Return a dataclass of a table; ValueError."""
    return cast("_T", _built(kind, data, ""))


def plain(value: object) -> object:
    """Return a value in the types that JSON has; `built` reads it back."""
    if is_dataclass(value):
        return {
            field.name: plain(held) for field in fields(value) if (held := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, timedelta):
        return duration.write(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _built(kind: type[Any], data: object, place: str) -> Any:  # noqa: ANN401 - of the kind that was asked for
    """Return a dataclass of a table; ValueError that names the place of what is wrong."""
    if not isinstance(data, Mapping):
        raise ValueError(f"{place or 'the file'} should be a table")  # noqa: TRY004 - one kind of error for all that a file says
    known = {field.name: field for field in fields(kind)}
    if unknown := sorted(str(key) for key in data if key not in known):
        raise ValueError(
            f"{place or 'the file'} has the unknown key {unknown[0]}; the known ones are {', '.join(known)}"
        )
    if missing := [name for name, field in known.items() if field.default is MISSING and name not in data]:
        raise ValueError(f"{place or 'the file'} lacks {', '.join(missing)}")
    hints = get_type_hints(kind)
    inside = f"{place}." if place else ""
    return kind(**{name: _value(hints[name], value, f"{inside}{name}") for name, value in data.items()})


def _value(hint: Any, value: object, place: str) -> object:  # noqa: ANN401 - a type hint
    if get_origin(hint) in {Union, types.UnionType}:
        return _value(next(part for part in get_args(hint) if part is not type(None)), value, place)
    if get_origin(hint) is tuple:
        return _items(get_args(hint)[0], value, place)
    if is_dataclass(hint):
        return _built(hint, value, place)  # type: ignore[arg-type]  # a hint that is a dataclass is its class
    if hint in _TYPES:
        if type(value) is not hint:
            raise ValueError(f"{place} should be {_TYPES[hint]}")
        return value
    return _read(hint, value, place)


def _items(hint: Any, value: object, place: str) -> tuple[object, ...]:  # noqa: ANN401 - a type hint
    if not isinstance(value, Iterable) or isinstance(value, str | Mapping):
        raise ValueError(f"{place} should be a list")  # noqa: TRY004 - see `_built`
    return tuple(_value(hint, item, f"{place}[{position}]") for position, item in enumerate(value))


def _read(hint: Any, value: object, place: str) -> object:  # noqa: ANN401 - a type hint
    """Read what stands as text in JSON; TOML has dates and times of its own."""
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str):
        raise ValueError(f"{place} should be text")  # noqa: TRY004 - one kind of error for all that a file says
    try:
        if hint is datetime:
            found = datetime.fromisoformat(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        if hint is date:
            return date.fromisoformat(text)
        if hint is timedelta:
            return duration.parse(text)
        return base64.b64decode("".join(text.split()), validate=True) if hint is bytes else hint(text)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{place}: {error}") from None
