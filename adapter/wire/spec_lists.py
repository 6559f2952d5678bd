"""Which code list a field of the neutral model draws on, and the names of the codes a specification fills in."""

from __future__ import annotations

#: "Class.field" to list number. Where versions differ the key ends in the version: "Class.field@2.0".
FIELD_LISTS: dict[str, str] = {
    "Message.type": "8279",
    "Message.type@henvisning 1.0": "8263",
    "Message.status": "8323",
    "Message.processing_status": "8113",
    "Message.requested_priority": "8115",
    "Message.ack": "7304",
    "Document.connection": "4702",
    "Document.consent": "3109",
    "Document.kind": "8114",
    "Document.compression": "1204",
    "Telecom.kind": "9061",
    "Address.kind": "3401",
    "Address.county": "3402",
    "Address.country": "9043",
    "Address.district": "3403",
    "Person.sex": "3101",
    "Person.nationality": "9043",
    "HealthcareProfessional.profession": "9060",
    "HealthcareProfessional.role_to_patient": "9034",
    "Organisation.kind": "9040",
    "Party.role": "8112",
    "Party.method": "8235",
    "CopyUse.kind": "8263",
    "CopyUse.requested_method": "8235",
    "CopyUse.actual_method": "8235",
    "Foresporsel.purpose": "9068",
    "Foresporsel.urgency": "9067",
    "Foresporsel.journal_information": "9066",
    "Foresporsel.coded_information": "8324",
    "RelatedRole.role": "9057",
    "RelatedRole.role_to_patient": "9034",
    "Receipt.status": "8258",
    "Receipt.errors": "8221",
    "OriginalMessage.kind": "8279",
    "Henvisning.service_type": "7309",
    "Henvisning.payment_category": "4101",
    "Henvisning.payment_category@henvisning 1.0": "8426",
    "Henvisning.ack": "7304",
    "Henvisning.description": "8455",
    "Henvisning.basis_for_services": "8246",
    "PatientExtras.marital_status": "8724",
    "PatientExtras.language": "3303",
    "Consent.status": "9064",
    "Relative.relation": "9033",
    "Relative.care": "9050",
    "Responsible.relation": "8254",
    "CareRelation.relation": "8254",
    "CareRelation.relation@henvisning 1.0": "7319",
    "SentDocument.information": "8329",
    "SentDocument.receiver_kind": "8330",
    "AssistedCommunication.language": "3303",
    "NumberResult.comparison": "8239",
    "TextResult.heading": "8243",
    "ResultItem.deviation": "8244",
    "Medication.drug": "7180",
    "Medication.status": "7307",
    "Medication.status@henvisning 2.0": "9101",
    "InformationItem.kind": "8233",
    "Reason.heading": "8231",
    "Modifier.name": "7305",
    "RequestedService.service_type": "7309",
    "RequestedService.priority": "8304",
    "RequestedService.priority@henvisning 2.0": "8306",
    "Service.admission": "8240",
    "Comment.heading": "8234",
    "AssessmentDate.kind": "9147",
    "AssessmentOutcome.waiting_end": "8445",
    "AssessmentOutcome.outcome": "8485",
}

#: Fields with several lists: the specification must say which.
SEVERAL_LISTS: dict[str, str] = {
    "Notat.theme": "7322, 9069, 9148, 8117, 7321; NAV 8126, 8127, 8128",
    "Foresporsel.kind": "8331, 9065, 9152; NAV 8125, 8129",
    "Diagnosis.concept": "7170 (ICPC-2), 7110 (ICD-10)",
    "Pathway.code": "8480, 9321",
}

#: Fields that version 2.0 writes as a time where 1.x is content with a date.
TIMES = frozenset(
    {
        "Henvisning.issued",
        "InformationItem.start",
        "InformationItem.end",
        "InformationItem.origin",
        "Precaution.start",
        "Precaution.end",
        "ResultItem.examined",
    }
)

#: Names of the codes that a specification gets without asking for them.
_NAMES: dict[tuple[str, str], str] = {
    ("8279", "HENVISNING"): "Henvisning",
    ("8279", "HENVISNING_NYTILSTAND"): "Henvisning ny tilstand",
    ("8279", "DIALOG_FORESPORSEL"): "Forespørsel",
    ("8279", "DIALOG_SVAR"): "Svar på forespørsel",
    ("8279", "DIALOG_NOTAT"): "Notat",
    ("8279", "DIALOG_HELSEFAGLIG"): "Helsefaglig dialog",
    ("8279", "DIALOG_STATUS_HENVISNING"): "Status på henvisning",
    ("8279", "DIALOG_AVVIK"): "Tilbakemelding om feil i mottatt melding",
    ("8279", "APPREC"): "Applikasjonskvittering",
    ("8263", "H"): "Henvisning",
    ("7309", "N"): "Ny",
    ("8455", "10"): "Utredning/behandling",
    ("4702", "H"): "Hoveddokument",
    ("4702", "V"): "Vedlegg",
    ("8114", "XML"): "XML-instans",
    ("8114", "A"): "Vedlegg",
    ("8116", "FNR"): "Fødselsnummer",
    ("8116", "DNR"): "D-nummer",
    ("8116", "FHN"): "Felles hjelpenummer",
    ("8116", "HER"): "HER-id",
    ("8116", "HPR"): "HPR-nummer",
    ("9051", "HER"): "HER-id",
    ("9051", "ENH"): "Organisasjonsnummeret i Enhetsregisteret",
    ("8254", "HHE"): "Henvisende helsepersonell",
    ("8254", "FLE"): "Fastlege",
    ("7319", "HHE"): "Henvisende helsepersonell",
    ("7319", "FLE"): "Fastlege",
    ("9034", "6"): "Fastlege",
    ("3401", "H"): "Bostedsadresse",
    ("3401", "WP"): "Arbeidsadresse",
}


def list_of(owner: str, kind: str) -> str | None:
    """Return the list of a field ("Class.field") in a message kind ("henvisning 2.0"), or None."""
    return FIELD_LISTS.get(f"{owner}@{kind}") or FIELD_LISTS.get(owner)


def own_name(list_number: str, value: str) -> str | None:
    """Return the name of a code that specifications fill in themselves, or None."""
    return _NAMES.get((list_number, value))
