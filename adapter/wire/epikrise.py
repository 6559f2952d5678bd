"""Epikrise 1.1 and 1.2: a message of its own, with its head, its parties and its patient in the root `Message`.

The letter becomes the content of the first document; the documents it points at follow. Its clinical parts are those
of Henvisning with more in them, in `epikrise_parts`.
"""

from __future__ import annotations

from lxml import etree

from adapter.errors import SpecError
from adapter.message.attachment import Document
from adapter.message.code import Code
from adapter.message.epikrise import AnsweredReferral, Epikrise, NextOfKin
from adapter.message.henvisning import CareRelation
from adapter.message.message import Envelope, Kind, Message
from adapter.message.party import Party, Patient
from adapter.wire import clinical, hcp
from adapter.wire.bind import CS, MOMENT_VALUE, TEXT, Field, Inline, Part, Record, Remembered, Simple, Values
from adapter.wire.content import reference
from adapter.wire.epikrise_parts import PartsOf, party_fields
from adapter.wire.namespaces import EPIKRISE_11, EPIKRISE_12

_MAIN = "epikrise"
_MIG_VERSIONS = {"1.1": "v1.1 2006-09-23", "1.2": "v1.2 2012-02-15"}


def _fill_words(element: etree._Element, code: Code) -> None:
    if code.value or code.system or code.text:
        raise SpecError("description: Epikrise 1.1 takes words alone, as the name of a code")
    TEXT.fill(element, code.name or "")


#: Words where the newer version has a code.
_WORDS = Simple(lambda element: Code(None, element.text or ""), _fill_words)


def _party(parts: PartsOf) -> Remembered[Party]:
    """Declare a Requester or a ServProvider."""
    return Remembered(
        Record(
            Party,
            parts.namespace,
            Field("Role", "role", CS),
            Field("ComMethod", "method", CS),
            Inline("HCP", party_fields(parts)),
        )
    )


def _referral(parts: PartsOf) -> Record[AnsweredReferral]:
    """Declare a ServReq."""
    return Record(
        AnsweredReferral,
        parts.namespace,
        Field("ServType", "service_type", CS),
        Field("IssueDate", "issued", MOMENT_VALUE),
        Field("ReceiptDate", "received", MOMENT_VALUE),
        Field("ReqComment", "comment", TEXT),
        Field("MsgDescr", "description", _WORDS if parts.is_old else CS),
        Field("Id", "id", TEXT),
        Field("ReasonAsText", "reasons", parts.headed_text(), many=True),
        Field("Diagnosis", "diagnoses", clinical.diagnosis(parts.leaves), many=True),
    )


def _care_relation(parts: PartsOf) -> Record[CareRelation]:
    """Declare a PatRelHCP; only version 1.1 says in which role."""
    return Record(
        CareRelation,
        parts.namespace,
        Field("Relation", "relation", CS),
        Field("StartDateTime", "start", MOMENT_VALUE),
        Field("EndDateTime", "end", MOMENT_VALUE),
        *((Field("Role", "party.role", CS),) if parts.is_old else ()),
        Inline("HCP", party_fields(parts, "party."), is_optional=True),
        parts={"party": Part(Party)},
    )


def _next_of_kin(parts: PartsOf) -> Record[NextOfKin]:
    """Declare a PatientRelParty."""
    return Record(
        NextOfKin,
        parts.namespace,
        Field("Relation", "relation", CS),
        Field("Name", "name", TEXT),
        Field("RelPartyOffId", "number", TEXT),
        Field("Address", "address", hcp.address(parts.namespace)),
    )


def _patient(parts: PartsOf) -> tuple[Field, ...]:
    namespace = parts.namespace
    return (
        Field("Sex", "patient.sex", CS),
        Field("DateOfBirth", "patient.date_of_birth", MOMENT_VALUE),
        Field("DateOfDeath", "patient.date_of_death", MOMENT_VALUE),
        Field("Name", "patient.full_name", TEXT),
        Field("IdByServProvider", "epikrise.patient_number", TEXT),
        Field("IdByRequester", "patient.local_id", TEXT),
        Field("OffId", "patient.main_id", TEXT),
        Field("TypeOffId", "patient.main_id_kind", CS),
        Field("PatientPrecaution", "epikrise.precautions", clinical.precaution(parts.leaves), many=True),
        Field("PatientRelParty", "epikrise.relatives", _next_of_kin(parts), many=True),
        Field("PatRelHCP", "epikrise.care_relations", _care_relation(parts), many=True),
        Field("AdditionalId", "patient.additional_ids", hcp.additional_id(namespace), many=True),
        Field("Address", "patient.address", hcp.address(namespace)),
    )


def _split(message: Message) -> Values:
    """Return the letter, and the documents it points at."""
    epikrise = message.epikrise
    if epikrise is None or message.documents[0] != Document(content=(epikrise,)):
        text = f"documents: the first one must hold a discharge letter and nothing else in Epikrise {message.version}"
        raise SpecError(text)
    return {_MAIN: epikrise, "references": message.documents[1:]}


def _message(version: str, namespace: str) -> Record[Message]:
    """Declare the root Message of one version."""
    parts = PartsOf(namespace)

    def join(values: Values) -> None:
        epikrise = values.pop(_MAIN, None) or Epikrise(version=version)
        values["documents"] = (Document(content=(epikrise,)), *values.pop("references", ()))

    def name_version(values: Values) -> None:
        values["version"] = version

    report = (
        Field("ServType", "epikrise.service_type", CS),
        Field("IssueDate", "epikrise.issued", MOMENT_VALUE),
        Field("ApprDate", "epikrise.approved", MOMENT_VALUE),
        Field("Status", "epikrise.status", CS),
        Field("Priority", "epikrise.priority", CS),
        Field("Ack", "epikrise.ack", CS),
        Field("MsgDescr", "epikrise.description", TEXT),
        Field("ServProvId", "epikrise.document_id", TEXT),
        Field("ServReq", "epikrise.referrals", _referral(parts), many=True),
        Field("Event", "epikrise.events", parts.event(), many=True),
        Inline("Patient", _patient(parts), is_optional=True),
        # A discharge letter goes from the one who served to the one who asked.
        Field("ServProvider", "sender", _party(parts)),
        Field(
            "CopyDest", "other_receivers", hcp.copy_receiver(namespace, Inline("HCP", party_fields(parts))), many=True
        ),
        Field("Requester", "receiver", _party(parts)),
        Field("RelServProvider", "epikrise.providers", parts.provider(), many=True),
        Field("RefDoc", "references", reference(namespace), many=True),
    )
    return Record(
        Message,
        namespace,
        Field("Type", "type", CS),
        Field("MsgVersion", "msg_version", TEXT),
        Field("MIGversion", "mig_version", TEXT, otherwise=_MIG_VERSIONS[version]),
        Field("GenDate", "generated", MOMENT_VALUE),
        Field("MsgId", "msg_id", TEXT),
        *(() if parts.is_old else (Field("Status", "status", CS),)),
        Inline("ServRprt", report, is_optional=True),
        parts={
            _MAIN: Part(Epikrise, after=name_version, covers=("version",)),
            "patient": Part(Patient, after=hcp.gather_ids, before=hcp.spread_ids, covers=hcp.SPREAD),
        },
        after=join,
        before=_split,
        covers=("documents",),
        fixed={"envelope": Envelope.MESSAGE, "kind": Kind.EPIKRISE, "version": version},
    )


#: The root Message of Epikrise 1.1.
EPIKRISE_ROOT_11 = _message("1.1", EPIKRISE_11)
#: The root Message of Epikrise 1.2.
EPIKRISE_ROOT_12 = _message("1.2", EPIKRISE_12)
