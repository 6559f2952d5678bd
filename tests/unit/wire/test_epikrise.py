"""Epikrise 1.1 and 1.2: everything the standard has is read, and written where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from adapter import resources, wire
from adapter.check.schema import SchemaSet
from adapter.errors import SpecError
from adapter.message import (
    Base64Data,
    Code,
    Dialogmelding,
    Document,
    Envelope,
    Epikrise,
    HealthcareProfessional,
    Kind,
    Message,
    Moment,
    Party,
    coded,
)
from adapter.message.epikrise import (
    AnsweredReferral,
    CareEvent,
    ClinicalFact,
    CodedObservation,
    QualifiedProfessional,
)
from adapter.message.henvisning import CareRelation, Diagnosis
from adapter.wire.bind import Record
from adapter.wire.epikrise import EPIKRISE_ROOT_11, EPIKRISE_ROOT_12
from adapter.wire.namespaces import EPIKRISE_11, EPIKRISE_12

COMPLETE_12 = (Path(__file__).parent / "complete" / "epikrise-1.2.xml").read_bytes()
NUMBERS = b"<PartyIdByRequester>3</PartyIdByRequester><PartyIdByServProv>4</PartyIdByServProv>"
XSD = "{http://www.w3.org/2001/XMLSchema}"


def older(text: bytes) -> bytes:
    """Return the complete letter as version 1.1 writes it."""
    number = b"<Service>", b"<Id>1</Id><Service>"
    for old, new in (
        (EPIKRISE_12.encode(), EPIKRISE_11.encode()),
        (b"v1.2 2012-02-15", b"v1.1 2006-09-23"),
        (b'<Type V="EPIKRISE"', b'<Type V="E"'),
        ('<Status V="TEST" DN="Melding til testformål"/>'.encode(), b""),
        (b'<MsgDescr V="10" DN="Utredning/behandling"/>', b"<MsgDescr>Utredning/behandling</MsgDescr>"),
        (b"<Event/>", b""),
        number,
        (b"<Service/>", b"<Id>2</Id><Service/>"),
        (b"<Name>Syntetisk sykehus HF</Name>", b'<Name>Syntetisk sykehus HF</Name><Type V="101"/>'),
        (
            b'<EndDateTime V="2026-03-11"/>',
            b'<EndDateTime V="2026-03-11"/><Role V="1"/>',
        ),
        (b'<Address>\n            <Type V="WP"', NUMBERS + b'<Address>\n            <Type V="WP"'),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


COMPLETE = {"1.1": older(COMPLETE_12), "1.2": COMPLETE_12}


@pytest.mark.parametrize("version", COMPLETE)
def test_a_letter_that_holds_everything_survives_reading_and_writing(
    version: str, canonical: Callable[[etree._Element], Any]
) -> None:
    """Nothing is lost, and everything is where the schema wants it."""
    data = COMPLETE[version]
    assert SchemaSet.load().validate(wire.parse(data)) == ()

    message = wire.read(data)
    written = wire.write(message)

    assert canonical(wire.parse(written)) == canonical(wire.parse(data))
    assert wire.read(written) == message
    assert SchemaSet.load().validate(wire.parse(written)) == ()


@pytest.mark.parametrize(
    ("file", "record"), [("epikrise-1.1.xsd", EPIKRISE_ROOT_11), ("epikrise-1.2.xsd", EPIKRISE_ROOT_12)]
)
def test_every_element_of_the_schema_is_declared_in_its_order(
    file: str, record: Record[Message], declared: Callable[[Record[Any], str], dict[str, str]]
) -> None:
    """The schema is proven elsewhere; what is declared like it holds all that a letter can say."""
    found = declared(record, "Message")
    schema = etree.parse(resources.schemas() / file).getroot()

    expected = {
        element.get("name"): " ".join(children_of(element, schema)) for element in schema.iterchildren(f"{XSD}element")
    }

    # an Inline HCP stands for the global element
    assert {name: children for name, children in expected.items() if found.get(name) != children} == {}


def children_of(node: etree._Element, schema: etree._Element) -> Iterator[str]:
    for child in node.iterchildren():
        if child.tag == f"{XSD}element":
            yield (child.get("ref") or child.get("name", "")).rpartition(":")[2]
        elif child.tag == f"{XSD}group":
            name = child.get("ref", "").rpartition(":")[2]
            yield from children_of(schema.find(f"{XSD}group[@name='{name}']"), schema)
        else:
            yield from children_of(child, schema)


@pytest.mark.parametrize("version", COMPLETE)
def test_a_letter_goes_from_the_one_who_served_to_the_one_who_asked(version: str) -> None:
    """And to copy recipients."""
    message = wire.read(COMPLETE[version])

    assert (message.envelope, message.kind, message.version) == (Envelope.MESSAGE, Kind.EPIKRISE, version)
    assert message.type_code == "EPIKRISE"
    assert message.document_id == "b9270660-4567-11e7-9598-0800200c9a66"
    assert [party.her_id for party in (message.sender, *message.receivers) if party] == [
        "8990101",
        "8990201",
        "8990300",
    ]
    assert message.patient is not None
    assert message.patient.identified_by("FNR") == "14838400052"
    assert [document.content for document in message.attachments] == [(Base64Data("JVBERi0xLjQ="),)]


@pytest.mark.parametrize("version", COMPLETE)
def test_a_letter_names_the_referral_it_answers(version: str) -> None:
    """By its document id, or by the MsgId of a referral 2.0 (I9)."""
    epikrise = wire.read(COMPLETE[version]).epikrise

    assert epikrise is not None
    assert [referral.id for referral in epikrise.referrals] == ["fdebda50-4567-11e7-9598-0800200c9a66"]
    assert epikrise.referrals[0].description is not None
    assert epikrise.referrals[0].description.name == "Utredning/behandling"


def test_the_main_diagnosis_comes_first() -> None:
    """Whatever order the facts came in."""
    facts = tuple(
        ClinicalFact(
            kind=Code(kind) if kind else None,
            content=CodedObservation(diagnosis=Diagnosis(concept=coded(7110, code))),
        )
        for kind, code in (("B", "E119"), (None, "I252"), ("H", "M545"))
    )
    epikrise = Epikrise(
        events=(
            CareEvent(
                facts=(*facts, ClinicalFact(kind=Code("CAVE"))),
            ),
        )
    )

    codes = [diagnosis.concept.value for diagnosis in epikrise.diagnoses if diagnosis.concept]

    assert codes == ["M545", "E119", "I252"]


@pytest.mark.parametrize(
    ("service_type", "is_change", "is_cancellation"), [("N", False, False), ("M", True, False), ("C", False, True)]
)
def test_a_letter_is_new_changed_or_cancelled(service_type: str, *, is_change: bool, is_cancellation: bool) -> None:
    """List 7309."""
    letter = Epikrise(service_type=Code(service_type))

    assert (letter.is_change, letter.is_cancellation) == (is_change, is_cancellation)


def letter(version: str = "1.2", **facts: Any) -> Message:
    """Return a message that holds a letter with these facts."""
    document = Document(content=(Epikrise(version=version, **facts),))
    return Message(envelope=Envelope.MESSAGE, kind=Kind.EPIKRISE, version=version, documents=(document,))


@pytest.mark.parametrize(
    ("message", "name"),
    [
        (letter("1.2", events=(CareEvent(number="1"),)), "number"),
        (letter("1.2", care_relations=(CareRelation(party=Party(role=Code("1"))),)), "role"),
        (letter("1.2", care_relations=(CareRelation(party=Party(id_by_requester="1")),)), "id_by_requester"),
        (letter("1.2", providers=(CareRelation(start=Moment("2026-03-01")),)), "start"),
        (replace(letter("1.1"), status=Code("TEST")), "status"),
        (letter("1.1", referrals=(AnsweredReferral(description=Code("10")),)), "description"),
    ],
)
def test_what_a_version_has_no_place_for_is_refused_by_name(message: Message, name: str) -> None:
    """Nothing is lost in silence."""
    with pytest.raises(SpecError, match=name):
        wire.write(message)


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param((), id="no document"),
        pytest.param((Document(content=(Dialogmelding(),)),), id="another payload"),
        pytest.param((Document(description="Brev", content=(Epikrise(),)),), id="a described main document"),
    ],
)
def test_a_message_whose_first_document_is_no_plain_letter_is_not_written(documents: tuple[Document, ...]) -> None:
    """The main document has no head of its own here."""
    with pytest.raises(SpecError, match="documents"):
        wire.write(replace(letter(), documents=documents))


def test_a_party_may_be_a_plain_professional() -> None:
    """Qualifications are seldom known."""
    sent = replace(letter(), sender=Party(person=HealthcareProfessional(full_name="Rolig Skog")))

    assert wire.read(wire.write(sent)).sender == Party(person=QualifiedProfessional(full_name="Rolig Skog"))


def test_a_bare_root_is_a_letter_without_content() -> None:
    """Whatever was parsed is read."""
    message = wire.read(f'<Message xmlns="{EPIKRISE_12}"/>'.encode())

    assert message.epikrise == Epikrise(version="1.2")
    assert message.document_id is None
