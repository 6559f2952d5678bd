"""The draft that asks the referrer for what a referral lacks (Helsefaglig dialog, HIS 1077)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from adapter.flow.mirror import for_dialogue
from adapter.message.attachment import Document
from adapter.message.code import OSLO, Code, Moment, coded
from adapter.message.dialogmelding import Dialogmelding, FreeText, Notat
from adapter.message.message import ConversationRef, Envelope, Kind, Message
from adapter.message.party import Identifier, Party, Patient

_IDS = uuid.UUID("0a9cf1f3-5e0e-5c0b-8a3d-0c8ff7a2a9b4")
_SUBJECT = "Manglende opplysninger i henvisning til Arbeidsrettet mestringsopphold"


def missing_facts(message: Message, questions: Sequence[str], *, now: datetime) -> Message:
    """Return the question to the referrer, for a health professional to read, change and approve.

    The referral is both parent and conversation (HITS 1218 4). `questions` are the Norwegian items of the findings.
    """
    asked = "\r\n".join(f"- {question}" for question in questions)
    text = (
        "Henvisningen er mottatt og blir vurdert. For å vurdere den trenger vi:\r\n\r\n"
        f"{asked}\r\n\r\nSvar på denne meldingen; ny henvisning er ikke nødvendig."
    )
    original = message.msg_id or ""
    note = Notat(
        theme=coded(7322, "6", "Henvendelse om pasient"),
        subject=_SUBJECT,
        text=FreeText(text=text),
        document_id=str(uuid.uuid5(_IDS, f"document {original}")),
        date=Moment(now.astimezone(OSLO).date().isoformat()),
    )
    return Message(
        envelope=Envelope.HODEMELDING,
        kind=Kind.DIALOGMELDING,
        version="1.1",
        type=Code("DIALOG_HELSEFAGLIG", "Helsefaglig dialog"),
        mig_version="v1.2 2006-05-24",
        generated=Moment.of(now),
        msg_id=str(uuid.uuid5(_IDS, f"question {original}")),
        ack=Code("J", "Ja"),
        conversation=ConversationRef(parent=original, conversation=original),
        sender=for_dialogue(message.receiver or Party()),
        receiver=for_dialogue(message.sender or Party()),
        patient=_patient(message.patient),
        documents=(
            Document(
                connection=Code("H", "Hoveddokument"),
                issued=Moment(now.astimezone(OSLO).date().isoformat()),
                kind=Code("XML", "XML-instans"),
                mime_type="text/xml",
                content=(Dialogmelding(version="1.1", notater=(note,)),),
            ),
        ),
    )


def _patient(patient: Patient | None) -> Patient | None:
    """Return the patient as MsgHead identifies one: name and official number."""
    if patient is None:
        return None
    family, given = patient.family_name, patient.given_name
    if not family and patient.full_name:
        # Henvisning 1.x writes "Etternavn, Fornavn" (HISD 1165)
        family, _, rest = patient.full_name.partition(",")
        given = rest.strip() or None
    official = tuple(
        Identifier(number.value, coded(8116, number.kind.value, number.kind.name))
        for number in patient.identifiers
        if number.value and number.kind and number.kind.value in {"FNR", "DNR", "FHN"}
    )
    return Patient(
        family_name=(family or "").strip() or None,
        middle_name=patient.middle_name,
        given_name=given,
        date_of_birth=None if official else patient.date_of_birth,
        sex=None if official else patient.sex,
        identifiers=official,
    )
