"""Henvisning 1.0 and 1.1: a message of its own, with its head, its parties and its patient in the root `Message`.

What the standard keeps about the patient belongs partly to the person (`Message.patient`) and partly to the
referral. The referral becomes the content of the first document; the documents it points at follow.
"""

from __future__ import annotations

from adapter.errors import SpecError
from adapter.message.attachment import Document
from adapter.message.henvisning import (
    AssistedCommunication,
    Booking,
    BookingUnit,
    CareRelation,
    CareSituation,
    Consent,
    ContactPerson,
    Henvisning,
    Institution,
    Kinship,
    Relative,
    RequestedService,
    Service,
)
from adapter.message.message import Envelope, Kind, Message
from adapter.message.party import Party, Patient, Person
from adapter.wire import clinical, hcp, pokomponent
from adapter.wire.bind import (
    CS,
    CV,
    MOMENT,
    MOMENT_VALUE,
    TEXT,
    VALUE,
    Deferred,
    Field,
    Inline,
    Part,
    Record,
    Remembered,
    Values,
)
from adapter.wire.common import FK1_PERSON
from adapter.wire.content import reference
from adapter.wire.namespaces import HENVISNING_10, HENVISNING_11, PO_2009

_MAIN = "henvisning"
_MIG_VERSIONS = {"1.0": "v1.0 2005-07-08", "1.1": "v1.1 2012-02-15"}


def _requested_service(namespace: str) -> Record[RequestedService]:
    """Declare a ReqServ."""
    service = Record(
        Service,
        namespace,
        Field("ServId", "id", CV),
        Field("MedSpeciality", "speciality", CV),
        Field("AdmCat", "admission", CS),
    )
    return Record(
        RequestedService,
        namespace,
        Field("ServType", "service_type", CS),
        Field("Purpose", "purpose", CS),
        Field("ReqDate", "date", MOMENT_VALUE),
        Field("Priority", "priority", CS),
        Field("Comment", "comment", TEXT),
        Field("Service", "service", service),
    )


def _hcp(namespace: str) -> Inline:
    """Declare an HCP, which only version 1.0 gives numbers of its own."""
    return Inline("HCP", hcp.hcp(namespace, hcp.HENVISNING_ORDER, has_party_ids=namespace == HENVISNING_10))


def _party(namespace: str) -> Remembered[Party]:
    """Declare a Requester or a ServProvider; version 1.0 has no ComMethod."""
    method = (Field("ComMethod", "method", CS),) if namespace == HENVISNING_11 else ()
    return Remembered(Record(Party, namespace, Field("Role", "role", CS), *method, _hcp(namespace)))


def _care_relation(namespace: str) -> Record[CareRelation]:
    """Declare a PatRelHCP."""
    party = Record(Party, namespace, *_hcp(namespace).fields)
    return Record(
        CareRelation,
        namespace,
        Field("Relation", "relation", CS),
        Field("StartDateTime", "start", MOMENT_VALUE),
        Field("EndDateTime", "end", MOMENT_VALUE),
        Field("HCP", "party", party),
    )


_CONSENT_10 = Record(
    Consent,
    HENVISNING_10,
    Field("ConsentStatus", "status", CV),
    Field("ConsentDate", "date", MOMENT_VALUE),
    Field("Merknad", "note", TEXT),
)
_CONSENT_11 = Record(
    Consent,
    HENVISNING_11,
    Field("ConsentStatus", "status", CV),
    Field("ConsentDate", "date", MOMENT),
    Field("Merknad", "note", TEXT),
    Field("GivenBy", "given_by", TEXT),
)
_ADDRESS_10 = hcp.address(HENVISNING_10)
_TRANSLATOR = Record(
    AssistedCommunication,
    HENVISNING_10,
    Field("Person", "person_number", TEXT),
    Field("IsDeaf", "is_deaf", VALUE),
    Field("IsBlind", "is_blind", VALUE),
    Field("Language", "language", CS),
    Field("PreferredTranslator", "interpreter_number", TEXT),
    Field("TranslatorEndDate", "ended", MOMENT_VALUE),
    Field("Note", "note", TEXT),
)
_CARE_SITUATION = Record(
    CareSituation,
    HENVISNING_10,
    Field("Description", "description", TEXT),
    Field("CustodyType", "custody_kind", CS),
    Field("CustodyOwner", "custody_owner", TEXT),
    Field("CareSituationType", "kind", CS),
    Field("NativeLanguage", "native_language", CS),
)
_KINSHIP = Record(
    Kinship,
    HENVISNING_10,
    Field("Guardien", "is_guardian", VALUE),
    Field("RelationCode", "code", CS),
    Field("Description", "description", TEXT),
)


def _only_id(person: Person) -> Values:
    """Return the one number that a PatRelperson has."""
    values = hcp.spread_ids(person)
    if values["additional_ids"]:
        raise SpecError("relatives.person.identifiers: this version of the standard takes one")
    return values


_RELATIVE_10 = Record(
    Relative,
    HENVISNING_10,
    Field("Description", "description", TEXT),
    Field("DateOfBirth", "person.date_of_birth", MOMENT_VALUE),
    Field("Sex", "person.sex", CS),
    Field("Occupation", "occupation", CS),
    Field("Role", "role", TEXT),
    Field("EthnicBelonging", "ethnic_belonging", CS),
    Field("Name", "person.full_name", TEXT),
    Field("OffId", "person.main_id", TEXT),
    Field("TypeOffId", "person.main_id_kind", CS),
    Field("Relation", "kinship", _KINSHIP),
    Field("Address", "person.address", _ADDRESS_10),
    Field("Consent", "consent", _CONSENT_10),
    parts={"person": Part(Person, after=hcp.gather_ids, before=_only_id, covers=hcp.SPREAD)},
)
_INSTITUTION_10 = Record(
    Institution,
    HENVISNING_10,
    Field("NameInst", "name", TEXT),
    Field("WorkingTime", "working_time", TEXT),
    Field("ContactPerson", "contact", TEXT),
    Field("Address", "address", _ADDRESS_10),
)
_INSTITUTION_11 = Record(
    Institution,
    HENVISNING_11,
    Field("NameInst", "name", TEXT),
    Field("RoleInst", "role", TEXT),
    Field("ContactPerson", "contact", TEXT),
    Field("Merknad", "note", TEXT),
)
_CONTACT_PERSON = Record(
    ContactPerson,
    HENVISNING_11,
    Field("OccupationRole", "occupation", TEXT),
    Field("WorkingPlace", "workplace", TEXT),
    Field("Referanseperson", "person", FK1_PERSON),
    Field("Merknad", "note", TEXT),
)
#: What only version 1.0 tells about the people around the patient.
_AROUND_10 = (
    Field("NeedTranslator", "henvisning.assisted_communication", _TRANSLATOR, many=True),
    Field("CareSituation", "henvisning.care_situation", _CARE_SITUATION),
    Field("PatRelperson", "henvisning.relatives", _RELATIVE_10, many=True),
    Field("PatRelInst", "henvisning.institutions", _INSTITUTION_10, many=True),
    Field("Consent", "henvisning.consents", _CONSENT_10, many=True, most=1),
)
#: The same in version 1.1.
_AROUND_11 = (
    Field(
        f"{{{PO_2009}}}AssistertKommunikasjon",
        "henvisning.assisted_communication",
        pokomponent.ASSISTED_COMMUNICATION_2009,
        many=True,
    ),
    Field(f"{{{PO_2009}}}ParorendeForesatt", "henvisning.relatives", pokomponent.RELATIVE_2009, many=True),
    Field("ContactPerson", "henvisning.contact_persons", _CONTACT_PERSON, many=True),
    Field("PatRelInst", "henvisning.institutions", _INSTITUTION_11, many=True),
    Field("Consent", "henvisning.consents", _CONSENT_11, many=True, most=1),
)


def _itself() -> Record[BookingUnit]:
    return _BOOKING_UNIT


_BOOKING_UNIT = Record(
    BookingUnit,
    HENVISNING_10,
    Field("Name", "name", TEXT),
    Field("Id", "id", TEXT),
    Field("TypeId", "id_kind", TEXT),
    Field("SubOrg", "unit", Deferred(_itself)),
)
_BOOKING = Record(
    Booking,
    HENVISNING_10,
    Field("Name", "name", TEXT),
    Field("Id", "id", TEXT),
    Field("TypeId", "id_kind", TEXT),
    Inline(
        "Appointment",
        (
            Field("StartDateTime", "start", MOMENT_VALUE),
            Field("EndDateTime", "end", MOMENT_VALUE),
            Field("ResourceId", "resource_id", TEXT),
            Field("Index", "index", TEXT),
            Field("Service", "service", CS),
        ),
        is_optional=True,
    ),
    Field("SubOrg", "unit", _BOOKING_UNIT),
)
_REFERENCE_10 = Record(
    Document,
    HENVISNING_10,
    Field("IssueDate", "issued", MOMENT_VALUE),
    Field("MsgType", "kind", CS),
    Field("Id", "id", TEXT),
    Field("Booking", "booking", _BOOKING),
)


def _split(message: Message) -> Values:
    """Return the referral, and the documents it points at."""
    henvisning = message.henvisning
    if henvisning is None or message.documents[0] != Document(content=(henvisning,)):
        text = f"documents: the first one must hold a referral and nothing else in Henvisning {message.version}"
        raise SpecError(text)
    return {_MAIN: henvisning, "references": message.documents[1:]}


def _message(
    version: str,
    namespace: str,
    around_patient: tuple[Field, ...],
    document: Record[Document],
) -> Record[Message]:
    """Declare the root Message of one version."""
    leaves = clinical.Leaves(namespace=namespace, moment=MOMENT_VALUE, heading=CS)

    def join(values: Values) -> None:
        henvisning = values.pop(_MAIN, None) or Henvisning(version=version)
        values["documents"] = (Document(content=(henvisning,)), *values.pop("references", ()))

    def name_version(values: Values) -> None:
        values["version"] = version

    patient = (
        Field("BasisForHealthServices", "henvisning.basis_for_services", CS),
        Field("Sex", "patient.sex", CS),
        Field("DateOfBirth", "patient.date_of_birth", MOMENT_VALUE),
        Field("DateOfDeath", "patient.date_of_death", MOMENT_VALUE),
        Field("Name", "patient.full_name", TEXT),
        Field("IdByRequester", "patient.local_id", TEXT),
        Field("OffId", "patient.main_id", TEXT),
        Field("TypeOffId", "patient.main_id_kind", CS),
        Field("PatientPrecaution", "henvisning.precautions", clinical.precaution(leaves), many=True),
        Field("InfItem", "henvisning.information", clinical.information_item(leaves), many=True),
        Field("PatRelHCP", "henvisning.care_relations", _care_relation(namespace), many=True),
        *around_patient,
        Field("AdditionalId", "patient.additional_ids", hcp.additional_id(namespace), many=True),
        Field("Address", "patient.address", hcp.address(namespace)),
    )
    request = (
        Field("ServType", "henvisning.service_type", CS),
        Field("IssueDate", "henvisning.issued", MOMENT_VALUE),
        Field("PaymentCat", "henvisning.payment_category", CS),
        Field("ReqComment", "henvisning.request_comment", TEXT),
        Field("Ack", "henvisning.ack", CS),
        Field("MsgDescr", "henvisning.description", CS),
        Field("Id", "henvisning.document_id", TEXT),
        Inline("Patient", patient, is_optional=True),
        Field("ServProvider", "receiver", _party(namespace)),
        Field("Requester", "sender", _party(namespace)),
        Field("CopyDest", "other_receivers", hcp.copy_receiver(namespace, _hcp(namespace)), many=True),
        Field("RefDoc", "references", document, many=True),
        Field("ReasonAsText", "henvisning.reasons", clinical.reason(leaves), many=True),
        Field("Diagnosis", "henvisning.diagnoses", clinical.diagnosis(leaves), many=True),
        Field("ReqServ", "henvisning.requested", _requested_service(namespace)),
        Field("Comment", "henvisning.comments", clinical.comment(leaves), many=True),
    )
    return Record(
        Message,
        namespace,
        Field("Type", "type", CS),
        Field("MsgVersion", "msg_version", TEXT),
        Field("MIGversion", "mig_version", TEXT, otherwise=_MIG_VERSIONS[version]),
        Field("GenDate", "generated", MOMENT_VALUE),
        Field("MsgId", "msg_id", TEXT),
        Field("Status", "status", CS),
        Inline("ServReq", request, is_optional=True),
        parts={
            _MAIN: Part(Henvisning, after=name_version, covers=("version",)),
            "patient": Part(Patient, after=hcp.gather_ids, before=hcp.spread_ids, covers=hcp.SPREAD),
        },
        after=join,
        before=_split,
        covers=("documents",),
        fixed={"envelope": Envelope.MESSAGE, "kind": Kind.HENVISNING, "version": version},
    )


#: The root Message of Henvisning 1.0.
MESSAGE_10 = _message("1.0", HENVISNING_10, _AROUND_10, _REFERENCE_10)
#: The root Message of Henvisning 1.1.
MESSAGE_11 = _message("1.1", HENVISNING_11, _AROUND_11, reference(HENVISNING_11))
