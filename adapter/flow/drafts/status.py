"""Status på henvisning (HIS 1206): what the receiver of a referral tells the one who sent it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from adapter.flow.drafts.frame import CannotBeWritten, Writing, is_emergency
from adapter.message.code import OSLO, Code, coded
from adapter.message.dialogmelding import Dialogmelding
from adapter.message.message import Message
from adapter.message.party import Party
from adapter.values import value_class

CALLED_IN, ENTITLED, FORWARDED, DECLINED = "1", "2", "3", "4"
#: List 9148.
STATUSES = {
    CALLED_IN: "Innkalles til helsehjelp",
    ENTITLED: "Rett til helsehjelp, tidspunkt kommer",
    FORWARDED: "Henvisningen er videresendt",
    DECLINED: "Henvisningen er avvist",
}
#: What a decline must say beside its reason, wherever the reason does not speak of it itself.
APPEAL = "Klageadgang: Pasienten, eller den som representerer pasienten, kan klage på avgjørelsen til Statsforvalteren."
_OPENINGS = {
    CALLED_IN: "Henvisningen er vurdert. Pasienten innkalles til helsehjelp.",
    ENTITLED: "Henvisningen er vurdert. Pasienten har rett til helsehjelp. Tidspunkt kommer.",
}


@value_class
class Assessed:
    """What was decided about the referral, as far as the sender shall know it."""

    #: A person's own words; for a decline the reason.
    text: str = ""
    #: Where the patient is to come, or where the referral went.
    place: str = ""
    #: When the patient is to come; aware.
    appointment: datetime | None = None
    #: Ansiennitetsdato.
    seniority: date | None = None
    #: Frist for nødvendig helsehjelp.
    deadline: date | None = None


def status(
    writing: Writing, code: str, assessed: Assessed, *, previous: str | None = None, copies: Sequence[Party] = ()
) -> Message:
    """Return the status message; its text is left out where only a person can write it.

    `previous` is the id of the status sent before this one. The first one answers the referral, or the forwarding
    by which it came; the conversation is always the original referral's.

    Raises:
        CannotBeWritten: There is no such status, or the message is no referral or one for immediate help.
    """
    if code not in STATUSES:
        raise CannotBeWritten(f"There is no status {code}.", hint=f"List 9148 has {', '.join(STATUSES)}.")
    if writing.about.henvisning is None:
        raise CannotBeWritten("A status is about a referral.")
    if is_emergency(writing.about):
        raise CannotBeWritten("A referral for immediate help gets no status (HIS 1206).")
    note = writing.note(coded(9148, code, STATUSES[code]), text_of(code, assessed), what=f"status {code}")
    return writing.message(
        Dialogmelding(version="1.1", notater=(note,)),
        what=f"status {code}",
        type_code=Code("DIALOG_STATUS_HENVISNING", "Status på henvisning"),
        conversation=writing.answering(previous),
        copies=copies,
    )


def text_of(code: str, assessed: Assessed) -> str:
    """Return what the status says; nothing for a decline without reason and a forwarding to nowhere."""
    text, place = assessed.text.strip(), assessed.place.strip()
    if code == DECLINED:
        return with_appeal(text)
    if code == FORWARDED:
        return "\r\n\r\n".join(part for part in (place and f"Henvisningen er videresendt til {place}.", text) if part)
    facts = [
        assessed.appointment and f"Tid: {assessed.appointment.astimezone(OSLO):%d.%m.%Y kl. %H.%M}",
        place and f"Sted: {place}",
        assessed.seniority and f"Ansiennitetsdato: {assessed.seniority:%d.%m.%Y}",
        assessed.deadline and f"Frist for nødvendig helsehjelp: {assessed.deadline:%d.%m.%Y}",
    ]
    said = "\r\n".join(fact for fact in facts if fact)
    return "\r\n\r\n".join(part for part in (text or _OPENINGS[code], said) if part)


def with_appeal(reason: str) -> str:
    """Return the reason of a decline with what can be done about it; nothing without a reason."""
    if not reason.strip() or "klage" in reason.lower():
        return reason.strip()
    return f"{reason.strip()}\r\n\r\n{APPEAL}"
