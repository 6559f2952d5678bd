"""Known shapes of messages that break their schema and that live systems send all the same.

A shape is let through only where it is the whole truth: each fault is mended on a copy, and the copy is validated
again. libxml2 looks no further behind the first fault of an element, so only that shows that nothing else is wrong.
The message itself travels on untouched.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import date

from lxml import etree

from adapter.check.fault import Fault, FaultKind, locate, read_fault
from adapter.check.policy import Policy
from adapter.check.schema import SchemaFault, SchemaSet
from adapter.values import value_class
from adapter.wire.namespaces import FK1, MSGHEAD, SYKMELDING, XSI


@value_class
class Shape:
    """One way in which live messages break their schema."""

    #: The word in the partner's `tolerance` setting.
    name: str
    title: str
    #: Mend the fault on a copy of the message; False where this fault has another shape.
    mend: Callable[[Fault, etree._Element], bool]


def tolerated(
    faults: tuple[SchemaFault, ...], root: etree._Element, schemas: SchemaSet, policy: Policy
) -> tuple[str, ...] | None:
    """Return the name of each fault's shape, or None if anything in the message has no tolerated shape."""
    shapes = tuple(shape for shape in SHAPES if policy.tolerates(shape.name))
    if not shapes:
        return None
    mended = copy.deepcopy(root)
    names: tuple[str, ...] | None = None
    for _ in range(_MOST_ROUNDS):
        found = _mend_all(faults, mended, shapes)
        if found is None:
            return None
        names = names or found
        faults = schemas.validate(mended)
        if not faults:
            return names
    return None


#: Each round uncovers what stood behind the faults of the round before.
_MOST_ROUNDS = 8


def _mend_all(
    faults: tuple[SchemaFault, ...], root: etree._Element, shapes: tuple[Shape, ...]
) -> tuple[str, ...] | None:
    # All faults are placed before the first is mended: mending moves elements.
    placed = [(read_fault(fault, root), locate(fault, root)) for fault in faults]
    names = []
    for fault, node in placed:
        shape = next((shape for shape in shapes if node is not None and shape.mend(fault, node)), None)
        if shape is None:
            return None
        names.append(shape.name)
    return tuple(names)


def _organisation_without_name(fault: Fault, node: etree._Element) -> bool:
    parent = node.getparent()
    if (
        fault.kind is not FaultKind.UNEXPECTED_ELEMENT
        or "OrganisationName" not in fault.expected
        or parent is None
        or parent.tag != f"{{{MSGHEAD}}}Organisation"
    ):
        return False
    name = etree.Element(f"{{{MSGHEAD}}}OrganisationName")
    name.text = "-"
    parent.insert(0, name)
    return True


def _conversation_reversed(fault: Fault, node: etree._Element) -> bool:
    after = node.getnext()
    if (
        fault.kind is not FaultKind.UNEXPECTED_ELEMENT
        or node.tag != f"{{{MSGHEAD}}}RefToConversation"
        or after is None
        or after.tag != f"{{{MSGHEAD}}}RefToParent"
    ):
        return False
    after.addnext(node)
    return True


def _ack_after_conversation(fault: Fault, node: etree._Element) -> bool:
    before = node.getprevious()
    if (
        fault.kind is not FaultKind.UNEXPECTED_ELEMENT
        or node.tag != f"{{{MSGHEAD}}}Ack"
        or before is None
        or before.tag != f"{{{MSGHEAD}}}ConversationRef"
    ):
        return False
    before.addprevious(node)
    return True


def _short_date(fault: Fault, node: etree._Element) -> bool:
    if fault.kind is not FaultKind.BAD_VALUE or len(node):
        return False
    found = _SHORT_DATE.fullmatch((node.get(fault.attribute) if fault.attribute else node.text) or "")
    if found is None:
        return False
    try:
        day = date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        return False
    if fault.attribute:
        node.set(fault.attribute, day)
    else:
        node.text = day
    return True


_SHORT_DATE = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*")


def _telecom_reversed(fault: Fault, node: etree._Element) -> bool:
    before = node.getprevious()
    if (
        fault.kind is not FaultKind.UNEXPECTED_ELEMENT
        or fault.element != "TypeTelecom"
        or before is None
        or etree.QName(before).localname != "TeleAddress"
    ):
        return False
    before.addprevious(node)
    return True


def _foreign_identifier(fault: Fault, node: etree._Element) -> bool:
    if fault.kind is not FaultKind.UNEXPECTED_ELEMENT or fault.element not in {"Id", "TypeId"}:
        return False
    if fault.element not in fault.expected or node.tag == f"{{{FK1}}}{fault.element}":
        return False
    node.tag = f"{{{FK1}}}{fault.element}"
    return True


def _without_barcode(fault: Fault, node: etree._Element) -> bool:
    form = f"{{{SYKMELDING}}}HelseOpplysningerArbeidsuforhet"
    if (fault.kind, node.tag, fault.expected) != (FaultKind.MISSING_ELEMENT, form, ("Strekkode",)):
        return False
    etree.SubElement(node, f"{{{SYKMELDING}}}Strekkode").text = "-"
    return True


def _without_first_day(fault: Fault, node: etree._Element) -> bool:
    if (
        fault.kind is not FaultKind.UNEXPECTED_ELEMENT
        or "SyketilfelleStartDato" not in fault.expected
        or node.tag != f"{{{SYKMELDING}}}Pasient"
    ):
        return False
    day = etree.Element(f"{{{SYKMELDING}}}SyketilfelleStartDato")
    day.text = "1900-01-01"
    node.addprevious(day)
    return True


def _misspelt_declaration(fault: Fault, node: etree._Element) -> bool:
    if fault.kind is not FaultKind.UNEXPECTED_ATTRIBUTE or fault.attribute != _XMLXD or _XMLXD not in node.attrib:
        return False
    del node.attrib[_XMLXD]
    return True


#: Meant as xmlns:xsd.
_XMLXD = "xmlxd"


def _schema_location(fault: Fault, node: etree._Element) -> bool:
    if fault.kind is not FaultKind.UNEXPECTED_ATTRIBUTE:
        return False
    strange = [
        name for name in node.attrib if etree.QName(name).localname in _LOCATIONS and etree.QName(name).namespace != XSI
    ]
    for name in strange:
        del node.attrib[name]
    return bool(strange)


_LOCATIONS = frozenset({"schemaLocation", "noNamespaceSchemaLocation"})

#: A receipt that says which message it answers is matched, whatever else is wrong with it.
READABLE_RECEIPT = "readable-receipt"

SHAPES: tuple[Shape, ...] = (
    Shape(
        name="organisation-without-name",
        title="MsgHead Organisation without OrganisationName (NAV's own output)",
        mend=_organisation_without_name,
    ),
    Shape(
        name="conversation-reversed",
        title="ConversationRef with RefToConversation before RefToParent",
        mend=_conversation_reversed,
    ),
    Shape(name="ack-after-conversation", title="Ack after ConversationRef", mend=_ack_after_conversation),
    Shape(name="short-date", title="Dates such as 1991-1-4", mend=_short_date),
    Shape(name="telecom-reversed", title="TypeTelecom after TeleAddress", mend=_telecom_reversed),
    Shape(
        name="foreign-identifier",
        title="Id and TypeId in the payload's namespace instead of felleskomponent1",
        mend=_foreign_identifier,
    ),
    Shape(
        name="misplaced-schema-location",
        title="schemaLocation in a misspelt namespace",
        mend=_schema_location,
    ),
    Shape(name="sykmelding-without-barcode", title="Sykmelding without Strekkode", mend=_without_barcode),
    Shape(
        name="sykmelding-without-first-day",
        title="Sykmelding without SyketilfelleStartDato",
        mend=_without_first_day,
    ),
    Shape(name="xmlxd", title="The attribute xmlxd, meant as xmlns:xsd (legeerklæring)", mend=_misspelt_declaration),
    Shape(
        name=READABLE_RECEIPT,
        title="AppRec with any fault, as long as it names the message it answers",
        mend=lambda _fault, _node: False,
    ),
)
#: What `tolerance` may name.
NAMES: frozenset[str] = frozenset(shape.name for shape in SHAPES)
