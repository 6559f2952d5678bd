"""AppRec 1.0 and 1.1: written valid, read in every shape known from live systems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter import wire
from adapter.check.schema import SchemaSet
from adapter.errors import SpecError
from adapter.message import (
    Address,
    Code,
    Envelope,
    HealthcareProfessional,
    Identifier,
    Kind,
    Message,
    Moment,
    Organisation,
    OriginalMessage,
    Party,
    Receipt,
    Telecom,
    coded,
)
from adapter.wire.apprec import APPREC_ROOT_10, APPREC_ROOT_11
from adapter.wire.namespaces import APPREC_10, APPREC_11

HER, ENH = Code("HER", "HER-id"), Code("ENH", "Organisasjonsnummer")
CLINIC = Organisation(
    name="Klinikken",
    identifiers=(Identifier("8990100", HER), Identifier("889640782", ENH)),
    units=(
        Organisation(
            kind=Code("1"), name="Poliklinikk", identifiers=(Identifier("8990101", HER), Identifier("2", ENH))
        ),
        Organisation(name="Lab"),
    ),
    people=(
        HealthcareProfessional(full_name="Grønn Vits", identifiers=(Identifier("8990201", HER), Identifier("1", ENH))),
        HealthcareProfessional(full_name="Vakker Blomst"),
    ),
)
GP = HealthcareProfessional(
    profession=Code("LE", "Lege"), full_name="Grønn Vits", identifiers=(Identifier("565501872", Code("HPR")),)
)
ADDRESS = Address(
    kind=Code("WP", "Arbeid"),
    street="Veien 1",
    postal_code="9000",
    city="Tromsø",
    county=Code("5501"),
    country=Code("NO"),
    district=Code("01"),
    telecoms=(Telecom(address="tel:77000000"), Telecom(address="mailto:a@example.org")),
)


def receipt(version: str = "1.1", **more: object) -> Message:
    message = Message(
        envelope=Envelope.APPREC,
        kind=Kind.APPREC,
        version=version,
        type=Code("APPREC", "Applikasjonskvittering"),
        mig_version={"1.0": "1.0 2004-11-21", "1.1": "v1.1 2012-02-15"}[version],
        generated=Moment("2026-11-20T12:00:00+01:00"),
        msg_id="8f0c1ad5-1bb5-4d8e-9f0e-6f1c0d5a0002",
        sender=Party(
            role=Code("PRIM", "Primærmottaker"), organisation=CLINIC, speciality=coded(8451, "1", "A"), address=ADDRESS
        ),
        receiver=Party(role=Code("AVS", "Avsender"), person=GP),
        receipt=Receipt(
            software_name="Budstikke",
            software_version="0.1",
            status=Code("2", "Avvist"),
            errors=(Code("E10", "Ugyldig meldingsidentifikator", "2.16.578.1.12.4.1.1.8221", "Id er ikke en UUID"),),
            original=OriginalMessage(
                kind=Code("HENVISNING", "Henvisning"), issued=Moment("2026-11-20T11:00:00"), id="not-a-uuid"
            ),
        ),
    )
    return replace(message, **more)  # type: ignore[arg-type]  # the tests say which


@pytest.fixture(scope="module")
def schemas() -> SchemaSet:
    return SchemaSet.load()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_receipt_with_everything_is_valid_and_reads_as_itself(schemas: SchemaSet, version: str) -> None:
    """Every element of both versions has its place in the model."""
    written = wire.write(receipt(version))

    assert wire.read(written) == receipt(version)
    assert schemas.validate(wire.parse(written)) == ()


@pytest.mark.parametrize("record", [APPREC_ROOT_10, APPREC_ROOT_11])
def test_the_declared_children_are_those_of_the_standard(
    record: object, declared: Callable[..., dict[str, str]]
) -> None:
    """An AppRec's departments stand before its other numbers; a referral's do not."""
    children = declared(record, "AppRec")

    assert children["AppRec"] == (
        "MsgType MIGversion SoftwareName SoftwareVersion GenDate Id Sender Receiver Status Error OriginalMsgId"
    )
    assert children["HCP"] == "Inst HCProf MedSpeciality Address"
    assert children["Inst"] == "Name Id TypeId Dept AdditionalId HCPerson"
    assert children["Address"] == "Type StreetAdr PostalCode City County Country CityDistr TeleAddress"


@pytest.mark.parametrize(("version", "text"), [("1.0", "1.0 2004-11-21"), ("1.1", "v1.1 2012-02-15")])
def test_the_version_text_is_filled_in(version: str, text: str) -> None:
    """That of version 1.0 really has no "v"."""
    assert wire.read(wire.write(receipt(version, mig_version=None))).mig_version == text


def test_value_and_list_in_each_others_place_are_put_right() -> None:
    """A service of NAV writes V and S of an error the wrong way round."""
    data = wire.write(receipt()).replace(
        b'V="E10" S="2.16.578.1.12.4.1.1.8221"', b'V="2.16.578.1.12.4.1.1.8221" S="E10"'
    )

    assert data != wire.write(receipt())
    assert wire.read(data) == receipt()


def test_an_error_with_a_code_that_looks_like_a_list_in_both_places_is_left_alone() -> None:
    """What cannot be told is not changed."""
    error = Code("2.16.578.1.12.4.1.1.1", None, "2.16.578.1.12.4.1.1.8221")
    message = receipt(receipt=Receipt(errors=(error,)))

    assert wire.read(wire.write(message)) == message


def test_an_error_in_the_name_alone_is_kept() -> None:
    """NAV writes its text in DN, with V="X99"."""
    error = Code("X99", "Pasienten finnes ikke", "2.16.578.1.12.4.1.1.8221")
    message = receipt("1.0", receipt=Receipt(status=Code("2"), errors=(error,)))

    assert wire.read(wire.write(message)) == message


def test_an_empty_institution_is_read(schemas: SchemaSet) -> None:
    """An official sample of NAV has one as receiver."""
    message = receipt("1.0", receiver=Party(organisation=Organisation()))
    written = wire.write(message)

    assert b"<Inst/>" in written
    assert wire.read(written) == message
    assert schemas.validate(wire.parse(written)) == ()


def test_a_party_with_additional_numbers_only_is_read() -> None:
    """The first number is then nobody's."""
    party = Party(organisation=Organisation(identifiers=(Identifier(), Identifier("1", ENH))))

    written = wire.write(receipt(sender=party))

    assert b"<Inst><AdditionalId><Id>1</Id>" in written
    assert wire.read(written).sender == party


@pytest.mark.parametrize("namespace", [APPREC_10, APPREC_11])
def test_a_stub_is_still_a_receipt(namespace: str) -> None:
    """It is never answered, whatever it lacks."""
    message = wire.read(f'<AppRec xmlns="{namespace}"/>'.encode())

    assert message.kind is Kind.APPREC
    assert message.receipt == Receipt()
    assert message.payload == Receipt()


def test_a_receipt_in_an_unknown_namespace_is_a_receipt_of_no_known_version() -> None:
    """Answering it would start a quarrel without end."""
    data = wire.write(receipt()).replace(APPREC_11.encode(), b"urn:apprec:9")

    assert wire.read(data) == replace(receipt(), version=None)
    with pytest.raises(SpecError, match="version"):
        wire.write(wire.read(data))


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (receipt(ack=Code("J")), "ack"),
        (receipt(sender=Party(organisation=Organisation(kind=Code("1")))), "kind"),
        (receipt(sender=Party(organisation=Organisation(units=(Organisation(units=(CLINIC,)),)))), "units"),
        (receipt(sender=Party(person=replace(GP, family_name="Vits"))), "family_name"),
        (receipt(sender=Party(organisation=CLINIC, id_by_provider="1")), "id_by_provider"),
        (receipt(sender=Party(organisation=CLINIC, address=Address(postbox="1"))), "postbox"),
        (receipt(sender=Party(organisation=CLINIC, address=Address(telecoms=(Telecom(Code("H")),)))), "kind"),
        (receipt(receipt=Receipt(status=Code("2", text="nei"))), "text"),
    ],
)
def test_what_has_no_place_is_refused_by_name(message: Message, field: str) -> None:
    """Nothing is lost in silence."""
    with pytest.raises(SpecError, match=rf"\b{field}\b"):
        wire.write(message)


_WORDS = st.text('abcÅø <&"', min_size=1, max_size=5)
_CODES = st.builds(Code, st.text("AB12", min_size=1, max_size=4), st.none() | _WORDS)
_IDENTIFIERS = st.lists(st.builds(Identifier, _WORDS, _CODES), max_size=3).map(tuple)
_PEOPLE = st.builds(HealthcareProfessional, full_name=st.none() | _WORDS, identifiers=_IDENTIFIERS)
_UNITS = st.builds(Organisation, kind=st.none() | _CODES, name=st.none() | _WORDS, identifiers=_IDENTIFIERS)
_INSTITUTIONS = st.builds(
    Organisation,
    name=st.none() | _WORDS,
    identifiers=_IDENTIFIERS,
    units=st.lists(_UNITS, max_size=2).map(tuple),
    people=st.lists(_PEOPLE, max_size=2).map(tuple),
)
_PARTIES = st.builds(Party, role=st.none() | _CODES, organisation=_INSTITUTIONS) | st.builds(Party, person=_PEOPLE)
_ERRORS = st.builds(Code, st.sampled_from(["E10", "T02", "X99"]), _WORDS, st.just("2.16.578.1.12.4.1.1.8221"), _WORDS)


@settings(max_examples=60, deadline=None)
@given(
    version=st.sampled_from(["1.0", "1.1"]), sender=_PARTIES, receiver=_PARTIES, errors=st.lists(_ERRORS, max_size=3)
)
def test_any_receipt_is_written_valid_and_reads_as_itself(
    schemas: SchemaSet, version: str, sender: Party, receiver: Party, errors: list[Code]
) -> None:
    """Whoever the parties are."""
    full = receipt(version)
    assert full.receipt is not None
    message = replace(full, sender=sender, receiver=receiver, receipt=replace(full.receipt, errors=tuple(errors)))

    written = wire.write(message)

    assert wire.read(written) == message
    assert schemas.validate(wire.parse(written)) == ()
