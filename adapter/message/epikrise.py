"""The discharge letter (Epikrise 1.1 and 1.2, HIS 80226): what was done, and how the patient is.

The two versions say the same; 1.1 numbers its events and writes a few texts where 1.2 has codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from adapter.message.address import Address
from adapter.message.code import Code, Moment, Quantity
from adapter.message.dialogmelding import FreeText
from adapter.message.henvisning import (
    CareRelation,
    DateResult,
    Diagnosis,
    Examination,
    IntervalResult,
    NumberResult,
    Precaution,
    Service,
)
from adapter.message.kind import Kind
from adapter.message.party import HealthcareProfessional, Party
from adapter.message.payload import Payload
from adapter.values import value_class


@value_class
class QualifiedProfessional(HealthcareProfessional):
    """A health professional with position and qualifications (HCProf)."""

    position: Code | None = None
    qualifications: tuple[Code, ...] = ()


@value_class
class HeadedText:
    """Words under a heading: a comment, a reason, a result (Comment, ReasonAsText, Result)."""

    #: List 8311 in comments, 8231 in reasons, 8243 in results.
    heading: Code | None = None
    text: FreeText | None = None
    codes: tuple[Code, ...] = ()


@value_class
class CodedObservation:
    """A clinical fact in words, as a diagnosis, or both (Observation)."""

    description: FreeText | None = None
    comment: str | None = None
    diagnosis: Diagnosis | None = None


@value_class
class Prescription:
    """A medicine and how it is taken (Medication)."""

    #: List 7180, ATC.
    drug: Code | None = None
    dosage_code: Code | None = None
    comment: str | None = None
    #: List 7307.
    status: Code | None = None
    form: Code | None = None
    route: Code | None = None
    duration: Quantity | None = None
    supplied: Quantity | None = None
    dose: Quantity | None = None
    dosage: str | None = None


@value_class
class ExaminationResult:
    """The result of an examination (ResultItem)."""

    result: HeadedText | NumberResult | IntervalResult | DateResult | None = None
    service_type: Code | None = None
    examined: Moment | None = None
    comment: str | None = None
    #: List 8244.
    deviation: Code | None = None
    examination: Examination | None = None
    #: What the result means (DiagComment).
    conclusion: Diagnosis | None = None


@value_class
class ClinicalFact:
    """One clinical fact of a stay (InfItem)."""

    content: ExaminationResult | Prescription | CodedObservation | None = None
    #: List 8233: H main diagnosis, B secondary diagnosis, FUNN findings, CAVE ...
    kind: Code | None = None
    start: Moment | None = None
    end: Moment | None = None
    first: Moment | None = None
    #: Who says so.
    origin: Party | None = None
    providers: tuple[CareRelation, ...] = ()


@value_class
class Stay:
    """What has taken place (ReportedEvent): from admission to discharge."""

    start: Moment | None = None
    end: Moment | None = None


@value_class
class Transport:
    """How the patient gets there (TransportArr)."""

    responsibility: Code | None = None
    status: Code | None = None
    requirement: Code | None = None
    escort: Code | None = None
    comment: str | None = None


@value_class
class Plan:
    """What shall take place (PlannedEvent)."""

    stage: Code | None = None
    status: Code | None = None
    comment: str | None = None
    planned: Moment | None = None
    scheduled: Moment | None = None
    advised: Code | None = None
    delay: Quantity | None = None
    duration_comment: str | None = None
    preparation: str | None = None
    advice: str | None = None
    transport: Transport | None = None


@value_class
class Place:
    """Where something takes place (EventLocation and its Location)."""

    role: Code | None = None
    start: Moment | None = None
    end: Moment | None = None
    kind: Code | None = None
    description: str | None = None
    #: The institution and its address.
    party: Party | None = None
    parts: tuple[PlacePart, ...] = ()


@value_class
class PlacePart:
    """A part of a place: floor, room (SubLocation)."""

    kind: Code | None = None
    name: str | None = None


@value_class
class RequestedMessage:
    """A message that an event has led to (AssRequest)."""

    issued: Moment | None = None
    kind: Code | None = None
    id: str | None = None


@value_class
class CareEvent:
    """A stay or a contact, done or planned, and everything said of it (Event)."""

    course: Stay | Plan | None = None
    service_type: Code | None = None
    recipient: Code | None = None
    priority: Code | None = None
    #: Where the patient went.
    outcome: Code | None = None
    duration: Quantity | None = None
    #: Version 1.1 only.
    number: str | None = None
    events: tuple[CareEvent, ...] = ()
    service: Service | None = None
    providers: tuple[CareRelation, ...] = ()
    requests: tuple[RequestedMessage, ...] = ()
    places: tuple[Place, ...] = ()
    facts: tuple[ClinicalFact, ...] = ()
    comments: tuple[HeadedText, ...] = ()
    coded_comments: tuple[Diagnosis, ...] = ()

    def walk(self) -> Iterator[CareEvent]:
        """Yield this event, then those inside it."""
        yield self
        for event in self.events:
            yield from event.walk()


@value_class
class AnsweredReferral:
    """The referral that led to it all (ServReq)."""

    #: List 7309.
    service_type: Code | None = None
    issued: Moment | None = None
    received: Moment | None = None
    comment: str | None = None
    #: List 8455; words alone in version 1.1.
    description: Code | None = None
    #: ServReq/Id of a referral 1.x, MsgId of a referral 2.0.
    id: str | None = None
    reasons: tuple[HeadedText, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()


@value_class
class NextOfKin:
    """Someone near the patient (PatientRelParty)."""

    relation: Code | None = None
    name: str | None = None
    number: str | None = None
    address: Address | None = None


@value_class
class Epikrise(Payload):
    """A discharge letter, its change or its cancellation."""

    kind: ClassVar[Kind] = Kind.EPIKRISE

    #: "1.1" or "1.2".
    version: str = "1.2"
    #: List 7309: N new, M changed, C cancelled.
    service_type: Code | None = None
    issued: Moment | None = None
    approved: Moment | None = None
    #: List 7306: F final.
    status: Code | None = None
    priority: Code | None = None
    #: List 7304.
    ack: Code | None = None
    #: What kind of letter it is, in words (MsgDescr).
    description: str | None = None
    #: The same through changes and cancellations (ServProvId).
    document_id: str | None = None
    referrals: tuple[AnsweredReferral, ...] = ()
    events: tuple[CareEvent, ...] = ()
    #: The hospital's own number for the patient (IdByServProvider).
    patient_number: str | None = None
    precautions: tuple[Precaution, ...] = ()
    relatives: tuple[NextOfKin, ...] = ()
    #: PatRelHCP: HHE who referred, FLE the GP.
    care_relations: tuple[CareRelation, ...] = ()
    #: RelServProvider: AHP who answers for the letter.
    providers: tuple[CareRelation, ...] = ()

    @property
    def is_cancellation(self) -> bool:
        """Tell whether this takes the letter back."""
        return self.service_type is not None and self.service_type.value == "C"

    @property
    def is_change(self) -> bool:
        """Tell whether this replaces the letter's content."""
        return self.service_type is not None and self.service_type.value == "M"

    def all_events(self) -> Iterator[CareEvent]:
        """Yield every event, those inside others too."""
        for event in self.events:
            yield from event.walk()

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """Return the coded diagnoses of all events, main ones first."""
        found = [
            (fact.kind is None or fact.kind.value != "H", fact.content.diagnosis)
            for event in self.all_events()
            for fact in event.facts
            if isinstance(fact.content, CodedObservation) and fact.content.diagnosis
        ]
        return tuple(diagnosis for _, diagnosis in sorted(found, key=lambda entry: entry[0]))
