"""The AppRec: whether to answer, what to say, and how to write it (HIS 80415, HITS 1168)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from adapter.check.finding import Finding, Report, Severity, Verdict
from adapter.flow.mirror import for_receipt
from adapter.message.attachment import Document
from adapter.message.code import Code, Moment, coded
from adapter.message.henvisning import Henvisning
from adapter.message.message import Envelope, Kind, Message
from adapter.message.party import Party
from adapter.message.payload import Payload
from adapter.message.receipt import OriginalMessage, Receipt
from adapter.values import value_class
from adapter.wire.rescue import Rescued

if TYPE_CHECKING:  # loads the register of partners, which who only asks what the receipt would say does without
    from adapter.flow.context import Answering

OK = "1"
REJECTED = "2"
_STATUS_NAMES = {OK: "OK", REJECTED: "Avvist"}
#: Ids of receipts are derived from what they answer, so that a repeated decision gives the same receipt.
_IDS = uuid.UUID("6c2f2f0e-6b0a-5a5c-9d51-8f1f4f1d0b5e")

_MIG_VERSIONS = {"1.0": "1.0 2004-11-21", "1.1": "v1.1 2012-02-15"}
#: What the types are called that the oldest standards write as "H" and "E".
_TYPE_NAMES = {"HENVISNING": "Henvisning", "EPIKRISE": "Epikrise"}
_OLD_KINDS = frozenset({Kind.SYKMELDING, Kind.LEGEERKLAERING})
_GENERAL_CODES = frozenset({"T99", "S99", "X99"})


@value_class(kw_only=False)
class Answer:
    """What a receipt says."""

    #: "1" or "2", list 8258.
    status: str
    #: List 8221, with the detail in `text`.
    errors: tuple[Code, ...] = ()


@value_class(kw_only=False)
class Preview:
    """The receipt a message would get."""

    version: str
    status: str
    errors: tuple[Code, ...]


def answer(findings: Iterable[Finding]) -> Answer:
    """Decide the receipt from the findings: negative exactly when one of them rejects (payload-standards A8, A16)."""
    errors: dict[str | None, Code] = {}
    for finding in findings:
        if finding.severity is Severity.REJECT and finding.apprec is not None:
            error = finding.apprec
            errors.setdefault(error.value, replace(error, text=error.text or finding.partner_text))
    concrete = [error for code, error in errors.items() if code not in _GENERAL_CODES]
    kept = tuple(concrete or errors.values())
    return Answer(REJECTED, kept) if kept else Answer(OK)


def apprec_version(message: Message) -> str:
    """Return which AppRec version answers a message (HITS 1168 8.3)."""
    if message.kind in _OLD_KINDS:
        return "1.0"
    if message.kind is Kind.EPIKRISE:
        return "1.0" if message.version == "1.1" else "1.1"
    if message.kind in {Kind.HENVISNING, Kind.DIALOGMELDING} and message.version == "1.0":
        return "1.0"
    return "1.1"


def answerable(report: Report) -> Message | None:
    """Return the message that a receipt would answer for: of a wreck, as much of it as was saved."""
    rescued = report.rescued
    if report.message is not None or rescued is None or report.verdict is not Verdict.REJECT:
        return report.message
    return Message(
        envelope=rescued.envelope,
        kind=rescued.kind,
        version=rescued.version,
        type=Code(rescued.type) if rescued.type else None,
        generated=rescued.generated,
        msg_id=rescued.msg_id,
        sender=rescued.sender,
        receiver=rescued.receiver,
        documents=(Document(content=_saved(rescued)),),
    )


def _saved(rescued: Rescued) -> tuple[Payload, ...]:
    """Return as much of the content as its receipt needs: the oldest ones name a document id."""
    version, document_id = rescued.version or "", rescued.document_id
    if rescued.kind is Kind.HENVISNING:
        return (Henvisning(version=version, document_id=document_id),)
    if rescued.kind is Kind.EPIKRISE:
        from adapter.message.epikrise import Epikrise  # noqa: PLC0415 - a standard is loaded with the first message in it

        return (Epikrise(version=version, document_id=document_id),)
    return ()


def predict(report: Report) -> Preview | None:
    """Return the receipt that the message of a report would get, or None where none is due or nothing is sent."""
    message = answerable(report)
    if message is None or message.kind in {Kind.APPREC, Kind.EBXML}:
        return None
    if message.sender is None or message.sender.her_id is None:
        return None
    if report.verdict in {Verdict.QUARANTINE, Verdict.IGNORE} or _is_blocked(report):
        return None
    said = answer(report.findings)
    return Preview(apprec_version(message), said.status, said.errors)


def _is_blocked(report: Report) -> bool:
    return any(finding.severity is Severity.BLOCK for finding in report.findings)


def receipt(  # noqa: PLR0913 - a receipt is made of exactly these
    message: Message,
    recipient: Party,
    said: Answer,
    *,
    is_copy: bool,
    received_at: datetime,
    now: datetime,
    answering: Answering,
) -> Message:
    """Return the AppRec that a recipient gives for a message.

    Raises nothing: a message without sender must be refused an answer before (payload-standards A3).
    """
    version = apprec_version(message)
    sender_role, receiver_role = _roles(message, version, is_copy=is_copy)
    original = original_id(message)
    name = f"{original.id}|{message.msg_id}|{recipient.her_id}|{is_copy}|{received_at.isoformat()}"
    return Message(
        envelope=Envelope.APPREC,
        kind=Kind.APPREC,
        version=version,
        type=Code("APPREC", "Applikasjonskvittering"),
        mig_version=_MIG_VERSIONS[version],
        generated=Moment.of(now),
        msg_id=str(uuid.uuid5(_IDS, name)),
        sender=for_receipt(recipient, sender_role),
        receiver=for_receipt(message.sender or Party(), receiver_role),
        receipt=Receipt(
            software_name=answering.software_name or None,
            software_version=answering.software_version or None,
            status=Code(said.status, _STATUS_NAMES[said.status]),
            errors=tuple(_written(error) for error in said.errors),
            original=replace(original, issued=_date_time(message.generated, received_at)),
        ),
    )


def original_id(message: Message) -> OriginalMessage:
    """Return how a receipt names a message: by MsgId, in AppRec 1.0 the oldest ones by document id (6.5)."""
    # the standards that AppRec 1.0 was made for had no MsgId in its sense: Henvisning 1.0, Epikrise 1.1
    by_document = message.envelope is Envelope.MESSAGE and apprec_version(message) == "1.0"
    name = message.type.name if message.type and message.type.value == message.type_code else None
    return OriginalMessage(
        kind=Code(message.type_code or "", name or _TYPE_NAMES.get(message.type_code or "")),
        issued=message.generated,
        id=(message.document_id if by_document else message.msg_id) or message.msg_id or message.document_id or "",
    )


def _roles(message: Message, version: str, *, is_copy: bool) -> tuple[Code, Code]:
    """Return the roles of sender and receiver (HIS 80415 3.5.1, official unit test 9)."""
    copy = Code("COP", "Kopimottaker")
    if version == "1.1":
        return (copy if is_copy else Code("PRIM", "Primærmottaker")), Code("AVS", "Avsender")
    # a discharge letter goes to the one who asked, everything else to one who serves
    primary = Code("REQ", "Rekvirent") if message.kind is Kind.EPIKRISE else Code("SPR", "Tjenesteyter")
    return (copy if is_copy else primary), Code("RECEIVER", "Mottaker")


def _written(error: Code) -> Code:
    return replace(coded(8221, error.value or "X99", error.name), text=error.text)


def _date_time(generated: Moment | None, received_at: datetime) -> Moment:
    """Return GenDate as an xs:dateTime: as written where it is one, else as near as can be."""
    if generated is None or generated.instant is None:
        return Moment.of(received_at)
    text = generated.text.strip()
    if _XSD_DATE_TIME.fullmatch(text):
        return Moment(text)
    if "T" not in text and generated.day is not None:
        return Moment(f"{generated.day.isoformat()}T00:00:00")
    return Moment.of(generated.instant)


_XSD_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
)
