"""What xmlschema told, made sense of: words for libxml2's faults, and faults that libxml2 did not come to.

libxml2 looks no further into an element once its content is wrong: neither at the child that is not expected, nor at
what follows it there. What xmlschema finds in these places is added, and nowhere else: elsewhere libxml2 has looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from lxml import etree

from adapter.check.fault import (
    MOST_EXPECTED,
    Fault,
    FaultKind,
    line_of_element,
    node_at,
    readable_path,
    safe_name,
)
from adapter.values import value_class

_ABOUT_CONTENT = frozenset({FaultKind.UNEXPECTED_ELEMENT, FaultKind.MISSING_ELEMENT})


@value_class
class Told:
    """One thing that xmlschema says."""

    #: The element that is wrong; where another one is missing, the one it is missing in.
    node: etree._Element
    kind: FaultKind
    attribute: str | None = None
    #: Names of elements, or values.
    expected: tuple[str, ...] = ()
    value_type: str | None = None

    @property
    def whole(self) -> etree._Element | None:
        """The element whose content is wrong, where that is what is said."""
        if self.kind is FaultKind.UNEXPECTED_ELEMENT:
            return self.node.getparent()
        return self.node if self.kind is FaultKind.MISSING_ELEMENT else None


def read_told(answer: Iterable[Mapping[str, object]], root: etree._Element) -> tuple[Told, ...]:
    """Read the child's answer; what makes no sense is left out."""
    return tuple(told for entry in answer if (told := _told(entry, root)) is not None)


def _told(entry: Mapping[str, object], root: etree._Element) -> Told | None:
    node = _node(entry.get("place"), root)
    kind = next((kind for kind in FaultKind if kind == entry.get("kind")), None)
    if node is None or kind is None:
        return None
    attribute, value_type = entry.get("attribute"), entry.get("type")
    return Told(
        node=node,
        kind=kind,
        attribute=safe_name(attribute) if isinstance(attribute, str) and attribute else None,
        expected=_strings(entry.get("expected" if kind in _ABOUT_CONTENT else "allowed"))[:MOST_EXPECTED],
        value_type=value_type if isinstance(value_type, str) else None,
    )


def _node(place: object, root: etree._Element) -> etree._Element | None:
    """Return where the numbers of a place lead, or None where they lead nowhere."""
    if not isinstance(place, list):
        return None
    node = root
    for number in place:
        below = list(node.iterchildren("*"))
        if not isinstance(number, int) or not 0 <= number < len(below):
            return None
        node = below[number]
    return node


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def leaves_a_question(fault: Fault) -> bool:
    """Tell whether libxml2's words leave open what the schema wants at this place."""
    if fault.kind in _ABOUT_CONTENT:
        return len(fault.expected) > 1
    return fault.kind is FaultKind.BAD_VALUE and not fault.expected and fault.value_type is None


def enriched(fault: Fault, told: Sequence[Told], root: etree._Element) -> Fault:
    """Return a fault with the schema's own words, where any are told of its place."""
    if not leaves_a_question(fault):
        return fault
    if fault.kind in _ABOUT_CONTENT:
        whole = fault.path.rpartition("/")[0] if fault.kind is FaultKind.UNEXPECTED_ELEMENT else fault.path
        same = (one for one in told if one.whole is not None and readable_path(one.whole, root) == whole)
    else:
        same = (one for one in told if one.kind is fault.kind and readable_path(one.node, root) == fault.path)
    found = next((one for one in same if one.expected or one.value_type), None)
    return fault if found is None else replace(fault, expected=found.expected, value_type=found.value_type)


def further(faults: Sequence[Fault], told: Sequence[Told], root: etree._Element) -> Iterator[Fault]:
    """Yield what xmlschema says of places that libxml2 did not look at."""
    begun = dict(_where_it_ended(faults, root))
    for one in dict.fromkeys(told):  # some of it is told twice
        if one.whole not in begun and any(_is_behind(step, begun) for step in (one.node, *one.node.iterancestors())):
            yield _fault(one, root)


def _where_it_ended(faults: Iterable[Fault], root: etree._Element) -> Iterator[tuple[etree._Element, int]]:
    """Yield the elements whose content is wrong, each with the place of the child from which nothing was looked at."""
    for fault in faults:
        if fault.kind is FaultKind.UNEXPECTED_ELEMENT and (node := node_at(fault.path, root)) is not None:
            whole = node.getparent()
            if whole is not None:
                yield whole, whole.index(node)


def _is_behind(node: etree._Element, begun: Mapping[etree._Element, int]) -> bool:
    whole = node.getparent()
    return whole is not None and whole in begun and whole.index(node) >= begun[whole]


def _fault(told: Told, root: etree._Element) -> Fault:
    return Fault(
        kind=told.kind,
        path=readable_path(told.node, root),
        line=line_of_element(told.node),
        element=safe_name(etree.QName(told.node).localname, other=""),
        attribute=told.attribute,
        expected=told.expected,
        value_type=told.value_type,
    )
