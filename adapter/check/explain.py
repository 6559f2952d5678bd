"""Let xmlschema add to what libxml2 says of a fault: in a child process, bounded in time and memory.

libxml2's verdict stands whatever happens here, and most of its words leave nothing to add. It does not say which of
several elements has to come, nor what values a type without a name takes, and it looks no further into an element once
something in it is not expected: only then is the child asked. It gets a reduced copy (long texts and attributes cut)
and answers with places and names of the schema only, never with values of the document. It stays warm between
messages, and is started anew after a crash or when it takes too long.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cache

from lxml import etree

from adapter import resources
from adapter.check.catalog import Catalog, load_catalog
from adapter.check.explain_process import ExplainProcess
from adapter.check.fault import Fault, FaultKind
from adapter.check.told import Told, enriched, further, leaves_a_question, read_told

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
        """Return the faults in the order of the document, with what xmlschema adds to them."""
        if not any(map(_is_worth_a_question, faults)) or not _is_small_enough(root):
            return tuple(faults)
        try:
            answer = self._process.ask(etree.tostring(_reduced(root), with_tail=False), _files(root))
        except (OSError, ValueError):
            # crashed, too slow, or no answer at all: the next question goes to a new child
            self.close()
            return tuple(faults)
        told = read_told(answer, root)
        said = [enriched(fault, told, root) for fault in faults]
        said += further(faults, [one for one in told if not _is_cut(one)], root)
        return tuple(sorted(said, key=lambda fault: fault.line or 0))

    def close(self) -> None:
        """End the process."""
        self._process.close()


def _is_worth_a_question(fault: Fault) -> bool:
    """Tell whether xmlschema may have more to say: of the fault, or of what libxml2 did not look at because of it."""
    return fault.kind is FaultKind.UNEXPECTED_ELEMENT or leaves_a_question(fault)


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


def _is_cut(told: Told) -> bool:
    """Tell whether xmlschema speaks of a value that it got only a part of."""
    if told.kind is not FaultKind.BAD_VALUE:
        return False
    if told.attribute is None:
        return len(told.node.text or "") > _LONGEST_TEXT
    return any(len(value) > _LONGEST_ATTRIBUTE for value in told.node.attrib.values())
