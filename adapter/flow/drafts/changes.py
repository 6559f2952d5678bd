"""What becomes of a draft before it is sent: another text, another author, the day it goes; and what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from adapter.flow.drafts.deviation import refuse_other_patients
from adapter.flow.drafts.frame import with_author
from adapter.flow.drafts.status import DECLINED, with_appeal
from adapter.message.code import OSLO, Code, Moment, coded
from adapter.message.dialogmelding import Dialogmelding, FreeText, Notat, RelatedRole
from adapter.message.henvisning import Henvisning, Responsible
from adapter.message.message import Message
from adapter.message.party import HealthcareProfessional
from adapter.wire.style import tidy

_STATUS, _MEETING, _NAV_LISTS = "9148", "8126", frozenset({"8126", "8128", "9069"})
_DEVIATION = "8117"
#: Answers to an invitation that say all by themselves: "Ja, jeg kommer", "Jeg ønsker nytt møtetidspunkt".
_COMPLETE_ANSWERS = frozenset({"1", "2"})
#: Lists whose messages must name who answers for them, with a phone number (HIS 1077, 1151, 1206).
_SIGNED_LISTS = frozenset({"7322", "8117", "9148"})


def with_text(draft: Message, text: str) -> Message:
    """Return a draft that says something else; a decline keeps what can be done about it.

    Raises:
        CannotBeWritten: An avvik names the identity number of another person.
    """
    said = text.strip()

    def changed(note: Notat) -> Notat:
        number, code = _theme(note)
        if number == _DEVIATION:
            refuse_other_patients(draft, said)
        words = with_appeal(said) if (number, code) == (_STATUS, DECLINED) else said
        typed = number in _NAV_LISTS
        return replace(note, text=FreeText(text=words, is_typed=typed) if words else None)

    if draft.henvisning is not None:
        return _with_content(draft, replace(draft.henvisning, request_comment=said or None))
    return _with_note(draft, changed)


def signed_by(draft: Message, author: HealthcareProfessional) -> Message:
    """Return a draft that somebody else answers for."""
    referral = draft.henvisning
    if referral is not None:
        mine = Responsible(person=author, relation=coded(8254, "ARP", "Ansvarlig for rapport"))
        others = tuple(entry for entry in referral.responsibles if entry.relation != mine.relation)
        return _with_content(draft, replace(referral, responsibles=(*others, mine)))

    def changed(note: Notat) -> Notat:
        to_nav = _theme(note)[0] in _NAV_LISTS
        role = RelatedRole(
            role=coded(9057, "1", "Forfatter") if to_nav else None,
            role_to_patient=None if to_nav else coded(9034, "21", "Helsefaglig kontakt"),
            person=author,
        )
        return replace(note, roles=(role,))

    made = _with_note(draft, changed)
    is_to_nav = any(_theme(note)[0] in _NAV_LISTS for note in _notes(made))
    return replace(made, sender=with_author(made.sender, author)) if made.sender and is_to_nav else made


def dated(draft: Message, now: datetime) -> Message:
    """Return a draft as it is when somebody lets it go: it is written then, and receipts are counted from there."""
    today = Moment(now.astimezone(OSLO).date().isoformat())
    referral = draft.henvisning
    if referral is not None:
        made = _with_content(draft, replace(referral, issued=Moment.of(now)))
    else:
        made = _with_note(draft, lambda note: replace(note, date=today if note.date else None))
    first, *others = made.documents
    return replace(made, generated=Moment.of(now), documents=(replace(first, issued=today), *others))


def missing_in(draft: Message) -> tuple[str, ...]:
    """Return what a person must add before a draft can be sent, in the words of the command line's options."""
    return tuple(_missing(draft))


def _missing(draft: Message) -> Iterator[str]:
    for note in _notes(draft):
        number, code = _theme(note)
        is_complete = number == _MEETING and code in _COMPLETE_ANSWERS
        if not is_complete and not (note.text and (note.text.text.strip() or note.text.markup)):
            yield "text"
        people = [role.person for role in note.roles if role.person]
        if number in _SIGNED_LISTS and not any(person.name and person.phones() for person in people):
            yield "as"


def _notes(draft: Message) -> tuple[Notat, ...]:
    return draft.dialogmelding.notater if draft.dialogmelding else ()


def _theme(note: Notat) -> tuple[str | None, str | None]:
    theme = note.theme or Code()
    return theme.list_number, theme.value


def _with_note(draft: Message, change: Callable[[Notat], Notat]) -> Message:
    content = draft.dialogmelding
    if content is None or not content.notater:
        return draft
    first, *others = content.notater
    return _with_content(draft, replace(content, notater=(change(first), *others)))


def _with_content(draft: Message, content: Dialogmelding | Henvisning) -> Message:
    first, *others = draft.documents
    return tidy(replace(draft, documents=(replace(first, content=(content,)), *others)))
