"""The parts of Epikrise: parties with their qualifications, stays and plans, facts and texts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from adapter.message.epikrise import (
    CareEvent,
    ClinicalFact,
    CodedObservation,
    ExaminationResult,
    HeadedText,
    Place,
    PlacePart,
    Plan,
    Prescription,
    QualifiedProfessional,
    RequestedMessage,
    Stay,
    Transport,
)
from adapter.message.henvisning import CareRelation, Service
from adapter.message.party import Party, Person
from adapter.values import value_class
from adapter.wire import clinical, hcp
from adapter.wire.bind import (
    CS,
    CV,
    MOMENT_VALUE,
    QUANTITY,
    TEXT,
    Deferred,
    Field,
    Inline,
    Part,
    Record,
    Shape,
    Values,
)
from adapter.wire.free_text import FREE_TEXT
from adapter.wire.namespaces import EPIKRISE_11

_HEADED_TEXT = (
    Field("Heading", "heading", CS),
    Field("TextResultValue", "text", FREE_TEXT),
    Field("TextCode", "codes", CV, many=True),
)


@value_class(kw_only=False)
class PartsOf:
    """Declares the parts of one version."""

    namespace: str

    @property
    def is_old(self) -> bool:
        """Tell whether this is version 1.1."""
        return self.namespace == EPIKRISE_11

    @property
    def leaves(self) -> clinical.Leaves:
        """Return how this version writes small words: as Henvisning 1.x."""
        return clinical.Leaves(namespace=self.namespace, moment=MOMENT_VALUE, heading=CS)

    def headed_text(self) -> Record[HeadedText]:
        """Declare a Comment or a ReasonAsText."""
        return Record(HeadedText, self.namespace, *_HEADED_TEXT)

    def provider(self) -> Record[CareRelation]:
        """Declare a RelServProvider or a RelHCProvider."""
        return _provider(self)

    def event(self) -> Record[CareEvent]:
        """Declare an Event, which may hold others."""

        def itself() -> Shape:
            return event

        service = Record(
            Service,
            self.namespace,
            Field("ServId", "id", CV),
            Field("MedSpecialty", "speciality", CV),
            Field("AdmCat", "admission", CS),
        )
        request = Record(
            RequestedMessage,
            self.namespace,
            Field("IssueDate", "issued", MOMENT_VALUE),
            Field("MsgType", "kind", CS),
            Field("Id", "id", TEXT),
        )
        event = Record(
            CareEvent,
            self.namespace,
            Field("PlannedEvent", "course", self._plan()),
            Field("ReportedEvent", "course", self._stay()),
            Field("ServType", "service_type", CS),
            Field("Recipient", "recipient", CS),
            Field("Priority", "priority", CS),
            Field("AdmOutcome", "outcome", CS),
            Field("ExpDuration", "duration", QUANTITY),
            *((Field("Id", "number", TEXT),) if self.is_old else ()),
            Field("Event", "events", Deferred(itself), many=True),
            Field("Service", "service", service),
            Field("RelServProvider", "providers", self.provider(), many=True),
            Field("AssRequest", "requests", request, many=True),
            Field("EventLocation", "places", self._place(), many=True),
            Field("InfItem", "facts", self._fact(), many=True),
            Field("Comment", "comments", self.headed_text(), many=True),
            Field("CodedComment", "coded_comments", clinical.diagnosis(self.leaves), many=True),
        )
        return event

    def _stay(self) -> Record[Stay]:
        return Record(
            Stay,
            self.namespace,
            Field("StartDateTime", "start", MOMENT_VALUE),
            Field("EndDateTime", "end", MOMENT_VALUE),
        )

    def _plan(self) -> Record[Plan]:
        transport = Record(
            Transport,
            self.namespace,
            Field("Responsibility", "responsibility", CS),
            Field("Status", "status", CS),
            Field("TransportRequirement", "requirement", CV),
            Field("EscortRequired", "escort", CS),
            Field("Comment", "comment", TEXT),
        )
        return Record(
            Plan,
            self.namespace,
            Field("PlanningStage", "stage", CS),
            Field("StatusOfPlan", "status", CS),
            Field("PlanComment", "comment", TEXT),
            Field("PlanningDate", "planned", MOMENT_VALUE),
            Field("ScheduledDate", "scheduled", MOMENT_VALUE),
            Field("AdviceSentTo", "advised", CS),
            Field("ExpectedDelay", "delay", QUANTITY),
            Field("CommentExpDuration", "duration_comment", TEXT),
            Field("Preparation", "preparation", TEXT),
            Field("Advice", "advice", TEXT),
            Field("TransportArr", "transport", transport),
        )

    def _place(self) -> Record[Place]:
        part = Record(PlacePart, self.namespace, Field("Type", "kind", CS), Field("Place", "name", TEXT))
        location = (
            Field("Type", "kind", CS),
            Field("Description", "description", TEXT),
            Field("Inst", "party.organisation", _institution(self)),
            Field("Address", "party.address", hcp.address(self.namespace)),
            Field("SubLocation", "parts", part, many=True),
        )
        return Record(
            Place,
            self.namespace,
            Field("Role", "role", CS),
            Field("StartDateTime", "start", MOMENT_VALUE),
            Field("EndDateTime", "end", MOMENT_VALUE),
            Inline("Location", location),
            parts={"party": Part(Party)},
        )

    def _fact(self) -> Record[ClinicalFact]:
        origin = Record(Party, self.namespace, Field("Role", "role", CS), Inline("HCP", party_fields(self)))
        return Record(
            ClinicalFact,
            self.namespace,
            Field("ResultItem", "content", self._result()),
            Field("Medication", "content", self._prescription()),
            Field("Observation", "content", self._observation()),
            Field("Type", "kind", CS),
            Field("StartDateTime", "start", MOMENT_VALUE),
            Field("EndDateTime", "end", MOMENT_VALUE),
            Field("OrgDate", "first", MOMENT_VALUE),
            Field("Origin", "origin", origin),
            Field("RelHCProvider", "providers", self.provider(), many=True),
        )

    def _result(self) -> Record[ExaminationResult]:
        in_words = Record(HeadedText, self.namespace, Inline("Result", _HEADED_TEXT, is_optional=True))
        return Record(
            ExaminationResult,
            self.namespace,
            Field("TextResult", "result", in_words),
            Field("NumResult", "result", clinical.number_result(self.leaves)),
            Field("Interval", "result", clinical.interval(self.leaves)),
            Field("DateResult", "result", clinical.date_result(self.leaves)),
            Field("ServType", "service_type", CS),
            Field("InvDate", "examined", MOMENT_VALUE),
            Field("Comment", "comment", TEXT),
            Field("DevResultInd", "deviation", CS),
            Field("ClinInv", "examination", clinical.examination(self.leaves)),
            Field("DiagComment", "conclusion", clinical.diagnosis(self.leaves)),
        )

    def _prescription(self) -> Record[Prescription]:
        return Record(
            Prescription,
            self.namespace,
            Field("DrugId", "drug", CV),
            Field("DosageCoded", "dosage_code", CV),
            Field("Comment", "comment", TEXT),
            Field("Status", "status", CS),
            Field("Form", "form", CV),
            Field("RouteOfAdm", "route", CV),
            Field("IntendedDuration", "duration", QUANTITY),
            Field("QuantitySupplied", "supplied", QUANTITY),
            Field("UnitDose", "dose", QUANTITY),
            Field("DosageText", "dosage", TEXT),
        )

    def _observation(self) -> Record[CodedObservation]:
        return Record(
            CodedObservation,
            self.namespace,
            Field("Description", "description", FREE_TEXT),
            Field("Comment", "comment", TEXT),
            Field("CodedDescr", "diagnosis", clinical.diagnosis(self.leaves)),
        )


@cache
def _provider(parts: PartsOf) -> Record[CareRelation]:
    return Record(
        CareRelation,
        parts.namespace,
        Field("Relation", "relation", CS),
        Field("Role", "party.role", CS),
        Inline("HCP", party_fields(parts, "party."), is_optional=True),
        parts={"party": Part(Party)},
    )


@cache
def party_fields(parts: PartsOf, prefix: str = "") -> tuple[Field, ...]:
    """Return the children of an HCP, bound to a Party, or to the one under `prefix`; 1.1 has numbers of its own."""
    children = (
        Field("Inst", "organisation", _institution(parts)),
        Field("HCProf", "person", _professional(parts.namespace)),
        Field("MedSpecialty", "speciality", CV),
        *(hcp.party_ids() if parts.is_old else ()),
        Field("Address", "address", hcp.address(parts.namespace)),
    )
    return tuple(replace(field, path=f"{prefix}{field.path}") for field in children)


def _institution(parts: PartsOf) -> Shape:
    return hcp.institution(parts.namespace, hcp.EPIKRISE_ORDER, has_kind=parts.is_old)


@cache
def _professional(namespace: str) -> Record[QualifiedProfessional]:
    """Declare an HCProf."""
    number, kind = hcp.main_id()
    return Record(
        QualifiedProfessional,
        namespace,
        Field("Type", "profession", CS),
        Field("Position", "position", CV),
        Field("Name", "full_name", TEXT),
        Field("Qual", "qualifications", CV, many=True),
        number,
        kind,
        Field("AdditionalId", "additional_ids", hcp.additional_id(namespace), many=True),
        after=hcp.gather_ids,
        before=_spread_professional,
        covers=hcp.SPREAD,
    )


def _spread_professional(person: Person) -> Values:
    """Return the numbers of a person who is a party, and what one without qualifications lacks."""
    own = ("profession", "position", "qualifications")
    return {**hcp.spread_ids(person), **{name: getattr(person, name, None) for name in own}}
