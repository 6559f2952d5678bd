"""MsgHead: what is read of it in every shape it comes in, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapter import wire
from adapter.check.schema import SchemaSet
from adapter.errors import SpecError
from adapter.message import (
    Address,
    Base64Data,
    Code,
    ConversationRef,
    Dialogmelding,
    Document,
    Envelope,
    HealthcareProfessional,
    Identifier,
    Kind,
    Message,
    Moment,
    Notat,
    Opaque,
    Organisation,
    Party,
    Patient,
    PatientReport,
    Person,
    Telecom,
    coded,
)
from adapter.wire.hodemelding import MSGHEAD_ROOT
from adapter.wire.namespaces import BASE64, DIALOG_11, MSGHEAD, XMLDSIG

HER = coded(9051, "HER", "HER-id")


def organisation(name: str, her_id: str, **more: Any) -> Organisation:
    return Organisation(name=name, identifiers=(Identifier(her_id, HER),), **more)


def note(**more: Any) -> Message:
    """Return a small valid message."""
    message = Message(
        kind=Kind.DIALOGMELDING,
        version="1.1",
        type=Code("DIALOG_HELSEFAGLIG", "Helsefaglig dialog"),
        mig_version="v1.2 2006-05-24",
        generated=Moment("2026-11-20T12:00:00+01:00"),
        msg_id="8f0c1ad5-1bb5-4d8e-9f0e-6f1c0d5a0001",
        sender=Party(organisation=organisation("Toppen legekontor", "8990200")),
        receiver=Party(
            organisation=organisation("Klinikken", "8990100", units=(organisation("Poliklinikk", "8990101"),))
        ),
        patient=Patient(
            family_name="Blomst", given_name="Vakker", identifiers=(Identifier("14838400052", coded(8116, "FNR")),)
        ),
        documents=(
            Document(
                kind=Code("XML", "XML-instans"),
                content=(
                    Dialogmelding(version="1.1", notater=(Notat(theme=coded(7322, "6", "Henvendelse om pasient")),)),
                ),
            ),
        ),
    )
    return replace(message, **more)


FULL = note(
    processing_status=Code("P", "Produksjon"),
    requested_priority=Code("N", "Normal"),
    ack=Code("J", "Ja"),
    conversation=ConversationRef(parent="a", conversation="b"),
    sender=Party(
        method=Code("EDI", "EDI"),
        organisation=organisation(
            "Toppen legekontor",
            "8990200",
            kind=coded(9040, "103", "Fastlege"),
            address=Address(
                kind=Code("RES"),
                street="Veien 1",
                postal_code="9000",
                city="Tromsø",
                postbox="2",
                county=Code("5501"),
                country=Code("NO"),
            ),
            telecoms=(Telecom(Code("WP", "Arbeid"), "tel:+4777000000"), Telecom(address="mailto:post@example.org")),
            people=(
                HealthcareProfessional(
                    profession=Code("LE", "Lege"),
                    role_to_patient=coded(9034, "6", "Fastlege"),
                    family_name="Vits",
                    middle_name="Lun",
                    given_name="Grønn",
                    date_of_birth=Moment("1970-01-01"),
                    sex=Code("1", "Mann"),
                    nationality=Code("NO"),
                    identifiers=(Identifier("8990201", HER), Identifier("565501872", coded(8116, "HPR"))),
                ),
            ),
        ),
    ),
    other_receivers=(
        Party(role=Code("COP", "Kopimottaker"), organisation=organisation("Kommunen", "8990300")),
        Party(role=Code("COP"), person=Patient(family_name="Blomst")),
        Party(role=Code("COP"), person=Person(given_name="Vakker")),
        Party(
            role=Code("COP"),
            person=HealthcareProfessional(family_name="Vits", identifiers=(Identifier("8990201", HER),)),
        ),
    ),
    documents=(
        *note().documents,
        Document(
            connection=Code("V", "Vedlegg"),
            content_type=coded(8114, "A"),
            content_description="Bilde",
            content_category=coded(8114, "A"),
            consent=coded(3109, "1"),
            annotation="merknad",
            from_date=Moment("2026-11-01"),
            to_date=Moment("2026-11-02"),
            oid_ref="1.2.3",
            enquiry_ref_id="x",
            issued=Moment("2026-11-20"),
            kind=Code("A", "Vedlegg"),
            id="1",
            mime_type="application/pdf",
            description="svar.pdf",
            compression=Code("GZ"),
            content=(Base64Data.of(b"%PDF-"),),
        ),
        Document(kind=Code("REF"), file_reference="https://example.org/svar.pdf"),
        Document(kind=Code("REF"), content=()),
    ),
)


@pytest.fixture(scope="module")
def schemas() -> SchemaSet:
    return SchemaSet.load()


def changed(message: Message, old: str, new: str) -> Message:
    """Read what is written of a message after a change in its XML."""
    text = wire.write(message).decode()
    assert old in text
    return wire.read(text.replace(old, new).encode())


def test_a_message_with_everything_is_valid_and_reads_as_itself(schemas: SchemaSet) -> None:
    """Every element of MsgHead has its place in the model."""
    written = wire.write(FULL)

    assert wire.read(written) == FULL
    assert schemas.validate(wire.parse(written)) == ()


def test_a_report_to_a_register_is_valid_and_reads_as_itself(schemas: SchemaSet) -> None:
    """MsgHead has a second form, with a patient per report."""
    report = PatientReport(
        connection=Code("H"), case_number="1", documents=FULL.documents[1:2], patient=Patient(family_name="Blomst")
    )
    message = note(kind=Kind.OTHER, version=None, documents=(), patient_reports=(report,))

    written = wire.write(message)

    assert wire.read(written) == message
    assert schemas.validate(wire.parse(written)) == ()


def test_the_declared_children_are_those_of_the_standard(declared: Callable[..., dict[str, str]]) -> None:
    """The order is the schema's order."""
    children = declared(MSGHEAD_ROOT, "MsgHead")

    assert children["MsgHead"] == "MsgInfo Document PatientReport Signature"
    assert children["MsgInfo"] == (
        "Type MIGversion GenDate MsgId ProcessingStatus RequestedPriority Ack ConversationRef Sender Receiver "
        "OtherReceiver Patient"
    )
    assert children["OtherReceiver"] == "ComMethod RoleReceiver Organisation Patient Person HealthcareProfessional"
    assert children["Organisation"] == (
        "OrganisationName TypeOrganisation Ident Address TeleCom Organisation HealthcareProfessional"
    )


def test_the_version_of_the_head_is_filled_in() -> None:
    """The schema knows one value only."""
    assert wire.read(wire.write(note(mig_version=None))).mig_version == "v1.2 2006-05-24"


def test_parts_have_their_namespace_as_the_default_one() -> None:
    """No prefix stands before an element of a part's own standard."""
    text = wire.write(FULL).decode()

    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<MsgHead xmlns=')
    assert f'<Dialogmelding xmlns="{DIALOG_11}"' in text
    assert f'<Base64Container xmlns="{BASE64}">' in text
    assert "ns0:" not in text


def test_the_same_message_gives_the_same_bytes() -> None:
    """A second attempt at delivery must be the same document."""
    assert wire.write(FULL) == wire.write(wire.read(wire.write(FULL)))


@pytest.mark.parametrize("prefix", ["ns2", "mh", "ns4"])
def test_any_prefix_is_read(prefix: str) -> None:
    """Prefixes are the sender's."""
    root = wire.parse(wire.write(note()))
    moved = etree.Element(root.tag, nsmap={prefix: MSGHEAD})
    moved.extend(list(root))

    data = etree.tostring(moved)

    assert f"<{prefix}:MsgInfo".encode() in data
    assert wire.read(data) == note()


def test_references_are_read_in_either_order() -> None:
    """Some systems write RefToConversation first."""
    message = note(conversation=ConversationRef(parent="P", conversation="C"))
    parent, conversation = "<RefToParent>P</RefToParent>", "<RefToConversation>C</RefToConversation>"

    assert changed(message, parent + conversation, conversation + parent) == message


def test_ack_is_read_after_the_references() -> None:
    """Some systems write it there."""
    message = note(ack=Code("J"), conversation=ConversationRef(parent="P", conversation="C"))
    references = (
        "<ConversationRef><RefToParent>P</RefToParent><RefToConversation>C</RefToConversation></ConversationRef>"
    )

    assert changed(message, f'<Ack V="J"/>{references}', f'{references}<Ack V="J"/>') == message


def test_an_element_in_a_wrong_namespace_is_read_by_its_name() -> None:
    """`Id` in the payload's namespace is known from live systems."""
    read = changed(note(), "<Id>8990200</Id>", '<x:Id xmlns:x="urn:x">8990200</x:Id>')

    assert read == note()


def test_unknown_elements_are_passed_by() -> None:
    """The schema says what may be there; reading takes what it knows."""
    assert changed(note(), "<MsgInfo>", "<MsgInfo><Extra><MsgId>no</MsgId></Extra>") == note()


def test_of_an_element_that_comes_twice_the_first_one_counts() -> None:
    """Nothing later in a message may change who it says it is."""
    assert changed(note(), "</MsgId>", "</MsgId><MsgId>other</MsgId>").msg_id == note().msg_id


@pytest.mark.parametrize("msg_id", ["8F0C1AD5-1BB5-4D8E-9F0E-6F1C0D5A0001", "syfomock-13272642348", ""])
def test_ids_are_kept_as_they_are_written(msg_id: str) -> None:
    """A receipt must repeat the sender's own spelling."""
    assert wire.read(wire.write(note(msg_id=msg_id))).msg_id == msg_id


def test_an_organisation_without_a_name_is_read() -> None:
    """NAV writes receivers like that."""
    receiver = Party(organisation=Organisation(identifiers=(Identifier("8990101", HER),)))

    assert wire.read(wire.write(note(receiver=receiver))).receiver == receiver


def test_an_empty_organisation_is_read() -> None:
    """The schema allows it."""
    assert wire.read(wire.write(note(receiver=Party(organisation=Organisation())))).receiver == Party(
        organisation=Organisation()
    )


def test_value_and_name_in_each_others_place_are_kept() -> None:
    """24 of a thousand known messages have it; what it means is for the checks to say."""
    swapped = Code("Legerklæring ved arbeidsuførhet", "LEGEERKL")

    assert wire.read(wire.write(note(type=swapped))).type == swapped


def test_a_message_without_patient_is_read() -> None:
    """A tenth of the known messages have none."""
    assert wire.read(wire.write(note(patient=None))).patient is None


def test_a_stub_is_read() -> None:
    """There are messages with nothing in them."""
    message = wire.read(f'<MsgHead xmlns="{MSGHEAD}"/>'.encode())

    assert message == Message(envelope=Envelope.HODEMELDING, kind=Kind.OTHER)
    assert wire.read(f'<MsgHead xmlns="{MSGHEAD}"><MsgInfo/><Document/></MsgHead>'.encode()).documents == (Document(),)


def test_a_message_inside_a_message_is_found() -> None:
    """The payload is the inner one's, where the outer one has none."""
    outer = note(documents=(Document(kind=Code("XML"), content=(note(),)),))

    read = wire.read(wire.write(outer))

    assert read == outer
    assert read.kind is Kind.DIALOGMELDING
    assert read.dialogmelding == note().dialogmelding


def test_base64_is_kept_with_its_line_breaks() -> None:
    """Half of the known attachments have them."""
    attachment = Document(kind=Code("A"), content=(Base64Data("\n  QUJD\n  REVG\n"),))
    message = note(documents=(*note().documents, attachment))

    read = wire.read(wire.write(message))

    assert read.attachments == (attachment,)
    assert read.attachments[0].content is not None
    assert isinstance(item := read.attachments[0].content[0], Base64Data)
    assert item.decode() == b"ABCDEF"


def test_a_payload_of_another_standard_is_carried() -> None:
    """A standard that nobody here has heard of is kept as it is."""
    foreign = Opaque("urn:foreign", "Melding", '<x:Melding xmlns:x="urn:foreign">å</x:Melding>'.encode())
    message = note(kind=Kind.OTHER, version=None, documents=(Document(content=(foreign,)),))

    assert wire.read(wire.write(message)) == message


def test_a_signature_is_carried() -> None:
    """Whether it is genuine is another room's question."""
    signature = Opaque(
        XMLDSIG, "Signature", f'<Signature xmlns="{XMLDSIG}"><SignedInfo></SignedInfo></Signature>'.encode()
    )

    assert wire.read(wire.write(note(opaque=signature))).opaque == signature


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (note(msg_version="1"), "msg_version"),
        (note(status=Code("TEST")), "status"),
        (note(patient=Patient(local_id="1")), "local_id"),
        (note(sender=Party(role=Code("PRIM"), organisation=Organisation())), "role"),
        (note(sender=Party(organisation=Organisation(units=(Organisation(), Organisation())))), "units"),
        (note(sender=Party(organisation=Organisation(address=Address(telecoms=(Telecom(),))))), "telecoms"),
        (note(sender=Party(organisation=Organisation(address=Address(county=Code(text="Troms"))))), "text"),
        (note(documents=(Document(content=("text",)),)), "content"),  # type: ignore[arg-type]  # what a careless caller may do
        (note(opaque=Opaque("", "x", b"<x>")), "xml"),
        (note(sender=Party(organisation=Organisation(people=(Person(),)))), "Person"),  # type: ignore[arg-type]  # the same
    ],
)
def test_what_has_no_place_is_refused_by_name(message: Message, field: str) -> None:
    """Nothing is lost in silence."""
    with pytest.raises(SpecError, match=rf"\b{field}\b"):
        wire.write(message)


def test_a_person_of_the_wrong_kind_is_refused() -> None:
    """A choice between classes has a place for those classes only."""

    class Stranger(Person):
        pass

    with pytest.raises(SpecError, match="person"):
        wire.write(note(other_receivers=(Party(role=Code("COP"), person=Stranger()),)))


_WORDS = st.text("abcÆøå <>&\"'\r\n\t", min_size=1, max_size=6)
_TOKENS = st.text("ABC123_", min_size=1, max_size=5)
_CODES = st.builds(Code, _TOKENS, _WORDS)
_LISTED = st.builds(Code, _TOKENS, _WORDS, st.just("2.16.578.1.12.4.1.1.9051"))
_IDENTIFIERS = st.lists(st.builds(Identifier, _WORDS, _LISTED), min_size=1, max_size=2).map(tuple)
_TELECOMS = st.lists(st.builds(Telecom, st.none() | _CODES, st.just("tel:77000000")), max_size=1).map(tuple)
_ADDRESSES = st.none() | st.builds(
    Address, kind=st.none() | _CODES, street=st.none() | _WORDS, city=st.none() | _WORDS, country=st.none() | _CODES
)
_NAMES: dict[str, Any] = {
    "family_name": st.none() | _WORDS,
    "given_name": st.none() | _WORDS,
    "date_of_birth": st.none() | st.dates().map(lambda day: Moment(day.isoformat())),
    "sex": st.none() | _CODES,
    "identifiers": _IDENTIFIERS,
    "address": _ADDRESSES,
    "telecoms": _TELECOMS,
}
_PROFESSIONALS = st.builds(
    HealthcareProfessional, profession=st.none() | _CODES, role_to_patient=st.none() | _LISTED, **_NAMES
)
_UNITS = st.builds(Organisation, name=_WORDS, identifiers=_IDENTIFIERS, address=_ADDRESSES, telecoms=_TELECOMS)
_ORGANISATIONS = st.builds(
    Organisation,
    name=_WORDS,
    kind=st.none() | _LISTED,
    identifiers=_IDENTIFIERS,
    units=st.lists(_UNITS, max_size=1).map(tuple),
    people=st.lists(_PROFESSIONALS, max_size=1).map(tuple),
)
_PARTIES = st.builds(Party, organisation=_ORGANISATIONS)
_ATTACHMENTS = st.builds(
    Document,
    kind=_CODES,
    description=st.none() | _WORDS,
    issued=st.none() | st.datetimes().map(lambda when: Moment(when.isoformat())),
    content=st.binary(max_size=20).map(lambda data: (Base64Data.of(data),)),
)
_MESSAGES = st.builds(
    note,
    type=_CODES,
    msg_id=_WORDS,
    generated=st.datetimes().map(lambda when: Moment(when.isoformat())),
    conversation=st.none() | st.builds(ConversationRef, parent=_WORDS, conversation=_WORDS),
    sender=_PARTIES,
    receiver=_PARTIES,
    other_receivers=st.lists(
        st.builds(Party, role=_CODES, person=_PROFESSIONALS | st.builds(Patient, **_NAMES)), max_size=1
    ).map(tuple),
    patient=st.none() | st.builds(Patient, **_NAMES),
    documents=st.lists(_ATTACHMENTS, max_size=2).map(lambda more: (*note().documents, *more)),
)


@settings(max_examples=60, deadline=None)
@given(_MESSAGES)
def test_any_message_is_written_valid_and_reads_as_itself(schemas: SchemaSet, message: Message) -> None:
    """Whatever the words are."""
    written = wire.write(message)

    assert wire.read(written) == message
    assert schemas.validate(wire.parse(written)) == ()
