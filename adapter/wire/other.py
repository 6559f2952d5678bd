"""Messages of standards that are known by name only: their kind, and as much of their head as a receipt needs."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from adapter.message.attachment import Document
from adapter.message.message import Envelope, Message
from adapter.message.party import Party, Patient
from adapter.wire import hcp, kinds
from adapter.wire.bind import CS, MOMENT_VALUE, TEXT, Field, Inline, Part, Record, Values
from adapter.wire.namespaces import EPIKRISE_12
from adapter.wire.opaque import read_opaque


def _party(namespace: str) -> Record[Party]:
    return Record(
        Party,
        namespace,
        Field("Role", "role", CS),
        Field("ComMethod", "method", CS),
        Inline("HCP", hcp.hcp(namespace, departments_first=False)),
    )


def _head(namespace: str) -> Record[Message]:
    """Declare the head of a discharge letter, which is like that of every older `Message`."""
    party = _party(namespace)
    patient = (
        Field("Sex", "patient.sex", CS),
        Field("DateOfBirth", "patient.date_of_birth", MOMENT_VALUE),
        Field("Name", "patient.full_name", TEXT),
        Field("OffId", "patient.main_id", TEXT),
        Field("TypeOffId", "patient.main_id_kind", CS),
    )
    return Record(
        Message,
        namespace,
        Field("Type", "type", CS),
        Field("MsgVersion", "msg_version", TEXT),
        Field("MIGversion", "mig_version", TEXT),
        Field("GenDate", "generated", MOMENT_VALUE),
        Field("MsgId", "msg_id", TEXT),
        Field("Status", "status", CS),
        Inline(
            "ServRprt",
            (
                Field("Ack", "ack", CS),
                Field("ServProvId", "document.id", TEXT),
                Inline("Patient", patient),
                # A discharge letter goes from the one who served to the one who asked.
                Field("ServProvider", "sender", party),
                Field("Requester", "receiver", party),
                Field("CopyDest", "other_receivers", party, many=True),
            ),
        ),
        parts={"document": Part(Document), "patient": Part(Patient, after=hcp.gather_ids)},
        after=_join,
        fixed={"envelope": Envelope.MESSAGE},
    )


def _join(values: Values) -> None:
    document = values.pop("document", None)
    if document:
        values["documents"] = (document,)


_HEAD = _head(EPIKRISE_12)


def read_other(root: etree._Element) -> Message:
    """Return what can be told of a message whose standard is not read here; the whole of it is carried."""
    opaque = read_opaque(root)
    kind, version = kinds.of_namespace(opaque.namespace)
    if opaque.name == "Message":
        head = _HEAD.read(root)
        return replace(head, kind=kind, version=version, opaque=opaque)
    return Message(envelope=Envelope.NONE, kind=kind, version=version, opaque=opaque)
