"""A message as a page: who, to whom, about whom, what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from adapter.message import (
    Dialogmelding,
    Document,
    Epikrise,
    Henvisning,
    Legeerklaering,
    Message,
    Opaque,
    Party,
    PatientReport,
    Sykmelding,
)
from adapter.show.attached import attachments
from adapter.show.describe import describe, describe_field, fields_first
from adapter.show.labels import KINDS, LABELS
from adapter.show.left_out import Leftover, left_out_block, left_out_notice
from adapter.show.notices import SIGNATURE, is_copy, notices
from adapter.show.page import Block, Item, Line, Page, block, line, lines_first, plain
from adapter.show.receipt import receipt_block
from adapter.show.remarks import Finding, Place, summary, with_remarks
from adapter.show.thread import Entry, thread_block
from adapter.show.words import code_text, moment_text, opaque_block


def page(
    message: Message,
    findings: Iterable[Finding] = (),
    thread: Iterable[Entry] = (),
    leftovers: tuple[Leftover, ...] = (),
) -> Page:
    """Return what a reader of a message should see, the most important first."""
    found = tuple(findings)
    about = describe(message.about) if message.about else ()
    content = _content(message, about)
    blocks: list[Block] = [
        _party(Place.SENDER, message.sender),
        _party(Place.RECEIVER, message.receiver),
        *(_party("Kopi til" if is_copy(message, other) else "Også til", other) for other in message.other_receivers),
        Block(Place.PATIENT, about, is_card=True),
        *content,
        *left_out_block(leftovers),
        *(attachments(message) or (Block(Place.ATTACHMENTS, ()),)),
        *thread_block(tuple(thread)),
        Block(Place.MESSAGE, lines_first(describe(message))),
    ]
    shown = with_remarks(blocks, content[0].title if content else Place.MESSAGE, found)
    return Page(
        title=_title(message),
        subtitle=plain(f"Sendt {moment_text(message.generated)}") if message.generated else "",
        notices=(*notices(message), *left_out_notice(leftovers), *summary(found)),
        blocks=tuple(part for part in shown if part.items),
    )


def _title(message: Message) -> str:
    named = code_text(message.type) if message.type and (message.type.name or message.type.text) else ""
    return plain(named).strip() or KINDS[message.kind]


def _party(title: str, party: Party | None) -> Block:
    """Return a party; the two ends of a message are there even where they are empty, for what is said of that."""
    return Block(title, describe(party) if party else (), is_card=True)


def _content(message: Message, about: tuple[Item, ...]) -> tuple[Block, ...]:
    return (
        *receipt_block(message.receipt),
        *(found for document in message.documents for found in _document(document, about)),
        *(found for report in message.patient_reports for found in _report(report)),
        *(opaque_block(message.opaque) if message.opaque and message.opaque.name != SIGNATURE else ()),
    )


def _document(document: Document, about: tuple[Item, ...]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for item in document.content or ():
        if isinstance(item, Henvisning | Epikrise | Sykmelding | Legeerklaering):
            blocks += _letter(item, about)
        elif isinstance(item, Dialogmelding):
            blocks += _dialogue(item)
        elif isinstance(item, Opaque):
            blocks += opaque_block(item)
        elif isinstance(item, Message):
            inner = page(item)
            blocks += block(f"Melding i meldingen: {inner.title}", *inner.blocks)
    if document.booking:
        blocks += block("Time", *describe(document.booking))
    return tuple(blocks)


def _letter(payload: Henvisning | Epikrise | Sykmelding | Legeerklaering, about: tuple[Item, ...]) -> tuple[Block, ...]:
    """Return the content under its heading; the stays of an epikrise, which are what it tells, come before it.

    :param about: the patient as the letter shows it; what says the same once more is left out.
    """
    stays: tuple[Item, ...] = ()
    if isinstance(payload, Epikrise):
        stays = describe_field(LABELS["Epikrise.events"], payload.events)
        payload = replace(payload, events=())
    elif isinstance(payload, Sykmelding | Legeerklaering) and payload.patient and describe(payload.patient) == about:
        payload = replace(payload, patient=None)
    rest = lines_first(fields_first(payload, *_IMPORTANT[type(payload)]))
    return (*(stay for stay in stays if isinstance(stay, Block)), *block(_TITLES[type(payload)], *rest))


def _dialogue(dialogue: Dialogmelding) -> tuple[Block, ...]:
    """Return each note and question under its own heading, and before them the case they belong to."""
    items = describe(dialogue)
    return (
        *block("Sak", *(item for item in items if isinstance(item, Line))),
        *(item for item in items if isinstance(item, Block)),
    )


_TITLES: dict[type, str] = {
    Henvisning: "Henvisning",
    Epikrise: "Om epikrisen",
    Sykmelding: "Sykmelding",
    Legeerklaering: "Legeerklæring ved arbeidsuførhet",
}
#: What a reader looks for first.
_IMPORTANT: dict[type, tuple[str, ...]] = {
    Henvisning: (
        *("description", "description_note", "service_type", "request_comment", "requested"),
        *("issued", "payment_category", "basis_for_services", "ack", "diagnoses", "reasons", "information"),
    ),
    Epikrise: ("description", "service_type", "status", "priority", "issued", "approved", "ack", "referrals"),
    Sykmelding: (
        *("started", "seen", "contact", "no_contact", "periods", "needs_nav_now", "nav_help", "nav_measures"),
        *("other_measures", "workplace_measures", "employer_message", "gp", "nav_office"),
        *("assessment", "prognosis", "questions", "plan", "employment"),
    ),
    Legeerklaering: ("purposes", "unfit_from", "diagnoses", "status", "course", "measures", "ability"),
}


def _report(report: PatientReport) -> tuple[Block, ...]:
    about = describe(report.patient) if report.patient else ()
    return (
        *block("Pasientrapport", *line("Saksnummer", report.case_number), *about),
        *(found for document in report.documents for found in _document(document, about)),
    )
