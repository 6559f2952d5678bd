"""Henvisning 1.0 and 1.1: what the root `Message` says, and how a message is written as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapter.errors import SpecError
from adapter.message.address import Address, Telecom
from adapter.message.attachment import Base64Data, Document, Opaque
from adapter.message.code import Code, Moment, Quantity, coded
from adapter.message.dialogmelding import Dialogmelding
from adapter.message.henvisning import (
    Assessment,
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
    PatientExtras,
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
from adapter.wire.namespaces import BASE64, FK1, HENVISNING_10, HENVISNING_11, PO_2009

HER = Code("HER", "HER-id")
ENH = Code("ENH", "Organisasjonsnummeret i Enhetsregisteret")
HPR = Code("HPR", "HPR-nummer")
FNR = Code("FNR", "Fødselsnummer")
DAY = Moment("2026-03-02")
LATER = Moment("2026-03-30")

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
                    heading=Code("SY", "Sykdom"),
                    text="Fire av ti",
                    code=coded(7170, "P76", "Depressiv lidelse"),
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
            kind=Code("FUNN", "Funn og undersøkelsesresultat"),
        ),
        InformationItem(
            content=ResultItem(
                result=IntervalResult(low=Quantity("1.5", "mg/L"), high=Quantity("2.5", "mg/L")),
                examination=Examination(id=coded(7280, "NPU19748", "C-reaktivt protein")),
            ),
            kind=Code("FUNN", "Funn og undersøkelsesresultat"),
        ),
        InformationItem(
            content=ResultItem(
                result=DateResult(value=LATER),
                examination=Examination(id=coded(7280, "NPU19748", "C-reaktivt protein")),
            ),
            kind=Code("FUNN", "Funn og undersøkelsesresultat"),
        ),
        InformationItem(
            content=ResultItem(
                result=NumberResult(comparison=Code("LT", "Mindre enn"), value=Quantity("5", "mg/L")),
                examination=Examination(id=coded(7280, "NPU19748", "C-reaktivt protein")),
            ),
            kind=Code("FUNN", "Funn og undersøkelsesresultat"),
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
            full_name="Vits, Grønn",
            identifiers=(Identifier("8990201", HER), Identifier("565501872", HPR)),
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
        role=Code("MOT"),
        method=Code("EDI", "EDI"),
        person=DOCTOR,
        speciality=coded(8451, "020", "Fysikalsk medisin"),
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

VERSIONS = [
    pytest.param(MESSAGE_10, COMPLETE_10, id="1.0"),
    pytest.param(MESSAGE_11, COMPLETE_11, id="1.1"),
]


def written(record: Record[Message], message: Message) -> etree._Element:
    """Return what a receiver parses of a message."""
    nsmap = {None: record.namespace, "po": PO_2009, "fk1": FK1, "b64": BASE64}
    return etree.fromstring(etree.tostring(record.written("Message", message, nsmap)))


def complete(version: str | None) -> etree._Element:
    """Return the document that holds every element of a version."""
    return etree.parse(Path(__file__).parent / "complete" / f"henvisning-{version}.xml").getroot()


def read_11(inner: str) -> Message:
    """Read a Message 1.1 from its children."""
    return MESSAGE_11.read(
        etree.fromstring(f'<Message xmlns="{HENVISNING_11}"><MIGversion>v1.1 2012-02-15</MIGversion>{inner}</Message>')
    )


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_a_complete_document_is_read_as_the_message_it_says(record: Record[Message], message: Message) -> None:
    assert message == record.read(complete(message.version))


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_a_complete_message_is_written_as_the_document_that_says_it(
    record: Record[Message], message: Message, canonical: Callable[[etree._Element], tuple[Any, ...]]
) -> None:
    assert canonical(complete(message.version)) == canonical(written(record, message))


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_a_complete_message_is_valid_by_the_official_schema(
    record: Record[Message], message: Message, official: etree.XMLSchema
) -> None:
    official.assertValid(written(record, message))


@pytest.mark.parametrize(
    ("record", "elements"),
    [pytest.param(MESSAGE_10, ELEMENTS_10, id="1.0"), pytest.param(MESSAGE_11, ELEMENTS_11, id="1.1")],
)
def test_every_element_of_the_standard_is_bound_in_schema_order(
    record: Record[Message], elements: dict[str, str], declared: Callable[[Record[Any], str], dict[str, str]]
) -> None:
    found = declared(record, "Message")

    assert elements == {name: children for name, children in found.items() if name in elements}


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_a_complete_message_has_every_element(record: Record[Message], message: Message) -> None:
    """Else the two tests above would not try them all."""
    elements = ELEMENTS_10 if record is MESSAGE_10 else ELEMENTS_11
    names = {etree.QName(element).localname for element in written(record, message).iter()}

    assert set() == {child for children in elements.values() for child in children.split()} - names


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_children_are_read_in_any_order(record: Record[Message], message: Message) -> None:
    root = written(record, message)
    for element in (root, *root.iter(f"{{{record.namespace}}}ServReq"), *root.iter(f"{{{record.namespace}}}Patient")):
        # Repeated elements keep their order among themselves.
        element[:] = sorted(element, key=lambda child: child.tag, reverse=True)

    assert message == record.read(root)


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_elements_in_a_wrong_namespace_are_found_by_their_name(record: Record[Message], message: Message) -> None:
    root = written(record, message)
    for element in root.iter():
        if element.tag != f"{{{BASE64}}}Base64Container":
            element.tag = f"{{urn:wrong}}{etree.QName(element).localname}"

    assert message == record.read(root)


@pytest.mark.parametrize(("record", "message"), VERSIONS)
def test_any_part_may_be_missing(record: Record[Message], message: Message) -> None:
    tags = sorted({element.tag for element in written(record, message).iter()} - {f"{{{record.namespace}}}Message"})
    for tag in tags:
        root = written(record, message)
        for element in list(root.iter(tag)):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)

        read = record.read(root)

        assert read != message
        again = record.read(written(record, read))
        # Only the version's own name is added where it is missing.
        assert read == replace(again, mig_version=read.mig_version)


@pytest.mark.parametrize(("record", "version"), [(MESSAGE_10, "1.0"), (MESSAGE_11, "1.1")])
def test_an_empty_message_is_a_referral_of_its_version_without_content(record: Record[Message], version: str) -> None:
    message = record.read(etree.Element(f"{{{record.namespace}}}Message"))

    assert message == Message(
        envelope=Envelope.MESSAGE,
        kind=Kind.HENVISNING,
        version=version,
        documents=(Document(content=(Henvisning(version=version),)),),
    )
    assert [child.tag for child in written(record, message)] == [f"{{{record.namespace}}}MIGversion"]


def test_the_referral_is_the_content_of_the_first_document_and_attachments_follow() -> None:
    message = read_11(
        f"""<ServReq><Id>1</Id>
        <RefDoc><MsgType V="A"/><Content><Base64Container xmlns="{BASE64}">aGVp</Base64Container></Content></RefDoc>
        <RefDoc><MsgType V="XML"/><Content><foreign xmlns="urn:x">A</foreign></Content></RefDoc>
        <RefDoc><MsgType V="A"/><Content/></RefDoc>
        <RefDoc><MsgType V="REF"/><FileReference>cid:1</FileReference></RefDoc></ServReq>"""
    )

    assert message.documents == (
        Document(content=(Henvisning(version="1.1", document_id="1"),)),
        Document(kind=Code("A"), content=(Base64Data("aGVp"),)),
        Document(kind=Code("XML"), content=(Opaque("urn:x", "foreign", b'<foreign xmlns="urn:x">A</foreign>'),)),
        Document(kind=Code("A"), content=()),
        Document(kind=Code("REF"), file_reference="cid:1"),
    )


def test_an_attachment_whose_namespace_name_is_relative_is_carried_too() -> None:
    """Canonical XML cannot be made of it."""
    message = read_11('<ServReq><RefDoc><Content><foreign xmlns="a/b">å</foreign></Content></RefDoc></ServReq>')

    assert message.documents[1].content == (Opaque("a/b", "foreign", '<foreign xmlns="a/b">å</foreign>'.encode()),)
    assert MESSAGE_11.read(written(MESSAGE_11, message)) == message


def test_the_official_number_comes_first_and_additional_ones_after_it() -> None:
    patient = read_11(
        """<ServReq><Patient><AdditionalId><Id>49869000085</Id><Type V="DNR"/></AdditionalId>
        <OffId>14838400052</OffId><TypeOffId V="FNR"/></Patient></ServReq>"""
    ).patient

    assert patient is not None
    assert patient.identifiers == (Identifier("14838400052", Code("FNR")), Identifier("49869000085", Code("DNR")))


def test_an_additional_number_alone_leaves_the_first_place_empty() -> None:
    message = read_11("<ServReq><Patient><AdditionalId><Id>4</Id><Type V='DNR'/></AdditionalId></Patient></ServReq>")

    assert message.patient == Patient(identifiers=(Identifier(), Identifier("4", Code("DNR"))))
    assert message == MESSAGE_11.read(written(MESSAGE_11, message))


def test_what_lies_in_the_patient_belongs_to_the_referral_where_it_is_clinical() -> None:
    message = read_11(
        """<ServReq><Patient><InfItem><Observation><Description>Sover dårlig</Description></Observation>
        <Type V="ANAM"/></InfItem></Patient></ServReq>"""
    )

    assert message.patient is None
    assert message.henvisning is not None
    assert message.henvisning.information == (
        InformationItem(content=Observation(description="Sover dårlig"), kind=Code("ANAM")),
    )
    assert message == MESSAGE_11.read(written(MESSAGE_11, message))


def test_requester_sends_and_service_provider_receives() -> None:
    message = read_11(
        """<ServReq>
        <ServProvider><HCP><Inst><Name>Klinikken</Name><Id>8990100</Id><TypeId V="HER"/>
          <Dept><Id>8990101</Id><TypeId V="HER"/></Dept></Inst></HCP></ServProvider>
        <Requester><HCP><Inst><Id>8990200</Id><TypeId V="HER"/>
          <HCPerson><Id>8990201</Id><TypeId V="HER"/></HCPerson></Inst></HCP></Requester>
        <CopyDest><Role V="AVS"/><HCP><HCProf><Name>Vits, Grønn</Name></HCProf></HCP></CopyDest></ServReq>"""
    )

    assert message.sender is not None
    assert message.sender.her_ids() == ("8990200", "8990201")
    assert message.receiver is not None
    assert message.receiver.her_ids() == ("8990100", "8990101")
    assert message.other_receivers == (Party(role=Code("AVS"), person=HealthcareProfessional(full_name="Vits, Grønn")),)


def test_version_1_1_writes_times_as_attributes_but_the_day_of_consent_as_text() -> None:
    root = written(MESSAGE_11, COMPLETE_11)

    assert root.find(f"{{{HENVISNING_11}}}GenDate").get("V") == "2026-03-02T09:11:12"
    assert next(root.iter(f"{{{HENVISNING_11}}}ConsentDate")).text == "2026-03-02"
    assert next(written(MESSAGE_10, COMPLETE_10).iter(f"{{{HENVISNING_10}}}ConsentDate")).get("V") == "2026-03-02"


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param((), id="no document"),
        pytest.param((Document(content=(Dialogmelding(),)),), id="another payload"),
        pytest.param((Document(description="Brev", content=(Henvisning(),)),), id="a described main document"),
        pytest.param((Document(kind=Code("A")), Document(content=(Henvisning(),))), id="an attachment first"),
    ],
)
def test_a_message_whose_first_document_is_no_plain_referral_is_not_written(documents: tuple[Document, ...]) -> None:
    with pytest.raises(SpecError, match="documents"):
        written(MESSAGE_11, replace(COMPLETE_11, documents=documents))


def test_units_of_a_booking_may_lie_as_deep_as_the_parser_lets_them() -> None:
    levels = 190
    inner = "<SubOrg>" * levels + "</SubOrg>" * levels
    root = etree.fromstring(
        f'<Message xmlns="{HENVISNING_10}"><ServReq><RefDoc><Booking>{inner}</Booking></RefDoc></ServReq></Message>'
    )

    assert len(list(written(MESSAGE_10, MESSAGE_10.read(root)).iter(f"{{{HENVISNING_10}}}SubOrg"))) == levels


REFUSED_10 = {
    "contact_persons": {"contact_persons": (ContactPerson(occupation="Leder"),)},
    "patient_extras": {"patient_extras": PatientExtras(note="Bor alene")},
    "interpreter": {"assisted_communication": (AssistedCommunication(interpreter=Person()),)},
    "relation": {"relatives": (Relative(relation=Code("MO")),)},
    "identifiers": {"relatives": (Relative(person=Person(identifiers=(Identifier("1"), Identifier("2")))),)},
    "family_name": {"relatives": (Relative(person=Person(family_name="Blomst")),)},
    "note": {"institutions": (Institution(note="Full stilling"),)},
    "given_by": {"consents": (Consent(given_by="Pasienten"),)},
    "method": {"care_relations": (CareRelation(party=Party(method=Code("EDI"))),)},
}
REFUSED_11 = {
    "care_situation": {"care_situation": CareSituation(description="Bor hos mor")},
    "assessment": {"assessment": Assessment()},
    "description_note": {"description_note": "Opphold"},
    "person_number": {"assisted_communication": (AssistedCommunication(person_number="1"),)},
    "kinship": {"relatives": (Relative(kinship=Kinship(description="Mor")),)},
    "is_nearest": {"relatives": (Relative(is_nearest="true"),)},
    "full_name": {"relatives": (Relative(person=Person(full_name="Blomst, Vakker")),)},
    "working_time": {"institutions": (Institution(working_time="08-16"),)},
    "consents": {"consents": (Consent(), Consent())},
    "id_by_requester": {"care_relations": (CareRelation(party=Party(id_by_requester="1")),)},
}


@pytest.mark.parametrize(
    ("record", "version", "name", "facts"),
    [
        *(pytest.param(MESSAGE_10, "1.0", name, facts, id=f"1.0 {name}") for name, facts in REFUSED_10.items()),
        *(pytest.param(MESSAGE_11, "1.1", name, facts, id=f"1.1 {name}") for name, facts in REFUSED_11.items()),
    ],
)
def test_what_a_version_has_no_place_for_is_refused_by_name(
    record: Record[Message], version: str, name: str, facts: dict[str, Any]
) -> None:
    document = Document(content=(Henvisning(version=version, **facts),))

    with pytest.raises(SpecError, match=name):
        written(
            record, Message(envelope=Envelope.MESSAGE, kind=Kind.HENVISNING, version=version, documents=(document,))
        )


def test_version_1_0_has_no_attachments() -> None:
    with pytest.raises(SpecError, match="content"):
        written(MESSAGE_10, replace(COMPLETE_10, documents=(*COMPLETE_10.documents, Document(content=()))))


def test_a_party_may_be_a_plain_person() -> None:
    sent = replace(COMPLETE_11, sender=Party(person=Person(full_name="Vits, Grønn")))

    assert MESSAGE_11.read(written(MESSAGE_11, sent)).sender == Party(
        person=HealthcareProfessional(full_name="Vits, Grønn")
    )


def test_an_attachment_cannot_be_a_dialogue_message() -> None:
    attachment = Document(kind=Code("XML"), content=(Dialogmelding(),))

    with pytest.raises(SpecError, match="Dialogmelding"):
        written(MESSAGE_11, replace(COMPLETE_11, documents=(*COMPLETE_11.documents, attachment)))


Some = Callable[..., st.SearchStrategy[Any]]


def numbers(most: int = 2) -> st.SearchStrategy[tuple[Identifier, ...]]:
    """Return numbers of which the first, or one after it, says something."""
    number = st.builds(Identifier, st.sampled_from(["1", "", "14838400052"]), st.none() | st.just(FNR))
    return st.just(()) | st.lists(number, min_size=1, max_size=most).map(tuple)


def address(some: Some) -> st.SearchStrategy[Any]:
    return some(Address, postbox=None)


def party(some: Some, **known: Any) -> st.SearchStrategy[Any]:
    person = some(
        HealthcareProfessional,
        **dict.fromkeys(
            ["family_name", "middle_name", "given_name", "date_of_birth", "sex", "nationality", "address", "telecoms"]
        ),
        role_to_patient=None,
        identifiers=numbers(),
    )
    member = some(HealthcareProfessional, full_name=st.just("Vits, Grønn"), identifiers=numbers()).map(
        lambda one: HealthcareProfessional(full_name=one.full_name, identifiers=one.identifiers)
    )
    apart = {"address": None, "telecoms": None}
    unit = some(Organisation, identifiers=numbers(), units=None, people=None, **apart)
    organisation = some(
        Organisation,
        kind=None,
        identifiers=numbers(),
        units=st.lists(unit, max_size=2).map(tuple),
        people=st.lists(member, max_size=2).map(tuple),
        **apart,
    )
    return some(Party, person=person, organisation=organisation, address=address(some), **known)


def fk1_person(some: Some) -> st.SearchStrategy[Any]:
    return some(Person, full_name=None, address=some(Address, district=None, telecoms=None))


def referral(some: Some, version: str) -> st.SearchStrategy[Any]:
    """Return referrals that a version can hold."""
    care = some(CareRelation, party=party(some, role=None, method=None, copy_uses=None, **own_ids(version)))
    absent = dict.fromkeys(
        [
            "patient_extras",
            "description_note",
            "units",
            "contacts",
            "responsibles",
            "sent_documents",
            "individual_plan",
            "medication_review",
            "assessment",
            "pathways",
        ]
    )
    if version == "1.0":
        consent = some(Consent, given_by=None)
        person = st.builds(
            Person,
            full_name=st.just("Blomst, Vakker"),
            sex=st.none() | st.just(Code("2")),
            identifiers=numbers(most=1),
            address=address(some),
        )
        relative = some(
            Relative,
            person=person,
            consent=consent,
            **dict.fromkeys(["relation", "care", "birth_year", "is_nearest", "note"]),
        )
        around = {
            "relatives": relative,
            "assisted_communication": some(AssistedCommunication, person=None, interpreter=None),
            "institutions": some(Institution, role=None, note=None, address=address(some)),
        }
        absent["contact_persons"] = None
    else:
        consent = some(Consent)
        person = fk1_person(some)
        only_10 = dict.fromkeys(
            ["description", "occupation", "role", "ethnic_belonging", "kinship", "consent", "birth_year", "is_nearest"]
        )
        around = {
            "relatives": some(Relative, person=person, **only_10),
            "assisted_communication": some(
                AssistedCommunication, person=person, interpreter=person, person_number=None, interpreter_number=None
            ),
            "institutions": some(Institution, working_time=None, address=None),
            "contact_persons": some(ContactPerson, person=person),
        }
        absent["care_situation"] = None
    several = {name: st.lists(one, min_size=1, max_size=2).map(tuple) for name, one in around.items()}
    return some(
        Henvisning,
        version=st.just(version),
        care_relations=st.lists(care, min_size=1, max_size=2).map(tuple),
        consents=consent.map(lambda one: (one,)),
        **several,
        **absent,
    ).map(lambda henvisning: replace(henvisning, version=version))


def own_ids(version: str) -> dict[str, None]:
    return {} if version == "1.0" else {"id_by_requester": None, "id_by_provider": None}


def message(some: Some, version: str) -> st.SearchStrategy[Any]:
    """Return messages that a version can hold."""
    main = referral(some, version).map(lambda henvisning: Document(content=(henvisning,)))
    if version == "1.0":
        reference = st.builds(Document, kind=st.just(Code("REF")), booking=st.none() | some(Booking))
    else:
        content = st.none() | st.just(()) | st.just((Base64Data("aGVp"),))
        reference = st.builds(Document, kind=st.just(Code("A")), id=st.none() | st.just(""), content=content)
    side = party(some, copy_uses=None, **own_ids(version), **({"method": None} if version == "1.0" else {}))
    patient = st.builds(
        Patient,
        full_name=st.just("Blomst, Vakker"),
        local_id=st.none() | st.just("1"),
        identifiers=numbers(),
        address=st.none() | address(some),
    )
    return st.builds(
        Message,
        envelope=st.just(Envelope.MESSAGE),
        kind=st.just(Kind.HENVISNING),
        version=st.just(version),
        mig_version=st.just("v1"),
        msg_id=st.none() | st.just("1"),
        status=st.none() | st.just(Code("TEST")),
        sender=st.none() | side,
        receiver=st.none() | side,
        other_receivers=st.lists(party(some, method=None, **own_ids(version)), max_size=1).map(tuple),
        patient=st.none() | patient,
        documents=st.builds(lambda first, rest: (first, *rest), main, st.lists(reference, max_size=1)),
    )


@pytest.fixture(scope="module")
def messages(some: Some) -> dict[str, st.SearchStrategy[Any]]:
    """Return strategies by version."""
    return {version: message(some, version) for version in ("1.0", "1.1")}


@pytest.mark.parametrize(("record", "version"), [(MESSAGE_10, "1.0"), (MESSAGE_11, "1.1")])
@settings(max_examples=50)
@given(data=st.data())
def test_what_a_version_can_hold_comes_back_as_it_was_written(
    record: Record[Message], version: str, messages: dict[str, st.SearchStrategy[Any]], data: st.DataObject
) -> None:
    sent = data.draw(messages[version])

    assert sent == record.read(written(record, sent))
