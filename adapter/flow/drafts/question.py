"""The draft that asks the referrer for what a referral lacks (Helsefaglig dialog, HIS 1077)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from adapter.check.profile import Profile, Wording
from adapter.flow.drafts.frame import Writing
from adapter.message.code import Code, coded
from adapter.message.dialogmelding import Dialogmelding
from adapter.message.message import ConversationRef, Message

#: Around what no profile has words of its own for.
_PLAIN = Wording(
    subject="Manglende opplysninger i mottatt melding",
    opening="Meldingen er mottatt og blir vurdert. For å vurdere den trenger vi:",
    ending="Svar på denne meldingen; det er ikke nødvendig å sende den på nytt.",
)


def wording_for(rule: str | None, profiles: Iterable[str]) -> Wording:
    """Return the words around the question of a rule, or of a person, by the profiles of the party that asks."""
    found = (Profile.load(name).wording(rule) for name in profiles)
    return next((wording for wording in found if wording is not None), _PLAIN)


def question(writing: Writing, questions: Sequence[str], wording: Wording = _PLAIN) -> Message:
    """Return the question to the sender; `questions` are the Norwegian items of the findings, or a person's own.

    The message asked about is both parent and conversation (HITS 1218 4).
    """
    asked = "\r\n".join(f"- {item}" for item in questions)
    text = f"{wording.opening}\r\n\r\n{asked}\r\n\r\n{wording.ending}" if questions else ""
    note = writing.note(coded(7322, "6", "Henvendelse om pasient"), text, what="question", subject=wording.subject)
    # HIS 1077 uses theme, subject, text and the person only
    bare = replace(note, document_id=None, date=None)
    return writing.message(
        Dialogmelding(version="1.1", notater=(bare,)),
        what="question",
        type_code=Code("DIALOG_HELSEFAGLIG", "Helsefaglig dialog"),
        conversation=ConversationRef(parent=writing.reference, conversation=writing.reference),
    )
