"""The rules on the envelope and its MessageHeader (HITS 1172, 5.6 to 5.8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree

from adapter import resources
from adapter.check.fault import locate, read_fault
from adapter.check.schema import SchemaSet
from adapter.envelope.header import HER, VERSION, is_cpa_id, is_digits, is_message_id, is_named_agreement
from adapter.envelope.rules.subject import Seen, Subject, attribute
from adapter.envelope.soap import MUST_UNDERSTAND, TRUE
from adapter.wire.bind import local_name
from adapter.wire.namespaces import EBXML, SOAP, XMLDSIG

if TYPE_CHECKING:
    from adapter.check.schema import SchemaFault

_HEAD = "soap:Header/eb:MessageHeader"
_IN_HEADER = frozenset(
    f"{{{EBXML}}}{name}"
    for name in ("MessageHeader", "AckRequested", "Acknowledgment", "ErrorList", "MessageOrder", "SyncReply")
) | {f"{{{XMLDSIG}}}Signature"}
_IN_BODY = frozenset(f"{{{EBXML}}}{name}" for name in ("Manifest", "StatusRequest", "StatusResponse"))
#: The namespaces that have schemas here.
_JUDGED = frozenset({SOAP, EBXML, XMLDSIG})
_LONGEST_NAME = 60
_DECLARATION = re.compile(rb"\s*<\?xml\s")


def check(subject: Subject) -> Iterator[Seen]:
    """Yield what is wrong with the envelope and its header."""
    yield from _document(subject)
    if etree.QName(subject.root).namespace != SOAP:
        yield Seen("086", element=subject.root)
        return
    yield from _schema(subject)
    yield from _structure(subject)
    if subject.first(_HEAD) is not None:
        yield from _message_header(subject)
        yield from _party(subject, "From", _FROM)
        yield from _party(subject, "To", _TO)


def _document(subject: Subject) -> Iterator[Seen]:
    octets = subject.octets.removeprefix(b"\xef\xbb\xbf")
    encoding = (subject.root.getroottree().docinfo.encoding or "UTF-8").upper()
    if encoding != "UTF-8":
        yield Seen("068")
    elif not _DECLARATION.match(octets):
        yield Seen("078")


def _schema(subject: Subject) -> Iterator[Seen]:
    for fault in _schemas().validate(subject.root):
        number = "016" if _is_about_soap(fault, subject.root) else "017"
        yield Seen(
            number, element=locate(fault, subject.root), details={"reason": read_fault(fault, subject.root).text}
        )


@cache
def _schemas() -> SchemaSet:
    return SchemaSet.of_catalog(resources.schemas() / "ebxml")


def _is_about_soap(fault: SchemaFault, root: etree._Element) -> bool:
    """Tell whether a fault lies in SOAP itself, and not in a block of ebXML or its signature."""
    element = locate(fault, root)
    around = () if element is None else (element, *element.iterancestors())
    namespaces = (etree.QName(one).namespace for one in around)
    return next((name for name in namespaces if name in _JUDGED), SOAP) == SOAP


def _structure(subject: Subject) -> Iterator[Seen]:
    if local_name(subject.root.tag) != "Envelope":
        yield Seen("043", element=subject.root)
        return
    header, body = subject.first("soap:Header"), subject.first("soap:Body")
    if header is None:
        yield Seen("002", element=subject.root)
    if body is None:
        yield Seen("003", element=subject.root)
    if header is not None and subject.first(_HEAD) is None:
        yield Seen("004", element=header)
    yield from _foreign(subject)


def _foreign(subject: Subject) -> Iterator[Seen]:
    """Yield the blocks that do not belong where they are."""
    for block in subject.all("soap:Header/*"):
        if block.tag not in _IN_HEADER and block.get(MUST_UNDERSTAND) in TRUE:
            yield Seen("100", element=block, details={"block": local_name(block.tag)[:_LONGEST_NAME]})
    for block in subject.all("soap:Body/*"):
        if block.tag not in _IN_BODY:
            yield Seen("101", element=block, details={"block": local_name(block.tag)[:_LONGEST_NAME]})
    for block in subject.all("soap:Header/eb:SyncReply") if subject.entity is not None else ():
        yield Seen("5.7.2", element=block)


def _message_header(subject: Subject) -> Iterator[Seen]:
    (head, *_) = subject.all(_HEAD)
    version, must = attribute(head, "version"), head.get(MUST_UNDERSTAND)
    if version is None:
        yield Seen("008", element=head)
    elif version != VERSION:
        yield Seen("070", element=head)
    if must is None:
        yield Seen("007", element=head)
    elif must not in TRUE:
        yield Seen("069", element=head)
    yield from _required(subject, "MessageData/eb:MessageId", "076", "102", is_message_id)
    yield from _required(subject, "MessageData/eb:Timestamp", "077", None, bool)
    yield from _required(subject, "Service", "047", "071", bool)
    yield from _required(subject, "Action", "048", "072", bool)
    yield from _required(subject, "CPAId", "011", None, bool)
    agreement = subject.text(f"{_HEAD}/eb:CPAId")
    if agreement and not is_cpa_id(agreement):
        yield Seen("012", "named" if is_named_agreement(agreement) else "", element=subject.first(f"{_HEAD}/eb:CPAId"))


def _required(
    subject: Subject, name: str, missing: str, wrong: str | None, is_right: Callable[[str], bool]
) -> Iterator[Seen]:
    """Yield one rule where an element is missing, and another where what it says is wrong."""
    path = f"{_HEAD}/eb:{name}"
    element = subject.first(path)
    if element is None:
        yield Seen(missing, element=subject.first(_HEAD))
    elif not is_right(subject.text(path)):
        yield Seen(wrong or missing, element=element)


#: The rules on From and To: missing, without PartyId, empty, without HER-id, with several, with other than digits.
_FROM = ("010", "058", "025", "060", "014", "031")
_TO = ("009", "059", "055", "061", "013", "056")


def _party(subject: Subject, name: str, rules: tuple[str, str, str, str, str, str]) -> Iterator[Seen]:
    missing, without, empty, no_her_id, many, no_digits = rules
    side = subject.first(f"{_HEAD}/eb:{name}")
    if side is None:
        yield Seen(missing, element=subject.first(_HEAD))
        return
    party_ids = subject.all(f"{_HEAD}/eb:{name}/eb:PartyId")
    if not party_ids:
        yield Seen(without, element=side)
        return
    for party_id in party_ids:
        if not (party_id.text or "").strip():
            yield Seen(empty, element=party_id)
    her_ids = [party_id for party_id in party_ids if attribute(party_id, "type") == HER]
    if not her_ids:
        yield Seen(no_her_id, element=side)
    elif len(her_ids) > 1:
        yield Seen(many, element=side)
    for party_id in her_ids:
        text = (party_id.text or "").strip()
        if text and not is_digits(text):
            yield Seen(no_digits, element=party_id)
