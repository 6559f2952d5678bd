"""What SEARCH finds (RFC 3501, 6.4.4): its keys as a test that a mail stands or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from adapter.simulate.mail.arguments import Malformed, Value, members, text
from adapter.simulate.mail.items import fields, parse_day, split
from adapter.simulate.mail.maildir import Flag, Mail
from adapter.values import value_class


@value_class(kw_only=False)
class Candidate:
    """A mail that may be found."""

    number: int
    mail: Mail
    is_recent: bool

    def header(self) -> bytes:
        """Return the header as it lies there, with its lines joined."""
        return split(self.mail.path.read_bytes())[0].replace(b"\r\n ", b" ").replace(b"\r\n\t", b"\t")


Test = Callable[[Candidate], bool]

_FLAGS = {
    "ANSWERED": Flag.ANSWERED,
    "DELETED": Flag.DELETED,
    "DRAFT": Flag.DRAFT,
    "FLAGGED": Flag.FLAGGED,
    "SEEN": Flag.SEEN,
}
_HEADERS = frozenset({"BCC", "CC", "FROM", "SUBJECT", "TO"})
_DEEPEST = 20


def parse_criteria(values: Sequence[Value], *, last_number: int, last_uid: int) -> Test:
    """Return the test. Raises Malformed for a key that is unknown, or that nothing is found by here."""
    if values and _is_text(values[0], "CHARSET"):
        if len(values) < 2 or text(values[1]).upper() not in {"US-ASCII", "UTF-8"}:  # noqa: PLR2004 - the key and its value
            raise Malformed("The charset is not known")
        values = values[2:]
    if not values:
        raise Malformed("There is nothing to search for")
    return _Keys(list(values), last_number, last_uid).all()


def _is_text(value: Value, word: str) -> bool:
    return isinstance(value, str) and value.upper() == word


@dataclass(slots=True)
class _Keys:
    """Takes one key after the other."""

    values: list[Value]
    last_number: int
    last_uid: int
    place: int = field(default=0)
    levels: int = field(default=_DEEPEST)

    def all(self) -> Test:
        tests: list[Test] = []
        while self.place < len(self.values):
            tests.append(self._key())
        return lambda found: all(test(found) for test in tests)

    def _next(self) -> Value:
        if self.place >= len(self.values):
            raise Malformed("A search key has no value")
        self.place += 1
        return self.values[self.place - 1]

    def _key(self) -> Test:
        self.levels -= 1
        if self.levels < 0:
            raise Malformed("The search is too deep")
        try:
            value = self._next()
            if isinstance(value, list):
                return _Keys(value, self.last_number, self.last_uid, levels=self.levels).all()
            return self._named(text(value).upper(), value)
        finally:
            self.levels += 1

    def _named(self, name: str, value: Value) -> Test:  # noqa: PLR0911 - one for each kind of key
        if name == "NOT":
            inner = self._key()
            return lambda found: not inner(found)
        if name == "OR":
            one, other = self._key(), self._key()
            return lambda found: one(found) or other(found)
        if name in _FLAGS or name.removeprefix("UN") in _FLAGS:
            flag, wanted = _FLAGS[name.removeprefix("UN")], name in _FLAGS
            return lambda found: (flag in found.mail.flags) == wanted
        if name == "UID":
            holds = members(self._next(), self.last_uid)
            return lambda found: holds(found.mail.uid)
        if name in _HEADERS:
            return _has(name, text(self._next()))
        if name == "HEADER":
            return _has(text(self._next()), text(self._next()))
        if name in {"LARGER", "SMALLER"}:
            return _sized(name, self._next())
        if name in {"BEFORE", "ON", "SINCE"}:
            return _dated(name, self._next())
        return self._simple(name, value)

    def _simple(self, name: str, value: Value) -> Test:  # noqa: PLR0911 - one for each key
        match name:
            case "ALL":
                return lambda _: True
            case "RECENT":
                return lambda found: found.is_recent
            case "OLD":
                return lambda found: not found.is_recent
            case "NEW":
                return lambda found: found.is_recent and Flag.SEEN not in found.mail.flags
            case "KEYWORD":
                self._next()
                return lambda _: False
            case "UNKEYWORD":
                self._next()
                return lambda _: True
        if not name[:1].isdigit() and not name.startswith("*"):
            raise Malformed(f"Nothing is found by {name} here")
        holds = members(value, self.last_number)
        return lambda found: holds(found.number)


def _has(name: str, wanted: str) -> Test:
    field_name, part = name.upper().encode(), wanted.casefold()

    def test(found: Candidate) -> bool:
        values = (whole for known, whole in fields(found.header()) if known.upper() == field_name)
        return any(part in value.partition(b":")[2].decode("utf-8", "replace").casefold() for value in values)

    return test


def _sized(name: str, value: Value) -> Test:
    if not text(value).isdecimal():
        raise Malformed("A size is none")
    size = int(text(value))
    return (lambda found: found.mail.size > size) if name == "LARGER" else (lambda found: found.mail.size < size)


def _dated(name: str, value: Value) -> Test:
    day = parse_day(value)

    def test(found: Candidate) -> bool:
        came = tuple(islice(found.mail.at.timetuple(), 3))
        return {"BEFORE": came < day, "ON": came == day, "SINCE": came >= day}[name]

    return test
