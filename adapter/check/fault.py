"""A schema fault in words: which element, what is wrong with it, what was expected.

libxml2's messages quote the document's values, which may be names or identity numbers. They are therefore read
for their structure only (what kind of fault, which names of the schema); no text of theirs goes any further.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import cast

from lxml import etree

from adapter.check.schema import SchemaFault
from adapter.values import value_class


class FaultKind(StrEnum):
    """What is wrong at a place."""

    UNEXPECTED_ELEMENT = "unexpected element"
    MISSING_ELEMENT = "missing element"
    UNKNOWN_CONTENT = "unknown content"
    UNKNOWN_ROOT = "unknown root"
    TEXT_NOT_ALLOWED = "text not allowed"
    ELEMENT_NOT_ALLOWED = "element not allowed"
    UNEXPECTED_ATTRIBUTE = "unexpected attribute"
    MISSING_ATTRIBUTE = "missing attribute"
    BAD_VALUE = "bad value"
    OTHER = "other"


@value_class
class Fault:
    """One place where a document breaks its schema, without any value of the document."""

    kind: FaultKind
    #: In element names: `/MsgHead/MsgInfo/Sender`.
    path: str
    line: int | None = None
    #: Local name of the element that is wrong; "" where its name is no element name.
    element: str = ""
    attribute: str | None = None
    #: Local names of the elements, or the values, that the schema allows here.
    expected: tuple[str, ...] = ()
    #: The schema's name for the values it allows, such as "xs:date", or their pattern.
    value_type: str | None = None

    @property
    def place(self) -> str:
        """Return the element, or the attribute with its element."""
        name = self.element or "an element"
        return f"{name}/@{self.attribute}" if self.attribute else name

    @property
    def text(self) -> str:
        """Say what is wrong, for the operator."""
        return _ENGLISH[self.kind].format(place=self.place, name=self.element or "an element", a=self.attribute) + (
            f"; expected {_listed(self.expected, 'or')}."
            if self.expected
            else f"; expected a value of {self.value_type}."
            if self.value_type
            else "."
        )

    @property
    def norwegian(self) -> str:
        """Say what is wrong, for the receipt, without naming the element again."""
        said = _NORWEGIAN[self.kind].format(a=self.attribute)
        if self.expected:
            return f"{said} (ventet {_listed(self.expected, 'eller')})"
        return f"{said} (ventet {self.value_type})" if self.value_type else said


_ENGLISH = {
    FaultKind.UNEXPECTED_ELEMENT: "{place} is not expected here",
    FaultKind.MISSING_ELEMENT: "{place} lacks an element",
    FaultKind.UNKNOWN_CONTENT: "{place} belongs to no standard that is known here",
    FaultKind.UNKNOWN_ROOT: "{place} begins no message that is known here",
    FaultKind.TEXT_NOT_ALLOWED: "{place} holds text where none is allowed",
    FaultKind.ELEMENT_NOT_ALLOWED: "{place} holds an element where only text is allowed",
    FaultKind.UNEXPECTED_ATTRIBUTE: "{name} has the attribute {a}, which is not allowed",
    FaultKind.MISSING_ATTRIBUTE: "{name} lacks the attribute {a}",
    FaultKind.BAD_VALUE: "{place} has a value that is not allowed",
    FaultKind.OTHER: "{place} does not follow the schema",
}
_NORWEGIAN = {
    FaultKind.UNEXPECTED_ELEMENT: "elementet er ikke ventet her",
    FaultKind.MISSING_ELEMENT: "et element mangler",
    FaultKind.UNKNOWN_CONTENT: "innholdet tilhører ingen kjent standard",
    FaultKind.UNKNOWN_ROOT: "ukjent rotelement",
    FaultKind.TEXT_NOT_ALLOWED: "tekst er ikke tillatt her",
    FaultKind.ELEMENT_NOT_ALLOWED: "bare tekst er tillatt her",
    FaultKind.UNEXPECTED_ATTRIBUTE: "attributtet {a} er ikke tillatt",
    FaultKind.MISSING_ATTRIBUTE: "attributtet {a} mangler",
    FaultKind.BAD_VALUE: "ugyldig verdi",
    FaultKind.OTHER: "følger ikke skjemaet",
}

_SUBJECT = re.compile(r"Element '(?:\{[^}']*\})?([^']{1,80})'(?:, attribute '(?:\{[^}']*\})?([^']{1,80})')?: ")
_KINDS = (
    (re.compile(r"This element is not expected\."), FaultKind.UNEXPECTED_ELEMENT),
    (re.compile(r"Missing child element\(s\)\."), FaultKind.MISSING_ELEMENT),
    (re.compile(r"No matching global element declaration available, but demanded"), FaultKind.UNKNOWN_CONTENT),
    (re.compile(r"No matching global declaration available for the validation root"), FaultKind.UNKNOWN_ROOT),
    (re.compile(r"Character content (?:other than whitespace )?is not allowed"), FaultKind.TEXT_NOT_ALLOWED),
    (re.compile(r"Element content is not allowed"), FaultKind.ELEMENT_NOT_ALLOWED),
    (re.compile(r"The attribute '(?:\{[^}']*\})?([^']{1,80})' is not allowed\."), FaultKind.UNEXPECTED_ATTRIBUTE),
    (re.compile(r"The attribute '(?:\{[^}']*\})?([^']{1,80})' is required but missing\."), FaultKind.MISSING_ATTRIBUTE),
)
_EXPECTED = re.compile(r" Expected is (?:one of )?\( ([^)]*) \)\.$")
_EXPECTED_NAME = re.compile(r"(?:\{[^}]*\})?([^,\s]+)")
_TYPE = re.compile(r" is not a valid value of the (?:atomic|union|list) type '(?:\{[^}]*\})?([A-Za-z0-9:._\-]+)'\.$")
_PATTERN = re.compile(r" is not accepted by the pattern '(.*)'\.$")
_FIXED = re.compile(r" does not match the fixed value constraint '([^']*)'\.$")
_SET = re.compile(r"is not an element of the set \{(.*)\}\.$")
_SET_VALUE = re.compile(r"'([^']*)'")
#: What an element of a standard can be called; anything else may be text that ended up inside a tag.
_NAME = re.compile(r"[A-Za-zÆØÅæøå][\wÆØÅæøå\-]{0,40}")
#: More names than this help nobody.
MOST_EXPECTED = 12


def read_fault(fault: SchemaFault, root: etree._Element) -> Fault:
    """Read libxml2's fault into a value; `root` is what was validated."""
    node = locate(fault, root)
    message = fault.message
    subject = _SUBJECT.match(message)
    element = etree.QName(node).localname if node is not None else (subject[1] if subject else "")
    attribute = subject[2] if subject else None
    rest = message[subject.end() :] if subject else message
    kind, named = _kind(rest)
    expected: tuple[str, ...] = ()
    value_type = None
    if found := _EXPECTED.search(rest):
        expected = tuple(_EXPECTED_NAME.findall(found[1]))
    elif kind is FaultKind.BAD_VALUE:
        expected, value_type = _allowed(rest)
    return Fault(
        kind=kind,
        path=readable_path(node, root) if node is not None else "/",
        line=fault.line or None,
        element=safe_name(element, other=""),
        attribute=safe_name(attribute_) if (attribute_ := named or attribute) else None,
        expected=expected[:MOST_EXPECTED],
        value_type=value_type,
    )


def locate(fault: SchemaFault, root: etree._Element) -> etree._Element | None:
    """Find the element that libxml2's path points at: `/*/*[2]/po:Kontaktperson[1]`.

    A step without a prefix counts all siblings, one with a prefix those of its name. The first step is the root
    itself, which may lie inside another document.
    """
    node = root
    for step in fault.path.split("/")[2:]:
        found = _STEP.fullmatch(step)
        if found is None:
            return None
        prefix, name, place = found.groups()
        # counted by the iterator and no further than needed: there may be tens of thousands
        if name == "*":
            same = node.iterchildren("*")
        else:
            same = (child for child in node.iterchildren("{*}" + name) if child.prefix == prefix)
        child = next(islice(same, int(place or 1) - 1, None), None)
        if child is None:
            return None
        node = child
    return node


_STEP = re.compile(r"(?:([^:\[\]]+):)?([^:\[\]]+)(?:\[(\d+)\])?")


def readable_path(node: etree._Element, root: etree._Element) -> str:
    """Return the path to an element in names without prefixes, with [n] only among siblings of one name."""
    steps = []
    current: etree._Element | None = node
    while current is not None:
        steps.append(_step(current) if current is not root else etree.QName(current).localname)
        current = current.getparent() if current is not root else None
    return "/" + "/".join(reversed(steps))


def line_of(path: str, root: etree._Element) -> int | None:
    """Return the line of the deepest element that a readable path leads to."""
    *_, node = _steps(path, root)
    return line_of_element(node)


def node_at(path: str, root: etree._Element) -> etree._Element | None:
    """Return the element that a readable path leads to, or None where it leads nowhere."""
    nodes = list(_steps(path, root))
    return nodes[-1] if len(nodes) == path.count("/") else None


def _steps(path: str, root: etree._Element) -> Iterator[etree._Element]:
    """Yield the elements on the way that a readable path describes, from the root and as far as there are any."""
    node = root
    yield node
    for step in path.strip("/").split("/")[1:]:
        name, _, place = step.rstrip("]").partition("[")
        found = next(islice(node.iterchildren("{*}" + name), int(place) - 1 if place else 0, None), None)
        if found is None:
            return
        node = found
        yield node


def line_of_element(node: etree._Element) -> int | None:
    """Return the line that an element begins in."""
    return cast("int | None", node.sourceline)


def _step(node: etree._Element) -> str:
    name = etree.QName(node).localname
    shown = name if _NAME.fullmatch(name) else "?"
    before = sum(1 for _ in node.itersiblings(node.tag, preceding=True))
    if before or next(node.itersiblings(node.tag), None) is not None:
        return f"{shown}[{before + 1}]"
    return shown


def _kind(rest: str) -> tuple[FaultKind, str | None]:
    for pattern, kind in _KINDS:
        if found := pattern.match(rest):
            return kind, found[1] if pattern.groups else None
    if " valid value of " in rest or "[facet " in rest or "fixed value constraint" in rest:
        return FaultKind.BAD_VALUE, None
    return FaultKind.OTHER, None


def _allowed(rest: str) -> tuple[tuple[str, ...], str | None]:
    """Return the values that libxml2 says are allowed, or else what it says of their type."""
    if found := _SET.search(rest):
        return tuple(_SET_VALUE.findall(found[1])), None
    if found := _FIXED.search(rest):
        return (found[1],), None
    found = _TYPE.search(rest) or _PATTERN.search(rest)
    return (), found[1] if found else None


def safe_name(name: str, *, other: str = "?") -> str:
    """Return what may be the name of an element or attribute; `other` in place of anything else."""
    return name if _NAME.fullmatch(name) else other


def _listed(names: tuple[str, ...], conjunction: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {conjunction} {names[-1]}"
