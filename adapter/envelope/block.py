"""Declarations that bind an element with attributes of its own, as every block of ebMS has, to a dataclass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Generic, TypeVar, cast

from lxml import etree

from adapter.values import value_class
from adapter.wire.bind import Record, local_name

T = TypeVar("T")

#: What XML calls blank; other blanks belong to a value.
XML_BLANKS = " \t\r\n"


@value_class(kw_only=False)
class Attribute:
    """Binds an attribute of an element to one of a dataclass."""

    #: With its namespace; messages are met that leave the namespace out.
    name: str
    path: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = str

    def value(self, element: etree._Element) -> Any:  # noqa: ANN401 - whatever the attribute says
        """Return what an element says, or None."""
        text = element.get(self.name)
        if text is None:
            text = element.get(local_name(self.name))
        return None if text is None else self.read(text)


class Block(Generic[T]):
    """A shape that has attributes beside its children."""

    def __init__(self, record: Record[T], *attributes: Attribute, fixed: Mapping[str, str] | None = None) -> None:
        self._record = record
        self._attributes = attributes
        self._fixed = fixed or {}

    def read(self, element: etree._Element) -> T:
        """Return the dataclass that an element holds."""
        said = {attribute.path: attribute.value(element) for attribute in self._attributes}
        known = {path: value for path, value in said.items() if value is not None}
        value = self._record.read(element)
        return cast("T", replace(cast("Any", value), **known)) if known else value

    def fill(self, element: etree._Element, value: T) -> None:
        """Put a dataclass into an empty element."""
        for name, text in self._fixed.items():
            element.set(name, text)
        for attribute in self._attributes:
            said = getattr(value, attribute.path)
            if said is not None:
                element.set(attribute.name, attribute.write(said))
        self._record.fill(element, value)
