"""The XML of an ebXML message: SOAP 1.1 with the blocks of ebMS 2.0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar, cast

from lxml import etree

from adapter.envelope.block import XML_BLANKS, Attribute, Block
from adapter.envelope.header import (
    VERSION,
    AckRequested,
    Description,
    MessageHeader,
    PartyId,
    PayloadReference,
    Schema,
    Service,
    Side,
)
from adapter.envelope.signal import (
    Acknowledgment,
    EbxmlMessage,
    Fault,
    MessageError,
    SignedReference,
    SoapFault,
    StatusRequest,
    StatusResponse,
)
from adapter.errors import EnvelopeUnreadable
from adapter.values import value_class
from adapter.wire.bind import MOMENT, TEXT, Field, Inline, Record, Simple, Values, local_name
from adapter.wire.namespaces import EBXML, SOAP, XLINK, XMLDSIG
from adapter.wire.opaque import revived

T = TypeVar("T")
_EB, _SOAP, _DS = f"{{{EBXML}}}", f"{{{SOAP}}}", f"{{{XMLDSIG}}}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ENVELOPE, HEADER, BODY = f"{_SOAP}Envelope", f"{_SOAP}Header", f"{_SOAP}Body"
MESSAGE_HEADER = f"{_EB}MessageHeader"
MUST_UNDERSTAND, ACTOR = f"{_SOAP}mustUnderstand", f"{_SOAP}actor"
TRUE = frozenset({"1", "true"})
_PREFIXES: Mapping[str | None, str] = MappingProxyType({"SOAP": SOAP, "eb": EBXML, "xlink": XLINK, "ds": XMLDSIG})
#: The blocks of a header that are understood here (HITS 1172, 5.7.2); SyncReply means nothing over mail.
_UNDERSTOOD = frozenset(
    {
        *(f"{_EB}{name}" for name in ("MessageHeader", "AckRequested", "Acknowledgment", "ErrorList", "MessageOrder")),
        *(f"{_EB}SyncReply", f"{_DS}Signature"),
    }
)


_HEADER_BLOCK = {f"{_EB}version": VERSION, MUST_UNDERSTAND: "1"}
_BODY_BLOCK = {f"{_EB}version": VERSION}


def _typed(cls: Callable[[str, str | None], T]) -> Simple:
    """Return the shape of a text with a type of its own."""

    def read(element: etree._Element) -> T:
        return cls((element.text or "").strip(XML_BLANKS), element.get(f"{_EB}type") or element.get("type"))

    def fill(element: etree._Element, value: Any) -> None:  # noqa: ANN401 - a PartyId or a Service
        element.text = value.value
        if value.kind is not None:
            element.set(f"{_EB}type", value.kind)

    return Simple(read, fill)


def _read_description(element: etree._Element) -> Description:
    return Description(element.text or "", element.get(_XML_LANG))


def _fill_description(element: etree._Element, value: Description) -> None:
    element.text = value.text
    if value.language is not None:
        element.set(_XML_LANG, value.language)


def _read_reference(element: etree._Element) -> SignedReference:
    return SignedReference(
        uri=element.get("URI", ""),
        digest_method=_said(element, "DigestMethod", "Algorithm"),
        digest_value=_said(element, "DigestValue"),
        xml=etree.tostring(element, with_tail=False),
    )


def _said(element: etree._Element, name: str, attribute: str | None = None) -> str:
    """Return the text or an attribute of a child, in whatever namespace: an official example has none."""
    for child in element:
        if local_name(child.tag) == name:
            return (child.get(attribute, "") if attribute else child.text or "").strip(XML_BLANKS)
    return ""


def _fill_reference(element: etree._Element, value: SignedReference) -> None:
    """Copy a reference. Its elements are made anew, so that a prefix that only an XPath uses keeps its meaning."""
    _copy(revived(value.xml), element)


def _copy(source: etree._Element, target: etree._Element) -> None:
    for name, text in source.items():
        target.set(name, text)
    target.text = source.text
    for child in source:
        # declared anew on each element: what an XPath says depends on it
        known = cast("dict[str, str]", child.nsmap)  # the stubs know no default namespace
        made = etree.SubElement(target, f"{_DS}{local_name(child.tag)}", nsmap=known)
        made.tail = child.tail
        _copy(child, made)


def _once(value: MessageHeader) -> Values:
    """Return what is written of a wish that is an empty element: nothing where there is none."""
    return {"eliminates_duplicates": value.eliminates_duplicates or None}


_ID_TEXT = Simple(lambda element: (element.text or "").strip(XML_BLANKS), TEXT.fill)
_DESCRIPTION = Simple(_read_description, _fill_description)
_PRESENT = Simple(lambda _: True, lambda _element, _value: None)
_SIDE = Record(Side, EBXML, Field("PartyId", "party_ids", _typed(PartyId), many=True), Field("Role", "role", _ID_TEXT))
_MESSAGE_HEADER = Block(
    Record(
        MessageHeader,
        EBXML,
        Field("From", "sender", _SIDE),
        Field("To", "receiver", _SIDE),
        Field("CPAId", "cpa_id", _ID_TEXT),
        Field("ConversationId", "conversation_id", _ID_TEXT),
        Field("Service", "service", _typed(Service)),
        Field("Action", "action", _ID_TEXT),
        Inline(
            "MessageData",
            (
                Field("MessageId", "message_id", _ID_TEXT),
                Field("Timestamp", "timestamp", MOMENT),
                Field("RefToMessageId", "ref_to_message_id", _ID_TEXT),
                Field("TimeToLive", "time_to_live", MOMENT),
            ),
        ),
        Field("DuplicateElimination", "eliminates_duplicates", _PRESENT),
        Field("Description", "descriptions", _DESCRIPTION, many=True),
        before=_once,
    ),
    fixed=_HEADER_BLOCK,
)
_ACTOR = Attribute(ACTOR, "actor")
_ACK_REQUESTED = Block(
    Record(AckRequested, EBXML, covers=("is_signed", "actor")),
    _ACTOR,
    Attribute(f"{_EB}signed", "is_signed", TRUE.__contains__, lambda value: "true" if value else "false"),
    fixed=_HEADER_BLOCK,
)
_ACKNOWLEDGMENT = Block(
    Record(
        Acknowledgment,
        EBXML,
        Field("Timestamp", "timestamp", MOMENT),
        Field("RefToMessageId", "ref_to_message_id", _ID_TEXT),
        Field("From", "receiver", _SIDE),
        Field(f"{_DS}Reference", "references", Simple(_read_reference, _fill_reference), many=True),
        covers=("actor",),
    ),
    _ACTOR,
    fixed=_HEADER_BLOCK,
)


def _read_fault(element: etree._Element) -> Fault:
    described = element.find(f"{_EB}Description")
    plain = _FAULT.read(element)
    if described is None:
        return plain
    return replace(plain, text=described.text or "", language=described.get(_XML_LANG, plain.language))


def _fill_fault(element: etree._Element, value: Fault) -> None:
    _FAULT.fill(element, value)
    if value.text is not None:
        _fill_description(etree.SubElement(element, f"{_EB}Description"), Description(value.text, value.language))


_FAULT = Block(
    Record(Fault, EBXML, covers=("code", "severity", "location", "text", "language")),
    Attribute(f"{_EB}errorCode", "code"),
    Attribute(f"{_EB}severity", "severity"),
    Attribute(f"{_EB}location", "location"),
)
_ERROR = Block(
    Record(
        MessageError, EBXML, Field("Error", "faults", Simple(_read_fault, _fill_fault), many=True), covers=("highest",)
    ),
    Attribute(f"{_EB}highestSeverity", "highest"),
    fixed=_HEADER_BLOCK,
)
_SCHEMA = Block(
    Record(Schema, EBXML, covers=("location", "version")),
    Attribute(f"{_EB}location", "location"),
    Attribute(f"{_EB}version", "version"),
)
_PAYLOAD_REFERENCE = Block(
    Record(
        PayloadReference,
        EBXML,
        Field("Schema", "schemas", _SCHEMA, many=True),
        Field("Description", "descriptions", _DESCRIPTION, many=True),
        covers=("href",),
    ),
    Attribute(f"{{{XLINK}}}href", "href", lambda text: text.strip(XML_BLANKS)),
    fixed={f"{{{XLINK}}}type": "simple"},
)


@value_class(kw_only=False)
class _Manifest:
    references: tuple[PayloadReference, ...] = ()


_MANIFEST = Block(
    Record(_Manifest, EBXML, Field("Reference", "references", _PAYLOAD_REFERENCE, many=True)), fixed=_BODY_BLOCK
)
_STATUS_REQUEST = Block(
    Record(StatusRequest, EBXML, Field("RefToMessageId", "ref_to_message_id", _ID_TEXT)), fixed=_BODY_BLOCK
)
_STATUS_RESPONSE = Block(
    Record(
        StatusResponse,
        EBXML,
        Field("RefToMessageId", "ref_to_message_id", _ID_TEXT),
        Field("Timestamp", "timestamp", MOMENT),
        covers=("status",),
    ),
    Attribute(f"{_EB}messageStatus", "status"),
    fixed=_BODY_BLOCK,
)


def _listed(value: EbxmlMessage) -> Values:
    return {"manifest": _Manifest(value.manifest) if value.manifest else None}


def _unlisted(values: Values) -> None:
    if "manifest" in values:
        values["manifest"] = values["manifest"].references


_MESSAGE = Record(
    EbxmlMessage,
    SOAP,
    Inline(
        "Header",
        (
            Field(MESSAGE_HEADER, "header", _MESSAGE_HEADER),
            Field(f"{_EB}AckRequested", "ack_requested", _ACK_REQUESTED),
            Field(f"{_EB}Acknowledgment", "acknowledgment", _ACKNOWLEDGMENT),
            Field(f"{_EB}ErrorList", "error", _ERROR),
        ),
    ),
    Inline(
        "Body",
        (
            Field(f"{_EB}Manifest", "manifest", _MANIFEST),
            Field(f"{_EB}StatusRequest", "status_request", _STATUS_REQUEST),
            Field(f"{_EB}StatusResponse", "status_response", _STATUS_RESPONSE),
        ),
    ),
    after=_unlisted,
    before=_listed,
)


def read(root: etree._Element) -> EbxmlMessage:
    """Return what an envelope says.

    Raises:
        EnvelopeUnreadable: it is no SOAP envelope, or has no MessageHeader.
    """
    if root.tag != ENVELOPE:
        raise EnvelopeUnreadable("The message is no SOAP envelope.")
    header = root.find(HEADER)
    if header is None or header.find(MESSAGE_HEADER) is None:
        raise EnvelopeUnreadable("The envelope has no ebXML header.")
    return _MESSAGE.read(root)


def written(message: EbxmlMessage) -> etree._Element:
    """Return the envelope of a message, not signed yet. SpecError for a value that has no place in it."""
    return _MESSAGE.written("Envelope", message, _PREFIXES)


def read_fault(root: etree._Element) -> SoapFault | None:
    """Return what a SOAP Fault says, or None for anything else."""
    fault = root.find(f"{BODY}/{_SOAP}Fault") if root.tag == ENVELOPE else None
    if fault is None:
        return None
    return SoapFault(fault.findtext("faultcode"), fault.findtext("faultstring"))


def not_understood(root: etree._Element) -> tuple[str, ...]:
    """Return the blocks of a header that must be understood and are not, by their local names."""
    header = root.find(HEADER)
    return tuple(
        local_name(block.tag)
        for block in (() if header is None else header)
        if isinstance(block.tag, str) and block.tag not in _UNDERSTOOD and block.get(MUST_UNDERSTAND) in TRUE
    )


def signed_references(root: etree._Element) -> tuple[SignedReference, ...]:
    """Return the references of an envelope's signature, for its receipt."""
    found = root.findall(f"{HEADER}/{_DS}Signature/{_DS}SignedInfo/{_DS}Reference")
    return tuple(_read_reference(element) for element in found)
