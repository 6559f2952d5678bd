"""What NAV sees of a dialogue message: the first note, one doctor, the patient's number, attachments of some kinds.

NAV reads less than a message holds, and by other marks than the standard's (domain rules A.2, A.3). Its answer
(`nav`) and the profile for writing to it (`navt`) both start from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from adapter.check.profile import Profile
from adapter.message import Base64Data, Document, HealthcareProfessional, Message, Notat
from adapter.message.identity import has_check_digits
from adapter.values import value_class

#: NAV's attachments are counted, and kept, up to this number.
MOST_ATTACHMENTS = 40
#: NAV's case system keeps so many characters of a text.
LONGEST_TEXT = 2000

_NUMBER_LENGTH = 11
_LAST_DAY, _FIRST_DAY_OF_DNR, _LAST_DAY_OF_DNR = 31, 41, 71
_TOKENS = frozenset({"application/jwt", "application/json"})
_MEETING_LIST = "8126"
_INVITATION_LIST = "8125"


class Process(StrEnum):
    """The three ways to write to NAV, as Service and Action of the transport."""

    INQUIRY = "HenvendelseFraLege/Henvendelse"
    ANSWER = "ForesporselFraSaksbehandler/ForesporselSvar"
    MEETING = "DialogmoteInnkalling/MoteRespons"

    @classmethod
    def by_coupling(cls, service: str, action: str) -> Process | None:
        """Return the process of a Service and Action; None where NAV knows none."""
        return next((process for process in cls if process.value == f"{service}/{action}"), None)

    @classmethod
    def by_content(cls, message: Message) -> Process | None:
        """Return the process that a message is meant for, where the transport does not say: by its type."""
        if message.type_code == "DIALOG_NOTAT":
            return cls.INQUIRY
        if message.type_code != "DIALOG_SVAR":
            return None
        note = first_note(message)
        is_meeting = note is not None and note.theme is not None and note.theme.list_number == _MEETING_LIST
        return cls.MEETING if is_meeting else cls.ANSWER

    @property
    def lists(self) -> tuple[str, ...]:
        """Return the lists of which NAV takes a TemaKodet, the right one first."""
        return _LISTS[self]


_LISTS = {
    Process.INQUIRY: ("8128",),
    # some systems echo the code of the question
    Process.ANSWER: ("9069", "8129"),
    Process.MEETING: (_MEETING_LIST,),
}


class Loss(StrEnum):
    """Why NAV drops an attachment, without a word."""

    UNMARKED = "NAV-12"
    TYPE = "NAV-10"
    NO_PDF = "NAV-11"
    TOO_MANY = "NAV-13"


@value_class
class Enclosure:
    """One attachment as NAV sees it."""

    path: str
    document: Document
    mime: str
    #: Why NAV drops it; None where it keeps it.
    loss: Loss | None


def first_note(message: Message) -> Notat | None:
    """Return the note that NAV reads."""
    notes = message.dialogmelding.notater if message.dialogmelding else ()
    return notes[0] if notes else None


def note_text(note: Notat | None) -> str:
    """Return the words of a note that NAV reads: plain text, without blanks around it."""
    return note.text.text.strip() if note is not None and note.text is not None else ""


def has_theme_of(process: Process, note: Notat | None) -> bool:
    """Tell whether a note's TemaKodet is one of those that NAV takes in this process."""
    theme = note.theme if note else None
    number = theme.list_number if theme else None
    return theme is not None and number in process.lists and theme.value in Profile.load("nav").codes[number]


def is_theme_taken(process: Process, note: Notat | None) -> bool:
    """Tell whether NAV takes a note's TemaKodet in this process, and the question that it answers by it."""
    question = note.foresporsel.kind if note and note.foresporsel else None
    # an invitation to a meeting is answered in a process of its own
    is_about_meeting = question is not None and question.list_number == _INVITATION_LIST
    return has_theme_of(process, note) and not (process is Process.ANSWER and is_about_meeting)


def doctors(message: Message) -> tuple[HealthcareProfessional, ...]:
    """Return the health personnel that a message names as its sender."""
    organisation = message.sender.organisation if message.sender else None
    members = organisation.walk() if organisation else ()
    return tuple(member for member in members if isinstance(member, HealthcareProfessional))


def is_valid_for_nav(number: str) -> bool:
    """Tell whether NAV takes a number of 11 digits: the check digits from before 2032 and the day count, not the month.

    NAV does not know the check digits from 2032, and does not look at the month, so every kind of test person passes.
    """
    day = int(number[:2])
    if not (1 <= day <= _LAST_DAY or _FIRST_DAY_OF_DNR <= day <= _LAST_DAY_OF_DNR):
        return False
    return has_check_digits(number)


def is_eleven_digits(number: str) -> bool:
    """Tell whether a number has the length of an identity number, and nothing but digits."""
    return len(number) == _NUMBER_LENGTH and number.isascii() and number.isdigit()


def enclosures(message: Message) -> Iterator[Enclosure]:
    """Yield every attachment; a HelseID token is none."""
    kept = 0
    for place, document in enumerate(message.documents, start=1):
        if not document.is_attachment or is_token(document):
            continue
        mime = mime_of(document)
        loss = _loss(document, mime)
        if loss is None:
            kept += 1
            loss = Loss.TOO_MANY if kept > MOST_ATTACHMENTS else None
        yield Enclosure(path=f"/MsgHead/Document[{place}]/RefDoc", document=document, mime=mime, loss=loss)


def is_token(document: Document) -> bool:
    """Tell whether a document is the HelseID token by which NAV knows the doctor."""
    return document.is_attachment and mime_of(document) in _TOKENS


def mime_of(document: Document) -> str:
    """Return the type of a document, without its parameters."""
    return (document.mime_type or "").partition(";")[0].strip().lower()


def _loss(document: Document, mime: str) -> Loss | None:
    if document.kind is None or document.kind.value != "A":
        return Loss.UNMARKED
    if Profile.load("nav").words["mime"].fullmatch(mime) is None:
        return Loss.TYPE
    if mime == "application/pdf" and not any(_is_pdf(item) for item in document.content or ()):
        return Loss.NO_PDF
    return None


def _is_pdf(item: object) -> bool:
    return isinstance(item, Base64Data) and (item.decode() or b"").startswith(b"%PDF-")
