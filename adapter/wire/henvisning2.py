"""Henvisning 2.0: a payload inside MsgHead, which carries the parties, the patient and the attachments."""

from __future__ import annotations

from adapter.message.henvisning import (
    Assessment,
    AssessmentDate,
    AssessmentOutcome,
    Consent,
    Henvisning,
    Pathway,
    RequestedService,
)
from adapter.wire import clinical, namespaces, pokomponent
from adapter.wire.bind import CS, CV, MOMENT, TEXT, Field, Inline, Record
from adapter.wire.namespaces import PO_2017

_NAMESPACE = namespaces.HENVISNING_20
_LEAVES = clinical.Leaves(namespace=_NAMESPACE, moment=MOMENT, heading=CV)
_REQUESTED_SERVICE = Record(
    RequestedService,
    _NAMESPACE,
    Field("ServType", "service_type", CS),
    Field("ReqDate", "date", MOMENT),
    Field("Priority", "priority", CS),
    Field("Comment", "comment", TEXT),
)
_ASSESSMENT_DATE = Record(
    AssessmentDate,
    _NAMESPACE,
    Field("TypeDato", "kind", CV),
    Field("Dato", "date", MOMENT),
)
_ASSESSMENT_OUTCOME = Record(
    AssessmentOutcome,
    _NAMESPACE,
    Field("FrittSykehusvalg", "free_choice", TEXT),
    Field("VentetidSluttkode", "waiting_end", CV),
    Field("ForlopsId", "pathway_id", TEXT),
    Field("RettTilHelsehjelp", "has_right", TEXT),
    Field("UtfallAvVurdering", "outcome", CV),
)
_ASSESSMENT = Record(
    Assessment,
    _NAMESPACE,
    Field("DatoMottakOgVurdering", "dates", _ASSESSMENT_DATE, many=True),
    Field("Opplysninger", "outcome", _ASSESSMENT_OUTCOME),
)
_PATHWAY = Record(
    Pathway,
    _NAMESPACE,
    Field("Pakkeforlopskode", "code", CV),
    Field("Merknad", "note", TEXT),
)
_CONSENT = Record(
    Consent,
    _NAMESPACE,
    Field("ConsentStatus", "status", CV),
    Field("ConsentDate", "date", MOMENT),
    Field("Merknad", "note", TEXT),
    Field("GivenBy", "given_by", TEXT),
)


def _po(name: str) -> str:
    return f"{{{PO_2017}}}{name}"


#: The element Henvisning of version 2.0.
HENVISNING_20 = Record(
    Henvisning,
    _NAMESPACE,
    Field("ServType", "service_type", CS),
    Field("IssueDate", "issued", MOMENT),
    Field("PaymentCat", "payment_category", CS),
    Field("ReqComment", "request_comment", TEXT),
    Field("DocumentId", "document_id", TEXT),
    Field("BasisForHealthServices", "basis_for_services", CS),
    Field(_po("TilleggsopplysningPasient"), "patient_extras", pokomponent.PATIENT_EXTRAS),
    Field(_po("ParorendeForesatt"), "relatives", pokomponent.RELATIVE, many=True),
    Field(_po("TilknyttetEnhet"), "units", pokomponent.UNIT, many=True),
    Field(_po("KontaktpersonHelsepersonell"), "contacts", pokomponent.CONTACT, many=True),
    Field(_po("AnsvarForRapport"), "responsibles", pokomponent.RESPONSIBLE, many=True),
    Field(_po("SendtDokument"), "sent_documents", pokomponent.SENT_DOCUMENT, many=True),
    Inline(
        _po("TypeInnholdIMelding"),
        (Field(_po("TypeInnhold"), "description", CV), Field(_po("Merknad"), "description_note", TEXT)),
        is_optional=True,
    ),
    Field(_po("InfoAssistertKommunikasjon"), "assisted_communication", pokomponent.ASSISTED_COMMUNICATION, many=True),
    Field(_po("OpplysningerOmIndividuellPlan"), "individual_plan", pokomponent.INDIVIDUAL_PLAN),
    Field(_po("PasientrelatertKontaktperson"), "contact_persons", pokomponent.CONTACT_PERSON, many=True),
    Field(_po("Legemiddelgjennomgang"), "medication_review", pokomponent.MEDICATION_REVIEW),
    Field("PatientPrecaution", "precautions", clinical.precaution(_LEAVES), many=True),
    Field("InfItem", "information", clinical.information_item(_LEAVES), many=True),
    Field("ReasonAsText", "reasons", clinical.reason(_LEAVES), many=True),
    Field("Diagnosis", "diagnoses", clinical.diagnosis(_LEAVES), many=True),
    Field("ReqServ", "requested", _REQUESTED_SERVICE),
    Field("Comment", "comments", clinical.comment(_LEAVES), many=True),
    Field("VurderingAvHenvisning", "assessment", _ASSESSMENT),
    Field("Pakkeforlop", "pathways", _PATHWAY, many=True),
    Field("Consent", "consents", _CONSENT, many=True),
    fixed={"version": "2.0"},
)
