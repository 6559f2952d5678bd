"""The draft that asks the referrer for what a referral lacks (Helsefaglig dialog, HIS 1077)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from adapter.flow.answer import original_id
from adapter.flow.mirror import PERSON_IDS, for_dialogue, with_lists
from adapter.message.attachment import Document
from adapter.message.code import OSLO, Code, Moment, coded
from adapter.message.dialogmelding import Dialogmelding, FreeText, Notat
from adapter.message.message import ConversationRef, Envelope, Kind, Message
from adapter.message.party import Party, Patient

_IDS = uuid.UUID("0a9cf1f3-5e0e-5c0b-8a3d-0c8ff7a2a9b4")
_OFFICIAL = ("FNR", "DNR", "FHN")
_ABOUT_REFERRAL = (
    "Manglende opplysninger i henvisning til Arbeidsrettet mestringsopphold",
    "Henvisningen er mottatt og blir vurdert. For å vurdere den trenger vi:",
    "Svar på denne meldingen; ny henvisning er ikke nødvendig.",
)
_ABOUT_DIALOGUE = (
    "Henvisning til Arbeidsrettet mestringsopphold sendt som dialogmelding",
    "Dialogmeldingen er mottatt og ser ut til å være en henvisning. For å vurdere den trenger vi:",
    "Send den som henvisning; denne meldingen trenger ikke svar.",
)


def question_about(message: Message, asker: Party, questions: Sequence[str], *, now: datetime) -> Message:
    """Return the question to the sender, for a health professional to read, change and approve.

    `asker` is the recipient whose questions, the Norwegian items of the findings, these are. The message asked about
    is both parent and conversation (HITS 1218 4), by the id that its receipt uses (Hodemelding 1.2).
    """
    subject, opening, ending = _ABOUT_DIALOGUE if message.henvisning is None else _ABOUT_REFERRAL
    asked = "\r\n".join(f"- {question}" for question in questions)
    original = original_id(message).id or ""
    seed = message.msg_id or original
    today = Moment(now.astimezone(OSLO).date().isoformat())
    note = Notat(
        theme=coded(7322, "6", "Henvendelse om pasient"),
        subject=subject,
        text=FreeText(text=f"{opening}\r\n\r\n{asked}\r\n\r\n{ending}"),
        document_id=str(uuid.uuid5(_IDS, f"document {seed}")),
        date=today,
    )
    return Message(
        envelope=Envelope.HODEMELDING,
        kind=Kind.DIALOGMELDING,
        version="1.1",
        type=Code("DIALOG_HELSEFAGLIG", "Helsefaglig dialog"),
        mig_version="v1.2 2006-05-24",
        generated=Moment.of(now),
        msg_id=str(uuid.uuid5(_IDS, f"question {seed}")),
        ack=Code("J", "Ja"),
        conversation=ConversationRef(parent=original, conversation=original),
        sender=for_dialogue(asker),
        receiver=for_dialogue(message.sender or Party()),
        patient=_patient(message.patient),
        documents=(
            Document(
                connection=Code("H", "Hoveddokument"),
                issued=today,
                kind=Code("XML", "XML-instans"),
                mime_type="text/xml",
                content=(Dialogmelding(version="1.1", notater=(note,)),),
            ),
        ),
    )


def _patient(patient: Patient | None) -> Patient | None:
    """Return the patient as MsgHead identifies one: name and official number, else date of birth and sex."""
    if patient is None:
        return None
    family, given = patient.family_name, patient.given_name
    if not family and patient.full_name:
        # Henvisning 1.x writes "Etternavn, Fornavn" (HISD 1165); without the comma nobody can tell which is which
        family, _, rest = patient.full_name.partition(",")
        given = rest.strip() or None
    official = with_lists(tuple(number for number in patient.identifiers if number.is_kind(*_OFFICIAL)), PERSON_IDS)
    born = patient.date_of_birth.day if patient.date_of_birth else None
    sex = patient.sex if patient.sex and patient.sex.value else None
    return Patient(
        family_name=(family or "").strip() or None,
        middle_name=patient.middle_name,
        given_name=given,
        date_of_birth=Moment(born.isoformat()) if born and not official else None,
        sex=None if official else sex,
        identifiers=official,
    )
