"""The dialogue message (Dialogmelding 1.0 and 1.1, HIS 80603)."""

from __future__ import annotations

from typing import ClassVar

from adapter.message.code import Code, Moment
from adapter.message.kind import Kind
from adapter.message.party import Organisation, Person
from adapter.message.payload import Payload
from adapter.values import value_class


@value_class
class FreeText:
    """Text of an element that may hold anything: plain words, or XHTML."""

    text: str = ""
    #: The XHTML inside, each element as exclusive canonical XML with the words that follow it; `text` then holds
    #: only what stands before the first.
    markup: tuple[bytes, ...] = ()
    #: True where the element says `xsi:type="xsd:string"`, as NAV asks for.
    is_typed: bool = False


@value_class
class RelatedUnit:
    """An organisation that has to do with the matter, and a contact in it (TilknyttetEnhet)."""

    organisation: Organisation | None = None
    note: str | None = None
    person: Person | None = None


@value_class
class RelatedRole:
    """Who has which part in a note or a question (RollerRelatertNotat)."""

    #: List 9057.
    role: Code | None = None
    #: List 9034.
    role_to_patient: Code | None = None
    unit: RelatedUnit | None = None
    person: Person | None = None


@value_class
class Foresporsel:
    """A question."""

    #: TypeForesp: lists 8331, 9065, 9152; NAV 8125 and 8129.
    kind: Code | None = None
    subject: str | None = None
    question: FreeText | None = None
    #: Formål, list 9068.
    purpose: Code | None = None
    reason: str | None = None
    #: Hastegrad, list 9067.
    urgency: Code | None = None
    from_date: Moment | None = None
    to_date: Moment | None = None
    #: TypeJournalinfo, list 9066; version 1.0 has at most one.
    journal_information: tuple[Code, ...] = ()
    coded_information: Code | None = None
    document_id: str | None = None
    roles: tuple[RelatedRole, ...] = ()


@value_class
class Notat:
    """A note, or an answer to a question."""

    #: TemaKodet: lists 7321, 7322, 9069, 8117, 9148; NAV 8126, 8127, 8128.
    theme: Code | None = None
    subject: str | None = None
    text: FreeText | None = None
    remark: str | None = None
    document_id: str | None = None
    date: Moment | None = None
    #: An answer carries the question it answers.
    foresporsel: Foresporsel | None = None
    roles: tuple[RelatedRole, ...] = ()


@value_class
class Dialogmelding(Payload):
    """Questions or notes about a patient."""

    kind: ClassVar[Kind] = Kind.DIALOGMELDING

    #: "1.0" or "1.1".
    version: str = "1.0"
    case_kind: Code | None = None
    case: str | None = None
    foresporsler: tuple[Foresporsel, ...] = ()
    notater: tuple[Notat, ...] = ()

    @property
    def document_id(self) -> str | None:
        """Return the id of the first note, or else of the first question, or None."""
        for note in self.notater:
            return note.document_id
        for question in self.foresporsler:
            return question.document_id
        return None
