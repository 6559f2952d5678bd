"""Viderehenvisning (HIS 1208): a referral goes on to somebody else, with what was decided about it so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from adapter.flow.drafts.content import modern, patient_of
from adapter.flow.drafts.frame import CannotBeWritten, Writing
from adapter.message.attachment import Base64Data, Document
from adapter.message.code import Code, Moment, coded
from adapter.message.henvisning import Assessment, AssessmentDate, AssessmentOutcome, Pathway, Responsible
from adapter.message.message import Message
from adapter.message.party import Party
from adapter.values import value_class

SENIORITY, ASSESSED, DEADLINE, WAITING_ENDED = "1", "2", "3", "4"
#: List 9147.
DATES = {
    SENIORITY: "Ansiennitetsdato",
    ASSESSED: "Vurderingsdato",
    DEADLINE: "Frist for nødvendig helsehjelp",
    WAITING_ENDED: "Ventetid sluttdato",
}
#: Documents that every receiver of a forwarding can show (HIS 1208).
_SHOWABLE = ("application/pdf", "image/jpeg", "image/png")


@value_class
class Rights:
    """How the rights were assessed before the referral went on."""

    #: List 8485.
    outcome: Code
    is_entitled: bool
    #: List 8445; demanded with the day that the waiting ended.
    waiting_end: Code | None = None


@value_class
class Passing:
    """What goes on with the referral."""

    #: Why it goes on, in a person's words.
    text: str = ""
    #: Days by code of list 9147; the Ansiennitetsdato is among them.
    dates: dict[str, date]
    rights: Rights | None = None
    #: Those of the referral itself stay.
    pathways: tuple[Pathway, ...] = ()
    #: The original for reading, as PDF.
    original: bytes


def forwarding(writing: Writing, to: Party, passing: Passing) -> Message:
    """Return the Viderehenvisning to exactly one receiver; it answers the original and belongs to its conversation.

    Raises:
        CannotBeWritten: The message is no referral, is a cancellation, or the dates and the rights do not fit.
    """
    about = writing.about
    referral = about.henvisning
    if referral is None or referral.is_cancellation:
        raise CannotBeWritten("Only a referral that stands can be forwarded.")
    content = modern(about, referral)
    said = [part for part in (passing.text.strip(), content.request_comment) if part]
    signed = Responsible(person=writing.author, relation=coded(8254, "ARP", "Ansvarlig for rapport"))
    content = replace(
        content,
        service_type=Code("N", "Ny"),
        issued=Moment.of(writing.now),
        document_id=writing.new_id("forwarding document"),
        request_comment="\r\n\r\n".join(said) or None,
        responsibles=(*content.responsibles, *((signed,) if writing.author and writing.author.identifiers else ())),
        assessment=_assessment(writing, passing, content.assessment),
        pathways=(*content.pathways, *passing.pathways),
    )
    return writing.message(
        content,
        what="forwarding",
        type_code=Code("HENVISNING_VIDERE", "Viderehenvisning"),
        conversation=writing.answering(),
        receiver=to,
        patient=patient_of(about.patient),
        attachments=(_original(writing, passing.original), *_attached(about)),
    )


def _assessment(writing: Writing, passing: Passing, before: Assessment | None) -> Assessment:
    """Return the days and the rights: the new ones over those that the referral came with."""
    known = (
        {entry.kind.value: entry.date for entry in before.dates if entry.kind and entry.kind.value} if before else {}
    )
    days: dict[str, Moment | None] = {**known, **{code: Moment(day.isoformat()) for code, day in passing.dates.items()}}
    outcome = before.outcome if before else None
    if passing.rights:
        outcome = AssessmentOutcome(
            free_choice=outcome.free_choice if outcome else None,
            waiting_end=passing.rights.waiting_end or (outcome.waiting_end if outcome else None),
            pathway_id=(outcome.pathway_id if outcome else None) or writing.new_id("pathway"),
            has_right="true" if passing.rights.is_entitled else "false",
            outcome=passing.rights.outcome,
        )
    if SENIORITY not in days:
        raise CannotBeWritten("A forwarding needs the Ansiennitetsdato (HIS 1208).")
    if WAITING_ENDED in days and (outcome is None or outcome.waiting_end is None):
        raise CannotBeWritten("The day that the waiting ended needs a code for why (HIS 1208).")
    return Assessment(
        dates=tuple(
            AssessmentDate(kind=coded(9147, code, DATES[code]), date=days[code])
            for code in sorted(days)
            if code in DATES
        ),
        outcome=outcome,
    )


def _original(writing: Writing, pdf: bytes) -> Document:
    return Document(
        connection=Code("V", "Vedlegg"),
        issued=writing.about.generated or writing.today,
        kind=Code("A", "Vedlegg"),
        mime_type="application/pdf",
        description="Opprinnelig henvisning",
        content=(Base64Data.of(pdf),),
    )


def _attached(about: Message) -> Iterator[Document]:
    """Yield the original's own attachments, as far as every receiver can show them."""
    for document in about.attachments:
        held = tuple(item for item in document.content or () if isinstance(item, Base64Data))
        if held and (document.mime_type or "").strip().lower() in _SHOWABLE:
            yield Document(
                connection=Code("V", "Vedlegg"),
                issued=document.issued,
                kind=Code("A", "Vedlegg"),
                id=document.id,
                mime_type=(document.mime_type or "").strip().lower(),
                description=document.description,
                content=held,
            )
