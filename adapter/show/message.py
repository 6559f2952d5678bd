"""A message as a page: who, to whom, about whom, what."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from adapter.message import (
    Base64Data,
    Document,
    Envelope,
    Epikrise,
    Henvisning,
    Legeerklaering,
    Message,
    Opaque,
    Party,
    PatientReport,
    Receipt,
    Sykmelding,
)
from adapter.show import sick_note
from adapter.show.describe import describe, fields_first
from adapter.show.labels import KINDS, SEVERITIES
from adapter.show.page import Attachment, Block, Item, Page, Table, block, line, plain
from adapter.show.words import code_text, opaque_block

_COPY = "COP"
_EMERGENCY = "0"
_SIGNATURE = "Signature"
#: What a browser shows safely, and how such a file begins.
_SAFE_TYPES = {
    "application/pdf": ("pdf", b"%PDF-"),
    "image/png": ("png", b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": ("jpg", b"\xff\xd8\xff"),
    "image/jpg": ("jpg", b"\xff\xd8\xff"),
    "image/pjpeg": ("jpg", b"\xff\xd8\xff"),
}


class Finding(Protocol):
    """What is shown of a check's finding."""

    @property
    def rule(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def partner_text(self) -> str | None: ...


def page(message: Message, findings: Iterable[Finding] = ()) -> Page:
    """Return what a reader of a message should see, the most important first."""
    blocks: list[Block] = []
    blocks += _findings(tuple(findings))
    blocks += _receipt(message.receipt)
    blocks += _party("Fra", message.sender)
    blocks += _party("Til", message.receiver)
    for other in message.other_receivers:
        blocks += _party("Kopi til" if _is_copy(message, other) else "Også til", other)
    if message.patient:
        blocks += block("Pasient", *describe(message.patient))
    for document in message.documents:
        blocks += _document(document)
    for report in message.patient_reports:
        blocks += _report(report)
    if message.opaque and message.opaque.name != _SIGNATURE:
        blocks += opaque_block(message.opaque)
    blocks += _attachments(message)
    blocks += block("Om meldingen", *describe(message))
    return Page(title=_title(message), notices=tuple(_notices(message)), blocks=tuple(blocks))


def _title(message: Message) -> str:
    named = code_text(message.type) if message.type and (message.type.name or message.type.text) else ""
    return plain(named).strip() or KINDS[message.kind]


def _notices(message: Message) -> Iterable[str]:
    yield from _content_notices(message)
    if message.status and message.status.value == "TEST":
        yield "Testmelding."
    if any(_is_copy(message, other) for other in message.other_receivers):
        yield "Meldingen er også sendt som kopi; kopimottakere står nedenfor."
    if message.opaque and message.opaque.name == _SIGNATURE:
        yield "Meldingen har en elektronisk signatur. Her vises bare at den finnes."


def _content_notices(message: Message) -> Iterable[str]:
    payload = message.payload
    if isinstance(payload, Henvisning | Epikrise):
        if payload.is_cancellation:
            what = "henvisningen" if isinstance(payload, Henvisning) else "epikrisen"
            yield f"Kansellering: {what} trekkes tilbake."
        if payload.is_change:
            yield "Endring: innholdet erstatter det som er sendt før."
    requested = payload.requested if isinstance(payload, Henvisning) else None
    if requested and requested.priority and requested.priority.value == _EMERGENCY:
        yield "Øyeblikkelig hjelp."
    if isinstance(payload, Sykmelding):
        yield from sick_note.notices(payload)
    if isinstance(payload, Legeerklaering) and payload.withholds:
        yield "Noe i erklæringen bør pasienten ikke få vite av medisinske grunner."


def _is_copy(message: Message, party: Party) -> bool:
    if message.envelope is Envelope.MESSAGE:
        return True  # they have no other kind (CopyDest)
    return party.role is not None and party.role.value == _COPY


def _findings(findings: tuple[Finding, ...]) -> tuple[Block, ...]:
    if not findings:
        return ()
    rows = tuple(
        (
            SEVERITIES.get(str(finding.severity), plain(str(finding.severity))),
            plain(finding.rule),
            plain(finding.partner_text or finding.text),
        )
        for finding in findings
    )
    return (Block("Funn", (Table(("Alvor", "Regel", "Hva"), rows),)),)


def _receipt(receipt: Receipt | None) -> tuple[Block, ...]:
    if receipt is None:
        return ()
    errors: tuple[Item, ...] = ()
    if receipt.errors:
        # HIS 80415: the free text (OT) shall always be shown; NAV writes its reason in the name (DN).
        rows = tuple(
            (plain(error.value or ""), plain(error.name or ""), plain(error.text or "")) for error in receipt.errors
        )
        errors = (Table(("Feilkode", "Betydning", "Forklaring"), rows),)
    status = line("Status", code_text(receipt.status)) if receipt.status else ()
    return block("Kvittering", *status, *errors, *fields_first(replace(receipt, status=None)))


def _party(title: str, party: Party | None) -> tuple[Block, ...]:
    return block(title, *describe(party)) if party else ()


def _document(document: Document) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for item in document.content or ():
        if isinstance(item, Henvisning | Epikrise | Sykmelding | Legeerklaering):
            blocks += block(_TITLES[type(item)], *fields_first(item, *_IMPORTANT[type(item)]))
        elif isinstance(item, Opaque):
            blocks += opaque_block(item)
        elif isinstance(item, Message):
            inner = page(item)
            blocks += block(f"Melding i meldingen: {inner.title}", *inner.blocks)
        elif not isinstance(item, Base64Data):
            blocks += block("Innhold", *describe(item))
    if document.booking:
        blocks += block("Time", *describe(document.booking))
    return tuple(blocks)


_TITLES: dict[type, str] = {
    Henvisning: "Henvisning",
    Epikrise: "Epikrise",
    Sykmelding: "Sykmelding",
    Legeerklaering: "Legeerklæring ved arbeidsuførhet",
}
#: What a reader looks for first.
_IMPORTANT: dict[type, tuple[str, ...]] = {
    Henvisning: (
        *("service_type", "description", "request_comment", "requested"),
        *("diagnoses", "reasons", "information"),
    ),
    Epikrise: ("description", "service_type", "status", "issued", "approved", "events", "referrals"),
    Sykmelding: (
        *("started", "periods", "needs_nav_now", "nav_help", "nav_measures", "other_measures"),
        *("workplace_measures", "employer_message", "assessment", "employment", "prognosis", "questions"),
    ),
    Legeerklaering: ("purposes", "patient", "unfit_from", "diagnoses", "status", "course", "measures", "ability"),
}


def _report(report: PatientReport) -> tuple[Block, ...]:
    about = (*line("Saksnummer", report.case_number), *(describe(report.patient) if report.patient else ()))
    return (
        *block("Pasientrapport", *about),
        *(found for document in report.documents for found in _document(document)),
    )


def _attachments(message: Message) -> tuple[Block, ...]:
    documents = [
        *message.attachments,
        *(document for document in message.documents if document.file_reference and not document.is_attachment),
    ]
    return block("Vedlegg", *(_attachment(number, found) for number, found in enumerate(documents, start=1)))


def _attachment(number: int, document: Document) -> Attachment:
    holders = [item for item in document.content or () if isinstance(item, Base64Data)]
    data = holders[0].decode() if holders else None
    mime_type = (document.mime_type or "").strip().lower()
    ending, beginning = _SAFE_TYPES.get(mime_type, ("", b""))
    is_safe = bool(data) and bool(ending) and data is not None and data.startswith(beginning)
    link = None
    if is_safe and data is not None:
        shown_type = "image/jpeg" if ending == "jpg" else mime_type
        link = f"data:{shown_type};base64,{base64.b64encode(data).decode('ascii')}"
    return Attachment(
        name=plain(document.description or "").strip() or f"Vedlegg {number}",
        mime_type=plain(document.mime_type or "").strip() or "ukjent type",
        size=None if data is None else len(data),
        link=link,
        file_name=f"vedlegg-{number}.{ending}" if ending else "",
        note=_note(document, holders, data, is_safe=is_safe),
    )


def _note(document: Document, holders: list[Base64Data], data: bytes | None, *, is_safe: bool) -> str:
    if document.file_reference:
        return f"Ligger ikke i meldingen: {plain(document.file_reference)}"
    if not holders:
        return "Uten innhold"
    if data is None:
        return "Innholdet kan ikke leses"
    return "" if is_safe else "Vises ikke: typen er ikke pdf, jpeg eller png, eller innholdet er noe annet enn den sier"
