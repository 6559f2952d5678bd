"""What an IMAP command looks like: atoms, strings, lists (RFC 3501, 9), and sets of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from adapter.values import value_class

#: An atom is text, a string is bytes.
Value = str | bytes | list["Value"]

_LITERAL = re.compile(rb"\{([0-9]{1,9})(\+?)\}\Z")
#: An atom may hold a section in brackets, which may hold blanks and a list of its own: BODY[HEADER.FIELDS (FROM TO)].
_ATOM = re.compile(rb'(?:[^\x00-\x20\x7f-\xff(){"\[\]]|\[[^\x00-\x1f\x7f-\xff\[\]]*\])+')
_QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"')
_LITERAL_HERE = re.compile(rb"\{([0-9]{1,9})\+?\}\r\n")
_ESCAPED = re.compile(rb'\\(["\\])')
_RANGE = re.compile(r"([1-9][0-9]{0,9}|\*)(?::([1-9][0-9]{0,9}|\*))?", re.ASCII)
_DEEPEST = 10


class Malformed(ValueError):
    """A command is not as the standard has it; the text says what is wrong with it."""


@value_class(kw_only=False)
class Announced:
    """The literal that a line ends with."""

    size: int
    #: The client waits until it is asked for it.
    is_awaited: bool


def announced(line: bytes) -> Announced | None:
    """Return the literal that follows a line, if one does."""
    found = _LITERAL.search(line)
    return Announced(int(found[1]), not found[2]) if found else None


def parse(data: bytes) -> list[Value]:
    """Return the values of a command, whose literals stand behind their lines. Raises Malformed."""
    return _Parser(data).values(levels=_DEEPEST, closing=False)


@dataclass(slots=True)
class _Parser:
    data: bytes
    place: int = 0

    def values(self, *, levels: int, closing: bool) -> list[Value]:
        """Return the values from here to the end, or to the parenthesis that closes the list."""
        found: list[Value] = []
        while not self._is_at_end(closing=closing):
            if found and not self._passes(b" "):
                raise Malformed("A blank is missing between two values")
            found.append(self._value(levels=levels))
        return found

    def _is_at_end(self, *, closing: bool) -> bool:
        if self.place >= len(self.data):
            if closing:
                raise Malformed("A list is not closed")
            return True
        return closing and self._passes(b")")

    def _value(self, *, levels: int) -> Value:
        if self._passes(b"("):
            if not levels:
                raise Malformed("Lists are too deep")
            return self.values(levels=levels - 1, closing=True)
        if found := _QUOTED.match(self.data, self.place):
            self.place = found.end()
            return _ESCAPED.sub(rb"\1", found[1])
        if found := _LITERAL_HERE.match(self.data, self.place):
            self.place = found.end() + int(found[1])
            if self.place > len(self.data):
                raise Malformed("A literal is cut off")
            return self.data[found.end() : self.place]
        if found := _ATOM.match(self.data, self.place):
            self.place = found.end()
            return found[0].decode("ascii")
        raise Malformed("A value is missing, or is none")

    def _passes(self, mark: bytes) -> bool:
        if not self.data.startswith(mark, self.place):
            return False
        self.place += len(mark)
        return True


def text(value: Value) -> str:
    """Return an atom or a string as text. Raises Malformed for a list."""
    if isinstance(value, list):
        raise Malformed("A list stands where a text should")
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def members(value: Value, most: int) -> Callable[[int], bool]:
    """Return what tells whether a set such as `1:3,7,12:*` holds a number; `*` is the most there is.

    Raises:
        Malformed: it is no such set.
    """
    ranges = []
    for part in text(value).split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise Malformed("A set of numbers is none")
        first, last = (most if end == "*" else int(end) for end in (found[1], found[2] or found[1]))
        ranges.append((min(first, last), max(first, last)))
    return lambda number: any(first <= number <= last for first, last in ranges)


def quoted(name: str) -> bytes:
    """Return a text as a quoted string."""
    return b'"' + re.sub(rb'(["\\])', rb"\\\1", name.encode("ascii", "replace")) + b'"'
