"""Turn the plain tables of a specification into dataclasses, and gather every mistake on the way."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from adapter.message import Code, Moment
from adapter.message.code import OID_PREFIX
from adapter.values import value_class
from adapter.wire.spec_lists import SEVERAL_LISTS, TIMES, list_of, own_name
from adapter.wire.spec_shape import Slot, slots

Table = dict[str, Any]

#: "N", "N Ny", "8116:FNR" or "8116:FNR Fødselsnummer".
_CODE = re.compile(r"(?:(?P<list>\d{4}):)?(?P<value>\S+)(?:\s+(?P<name>\S.*))?")
_ISO_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: The kinds of messages without MsgHead.
_FLAT = frozenset({"henvisning 1.0", "henvisning 1.1", "epikrise 1.1", "epikrise 1.2", "apprec 1.0", "apprec 1.1"})
#: The kind of message in which `TIMES` are times.
_TIMED = "henvisning 2.0"


@value_class(kw_only=False)
class At:
    """A value of the specification that moved: mistakes in it are told by where the author wrote it."""

    path: str
    value: Any


@value_class(kw_only=False)
class Words:
    """The convenient words of a class: keys that stand for plain fields."""

    names: frozenset[str]
    #: Rewrites a table in place, in plain fields.
    expand: Callable[[Table, str, Reader], None]


@dataclass(slots=True, kw_only=True)
class Reader:
    """Reads one specification; `mistakes` holds what is wrong with it afterwards."""

    now: datetime
    new_id: Callable[[], str]
    name_of: Callable[[str, str], str | None] | None
    #: Where attachments lie; None where the specification is no file.
    folder: Path | None
    words: Mapping[type, Words]
    #: What a text stands for where a table is expected, by class.
    shorthand: Mapping[type, Callable[[str], Table]]
    #: "henvisning 1.1" and the like; known once the message's head was read.
    kind: str = ""
    #: True where nothing is to be filled in.
    is_complete: bool = False
    mistakes: list[str] = dataclasses.field(default_factory=list)

    def mistake(self, path: str, text: str) -> None:
        """Note a mistake; `text` never holds a value of the specification, which may be about a person."""
        self.mistakes.append(f"{path}: {text}" if path else text)

    def word(self, raw: object, path: str) -> str:
        """Return what a convenient word says, which is a text or a whole number; empty where it is neither."""
        if isinstance(raw, str | int) and not isinstance(raw, bool):
            return str(raw)
        self.mistake(path, "expected a text")
        return ""

    @property
    def is_flat(self) -> bool:
        """Tell whether the message writes whole names, as Henvisning 1.x, Epikrise and AppRec do."""
        return self.kind in _FLAT

    def code(self, list_number: str, value: str) -> Table:
        """Return a code as a table, with its name where it is known."""
        table: Table = {"value": value, "list": list_number}
        name = self._name(list_number, value)
        if name:
            table["name"] = name
        return table

    def make(self, cls: type, raw: object, path: str) -> Any:  # noqa: ANN401 - an instance of cls
        """Return the dataclass that a table (or its short text) describes, or None where it cannot be made."""
        if isinstance(raw, str) and cls in self.shorthand:
            raw = self.shorthand[cls](raw)
        if not isinstance(raw, Mapping):
            self.mistake(path, f"expected a table ({_names(slots(cls))})")
            return None
        table = {key: value for key, value in raw.items() if key != "is"}
        words = self.words.get(cls)
        known = slots(cls)
        self._refuse_unknown(table, [*known, *sorted(words.names if words else ())], path)
        if words:
            words.expand(table, path, self)
        made = {
            name: self._field(cls, known[name], value, f"{path}.{name}" if path else name)
            for name, value in table.items()
            if name in known
        }
        missing = [slot.name for slot in known.values() if slot.is_required and made.get(slot.name) is None]
        for name in missing:
            self.mistake(path, f"{name} is missing")
        return None if missing else cls(**made)

    def _refuse_unknown(self, table: Table, known: Sequence[str], path: str) -> None:
        for key in [key for key in table if key not in known]:
            near = difflib.get_close_matches(key, known, 1, 0.5)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
            self.mistake(path, f"unknown key {key!r}{hint}")
            del table[key]

    def _field(self, cls: type, slot: Slot, raw: object, path: str) -> Any:  # noqa: ANN401 - the field's value
        if isinstance(raw, At):
            return self._field(cls, slot, raw.value, raw.path)
        owner = f"{_declared_in(cls, slot.name)}.{slot.name}"
        if not slot.many:
            return self._one(slot, raw, owner, path)
        if not isinstance(raw, list | tuple):
            self.mistake(path, "expected a list")
            return slot.default
        made = [self._one(slot, item, owner, f"{path}[{index}]") for index, item in enumerate(raw)]
        return tuple(item for item in made if item is not None)

    def _one(self, slot: Slot, raw: object, owner: str, path: str) -> Any:  # noqa: ANN401 - the field's value
        if isinstance(raw, At):
            path, raw = raw.path, raw.value
        cls = slot.types[0]
        if cls is Code:
            return self._code(raw, owner, path)
        if cls is Moment and self.is_complete:
            raw = Moment(raw) if isinstance(raw, str) else raw  # as it was received, however it was written
        if isinstance(raw, Moment):
            return raw
        simple = _SIMPLE.get(cls)
        if simple:
            value = self._checked(simple, raw, path)
            is_day = isinstance(value, Moment) and _DAY.fullmatch(value.text)
            return Moment(f"{value.text}T00:00:00") if is_day and self.kind == _TIMED and owner in TIMES else value
        if issubclass(cls, StrEnum):
            try:
                return cls(str(raw))
            except ValueError:
                self.mistake(path, f"expected one of {', '.join(cls)}")
                return None
        return self.make(self._choose(slot, raw, path), raw, path)

    def _choose(self, slot: Slot, raw: object, path: str) -> type:
        """Return the class a table stands for: the one it names, else the first that knows all its keys."""
        candidates = slot.candidates()
        if len(candidates) == 1 or not isinstance(raw, Mapping):
            return candidates[0]
        named = raw.get("is")
        if named is not None:
            for cls in candidates:
                if cls.__name__ == named:
                    return cls
            self.mistake(path, f"'is' must be one of {', '.join(cls.__name__ for cls in candidates)}")
        for cls in candidates:
            words = self.words.get(cls)
            if raw.keys() - {"is"} <= slots(cls).keys() | (words.names if words else frozenset()):
                return cls
        return candidates[0]

    def _checked(self, read: Callable[[object], Any], raw: object, path: str) -> Any:  # noqa: ANN401 - the value
        try:
            return read(raw)
        except ValueError as error:
            self.mistake(path, str(error))
            return None

    def _code(self, raw: object, owner: str, path: str) -> Code | None:
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(raw)
        if isinstance(raw, str):
            return self._code_of_text(raw, owner, path)
        if not isinstance(raw, Mapping):
            self.mistake(path, 'expected a code: "N", "8116:FNR" or { value, name, list, system, text }')
            return None
        table = dict(raw)
        self._refuse_unknown(table, ("value", "name", "list", "system", "text"), path)
        parts = {key: self._checked(_text, value, f"{path}.{key}") for key, value in table.items()}
        system = parts.get("system")
        if parts.get("list"):
            if system:
                self.mistake(path, "say either list or system")
            system = f"{OID_PREFIX}{parts['list']}"
        value, name = parts.get("value"), parts.get("name")
        if value and not name and system and not self.is_complete:
            name = self._name(system.removeprefix(OID_PREFIX), value)
        return Code(value, name, system, parts.get("text"))

    def _code_of_text(self, text: str, owner: str, path: str) -> Code | None:
        found = _CODE.fullmatch(text.strip())
        if not found:
            self.mistake(path, "expected a code, found an empty text")
            return None
        value, name = found["value"], found["name"]
        number = found["list"] or list_of(owner, self.kind)
        if number is None and owner in SEVERAL_LISTS:
            self.mistake(path, f'say which list, as in "7322:6"; here: {SEVERAL_LISTS[owner]}')
        if number is None:
            return Code(value, name)
        return Code(value, name or self._name(number, value), f"{OID_PREFIX}{number}")

    def _name(self, list_number: str, value: str) -> str | None:
        return (self.name_of(list_number, value) if self.name_of else None) or own_name(list_number, value)


def _declared_in(cls: type, name: str) -> str:
    """Return the name of the class that a field was first declared in: lists are kept under that."""
    for base in reversed(cls.__mro__[:-1]):
        if name in getattr(base, "__annotations__", {}):
            return base.__name__
    return cls.__name__


def _text(raw: object) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int | float):
        return str(raw)
    if isinstance(raw, date):
        return raw.isoformat()
    message = "expected a text"
    raise ValueError(message)


def _flag(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    message = "expected true or false"
    raise ValueError(message)


def _xml(raw: object) -> bytes:
    return _text(raw).encode()


def _moment(raw: object) -> Moment:
    if isinstance(raw, datetime):
        return Moment(raw.isoformat())
    text = _text(raw)
    is_none = not _ISO_MOMENT.fullmatch(text.strip()) or (_DAY.match(text.strip()) and Moment(text).instant is None)
    if not isinstance(raw, date) and is_none:
        message = 'expected a date or time, such as 2026-03-02 or "2026-03-02T09:15:00+01:00"'
        raise ValueError(message)
    return Moment(text)


_SIMPLE: dict[type, Callable[[object], Any]] = {str: _text, bool: _flag, bytes: _xml, Moment: _moment}


def _names(known: Mapping[str, object]) -> str:
    return ", ".join(known)
