"""ASN.1 as bytes: a cursor over BER, and a writer of DER. What the bytes mean is another module's business.

Message servers write CMS as streams: lengths left open, and contents in thousands of pieces. The cursor walks through
that once, copies nothing, and goes neither deeper nor further than it is let.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum

#: Pieces of a message: 50 MB in pieces of 1 000 bytes, which is how the best-known library writes, and as much again.
MOST_ELEMENTS = 100_000
#: Levels of elements within each other.
DEEPEST = 32

_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_OPEN_ENDED = 0x80
#: Octets of a length; four count to 4 GB.
_LONGEST_LENGTH = 4


class Tag(IntEnum):
    """The first octet of an element."""

    INTEGER = 0x02
    OCTETS = 0x04
    NULL = 0x05
    OBJECT = 0x06
    SEQUENCE = 0x30
    SET = 0x31
    #: [0] with something in it, and [0] with octets.
    FIRST = 0xA0
    FIRST_OCTETS = 0x80
    SECOND = 0xA1
    THIRD = 0xA2


class Misread(ValueError):
    """The bytes are not the element that was asked for, or no element at all."""


class Cursor:
    """A place in BER bytes, moved by reading. Every method that reads raises Misread."""

    def __init__(self, data: bytes | memoryview) -> None:
        """Begin at the first element; what follows after it is left alone."""
        self._data = memoryview(data)
        self._at = 0
        self._left = MOST_ELEMENTS
        #: Where each element ends that the cursor is in; None where its end is marked.
        self._ends: list[int | None] = [len(self._data)]
        #: The end of the nearest element whose length is known.
        self._bounds = [len(self._data)]

    def next(self) -> int | None:
        """Return the first octet of the next element, or None at the end of the one that the cursor is in."""
        end = self._ends[-1]
        if self._at == end:
            return None
        if self._at + 2 > self._bounds[-1]:
            raise Misread("an element is cut off")
        if end is None and bytes(self._data[self._at : self._at + 2]) == b"\0\0":
            return None
        return self._data[self._at]

    def enter(self, tag: int) -> None:
        """Go into the next element."""
        self._expect(tag)
        self._push(self._head())

    def leave(self) -> None:
        """Go out of an element, all of which is read."""
        if self.next() is not None:
            raise Misread("there is more than expected")
        self._pop()

    def value(self, tag: int) -> memoryview:
        """Read the content of the next element, which is in one piece."""
        self._expect(tag)
        end = self._head()
        if end is None:
            raise Misread("the content is in pieces")
        begin, self._at = self._at, end
        return self._data[begin:end]

    def octets(self, tag: int) -> Iterator[memoryview]:
        """Read a string of octets, piece by piece; `tag` is that of one in one piece."""
        if self.next() == tag:
            yield self.value(tag)
            return
        level = len(self._ends)
        self.enter(tag | _CONSTRUCTED)
        while len(self._ends) > level:
            match self.next():
                case None:
                    self._pop()
                case Tag.OCTETS:
                    yield self.value(Tag.OCTETS)
                case _:
                    self.enter(Tag.OCTETS | _CONSTRUCTED)

    def skip(self) -> memoryview:
        """Pass over the next element, whatever it is, and return all of it."""
        begin, level = self._at, len(self._ends)
        while True:
            if self.next() is None:
                if len(self._ends) == level:
                    raise Misread("an element is missing")
                self._pop()
            elif (end := self._head()) is None:
                self._push(end)
            else:
                self._at = end
            if len(self._ends) == level:
                return self._data[begin : self._at]

    def _expect(self, tag: int) -> None:
        if self.next() != tag:
            raise Misread("another element was expected")

    def _push(self, end: int | None) -> None:
        if len(self._ends) == DEEPEST:
            raise Misread("elements are nested too deep")
        self._ends.append(end)
        self._bounds.append(self._bounds[-1] if end is None else end)

    def _pop(self) -> None:
        self._bounds.pop()
        if self._ends.pop() is None:
            self._at += 2

    def _head(self) -> int | None:
        """Read tag and length; return where the content ends, or None where its end is marked."""
        self._left -= 1
        if self._left < 0:
            raise Misread("there are too many elements")
        data, at, bound = self._data, self._at, self._bounds[-1]
        if at + 2 > bound or data[at] & _LONG_TAG == _LONG_TAG:
            raise Misread("an element is cut off, or has a long tag")
        length = data[at + 1]
        self._at = at + 2
        if length == _OPEN_ENDED:
            if not data[at] & _CONSTRUCTED:
                raise Misread("a piece has no end")
            return None
        if length > _OPEN_ENDED:
            count = length - _OPEN_ENDED
            if count > _LONGEST_LENGTH or self._at + count > bound:
                raise Misread("a length is too long")
            length = int.from_bytes(data[self._at : self._at + count])
            self._at += count
        if self._at + length > bound:
            raise Misread("an element is longer than what it is in")
        return self._at + length


def element(tag: int, *contents: Iterable[bytes]) -> list[bytes]:
    """Return an element of DER around others, as pieces that need joining once only."""
    inside = [piece for content in contents for piece in content]
    length = sum(map(len, inside))
    if length < _OPEN_ENDED:
        return [bytes((tag, length)), *inside]
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return [bytes((tag, _OPEN_ENDED | len(octets))), octets, *inside]


def integer(number: int) -> list[bytes]:
    """Return a number that is not negative."""
    return element(Tag.INTEGER, [number.to_bytes(number.bit_length() // 8 + 1)])


def identifier(dotted: str) -> list[bytes]:
    """Return an object identifier, written as numbers between dots."""
    first, second, *rest = map(int, dotted.split("."))
    return element(Tag.OBJECT, [b"".join(map(_base128, (first * 40 + second, *rest)))])


def _base128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(0x80 | number & 0x7F)
    return bytes(reversed(octets))
