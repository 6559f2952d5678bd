"""Hodemelding (MsgHead 1.2): the head that other standards lie inside."""

from __future__ import annotations

from adapter.message.attachment import Document, PatientReport
from adapter.message.message import ConversationRef, Envelope, Message
from adapter.message.party import Party
from adapter.wire import kinds
from adapter.wire.bind import CS, CV, MOMENT, MOMENT_VALUE, TEXT, Field, Inline, Record, Remembered, Values
from adapter.wire.common import (
    MSGHEAD_HEALTHCARE_PROFESSIONAL,
    MSGHEAD_ORGANISATION,
    MSGHEAD_PATIENT,
    MSGHEAD_PERSON,
)
from adapter.wire.content import CONTENT
from adapter.wire.namespaces import MSGHEAD, XMLDSIG
from adapter.wire.opaque import OPAQUE

_CONVERSATION = Record(
    ConversationRef,
    MSGHEAD,
    Field("RefToParent", "parent", TEXT),
    Field("RefToConversation", "conversation", TEXT),
)
_PARTY = Remembered(
    Record(
        Party,
        MSGHEAD,
        Field("ComMethod", "method", CS),
        Field("Organisation", "organisation", MSGHEAD_ORGANISATION),
    )
)
_OTHER_RECEIVER = Record(
    Party,
    MSGHEAD,
    Field("ComMethod", "method", CS),
    Field("RoleReceiver", "role", CS),
    Field("Organisation", "organisation", MSGHEAD_ORGANISATION),
    Field("Patient", "person", MSGHEAD_PATIENT),
    Field("Person", "person", MSGHEAD_PERSON),
    Field("HealthcareProfessional", "person", MSGHEAD_HEALTHCARE_PROFESSIONAL),
)
_DOCUMENT = Record(
    Document,
    MSGHEAD,
    Field("DocumentConnection", "connection", CS),
    Field("ContentType", "content_type", CV),
    Field("ContentDescription", "content_description", TEXT),
    Field("ContentCategory", "content_category", CV),
    Field("Consent", "consent", CV),
    Field("Annotation", "annotation", TEXT),
    Field("FromDate", "from_date", MOMENT_VALUE),
    Field("ToDate", "to_date", MOMENT_VALUE),
    Field("OidRef", "oid_ref", TEXT),
    Field("EnquiryRefId", "enquiry_ref_id", TEXT),
    Inline(
        "RefDoc",
        (
            Field("IssueDate", "issued", MOMENT_VALUE),
            Field("MsgType", "kind", CS),
            Field("Id", "id", TEXT),
            Field("MimeType", "mime_type", TEXT),
            Field("Description", "description", TEXT),
            Field("Compression", "compression", CS),
            Field("FileReference", "file_reference", TEXT),
            Field("Content", "content", CONTENT),
        ),
    ),
)
_PATIENT_REPORT = Record(
    PatientReport,
    MSGHEAD,
    Field("DocumentConnection", "connection", CS),
    Field("CaseNo", "case_number", TEXT),
    Field("Document", "documents", _DOCUMENT, many=True),
    Field("Patient", "patient", MSGHEAD_PATIENT),
)


def _name_kind(values: Values) -> None:
    values["kind"], values["version"] = kinds.of_documents(values.get("documents", ()))


#: The root MsgHead.
MSGHEAD_ROOT = Record(
    Message,
    MSGHEAD,
    Inline(
        "MsgInfo",
        (
            Field("Type", "type", CS),
            Field("MIGversion", "mig_version", TEXT, otherwise="v1.2 2006-05-24"),
            Field("GenDate", "generated", MOMENT),
            Field("MsgId", "msg_id", TEXT),
            Field("ProcessingStatus", "processing_status", CS),
            Field("RequestedPriority", "requested_priority", CS),
            Field("Ack", "ack", CS),
            Field("ConversationRef", "conversation", _CONVERSATION),
            Field("Sender", "sender", _PARTY),
            Field("Receiver", "receiver", _PARTY),
            Field("OtherReceiver", "other_receivers", _OTHER_RECEIVER, many=True),
            Field("Patient", "patient", MSGHEAD_PATIENT),
        ),
    ),
    Field("Document", "documents", _DOCUMENT, many=True),
    Field("PatientReport", "patient_reports", _PATIENT_REPORT, many=True),
    Field(f"{{{XMLDSIG}}}Signature", "opaque", OPAQUE),
    after=_name_kind,
    fixed={"envelope": Envelope.HODEMELDING},
    #: Kind and version are what the documents are.
    covers=("kind", "version"),
)
