"""A Henvisning 1.0 and a 1.1 with every element in it, as messages and as documents."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from adapter.message.address import Address, Telecom
from adapter.message.attachment import Base64Data, Document
from adapter.message.code import Code, Moment, Quantity, coded
from adapter.message.henvisning import (
    AssistedCommunication,
    Booking,
    BookingUnit,
    CareRelation,
    CareSituation,
    Comment,
    Consent,
    ContactPerson,
    DateResult,
    Diagnosis,
    Examination,
    Henvisning,
    InformationItem,
    Institution,
    IntervalResult,
    Kinship,
    Medication,
    Modifier,
    NumberResult,
    Observation,
    Precaution,
    Reason,
    Relative,
    RequestedService,
    ResultItem,
    Service,
    TextResult,
)
from adapter.message.message import Envelope, Kind, Message
from adapter.message.party import CopyUse, HealthcareProfessional, Identifier, Organisation, Party, Patient, Person
from adapter.wire.bind import Record
from adapter.wire.henvisning1 import MESSAGE_10, MESSAGE_11
from adapter.wire.namespaces import BASE64, FK1, PO_2009

HER = Code("HER", "HER-id")
ENH = Code("ENH", "Organisasjonsnummeret i Enhetsregisteret")
HPR = Code("HPR", "HPR-nummer")
FNR = Code("FNR", "Fødselsnummer")
DAY = Moment("2026-03-02")
LATER = Moment("2026-03-30")
FUNN = Code("FUNN", "Funn og undersøkelsesresultat")
CRP = Examination(id=coded(7280, "NPU19748", "C-reaktivt protein"))

#: What both versions say with the same words.
SHARED = {
    "service_type": Code("N", "Ny"),
    "issued": Moment("2026-03-02T09:10:00"),
    "payment_category": Code("1", "Vanlig"),
    "request_comment": "Arbeidsrettet mestringsopphold",
    "ack": Code("J", "Ja"),
    "description": Code("10", "Utredning/behandling"),
    "document_id": "3d0c6d50-7f5e-4f7a-9c38-0d7b5a1f3a10",
    "basis_for_services": Code("1", "Medlem"),
    "precautions": (Precaution(text="Hunderedd", start=DAY, end=LATER),),
    "information": (
        InformationItem(
            content=ResultItem(
                result=TextResult(
                    heading=Code("SY", "Sykdom"), text="Fire av ti", code=coded(7170, "P76", "Depressiv lidelse")
                ),
                service_type=Code("N", "Ny"),
                examined=DAY,
                comment="Fastende",
                deviation=Code("1", "Over øvre referansegrense"),
                examination=Examination(
                    id=coded(7280, "NPU19748", "C-reaktivt protein"),
                    specifications=(Code("1", "Spesifikasjon", "2.16.578.1.12.4.1.1.7280", "Egen tekst"),),
                ),
            ),
            kind=FUNN,
        ),
        InformationItem(
            content=ResultItem(
                result=IntervalResult(low=Quantity("1.5", "mg/L"), high=Quantity("2.5", "mg/L")), examination=CRP
            ),
            kind=FUNN,
        ),
        InformationItem(content=ResultItem(result=DateResult(value=LATER), examination=CRP), kind=FUNN),
        InformationItem(
            content=ResultItem(
                result=NumberResult(comparison=Code("LT", "Mindre enn"), value=Quantity("5", "mg/L")), examination=CRP
            ),
            kind=FUNN,
        ),
        InformationItem(
            content=Medication(
                drug=coded(7180, "N06AB06", "Sertralin"),
                comment="Trappes ned",
                status=Code("6", "Benyttes regelmessig"),
                duration=Quantity("3", "mnd"),
                supplied=Quantity("100", "stk"),
                dose=Quantity("50", "mg"),
                dosage="En om dagen",
            ),
            kind=Code("MEDB", "Legemiddelopplysning"),
        ),
        InformationItem(
            content=Observation(description="Sykmeldt 60 prosent", comment="Siden februar"),
            kind=Code("SYKM", "Opplysninger om sykemelding"),
            start=DAY,
            end=LATER,
            origin=Moment("2026-02-02"),
        ),
    ),
    "reasons": (
        Reason(
            heading=Code("PROB", "Aktuell problemstilling"),
            text="Utmattelse etter lang tids belastning",
            codes=(coded(7170, "A04", "Slapphet/tretthet"), coded(7170, "P02", "Akutt stressreaksjon")),
        ),
    ),
    "diagnoses": (
        Diagnosis(
            concept=Code("P29", "Psykiske symptomer", "2.16.578.1.12.4.1.1.7170", "Uttalt"),
            modifiers=(Modifier(name=Code("S", "Side"), values=(coded(7305, "H", "Høyre"),)),),
        ),
    ),
    "requested": RequestedService(
        service_type=Code("N", "Ny"),
        purpose=Code("1", "Formål"),
        date=LATER,
        priority=Code("3", "Haster"),
        comment="Helst i april",
        service=Service(
            id=coded(8451, "1", "Tjeneste"),
            speciality=coded(8451, "020", "Fysikalsk medisin"),
            admission=Code("1", "Innleggelse"),
        ),
    ),
    "comments": (
        Comment(heading=Code("BUP", "Barn og unge"), text="Bor hos mor", codes=(coded(8403, "1", "Begge foreldre"),)),
    ),
}

WORK = Address(
    kind=Code("WP", "Arbeidsadresse"),
    street="Prøveveien 1",
    postal_code="9037",
    city="Tromsø",
    county=Code("55", "Troms"),
    country=Code("NO", "Norge"),
    district=Code("030101", "Bydel"),
    telecoms=(Telecom(address="tel:+4777000000"), Telecom(address="mailto:post@prove.example")),
)
OFFICE = Organisation(
    name="Prøvevik legekontor",
    identifiers=(Identifier("8990200", HER), Identifier("999999999", ENH)),
    people=(
        HealthcareProfessional(
            full_name="Vits, Grønn", identifiers=(Identifier("8990201", HER), Identifier("565501872", HPR))
        ),
    ),
    units=(
        Organisation(
            kind=Code("1", "Avdeling"),
            name="Dagtid",
            identifiers=(Identifier("8990202", HER), Identifier("12", Code("LOK", "Lokal"))),
        ),
    ),
)
DOCTOR = HealthcareProfessional(
    profession=Code("LE", "Lege"),
    full_name="Vits, Grønn",
    identifiers=(Identifier("565501872", HPR), Identifier("8990201", HER)),
)
PATIENT = Patient(
    sex=Code("2", "Kvinne"),
    date_of_birth=Moment("1984-03-14"),
    date_of_death=Moment("2026-03-01"),
    full_name="Blomst, Vakker",
    local_id="4711",
    identifiers=(Identifier("14838400052", FNR), Identifier("49869000085", Code("DNR", "D-nummer"))),
    address=replace(WORK, kind=Code("H", "Bostedsadresse")),
)

COMPLETE_11 = Message(
    envelope=Envelope.MESSAGE,
    kind=Kind.HENVISNING,
    version="1.1",
    type=Code("HENVISNING", "Henvisning"),
    msg_version="1",
    mig_version="v1.1 2012-02-15",
    generated=Moment("2026-03-02T09:11:12"),
    msg_id="f7f2e8a4-3f0e-4c2e-8f6c-6f9d7a1b2c01",
    status=Code("TEST", "Melding til testformål"),
    sender=Party(role=Code("AVS"), method=Code("EDI", "EDI"), organisation=OFFICE, address=WORK),
    receiver=Party(
        role=Code("MOT"), method=Code("EDI", "EDI"), person=DOCTOR, speciality=coded(8451, "020", "Fysikalsk medisin")
    ),
    other_receivers=(
        Party(
            role=Code("COP", "Kopimottaker"),
            copy_uses=(
                CopyUse(kind=Code("H"), requested_method=Code("EDI"), actual_method=Code("POST")),
                CopyUse(kind=Code("B")),
            ),
            organisation=OFFICE,
        ),
    ),
    patient=PATIENT,
    documents=(
        Document(
            content=(
                Henvisning(
                    version="1.1",
                    **SHARED,
                    care_relations=(
                        CareRelation(
                            relation=Code("FLE", "Fastlege"),
                            start=DAY,
                            end=LATER,
                            party=Party(person=DOCTOR, address=WORK),
                        ),
                    ),
                    assisted_communication=(
                        AssistedCommunication(
                            person=Person(family_name="Blomst", given_name="Ŋilla"),
                            is_deaf="false",
                            is_blind="true",
                            language=Code("se", "Nordsamisk"),
                            interpreter=Person(family_name="Tolk", given_name="Tydelig"),
                            ended=LATER,
                            note="Døvetolk",
                        ),
                    ),
                    relatives=(
                        Relative(
                            relation=Code("SD", "Stedatter"),
                            care=Code("V", "Verge"),
                            person=Person(
                                family_name="Blomst",
                                middle_name="Vår",
                                given_name="Liten",
                                date_of_birth=Moment("2014-01-01"),
                                sex=Code("2", "Kvinne"),
                                nationality=Code("NO", "Norge"),
                                identifiers=(Identifier("01811450010", coded(8116, "FNR", "Fødselsnummer")),),
                                address=Address(
                                    kind=Code("H"),
                                    street="Prøveveien 2",
                                    postal_code="9037",
                                    city="Tromsø",
                                    postbox="7",
                                    county=Code("55"),
                                    country=Code("NO"),
                                ),
                                telecoms=(Telecom(Code("MC", "Mobil"), "tel:+4799000000"),),
                            ),
                            note="Ring på dagtid",
                        ),
                    ),
                    contact_persons=(
                        ContactPerson(
                            occupation="Daglig leder",
                            workplace="Prøvevik bakeri",
                            person=Person(family_name="Baker", given_name="Blid"),
                            note="Vet om henvisningen",
                        ),
                    ),
                    institutions=(
                        Institution(
                            name="Prøvevik bakeri", role="Arbeidsgiver", contact="Blid Baker", note="Full stilling"
                        ),
                    ),
                    consents=(
                        Consent(status=coded(9064, "1", "Samtykke"), date=DAY, note="Muntlig", given_by="Pasienten"),
                    ),
                ),
            )
        ),
        Document(
            issued=DAY,
            kind=Code("A", "Vedlegg"),
            id="vedlegg-1",
            mime_type="application/pdf",
            description="Epikrise",
            compression=Code("0", "Ingen"),
            content=(Base64Data("JVBERi0xLjQ="),),
        ),
        Document(kind=Code("REF", "Referanse"), file_reference="https://prove.example/bilde/1"),
    ),
)

COMPLETE_10 = replace(
    COMPLETE_11,
    version="1.0",
    type=Code("H", "Henvisning"),
    mig_version="v1.0 2005-07-08",
    sender=Party(
        role=Code("AVS"), organisation=OFFICE, address=WORK, id_by_requester="egen-1", id_by_provider="deres-1"
    ),
    receiver=Party(role=Code("MOT"), person=DOCTOR, speciality=coded(8451, "020", "Fysikalsk medisin")),
    documents=(
        Document(
            content=(
                Henvisning(
                    version="1.0",
                    **SHARED,
                    care_relations=(
                        CareRelation(
                            relation=Code("FLE", "Fastlege"),
                            start=DAY,
                            end=LATER,
                            party=Party(person=DOCTOR, address=WORK, id_by_provider="deres-2"),
                        ),
                    ),
                    assisted_communication=(
                        AssistedCommunication(
                            person_number="1",
                            is_deaf="false",
                            is_blind="true",
                            language=Code("se", "Nordsamisk"),
                            interpreter_number="2",
                            ended=LATER,
                            note="Døvetolk",
                        ),
                    ),
                    care_situation=CareSituation(
                        description="Bor hos mor",
                        custody_kind=Code("1", "Foreldre"),
                        custody_owner="Mor",
                        kind=Code("2", "Biologisk"),
                        native_language=Code("se", "Nordsamisk"),
                    ),
                    relatives=(
                        Relative(
                            description="Henter i barnehagen",
                            occupation=Code("1", "Yrke"),
                            role="Mor",
                            ethnic_belonging=Code("1", "Samisk"),
                            person=Person(
                                date_of_birth=Moment("1984-03-14"),
                                sex=Code("2", "Kvinne"),
                                full_name="Blomst, Vakker",
                                identifiers=(Identifier("14838400052", FNR),),
                                address=WORK,
                            ),
                            kinship=Kinship(is_guardian="true", code=Code("MO", "Mor"), description="Alene"),
                            consent=Consent(status=coded(9064, "1", "Samtykke"), date=DAY, note="Skriftlig"),
                        ),
                    ),
                    institutions=(
                        Institution(
                            name="Prøvevik barnehage", working_time="08-16", contact="Blid Baker", address=WORK
                        ),
                    ),
                    consents=(Consent(status=coded(9064, "1", "Samtykke"), date=DAY, note="Muntlig"),),
                ),
            )
        ),
        Document(
            issued=DAY,
            kind=Code("REF", "Referanse"),
            id="time-1",
            booking=Booking(
                name="Prøvevik sykehus",
                id="8990100",
                id_kind="HER",
                start=Moment("2026-04-01T08:00:00"),
                end=Moment("2026-04-01T09:00:00"),
                resource_id="rom-1",
                index="1",
                service=Code("1", "Konsultasjon"),
                unit=BookingUnit(
                    name="Klinikk", id="8990101", id_kind="HER", unit=BookingUnit(name="Post", id="1", id_kind="LOK")
                ),
            ),
        ),
    ),
)

#: The children of each element in schema order, as the standard's documents list them.
ELEMENTS_1X = {
    "Message": "Type MsgVersion MIGversion GenDate MsgId Status ServReq",
    "ServReq": "ServType IssueDate PaymentCat ReqComment Ack MsgDescr Id Patient ServProvider Requester CopyDest RefDoc"
    " ReasonAsText Diagnosis ReqServ Comment",
    "ReqServ": "ServType Purpose ReqDate Priority Comment Service",
    "CopyDest": "Role CopyDestRole HCP",
    "Diagnosis": "Concept Modifier",
    "ReasonAsText": "Heading TextResultValue TextCode",
    "Comment": "Heading TextResultValue CodedComment",
    "Service": "ServId MedSpeciality AdmCat",
    "PatientPrecaution": "Precaution StartDateTime EndDateTime",
    "InfItem": "ResultItem Medication Observation Type StartDateTime EndDateTime OrgDate",
    "PatRelHCP": "Relation StartDateTime EndDateTime HCP",
    "CopyDestRole": "MsgType ReqComMethod ActComMethod",
    "Modifier": "Name Value",
    "Medication": "DrugId Comment Status IntendedDuration QuantitySupplied UnitDose DosageText",
    "Observation": "Description Comment",
    "ResultItem": "TextResult Interval DateResult NumResult ServType InvDate Comment DevResultInd ClinInv",
    "HCProf": "Type Name Id TypeId AdditionalId",
    "Inst": "Name Id TypeId AdditionalId HCPerson Dept",
    "Address": "Type StreetAdr PostalCode City County Country CityDistr TeleAddress",
    "NumResult": "ArithmeticComp NumResultValue",
    "TextResult": "Result",
    "Interval": "Low High",
    "DateResult": "DateResultValue",
    "ClinInv": "Id Spec",
    "Dept": "Type Name Id TypeId AdditionalId",
    "HCPerson": "Name Id TypeId AdditionalId",
    "Result": "Heading TextResultValue TextCode",
    "AdditionalId": "Id Type",
}
ELEMENTS_10 = ELEMENTS_1X | {
    "Patient": "BasisForHealthServices Sex DateOfBirth DateOfDeath Name IdByRequester OffId TypeOffId PatientPrecaution"
    " InfItem PatRelHCP NeedTranslator CareSituation PatRelperson PatRelInst Consent AdditionalId Address",
    "Requester": "Role HCP",
    "ServProvider": "Role HCP",
    "RefDoc": "IssueDate MsgType Id Booking",
    "Booking": "Name Id TypeId Appointment SubOrg",
    "CareSituation": "Description CustodyType CustodyOwner CareSituationType NativeLanguage",
    "NeedTranslator": "Person IsDeaf IsBlind Language PreferredTranslator TranslatorEndDate Note",
    "PatRelperson": "Description DateOfBirth Sex Occupation Role EthnicBelonging Name OffId TypeOffId Relation Address"
    " Consent",
    "PatRelInst": "NameInst WorkingTime ContactPerson Address",
    "HCP": "Inst HCProf MedSpeciality PartyIdByRequester PartyIdByServProv Address",
    "Appointment": "StartDateTime EndDateTime ResourceId Index Service",
    "Relation": "Guardien RelationCode Description",
    "Consent": "ConsentStatus ConsentDate Merknad",
    "SubOrg": "Name Id TypeId SubOrg",
}
ELEMENTS_11 = ELEMENTS_1X | {
    "Patient": "BasisForHealthServices Sex DateOfBirth DateOfDeath Name IdByRequester OffId TypeOffId PatientPrecaution"
    " InfItem PatRelHCP AssistertKommunikasjon ParorendeForesatt ContactPerson PatRelInst Consent AdditionalId Address",
    "Requester": "Role ComMethod HCP",
    "ServProvider": "Role ComMethod HCP",
    "RefDoc": "IssueDate MsgType Id MimeType Description Compression FileReference Content",
    "ContactPerson": "OccupationRole WorkingPlace Referanseperson Merknad",
    "PatRelInst": "NameInst RoleInst ContactPerson Merknad",
    "HCP": "Inst HCProf MedSpeciality Address",
    "Consent": "ConsentStatus ConsentDate Merknad GivenBy",
}

VERSIONS = [pytest.param(MESSAGE_10, COMPLETE_10, id="1.0"), pytest.param(MESSAGE_11, COMPLETE_11, id="1.1")]


def written(record: Record[Message], message: Message) -> etree._Element:
    """Return what a receiver parses of a message."""
    nsmap = {None: record.namespace, "po": PO_2009, "fk1": FK1, "b64": BASE64}
    return etree.fromstring(etree.tostring(record.written("Message", message, nsmap)))


def complete(version: str | None) -> etree._Element:
    """Return the document that holds every element of a version."""
    return etree.parse(Path(__file__).parents[1] / "unit/wire/complete" / f"henvisning-{version}.xml").getroot()
