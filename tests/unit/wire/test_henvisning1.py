"""Henvisning 1.0 and 1.1: where the versions keep what a message says, and what they have no place for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from henvisning1 import COMPLETE_10, COMPLETE_11, written
from lxml import etree

from adapter.errors import SpecError
from adapter.message.attachment import Base64Data, Document, Opaque
from adapter.message.code import Code
from adapter.message.dialogmelding import Dialogmelding
from adapter.message.henvisning import (
    Assessment,
    AssistedCommunication,
    CareRelation,
    CareSituation,
    Consent,
    ContactPerson,
    Henvisning,
    InformationItem,
    Institution,
    Kinship,
    Observation,
    PatientExtras,
    Relative,
)
from adapter.message.message import Envelope, Kind, Message
from adapter.message.party import HealthcareProfessional, Identifier, Party, Patient, Person
from adapter.wire.bind import Record
from adapter.wire.henvisning1 import MESSAGE_10, MESSAGE_11
from adapter.wire.namespaces import BASE64, HENVISNING_10, HENVISNING_11


def read_11(inner: str) -> Message:
    """Read a Message 1.1 from its children."""
    return MESSAGE_11.read(
        etree.fromstring(f'<Message xmlns="{HENVISNING_11}"><MIGversion>v1.1 2012-02-15</MIGversion>{inner}</Message>')
    )


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
