"""Let xmlschema add to what libxml2 says of a fault: in a child process, bounded in time and memory.

libxml2's verdict stands whatever happens here, and most of its words leave nothing to add. It does not say which of
several elements has to come, nor what values a type without a name takes: only then is the child asked. It gets a
reduced copy (long texts and attributes cut) and answers with places and names of the schema only, never with values
of the document. It stays warm between messages, and is started anew after a crash or when it takes too long.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from lxml import etree

from adapter import resources
from adapter.check.catalog import Catalog, load_catalog
from adapter.check.explain_process import ExplainProcess
from adapter.check.fault import MOST_EXPECTED, Fault, FaultKind, readable_path

#: xmlschema takes seconds for more than this.
_MOST_ELEMENTS = 10_000
_MOST_ATTRIBUTES = 200
_LONGEST_TEXT = 4_096
_LONGEST_ATTRIBUTE = 1_024


class Explainer:
    """What adds xmlschema's words to faults; used by one thread at a time."""

    def __init__(self, process: ExplainProcess | None = None) -> None:
        """Take the process to ask; one of its own when left out."""
        self._process = process or ExplainProcess()

    def explain(self, faults: Sequence[Fault], root: etree._Element) -> tuple[Fault, ...]:
        """Return the faults, with what the schema allows where xmlschema knows it better."""
        if not any(leaves_a_question(fault) for fault in faults) or not _is_small_enough(root):
            return tuple(faults)
        try:
            answer = self._process.ask(etree.tostring(_reduced(root), with_tail=False), _files(root))
        except (OSError, ValueError):
            # crashed, too slow, or no answer at all: the next question goes to a new child
            self.close()
            return tuple(faults)
        told = [(_path(entry.get("place"), root), entry) for entry in answer]
        return tuple(_enriched(fault, told) if leaves_a_question(fault) else fault for fault in faults)

    def close(self) -> None:
        """End the process."""
        self._process.close()


def leaves_a_question(fault: Fault) -> bool:
    """Tell whether libxml2's words leave open what the schema wants at this place."""
    if fault.kind in _ABOUT_ELEMENTS:
        return len(fault.expected) > 1
    return fault.kind is FaultKind.BAD_VALUE and not fault.expected and fault.value_type is None


_ABOUT_ELEMENTS = frozenset({FaultKind.UNEXPECTED_ELEMENT, FaultKind.MISSING_ELEMENT})


def _is_small_enough(root: etree._Element) -> bool:
    for number, element in enumerate(root.iter()):
        if number >= _MOST_ELEMENTS or len(element.attrib) > _MOST_ATTRIBUTES:
            return False
    return True


def _reduced(root: etree._Element) -> etree._Element:
    """Return a copy without what is long; nothing that decides about a fault of structure is in it."""
    reduced = copy.deepcopy(root)
    for element in reduced.iter():
        if element.text and len(element.text) > _LONGEST_TEXT:
            element.text = element.text[:_LONGEST_TEXT]
        for name, value in element.items():
            if len(value) > _LONGEST_ATTRIBUTE:
                element.set(name, value[:_LONGEST_ATTRIBUTE])
    return reduced


def _files(root: etree._Element) -> dict[str, str]:
    """Return the URLs of the schema files for the namespaces of a document."""
    used = {etree.QName(element).namespace for element in root.iter("*")}
    return {name: entry.path.as_uri() for name, entry in _catalog().entries.items() if name in used}


@cache
def _catalog() -> Catalog:
    return load_catalog(resources.schemas())


def _path(place: object, root: etree._Element) -> str | None:
    """Return in names where the numbers of a place lead, or None where they lead nowhere."""
    if not isinstance(place, list):
        return None
    node = root
    for number in place:
        below = list(node.iterchildren("*"))
        if not isinstance(number, int) or not 0 <= number < len(below):
            return None
        node = below[number]
    return readable_path(node, root)


def _enriched(fault: Fault, told: Sequence[tuple[str | None, dict[str, object]]]) -> Fault:
    """Add the schema's own words to a fault, where any are told of its place."""
    if fault.kind in _ABOUT_ELEMENTS:
        parent = fault.path.rpartition("/")[0] if fault.kind is FaultKind.UNEXPECTED_ELEMENT else fault.path
        expected = _strings(_first(told, parent, "expected"))
        return replace(fault, expected=expected[:MOST_EXPECTED]) if expected else fault
    allowed = _strings(_first(told, fault.path, "allowed"))
    kind = _first(told, fault.path, "type")
    return replace(
        fault, expected=allowed[:MOST_EXPECTED], value_type=kind if isinstance(kind, str) else fault.value_type
    )


def _first(told: Sequence[tuple[str | None, dict[str, object]]], path: str, key: str) -> object:
    return next((entry[key] for place, entry in told if place == path and entry.get(key)), None)


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
