"""Tables of a script: their keys are known, and every mistake in one is gathered with its place."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeGuard

from adapter import duration


@dataclass(slots=True)
class Book:
    """What all tables of a file share: the folder that its paths count from, and the mistakes found so far."""

    folder: Path
    mistakes: list[str] = field(default_factory=list)


class Table:
    """One table of the file, whose keys are known."""

    def __init__(self, book: Book, where: str, data: Mapping[str, Any], known: Collection[str]) -> None:
        """Take a table and its known keys; every other key is a mistake."""
        self._book = book
        self._where = where
        self._data = data
        for key in data:
            if key not in known:
                self.mistake(key, f"is no key here{nearest(key, known)}")

    def mistake(self, key: str, text: str) -> None:
        """Note a mistake in the value of a key."""
        where = ".".join(part for part in (self._where, key) if part)
        self._book.mistakes.append(f"{where}: {text}")

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self._data

    def text(self, key: str, *, is_required: bool = True) -> str | None:
        """Return a text that is not empty."""
        value = self._data.get(key)
        if value is None and not is_required:
            return None
        if isinstance(value, str) and value.strip():
            return value
        self.mistake(key, "is required" if value is None else "must be a text in quotes, and not empty")
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of an array; one text alone counts as an array of it."""
        value = self._data.get(key, [])
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list) and all(isinstance(item, str) and item for item in items):
            return tuple(items)
        self.mistake(key, "must be a text in quotes, or an array of such")
        return ()

    def pairs(self, key: str) -> dict[str, str]:
        """Return the texts of a table by their keys."""
        value = self._data.get(key, {})
        if isinstance(value, dict) and all(isinstance(item, str) and item for item in value.values()):
            return value
        self.mistake(key, "must be a table of texts in quotes")
        return {}

    def flag(self, key: str) -> bool:
        """Return a yes or no; no where it is left out."""
        value = self._data.get(key, False)
        if isinstance(value, bool):
            return value
        self.mistake(key, "must be true or false, without quotes")
        return False

    def number(self, key: str, *, least: int, most: int | None = None) -> int | None:
        """Return a whole number; None where it is left out."""
        value = self._data.get(key)
        if value is None or (_is_whole(value, least) and (most is None or value <= most)):
            return value
        self.mistake(key, f"must be a whole number from {least}" + ("" if most is None else f" to {most}"))
        return None

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return the whole numbers from 1 of an array; one alone counts as an array of it."""
        value = self._data.get(key, [])
        items = value if isinstance(value, list) else [value]
        if all(_is_whole(item, 1) for item in items):
            return tuple(items)
        self.mistake(key, "must be a whole number from 1, or an array of such")
        return ()

    def fraction(self, key: str) -> float:
        """Return how likely something is, from 0 to 1; 1 where it is left out."""
        value = self._data.get(key, 1)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
        self.mistake(key, "must be a number from 0 to 1")
        return 1.0

    def choice(self, key: str, known: Iterable[str], *, is_required: bool = True) -> str | None:
        """Return one of the known texts."""
        value = self.text(key, is_required=is_required)
        if value is None or value in known:
            return value
        self.mistake(key, f"must be one of: {', '.join(known)}")
        return None

    def choices(self, key: str, known: Collection[str]) -> frozenset[str]:
        """Return some of the known texts."""
        values = self.texts(key)
        for value in values:
            if value not in known:
                self.mistake(key, f'"{value}" is not one of: {", ".join(known)}{nearest(value, known)}')
        return frozenset(values)

    def duration(self, key: str) -> timedelta:
        """Return a duration; nothing where it is left out."""
        text = self.text(key, is_required=False)
        try:
            return duration.parse(text) if text else timedelta()
        except ValueError as error:
            self.mistake(key, str(error))
            return timedelta()

    def times(self, key: str) -> int | None:
        """Return how often; 1 where it is left out, None for "any"."""
        value = self._data.get(key, 1)
        if value == "any":
            return None
        if _is_whole(value, 1):
            return value
        self.mistake(key, 'must be a whole number from 1, or "any"')
        return 1

    def file(self, key: str) -> Path | None:
        """Return the path of a file that exists."""
        text = self.text(key, is_required=False)
        if text is None:
            return None
        path = self._book.folder / text
        if not path.is_file():
            self.mistake(key, f"there is no file {text} beside the script")
        return path

    def table(self, key: str, known: Collection[str]) -> Table:
        """Return a table below this one; an empty one where it is left out."""
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            self.mistake(key, f"must be a table, headed [{key}]")
            value = {}
        return Table(self._book, key, value, known)

    def tables(self, key: str, known: Collection[str]) -> list[Table]:
        """Return the tables of an array."""
        value = self._data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.mistake(key, f"must be tables, each headed [[{key}]]")
            return []
        return [Table(self._book, f"{key} {place}", item, known) for place, item in enumerate(value, 1)]


def _is_whole(value: object, least: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def nearest(name: str, known: Collection[str]) -> str:
    """Return a question for the known name that looks most like one, or nothing."""
    close = difflib.get_close_matches(name, known, 1)
    return f'; did you mean "{close[0]}"?' if close else ""
