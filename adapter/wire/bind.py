"""Declarations that bind elements to values: one line per element serves reading and writing.

A `Record` says which element children become which attributes of a dataclass, in schema order:

    ADDRESS = Record(Address, MSGHEAD,
        Field("Type", "kind", CS),
        Field("StreetAdr", "street", TEXT),
    )

Reading takes children in any order, skips what it does not know, and finds an element in a wrong namespace
by its local name: whether that is allowed is for the schema to say. Writing follows the declared order, and
refuses a dataclass that says something no declared child holds: nothing is lost in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Generic, TypeVar, cast

from lxml import etree

from adapter.values import value_class
from adapter.wire.field import Field, Inline, Part, Shape, Values, local_name
from adapter.wire.leaves import CS, CV, MOMENT, MOMENT_VALUE, QUANTITY, TELE_ADDRESS, TEXT, VALUE, Simple
from adapter.wire.reader import reader_of
from adapter.wire.writer import writer_of

__all__ = [
    "CS",
    "CV",
    "MOMENT",
    "MOMENT_VALUE",
    "QUANTITY",
    "TELE_ADDRESS",
    "TEXT",
    "VALUE",
    "Deferred",
    "Field",
    "Inline",
    "Part",
    "Record",
    "Remembered",
    "Shape",
    "Simple",
    "Values",
    "local_name",
]

T = TypeVar("T")


class Record(Generic[T]):
    """Binds an element to a dataclass."""

    def __init__(  # noqa: PLR0913 - one declaration says it all
        self,
        cls: type[T],
        namespace: str,
        *fields: Field | Inline,
        parts: Mapping[str, Part] | None = None,
        after: Callable[[Values], None] | None = None,
        before: Callable[[Any], Values] | None = None,
        covers: tuple[str, ...] = (),
        fixed: Mapping[str, object] | None = None,
    ) -> None:
        """Declare the children in schema order; `fixed` gives attributes a value that is not on the wire."""
        self.cls = cls
        self.namespace = namespace
        self.fields = fields
        self.fixed = dict(fixed or {})
        parts = dict(parts or {})
        own = Part(cls, after, before, (*covers, *self.fixed, *parts))
        #: Returns the dataclass that an element holds.
        self.read: Callable[[etree._Element], T] = reader_of(namespace, fields, own, parts, self.fixed)
        #: Puts a dataclass into an empty element. SpecError where it says something that no declared child holds.
        self.fill: Callable[[etree._Element, T], None] = writer_of(namespace, fields, own, parts)

    def written(self, name: str, value: T, nsmap: Mapping[str | None, str]) -> etree._Element:
        """Return a new root element that holds a dataclass."""
        known = cast("dict[str, str]", nsmap)  # the stubs know no default namespace
        element = etree.Element(f"{{{self.namespace}}}{name}", nsmap=known)
        self.fill(element, value)
        return element


@value_class(kw_only=False)
class Deferred:
    """A shape that is declared further down: an organisation inside an organisation."""

    find: Callable[[], Shape]

    def read(self, element: etree._Element) -> Any:  # noqa: ANN401 - the found shape's value
        """Read by the shape found."""
        return self.find().read(element)

    def fill(self, element: etree._Element, value: Any) -> None:  # noqa: ANN401 - the same
        """Fill by the shape found."""
        self.find().fill(element, value)


class Remembered(Generic[T]):
    """A shape whose elements come again and again: those that are the same to the byte are read and written once.

    For senders and receivers: a server meets the same few hundred. Not for patients, who are not kept for nothing.
    """

    def __init__(self, shape: Record[T]) -> None:
        """Take the shape that reads and writes what is not known yet."""
        self.shape = shape
        self.cls = shape.cls
        self._read: dict[bytes, T] = {}
        self._written: dict[T, etree._Element] = {}

    def read(self, element: etree._Element) -> T:
        """Return the value of an element."""
        xml = etree.tostring(element, with_tail=False)
        value = self._read.get(xml)
        if value is None:
            value = self.shape.read(element)
            _remember(self._read, xml, value, len(xml))
        return value

    def fill(self, element: etree._Element, value: T) -> None:
        """Put a value into an empty element; raises SpecError like the shape."""
        written = self._written.get(value)
        if written is None:
            self.shape.fill(element, value)
            _remember(self._written, value, deepcopy(element), len(etree.tostring(element)))
        else:
            element.extend(deepcopy(written))


#: Bytes of one element, and elements of one shape.
_LONGEST_REMEMBERED, _MOST_REMEMBERED = 4_096, 1_024


def _remember(known: dict[Any, Any], key: object, value: object, size: int) -> None:
    """Keep what is short, and begin anew where there is too much of it."""
    if size <= _LONGEST_REMEMBERED:
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        known[key] = value
