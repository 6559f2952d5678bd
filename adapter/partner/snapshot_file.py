"""Snapshots as files: a folder of JSON or TOML, one file for each party and agreement.

The keys are the fields of `Snapshot` and of the values inside it; what has its default is left out. Times are ISO
8601, durations as in the configuration ("12h"), certificates Base64 of DER. An unknown key is a mistake.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import tomllib
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from adapter import duration
from adapter.errors import CertificateUnreadable, SnapshotUnreadable
from adapter.partner.snapshot import Snapshot

_SUFFIXES = frozenset({".json", ".toml"})
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")
_TYPES = {str: "text", bool: "true or false", int: "a whole number"}


def read_folder(folder: Path) -> tuple[Snapshot, ...]:
    """Return the snapshots of a folder, in the order of their file names; OSError, SnapshotUnreadable."""
    files = sorted(file for file in folder.iterdir() if file.suffix in _SUFFIXES and not file.name.startswith("."))
    return tuple(read_file(file) for file in files)


def read_file(file: Path) -> Snapshot:
    """Return the snapshot of a file; OSError, SnapshotUnreadable."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
        return _snapshot(data)
    except ValueError as error:
        # JSON, TOML, UTF-8 and what is wrong inside: each is a ValueError that says where
        raise SnapshotUnreadable(f"{file}: {error}") from None


def write(snapshot: Snapshot) -> bytes:
    """Return the JSON of a snapshot; reading it gives the same one."""
    return json.dumps(_plain(snapshot), ensure_ascii=False, indent=2).encode() + b"\n"


def file_name(snapshot: Snapshot) -> str:
    """Return the name for a snapshot's file: by its HER-id and its agreement."""
    agreement = _NOT_IN_NAMES.sub("-", snapshot.agreement or "").strip("-")[:80]
    return "-".join(part for part in (snapshot.her_ids[0], agreement.lower()) if part) + ".json"


def save(snapshot: Snapshot, folder: Path) -> Path:
    """Write a snapshot into a folder, in the place of an earlier one; the file appears whole. OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / file_name(snapshot)
    unfinished = folder / f".{file.name}.tmp"
    unfinished.write_bytes(write(snapshot))
    return unfinished.replace(file)


def _snapshot(data: object) -> Snapshot:
    found: Snapshot = _built(Snapshot, data, "the file")
    if not found.her_ids or not all(her_id.isascii() and her_id.isdigit() for her_id in found.her_ids):
        raise ValueError("her_ids should name at least one HER-id, digits only")
    for position, credential in enumerate(found.credentials):
        try:
            _ = credential.certificate
        except CertificateUnreadable as error:
            raise ValueError(f"credentials[{position}].der: {error}") from None
    return found


def _plain(value: object) -> object:
    """Return a value in the types that JSON has."""
    if is_dataclass(value):
        return {
            field.name: _plain(held) for field in fields(value) if (held := getattr(value, field.name)) != field.default
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
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
        raise ValueError(f"{place} should be a table")  # noqa: TRY004 - one kind of error for all that a file says
    known = {field.name: field for field in fields(kind)}
    if unknown := sorted(str(key) for key in data if key not in known):
        raise ValueError(f"{place} has the unknown key {unknown[0]}; the known ones are {', '.join(known)}")
    if missing := [name for name, field in known.items() if field.default is MISSING and name not in data]:
        raise ValueError(f"{place} lacks {', '.join(missing)}")
    hints = get_type_hints(kind)
    inside = "" if kind is Snapshot else f"{place}."
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
    except (ValueError, binascii.Error) as error:
        raise ValueError(f"{place}: {error}") from None
