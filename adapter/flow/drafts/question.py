"""The draft that asks the referrer for what a referral lacks (Helsefaglig dialog, HIS 1077)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapter.flow.drafts.frame import Writing, conversation_of
from adapter.message.code import Code, coded
from adapter.message.dialogmelding import Dialogmelding
from adapter.message.message import Message

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


def question(writing: Writing, questions: Sequence[str]) -> Message:
    """Return the question to the sender; `questions` are the Norwegian items of the findings, or a person's own.

    The message asked about is both parent and conversation (HITS 1218 4).
    """
    subject, opening, ending = _ABOUT_DIALOGUE if writing.about.henvisning is None else _ABOUT_REFERRAL
    asked = "\r\n".join(f"- {item}" for item in questions)
    text = f"{opening}\r\n\r\n{asked}\r\n\r\n{ending}" if questions else ""
    note = writing.note(coded(7322, "6", "Henvendelse om pasient"), text, what="question", subject=subject)
    # HIS 1077 uses theme, subject, text and the person only
    bare = replace(note, document_id=None, date=None)
    return writing.message(
        Dialogmelding(version="1.1", notater=(bare,)),
        what="question",
        type_code=Code("DIALOG_HELSEFAGLIG", "Helsefaglig dialog"),
        conversation=conversation_of(writing.reference, writing.reference),
    )
