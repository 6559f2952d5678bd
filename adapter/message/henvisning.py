"""The referral (Henvisning 1.0, 1.1 and 2.0, HIS 80517), as one thing.

The three versions differ in where they keep a fact, seldom in the fact. A field that only some versions
have says so; writing it in another version is an error of the writer, not something to lose in silence.
"""

from __future__ import annotations

from typing import ClassVar

from adapter.message.address import Address
from adapter.message.code import Code, Moment, Quantity
from adapter.message.dialogmelding import RelatedUnit
from adapter.message.kind import Kind
from adapter.message.party import HealthcareProfessional, Identifier, Party, Person
from adapter.message.payload import Payload
from adapter.values import value_class


@value_class
class Booking:
    """A booked appointment that the referral points at (version 1.0)."""

    name: str | None = None
    id: str | None = None
    id_kind: str | None = None
    start: Moment | None = None
    end: Moment | None = None
    resource_id: str | None = None
    index: str | None = None
    service: Code | None = None
    unit: BookingUnit | None = None


@value_class
class BookingUnit:
    """A unit below the one that offers the appointment (SubOrg, version 1.0)."""

    name: str | None = None
    id: str | None = None
    id_kind: str | None = None
    unit: BookingUnit | None = None


@value_class
class PatientExtras:
    """Facts about the patient beside name and number (TilleggsopplysningPasient, version 2.0)."""

    marital_status: Code | None = None
    lives_alone: str | None = None
    language: Code | None = None
    has_municipal_services: str | None = None
    note: str | None = None


@value_class
class Consent:
    """Who agreed to the referral."""

    #: List 9064.
    status: Code | None = None
    date: Moment | None = None
    note: str | None = None
    given_by: str | None = None


@value_class
class Kinship:
    """How a relative is related, in version 1.0's own words (PatRelperson/Relation)."""

    is_guardian: str | None = None
    code: Code | None = None
    description: str | None = None


@value_class
class Relative:
    """A relative or guardian (ParorendeForesatt; PatRelperson in version 1.0)."""

    #: Slektskap, list 9033.
    relation: Code | None = None
    #: Omsorgsfunksjon, list 9050.
    care: Code | None = None
    #: Year of birth of a relative under age (version 2.0).
    birth_year: Moment | None = None
    is_nearest: str | None = None
    person: Person | None = None
    note: str | None = None
    #: Version 1.0 only.
    description: str | None = None
    occupation: Code | None = None
    role: str | None = None
    ethnic_belonging: Code | None = None
    kinship: Kinship | None = None
    consent: Consent | None = None


@value_class
class Responsible:
    """Who answers for the referral (AnsvarForRapport, version 2.0)."""

    person: HealthcareProfessional | None = None
    approved: Moment | None = None
    #: List 8254: HHE the referring professional.
    relation: Code | None = None
    note: str | None = None


@value_class
class Contact:
    """A health professional to talk to (KontaktpersonHelsepersonell, version 2.0)."""

    person: HealthcareProfessional | None = None
    note: str | None = None


@value_class
class CareRelation:
    """A party that has to do with the patient (PatRelHCP, version 1.x)."""

    #: List 8254 (7319 in version 1.0): HHE referring professional, FLE GP.
    relation: Code | None = None
    start: Moment | None = None
    end: Moment | None = None
    party: Party | None = None


@value_class
class ContactPerson:
    """Someone around the patient, such as an employer (PasientrelatertKontaktperson, ContactPerson)."""

    occupation: str | None = None
    workplace: str | None = None
    person: Person | None = None
    note: str | None = None


@value_class
class Institution:
    """A body outside health care that knows the patient, such as an employer (PatRelInst, version 1.x)."""

    name: str | None = None
    role: str | None = None
    contact: str | None = None
    note: str | None = None
    #: Version 1.0 only.
    working_time: str | None = None
    address: Address | None = None


@value_class
class SentDocument:
    """A document that was sent besides (SendtDokument, version 2.0)."""

    information: Code | None = None
    is_sent: str | None = None
    sent: Moment | None = None
    receiver_kind: Code | None = None
    receiver: str | None = None
    note: str | None = None


@value_class
class AssistedCommunication:
    """Need of an interpreter, of the patient or a relative (AssistertKommunikasjon, NeedTranslator)."""

    person: Person | None = None
    is_deaf: str | None = None
    is_blind: str | None = None
    language: Code | None = None
    interpreter: Person | None = None
    ended: Moment | None = None
    note: str | None = None
    #: Version 1.0 counts persons instead of naming them.
    person_number: str | None = None
    interpreter_number: str | None = None


@value_class
class CareSituation:
    """Who has the care of a child (version 1.0)."""

    description: str | None = None
    custody_kind: Code | None = None
    custody_owner: str | None = None
    kind: Code | None = None
    native_language: Code | None = None


@value_class
class IndividualPlan:
    """Whether an individual plan exists (version 2.0)."""

    exists: str | None = None
    has_coordinator: str | None = None
    note: str | None = None


@value_class
class MedicationReview:
    """When the medicines were last gone through (version 2.0)."""

    reviewed: Moment | None = None
    reconciled: Moment | None = None
    note: str | None = None


@value_class
class Precaution:
    """Something to mind when handling the patient."""

    text: str | None = None
    start: Moment | None = None
    end: Moment | None = None


@value_class
class TextResult:
    """A result in words."""

    heading: Code | None = None
    text: str | None = None
    code: Code | None = None


@value_class
class NumberResult:
    """A result as a number."""

    comparison: Code | None = None
    value: Quantity | None = None


@value_class
class IntervalResult:
    """A result as an interval."""

    low: Quantity | None = None
    high: Quantity | None = None


@value_class
class DateResult:
    """A result as a date."""

    value: Moment | None = None


@value_class
class Examination:
    """What was examined (ClinInv)."""

    id: Code | None = None
    specifications: tuple[Code, ...] = ()


@value_class
class ResultItem:
    """The result of an examination."""

    result: TextResult | NumberResult | IntervalResult | DateResult | None = None
    service_type: Code | None = None
    examined: Moment | None = None
    comment: str | None = None
    deviation: Code | None = None
    examination: Examination | None = None


@value_class
class Medication:
    """A medicine."""

    #: List 7180, ATC.
    drug: Code | None = None
    comment: str | None = None
    #: List 7307 in version 1.x, 9101 in version 2.0.
    status: Code | None = None
    duration: Quantity | None = None
    supplied: Quantity | None = None
    dose: Quantity | None = None
    dosage: str | None = None


@value_class
class Observation:
    """A clinical fact in words."""

    description: str | None = None
    comment: str | None = None


@value_class
class InformationItem:
    """One clinical fact (InfItem)."""

    content: ResultItem | Medication | Observation | None = None
    #: List 8233: SYKM sick leave, TB earlier treatment, US earlier examination ...
    kind: Code | None = None
    start: Moment | None = None
    end: Moment | None = None
    #: The first day of it all: for SYKM the first day of sick leave.
    origin: Moment | None = None


@value_class
class Reason:
    """Why the patient is referred, under one heading (ReasonAsText)."""

    #: List 8231: PROB, UTRED, FA ...
    heading: Code | None = None
    text: str | None = None
    codes: tuple[Code, ...] = ()


@value_class
class Modifier:
    """A modifier of a diagnosis."""

    #: List 7305.
    name: Code | None = None
    values: tuple[Code, ...] = ()


@value_class
class Diagnosis:
    """A diagnosis; the first one of a referral is the main one."""

    concept: Code | None = None
    modifiers: tuple[Modifier, ...] = ()


@value_class
class Service:
    """The service asked for, by code (version 1.x)."""

    id: Code | None = None
    speciality: Code | None = None
    admission: Code | None = None


@value_class
class RequestedService:
    """What is asked for, and how soon (ReqServ)."""

    #: Stays N even in changes and cancellations: only the referral's own `service_type` tells them apart.
    service_type: Code | None = None
    purpose: Code | None = None
    date: Moment | None = None
    #: List 8304 in version 1.x, 8306 in version 2.0; "0" is an emergency.
    priority: Code | None = None
    comment: str | None = None
    service: Service | None = None


@value_class
class Comment:
    """A comment under a heading of list 8234."""

    heading: Code | None = None
    text: str | None = None
    codes: tuple[Code, ...] = ()


@value_class
class AssessmentDate:
    """A date of the assessment, list 9147 (version 2.0)."""

    kind: Code | None = None
    date: Moment | None = None


@value_class
class AssessmentOutcome:
    """What the assessment of rights came to (Opplysninger, version 2.0)."""

    free_choice: str | None = None
    waiting_end: Code | None = None
    pathway_id: str | None = None
    has_right: str | None = None
    outcome: Code | None = None


@value_class
class Assessment:
    """How an earlier receiver assessed the referral (VurderingAvHenvisning, version 2.0)."""

    dates: tuple[AssessmentDate, ...] = ()
    outcome: AssessmentOutcome | None = None


@value_class
class Pathway:
    """A package pathway (Pakkeforlop, version 2.0)."""

    code: Code | None = None
    note: str | None = None


@value_class
class Henvisning(Payload):
    """A referral, its change or its cancellation."""

    kind: ClassVar[Kind] = Kind.HENVISNING

    #: "1.0", "1.1" or "2.0".
    version: str = "1.1"
    #: List 7309: N new, M changed, C cancelled.
    service_type: Code | None = None
    issued: Moment | None = None
    payment_category: Code | None = None
    request_comment: str | None = None
    #: List 7304 (version 1.x; MsgHead carries it for 2.0).
    ack: Code | None = None
    #: List 8455: what is asked for (MsgDescr, TypeInnhold).
    description: Code | None = None
    description_note: str | None = None
    #: The same through changes and cancellations (ServReq/Id, DocumentId).
    document_id: str | None = None
    #: List 8246.
    basis_for_services: Code | None = None
    patient_extras: PatientExtras | None = None
    #: Version 1.x: identifiers of the patient beside the official one are in `Message.patient`.
    precautions: tuple[Precaution, ...] = ()
    information: tuple[InformationItem, ...] = ()
    reasons: tuple[Reason, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    requested: RequestedService | None = None
    comments: tuple[Comment, ...] = ()
    relatives: tuple[Relative, ...] = ()
    #: TilknyttetEnhet (version 2.0).
    units: tuple[RelatedUnit, ...] = ()
    contacts: tuple[Contact, ...] = ()
    responsibles: tuple[Responsible, ...] = ()
    care_relations: tuple[CareRelation, ...] = ()
    contact_persons: tuple[ContactPerson, ...] = ()
    institutions: tuple[Institution, ...] = ()
    sent_documents: tuple[SentDocument, ...] = ()
    assisted_communication: tuple[AssistedCommunication, ...] = ()
    care_situation: CareSituation | None = None
    individual_plan: IndividualPlan | None = None
    medication_review: MedicationReview | None = None
    assessment: Assessment | None = None
    pathways: tuple[Pathway, ...] = ()
    consents: tuple[Consent, ...] = ()

    @property
    def is_cancellation(self) -> bool:
        """Tell whether this takes the referral back."""
        return self.service_type is not None and self.service_type.value == "C"

    @property
    def is_change(self) -> bool:
        """Tell whether this replaces the referral's content."""
        return self.service_type is not None and self.service_type.value == "M"

    def professionals(self, relation: str) -> tuple[HealthcareProfessional, ...]:
        """Return the people in a relation of list 8254, such as "HHE" or "FLE", wherever the version keeps them.

        A version 1.x party without a person in it gives a professional with only the party's name and address.
        """
        found = [entry.person for entry in self.responsibles if _is(entry.relation, relation) and entry.person]
        found += [
            _as_person(entry.party) for entry in self.care_relations if _is(entry.relation, relation) and entry.party
        ]
        if relation == "FLE":
            found += [
                entry.person for entry in self.contacts if entry.person and _is(entry.person.role_to_patient, "6")
            ]
        return tuple(found)


def _is(code: Code | None, value: str) -> bool:
    return code is not None and code.value == value


def _as_person(party: Party) -> HealthcareProfessional:
    """Return the person a version 1.x party stands for, with the party's address where the person has none."""
    people = [party.person] if party.person else list(party.organisation.people) if party.organisation else []
    first = next(iter(people), None)
    identifiers: tuple[Identifier, ...] = first.identifiers if first else ()
    return HealthcareProfessional(
        family_name=first.family_name if first else None,
        given_name=first.given_name if first else None,
        full_name=(first.full_name if first else None) or (party.organisation.name if party.organisation else None),
        identifiers=identifiers,
        profession=first.profession if isinstance(first, HealthcareProfessional) else None,
        address=(first.address if first else None) or party.address,
        telecoms=first.telecoms if first else (),
    )
