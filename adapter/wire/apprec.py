"""AppRec 1.0 and 1.1, the application receipt: a document of its own."""

from __future__ import annotations

import re

from lxml import etree

from adapter.message.code import Code
from adapter.message.message import Envelope, Kind, Message
from adapter.message.party import Party
from adapter.message.receipt import OriginalMessage, Receipt
from adapter.wire.bind import CS, CV, MOMENT, TEXT, Field, Inline, Part, Record, Remembered, Simple, Values
from adapter.wire.hcp import APPREC_ORDER, hcp
from adapter.wire.namespaces import APPREC_10, APPREC_11

_OID = re.compile(r"\d+(?:\.\d+){3,}")


def _read_error(element: etree._Element) -> Code:
    """Return an error code; a NAV service is known to write V and S into each other's place."""
    code: Code = CV.read(element)
    if code.value and _OID.fullmatch(code.value) and not _OID.fullmatch(code.system or ""):
        return Code(code.system, code.name, code.value, code.text)
    return code


_ERROR = Simple(_read_error, CV.fill)


def _party(namespace: str) -> Remembered[Party]:
    return Remembered(
        Record(
            Party,
            namespace,
            Field("Role", "role", CS),
            Inline("HCP", hcp(namespace, APPREC_ORDER)),
        )
    )


def _make_receipt(values: Values) -> None:
    """Keep an empty AppRec a receipt."""
    values.setdefault("receipt", Receipt())


def _apprec(version: str, namespace: str, mig_version: str) -> Record[Message]:
    party = _party(namespace)
    original = Record(
        OriginalMessage,
        namespace,
        Field("MsgType", "kind", CS),
        Field("IssueDate", "issued", MOMENT),
        Field("Id", "id", TEXT),
    )
    return Record(
        Message,
        namespace,
        Field("MsgType", "type", CS),
        Field("MIGversion", "mig_version", TEXT, otherwise=mig_version),
        Field("SoftwareName", "receipt.software_name", TEXT),
        Field("SoftwareVersion", "receipt.software_version", TEXT),
        Field("GenDate", "generated", MOMENT),
        Field("Id", "msg_id", TEXT),
        Field("Sender", "sender", party),
        Field("Receiver", "receiver", party),
        Field("Status", "receipt.status", CS),
        Field("Error", "receipt.errors", _ERROR, many=True),
        Field("OriginalMsgId", "receipt.original", original),
        parts={"receipt": Part(Receipt)},
        after=_make_receipt,
        fixed={"envelope": Envelope.APPREC, "kind": Kind.APPREC, "version": version},
    )


#: The root AppRec of version 1.0; its MIGversion really has no "v".
APPREC_ROOT_10 = _apprec("1.0", APPREC_10, "1.0 2004-11-21")
#: The root AppRec of version 1.1.
APPREC_ROOT_11 = _apprec("1.1", APPREC_11, "v1.1 2012-02-15")
