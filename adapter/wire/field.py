"""What a declaration is made of: which child element holds which attribute, and in what shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from lxml import etree

from adapter.values import value_class

#: What was read, by the path of its field.
Values = dict[str, Any]


class Shape(Protocol):
    """How one element is read and written."""

    def read(self, element: etree._Element) -> Any:  # noqa: ANN401 - each shape has its own value type
        """Return the value of an element."""

    def fill(self, element: etree._Element, value: Any) -> None:  # noqa: ANN401 - the same
        """Put a value into an empty element."""


@value_class(kw_only=False)
class Field:
    """Binds a child element to an attribute.

    `path` is an attribute of the record's dataclass, or "part.attribute" for one of its parts. Where several
    fields share a path (a choice), each writes only values of its own record's class.
    """

    tag: str
    path: str
    shape: Shape
    many: bool = False
    #: How many of `many` the standard takes; reading keeps them all.
    most: int | None = None
    #: What is written where the attribute is None.
    otherwise: Any = None


@value_class(kw_only=False)
class Inline:
    """Binds a child element whose own children belong to the same record.

    Written always, or, if optional, where it holds something.
    """

    tag: str
    fields: tuple[Field | Inline, ...]
    is_optional: bool = False


@value_class(kw_only=False)
class Part:
    """A dataclass inside a record's dataclass, whose fields are bound by the record itself."""

    cls: type
    #: Changes the values read, before the dataclass is made of them.
    after: Callable[[Values], None] | None = None
    #: Returns values to write that the dataclass does not have under that name.
    before: Callable[[Any], Values] | None = None
    #: Attributes that no field binds and that are not lost: `before` takes care of them.
    covers: tuple[str, ...] = ()


def local_name(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]


def flat(fields: Iterable[Field | Inline]) -> Iterable[Field]:
    """Yield every field, those inside an inline element too."""
    for field in fields:
        if isinstance(field, Inline):
            yield from flat(field.fields)
        else:
            yield field


def qualified(tag: str, namespace: str) -> str:
    """Return a tag with its namespace: the given one, if it has none of its own."""
    return tag if tag.startswith("{") else f"{{{namespace}}}{tag}"
