"""Where a value stands in a document."""

from __future__ import annotations

from adapter.values import value_class


@value_class
class Place:
    """The names around a value, without prefixes."""

    #: The element whose text or attribute it is; "" outside of all.
    element: str
    parent: str
    #: None for the text of the element.
    attribute: str | None = None
    #: The attribute's name has a prefix.
    is_prefixed: bool = False
    #: The attribute S beside it: the list of a code.
    system: str | None = None
