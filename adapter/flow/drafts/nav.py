"""Messages to NAV, and answers to whoever asks (Dialogmelding 1.0): answer, dialogmøte, need for measures."""

from __future__ import annotations

from dataclasses import replace

from adapter.flow.drafts.frame import CannotBeWritten, Writing, with_author
from adapter.message.code import Code, coded
from adapter.message.dialogmelding import Dialogmelding, Foresporsel, FreeText, Notat
from adapter.message.message import ConversationRef, Message
from adapter.message.party import Party

#: List 9069; NAV takes the one that says "Svar på forespørsel" only.
ANSWERS = {
    "1": "De etterspurte opplysningene er inkludert i meldingen",
    "2": "Forespørselen avvist uten begrunnelse",
    "3": "Har ikke ønskede opplysninger",
    "4": "Kan ikke besvares. Krever pasientens samtykke",
    "5": "Svar på forespørsel",
    "9": "Annet, svar angitt i fritekst",
}
ANSWER = "5"
#: List 8126.
MEETING_ANSWERS = {
    "1": "Ja, jeg kommer",
    "2": "Jeg ønsker nytt møtetidspunkt",
    "3": "Jeg kan ikke komme / begrunnelse for manglende oppmøte",
}
#: List 8128.
NEEDS = {
    "1": "Henvendelse om sykefraværsoppfølging",
    "2": "Henvendelse om pasient som ikke er sykmeldt",
}
_MEETING, _REQUEST_BY_NAV = "8125", "8129"
_AUTHOR = coded(9057, "1", "Forfatter")


def asked_in(message: Message) -> Foresporsel | None:
    """Return what a message asks, or None."""
    dialogue = message.dialogmelding
    return next(iter(dialogue.foresporsler), None) if dialogue else None


def is_written_request(message: Message) -> bool:
    """Tell whether NAV asks for an answer in words, be it for the first time or again."""
    asked = asked_in(message)
    return asked is not None and asked.kind is not None and asked.kind.list_number == _REQUEST_BY_NAV


def answer(writing: Writing, text: str = "", code: str | None = None) -> Message:
    """Return the answer to a request: to NAV's, to its invitation to a dialogmøte, or to another party's.

    The request always follows with its answer, but for a dialogmøte. RefToConversation is repeated letter by letter,
    and RefToParent is the message answered, be it the request or the reminder (domain rules A.5 and A.6).

    Raises:
        CannotBeWritten: The message asks nothing, or there is no such answer to it.
    """
    asked = asked_in(writing.about)
    if asked is None:
        raise CannotBeWritten("The message asks nothing, so there is nothing to answer.")
    number = asked.kind.list_number if asked.kind else None
    if number == _MEETING:
        return _written(writing, text, _theme(8126, code, MEETING_ANSWERS), None)
    if number == _REQUEST_BY_NAV and code not in {None, ANSWER}:
        raise CannotBeWritten(f"NAV takes no answer {code}.", hint=f"Leave the code out: it is {ANSWER}.")
    return _written(writing, text, _theme(9069, code or ANSWER, ANSWERS), asked)


def need(writing: Writing, nav: Party, text: str = "", code: str = "1") -> Message:
    """Return what a doctor asks of NAV about a patient, on sick leave (1) or not (2).

    Where the message written about is NAV's own, it continues that conversation; else it begins one (NAVT-10).

    Raises:
        CannotBeWritten: There is no such need.
    """
    theme = _theme(8128, code, NEEDS)
    is_continued = writing.about.sender is not None and nav.her_id in writing.about.sender.her_ids()
    conversation = None
    if is_continued:
        conversation = writing.answering()
    return _message(writing, _note(writing, text, theme, "need"), Code("DIALOG_NOTAT", "Notat"), conversation, nav)


def _written(writing: Writing, text: str, theme: Code, asked: Foresporsel | None) -> Message:
    note = replace(_note(writing, text, theme, "answer"), foresporsel=asked)
    conversation = writing.answering()
    return _message(writing, note, Code("DIALOG_SVAR", "Svar på forespørsel"), conversation, None)


def _note(writing: Writing, text: str, theme: Code, what: str) -> Notat:
    note = writing.note(theme, text, what=what)
    return replace(
        note,
        text=FreeText(text=text.strip(), is_typed=True) if text.strip() else None,
        roles=tuple(replace(role, role=_AUTHOR, role_to_patient=None) for role in note.roles),
    )


def _message(
    writing: Writing, note: Notat, type_code: Code, conversation: ConversationRef | None, receiver: Party | None
) -> Message:
    made = writing.message(
        Dialogmelding(version="1.0", notater=(note,)),
        what="answer" if note.foresporsel else f"{type_code.value} {note.theme.value if note.theme else ''}",
        type_code=type_code,
        conversation=conversation,
        receiver=receiver,
    )
    if writing.author is None or made.sender is None:
        return made
    return replace(made, sender=with_author(made.sender, writing.author))


def _theme(number: int, code: str | None, names: dict[str, str]) -> Code:
    if code not in names:
        raise CannotBeWritten(
            f"There is no {code} in list {number}." if code else "The answer has no code yet.",
            hint=", ".join(f"{value} {name}" for value, name in names.items()),
        )
    return coded(number, code, names[code])
