"""Henvisning 2.0: the payload alone, as it lies inside MsgHead."""

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
from adapter.message.code import Code, Moment, Quantity, coded
from adapter.message.dialogmelding import RelatedUnit
from adapter.message.henvisning import (
    Assessment,
    AssessmentDate,
    AssessmentOutcome,
    AssistedCommunication,
    CareRelation,
    Comment,
    Consent,
    Contact,
    ContactPerson,
    DateResult,
    Diagnosis,
    Examination,
    Henvisning,
    IndividualPlan,
    InformationItem,
    Institution,
    IntervalResult,
    Medication,
    MedicationReview,
    Modifier,
    NumberResult,
    Observation,
    Pathway,
    PatientExtras,
    Precaution,
    Reason,
    Relative,
    RequestedService,
    Responsible,
    ResultItem,
    SentDocument,
    Service,
    TextResult,
)
from adapter.message.party import HealthcareProfessional, Identifier, Organisation, Person
from adapter.wire.bind import Record
from adapter.wire.henvisning2 import HENVISNING_20
from adapter.wire.namespaces import FK1, PO_2017
from adapter.wire.namespaces import HENVISNING_20 as NAMESPACE

DAY = Moment("2026-03-02")
NOON = Moment("2026-03-02T12:00:00")
FUNN = coded(8233, "FUNN", "Funn og undersøkelsesresultat")
CRP = Examination(id=coded(7280, "NPU19748", "C-reaktivt protein"), specifications=(coded(7280, "1", "Fastende"),))
HPR = coded(8116, "HPR", "HPR-nummer")
HER = coded(9051, "HER", "HER-id")
DOCTOR = HealthcareProfessional(
    profession=Code("LE", "Lege"),
    role_to_patient=coded(9034, "6", "Fastlege"),
    family_name="Vits",
    middle_name="Glad",
    given_name="Grønn",
    date_of_birth=Moment("1970-01-01"),
    sex=Code("1", "Mann"),
    nationality=Code("NO", "Norge"),
    identifiers=(Identifier("565501872", HPR), Identifier("8990201", HER)),
    address=Address(kind=Code("WP", "Arbeidsadresse"), city="Tromsø"),
    telecoms=(Telecom(Code("WP", "Arbeid"), "tel:+4777000000"),),
)
CHILD = Person(
    family_name="Blomst",
    middle_name="Vår",
    given_name="Liten",
    date_of_birth=Moment("2014-01-01"),
    sex=Code("2", "Kvinne"),
    nationality=Code("NO", "Norge"),
    identifiers=(Identifier("01811450010", coded(8116, "FNR", "Fødselsnummer")),),
    address=Address(
        kind=Code("H", "Bostedsadresse"),
        street="Prøveveien 2",
        postal_code="9037",
        city="Tromsø",
        postbox="7",
        county=Code("55", "Troms"),
        country=Code("NO", "Norge"),
    ),
    telecoms=(Telecom(Code("MC", "Mobil"), "tel:+4799000000"),),
)

COMPLETE = Henvisning(
    version="2.0",
    service_type=Code("N", "Ny"),
    issued=NOON,
    payment_category=Code("1", "Vanlig"),
    request_comment="Arbeidsrettet mestringsopphold",
    document_id="3d0c6d50-7f5e-4f7a-9c38-0d7b5a1f3a10",
    basis_for_services=Code("1", "Medlem"),
    patient_extras=PatientExtras(
        marital_status=Code("1", "Ugift"),
        lives_alone="true",
        language=Code("se", "Nordsamisk"),
        has_municipal_services="false",
        note="Har hund",
    ),
    relatives=(
        Relative(
            relation=Code("SD", "Stedatter"),
            care=Code("V", "Verge"),
            birth_year=Moment("2014"),
            is_nearest="true",
            person=CHILD,
            note="Ring på dagtid",
        ),
    ),
    units=(
        RelatedUnit(
            organisation=Organisation(
                kind=coded(9040, "101", "Legekontor"),
                name="Prøvevik kommune",
                identifiers=(Identifier("8990300", HER),),
                address=Address(kind=Code("WP"), city="Tromsø"),
                telecoms=(Telecom(Code("WP"), "tel:+4777000001"),),
                units=(Organisation(name="Frisklivssentral", identifiers=(Identifier("8990301", HER),)),),
            ),
            note="Følger opp",
        ),
    ),
    contacts=(Contact(person=DOCTOR, note="Helst før tolv"),),
    responsibles=(
        Responsible(
            person=DOCTOR,
            approved=DAY,
            relation=coded(8254, "HHE", "Henvisende helsepersonell"),
            note="Skrev henvisningen",
        ),
    ),
    sent_documents=(
        SentDocument(
            information=coded(8329, "1", "Epikrise"),
            is_sent="true",
            sent=DAY,
            receiver_kind=coded(8330, "1", "Fastlege"),
            receiver="Prøvevik legekontor",
            note="I posten",
        ),
    ),
    description=coded(8455, "10", "Utredning/behandling"),
    description_note="Opphold",
    assisted_communication=(
        AssistedCommunication(
            person=CHILD,
            is_deaf="false",
            is_blind="true",
            language=Code("se", "Nordsamisk"),
            interpreter=Person(family_name="Tolk", given_name="Tydelig"),
            ended=DAY,
            note="Døvetolk",
        ),
    ),
    individual_plan=IndividualPlan(exists="true", has_coordinator="false", note="Fra 2025"),
    contact_persons=(
        ContactPerson(
            occupation="Daglig leder",
            workplace="Prøvevik bakeri",
            person=Person(family_name="Baker", given_name="Blid"),
            note="Vet om henvisningen",
        ),
    ),
    medication_review=MedicationReview(reviewed=DAY, reconciled=Moment("2026-03-01"), note="Med fastlegen"),
    precautions=(Precaution(text="Hunderedd", start=NOON, end=Moment("2026-04-02T12:00:00")),),
    information=(
        InformationItem(
            content=ResultItem(
                result=TextResult(
                    heading=Code("SY", "Sykdom"), text="Fire av ti", code=coded(7170, "P76", "Depressiv lidelse")
                ),
                service_type=Code("N", "Ny"),
                examined=NOON,
                comment="Fastende",
                deviation=Code("1", "Over øvre referansegrense"),
                examination=CRP,
            ),
            kind=FUNN,
        ),
        InformationItem(
            content=ResultItem(
                result=IntervalResult(low=Quantity("1.5", "mg/L"), high=Quantity("2.5", "mg/L")), examination=CRP
            ),
            kind=FUNN,
        ),
        InformationItem(content=ResultItem(result=DateResult(value=DAY), examination=CRP), kind=FUNN),
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
                status=Code("1", "Fast"),
                duration=Quantity("3", "mnd"),
                supplied=Quantity("100", "stk"),
                dose=Quantity("50", "mg"),
                dosage="En om dagen",
            ),
            kind=coded(8233, "MEDB", "Legemiddelopplysning"),
        ),
        InformationItem(
            content=Observation(description="Sykmeldt 60 prosent", comment="Siden februar"),
            kind=coded(8233, "SYKM", "Opplysninger om sykemelding"),
            start=NOON,
            end=Moment("2026-04-02T12:00:00"),
            origin=Moment("2026-02-02T00:00:00"),
        ),
    ),
    reasons=(
        Reason(
            heading=coded(8231, "PROB", "Aktuell problemstilling"),
            text="Utmattelse etter lang tids belastning",
            codes=(coded(7170, "A04", "Slapphet/tretthet"), coded(7170, "P02", "Akutt stressreaksjon")),
        ),
    ),
    diagnoses=(
        Diagnosis(
            concept=Code("P29", "Psykiske symptomer", "2.16.578.1.12.4.1.1.7170", "Uttalt"),
            modifiers=(Modifier(name=Code("S", "Side"), values=(coded(7305, "H", "Høyre"),)),),
        ),
    ),
    requested=RequestedService(
        service_type=Code("N", "Ny"), date=DAY, priority=Code("3", "Haster"), comment="Helst i april"
    ),
    comments=(Comment(heading=coded(8234, "TEL", "Telefon"), text="Ring", codes=(coded(8403, "1", "Ja"),)),),
    assessment=Assessment(
        dates=(AssessmentDate(kind=coded(9147, "1", "Mottatt"), date=DAY),),
        outcome=AssessmentOutcome(
            free_choice="true",
            waiting_end=coded(8445, "1", "Påbegynt"),
            pathway_id="forlop-1",
            has_right="true",
            outcome=coded(8485, "1", "Rett"),
        ),
    ),
    pathways=(Pathway(code=coded(8480, "A01", "Pakkeforløp"), note="Startet"),),
    consents=(
        Consent(status=coded(9064, "1", "Samtykke"), date=DAY, note="Muntlig", given_by="Pasienten"),
        Consent(status=coded(9064, "2", "Ikke samtykke")),
    ),
)

#: The children of each element in schema order, as the standard's documents list them.
ELEMENTS = {
    "Henvisning": "ServType IssueDate PaymentCat ReqComment DocumentId BasisForHealthServices TilleggsopplysningPasient"
    " ParorendeForesatt TilknyttetEnhet KontaktpersonHelsepersonell AnsvarForRapport SendtDokument TypeInnholdIMelding"
    " InfoAssistertKommunikasjon OpplysningerOmIndividuellPlan PasientrelatertKontaktperson Legemiddelgjennomgang"
    " PatientPrecaution InfItem ReasonAsText Diagnosis ReqServ Comment VurderingAvHenvisning Pakkeforlop Consent",
    "TypeInnholdIMelding": "TypeInnhold Merknad",
    "PatientPrecaution": "Precaution StartDateTime EndDateTime",
    "InfItem": "ResultItem Medication Observation Type StartDateTime EndDateTime OrgDate",
    "Medication": "DrugId Comment Status IntendedDuration QuantitySupplied UnitDose DosageText",
    "Observation": "Description Comment",
    "ResultItem": "TextResult Interval DateResult NumResult ServType InvDate Comment DevResultInd ClinInv",
    "NumResult": "ArithmeticComp NumResultValue",
    "TextResult": "Result",
    "Interval": "Low High",
    "DateResult": "DateResultValue",
    "ClinInv": "Id Spec",
    "Result": "Heading TextResultValue TextCode",
    "ReasonAsText": "Heading TextResultValue TextCode",
    "Diagnosis": "Concept Modifier",
    "Modifier": "Name Value",
    "ReqServ": "ServType ReqDate Priority Comment",
    "Comment": "Heading TextResultValue CodedComment",
    "VurderingAvHenvisning": "DatoMottakOgVurdering Opplysninger",
    "DatoMottakOgVurdering": "TypeDato Dato",
    "Opplysninger": "FrittSykehusvalg VentetidSluttkode ForlopsId RettTilHelsehjelp UtfallAvVurdering",
    "Pakkeforlop": "Pakkeforlopskode Merknad",
    "Consent": "ConsentStatus ConsentDate Merknad GivenBy",
}

#: The document that holds every element.
DOCUMENT = etree.parse(Path(__file__).parent / "complete" / "henvisning-2.0.xml").getroot()

Some = Callable[..., st.SearchStrategy[Any]]


def written(henvisning: Henvisning) -> etree._Element:
    """Return what a receiver parses of a referral."""
    nsmap = {None: NAMESPACE, "po": PO_2017, "fk1": FK1}
    return etree.fromstring(etree.tostring(HENVISNING_20.written("Henvisning", henvisning, nsmap)))


def read(inner: str) -> Henvisning:
    """Read a referral from its children."""
    return HENVISNING_20.read(
        etree.fromstring(f'<Henvisning xmlns="{NAMESPACE}" xmlns:po="{PO_2017}">{inner}</Henvisning>')
    )


def test_a_complete_document_is_read_as_the_referral_it_says() -> None:
    assert HENVISNING_20.read(DOCUMENT) == COMPLETE


def test_a_complete_referral_is_written_as_the_document_that_says_it(
    canonical: Callable[[etree._Element], tuple[Any, ...]],
) -> None:
    assert canonical(DOCUMENT) == canonical(written(COMPLETE))


def test_a_complete_referral_is_valid_by_the_official_schema(official: etree.XMLSchema) -> None:
    official.assertValid(written(COMPLETE))


def test_every_element_of_the_standard_is_bound_in_schema_order(
    declared: Callable[[Record[Any], str], dict[str, str]],
) -> None:
    found = declared(HENVISNING_20, "Henvisning")

    assert {name: children for name, children in found.items() if name in ELEMENTS} == ELEMENTS


def test_a_complete_referral_has_every_element() -> None:
    """Else the tests above would not try them all."""
    names = {etree.QName(element).localname for element in written(COMPLETE).iter()}

    assert set() == {child for children in ELEMENTS.values() for child in children.split()} - names


def test_children_are_read_in_any_order() -> None:
    root = written(COMPLETE)
    root[:] = sorted(root, key=lambda child: child.tag, reverse=True)

    assert HENVISNING_20.read(root) == COMPLETE


def test_elements_in_a_wrong_namespace_are_found_by_their_name() -> None:
    root = written(COMPLETE)
    for element in root.iter():
        element.tag = f"{{urn:wrong}}{etree.QName(element).localname}"

    assert HENVISNING_20.read(root) == COMPLETE


def test_any_part_may_be_missing() -> None:
    for tag in sorted({element.tag for element in written(COMPLETE).iter()} - {f"{{{NAMESPACE}}}Henvisning"}):
        root = written(COMPLETE)
        for element in list(root.iter(tag)):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)

        found = HENVISNING_20.read(root)

        assert found != COMPLETE
        assert found == HENVISNING_20.read(written(found))


def test_an_empty_referral_says_only_its_version() -> None:
    assert Henvisning(version="2.0") == read("")
    assert len(written(Henvisning(version="2.0"))) == 0


def test_headings_and_kinds_keep_their_list_and_are_read_without_one() -> None:
    found = read(
        """<ReasonAsText><Heading V="PROB" S="2.16.578.1.12.4.1.1.8231" DN="Aktuell problemstilling"/></ReasonAsText>
        <ReasonAsText><Heading V="FA" DN="Familie/sosialt"/></ReasonAsText>"""
    )

    assert [reason.heading for reason in found.reasons] == [
        coded(8231, "PROB", "Aktuell problemstilling"),
        Code("FA", "Familie/sosialt"),
    ]


def test_what_is_asked_for_lies_in_a_part_of_its_own() -> None:
    found = read('<po:TypeInnholdIMelding><po:TypeInnhold V="10"/></po:TypeInnholdIMelding>')

    assert found.description == Code("10")
    assert found.description_note is None


def test_a_note_on_what_is_asked_for_is_kept_without_a_code() -> None:
    sent = Henvisning(version="2.0", description_note="Opphold")

    assert sent == HENVISNING_20.read(written(sent))


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("ack", {"ack": Code("J")}),
        ("care_relations", {"care_relations": (CareRelation(),)}),
        ("institutions", {"institutions": (Institution(name="Prøvevik bakeri"),)}),
        ("purpose", {"requested": RequestedService(purpose=Code("1"))}),
        ("service", {"requested": RequestedService(service=Service(id=Code("1")))}),
        ("person_number", {"assisted_communication": (AssistedCommunication(person_number="1"),)}),
        ("ethnic_belonging", {"relatives": (Relative(ethnic_belonging=Code("1")),)}),
        ("person", {"units": (RelatedUnit(person=Person(family_name="Blomst")),)}),
    ],
)
def test_what_version_2_has_no_place_for_is_refused_by_name(name: str, facts: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=name):
        written(Henvisning(version="2.0", **facts))


@pytest.fixture(scope="module")
def referrals(some: Some) -> st.SearchStrategy[Any]:
    """Return referrals that version 2.0 can hold."""
    address = some(Address, district=None, telecoms=None)
    plain = {"full_name": None, "address": address}
    person, professional = some(Person, **plain), some(HealthcareProfessional, **plain)
    unit = some(Organisation, address=address, people=None, units=None)
    organisation = some(Organisation, address=address, people=None, units=unit.map(lambda one: (one,)))
    several = {
        "relatives": some(
            Relative,
            person=person,
            **dict.fromkeys(["description", "occupation", "role", "ethnic_belonging", "kinship", "consent"]),
        ),
        "units": some(RelatedUnit, organisation=organisation, person=None),
        "contacts": some(Contact, person=professional),
        "responsibles": some(Responsible, person=professional),
        "contact_persons": some(ContactPerson, person=person),
        "assisted_communication": some(
            AssistedCommunication, person=person, interpreter=person, person_number=None, interpreter_number=None
        ),
    }
    return some(
        Henvisning,
        version=st.just("2.0"),
        requested=some(RequestedService, purpose=None, service=None),
        **{name: st.lists(one, min_size=1, max_size=2).map(tuple) for name, one in several.items()},
        **dict.fromkeys(["ack", "care_relations", "institutions", "care_situation"]),
    ).map(lambda henvisning: replace(henvisning, version="2.0"))


@settings(max_examples=100)
@given(data=st.data())
def test_what_version_2_can_hold_comes_back_as_it_was_written(
    referrals: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    sent = data.draw(referrals)

    assert sent == HENVISNING_20.read(written(sent))
