"""What follows from what the author of a specification says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from specifying import NOW, build, referral

from adapter import resources
from adapter.message import (
    Code,
    Envelope,
    HealthcareProfessional,
    Moment,
    Person,
    coded,
)
from adapter.message.henvisning import Medication
from adapter.wire.spec import from_spec


def test_a_whole_referral_is_about_sixty_lines() -> None:
    lines = (resources.fixtures() / "specs" / "henvisning-1.1.toml").read_text("utf-8").splitlines()

    assert len([line for line in lines if line.strip()]) <= 65


@pytest.mark.parametrize(
    ("kind", "version", "envelope", "mig_version", "type_code"),
    [
        ("henvisning", "1.0", Envelope.MESSAGE, "v1.0 2005-07-08", "H"),
        ("henvisning", "1.1", Envelope.MESSAGE, "v1.1 2012-02-15", "HENVISNING"),
        ("henvisning", "2.0", Envelope.HODEMELDING, "v1.2 2006-05-24", "HENVISNING_NYTILSTAND"),
        ("apprec", "1.0", Envelope.APPREC, "1.0 2004-11-21", "APPREC"),
        ("apprec", "1.1", Envelope.APPREC, "v1.1 2012-02-15", "APPREC"),
    ],
)
def test_the_head_follows_from_kind_and_version(
    kind: str, version: str, envelope: Envelope, mig_version: str, type_code: str
) -> None:
    message = build(kind=kind, version=version)

    assert message.envelope is envelope
    assert message.mig_version == mig_version
    assert message.type is not None
    assert message.type.value == type_code
    assert message.msg_id == "id-1"
    assert message.generated == Moment("2026-03-02T09:15:00+01:00")


@pytest.mark.parametrize(
    ("dialogue", "type_code"),
    [
        ({"notater": [{"theme": "7322:6"}]}, "DIALOG_HELSEFAGLIG"),
        ({"notater": [{"theme": "9148:1"}]}, "DIALOG_STATUS_HENVISNING"),
        ({"notater": [{"theme": {"list": "8117", "value": "1"}}]}, "DIALOG_AVVIK"),
        ({"notater": [{"theme": "9069:5"}]}, "DIALOG_SVAR"),
        ({"notater": [{"theme": "8128:1"}]}, "DIALOG_NOTAT"),
        ({"foresporsler": [{"kind": "8129:1"}]}, "DIALOG_FORESPORSEL"),
    ],
)
def test_the_type_of_a_dialogue_follows_from_its_theme(dialogue: dict[str, Any], type_code: str) -> None:
    message = build(kind="dialogmelding", version="1.0", dialogmelding=dialogue)

    assert message.type is not None
    assert message.type.value == type_code


def test_what_the_author_says_goes_before_what_follows() -> None:
    message = build(
        kind="henvisning",
        version="2.0",
        type="HENVISNING_VIDERE Viderehenvisning",
        msg_id="5f1d9f0a",
        generated="2026-03-01T00:00:00Z",
        henvisning={"service_type": "C Kansellering", "document_id": "d1"},
    )

    assert message.type == coded(8279, "HENVISNING_VIDERE", "Viderehenvisning")
    assert message.msg_id == "5f1d9f0a"
    assert message.generated == Moment("2026-03-01T00:00:00Z")
    assert message.henvisning is not None
    assert message.henvisning.is_cancellation
    assert message.document_id == "d1"


def test_a_code_is_written_short_or_in_full() -> None:
    short = referral(diagnoses=["7170:L84 Ryggsyndrom"], requested={"priority": "N Elektiv"}).henvisning
    full = referral(
        diagnoses=[{"concept": {"value": "L84", "name": "Ryggsyndrom", "list": "7170"}}],
        requested={"priority": {"value": "N", "name": "Elektiv", "system": "2.16.578.1.12.4.1.1.8304"}},
    ).henvisning

    assert short == full
    assert short is not None
    assert short.diagnoses[0].concept == coded(7170, "L84", "Ryggsyndrom")


def test_the_list_of_a_code_follows_from_field_and_version() -> None:
    second = build(kind="henvisning", version="2.0", henvisning={"requested": {"priority": "N"}}).henvisning
    first = referral(requested={"priority": "N"}).henvisning

    assert first is not None
    assert second is not None
    assert first.requested is not None
    assert second.requested is not None
    assert first.requested.priority == coded(8304, "N")
    assert second.requested.priority == coded(8306, "N")


def test_names_come_from_the_code_lists_where_these_are_at_hand() -> None:
    message = from_spec(
        {"kind": "henvisning", "version": "1.1", "henvisning": {"requested": {"priority": "N"}}},
        now=NOW,
        name_of={("8304", "N"): "Elektiv"}.get
        and (lambda number, value: {("8304", "N"): "Elektiv"}.get((number, value))),
    )

    assert message.henvisning is not None
    assert message.henvisning.requested is not None
    assert message.henvisning.requested.priority == coded(8304, "N", "Elektiv")


@pytest.mark.parametrize("name", ["Vakker Blomst", "Blomst, Vakker"])
def test_a_name_is_split_or_kept_whole_as_the_standard_writes_it(name: str) -> None:
    new = build(kind="henvisning", version="2.0", patient={"name": name}).patient
    old = build(kind="henvisning", version="1.1", patient={"name": name}).patient

    assert new is not None
    assert old is not None
    assert (new.given_name, new.family_name, new.full_name) == ("Vakker", "Blomst", None)
    assert (old.given_name, old.family_name, old.full_name) == (None, None, "Blomst, Vakker")


@pytest.mark.parametrize(("number", "kind"), [("14838400052", "FNR"), ("49869000085", "DNR"), ("80005045804", "FHN")])
def test_the_kind_of_an_identity_number_is_seen_from_the_number(number: str, kind: str) -> None:
    patient = build(kind="henvisning", version="1.1", patient={"identity_number": number}).patient

    assert patient is not None
    assert patient.identified_by(kind) == number
    assert patient.identifiers[0].kind is not None
    assert patient.identifiers[0].kind.list_number == "8116"


def test_a_phone_number_is_kept_where_the_standard_keeps_it() -> None:
    new = build(kind="henvisning", version="2.0", patient={"phone": "+47 900 00 001"}).patient
    old = build(kind="henvisning", version="1.1", patient={"phone": ["90000001", "77000000"]}).patient

    assert new is not None
    assert old is not None
    assert [telecom.address for telecom in new.telecoms] == ["tel:+4790000001"]
    assert old.telecoms == ()
    assert old.address is not None
    assert [telecom.digits for telecom in old.address.telecoms] == ["90000001", "77000000"]
    assert old.address.kind == coded(3401, "H", "Bostedsadresse")


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_referrer_and_gp_are_found_in_every_version(version: str) -> None:
    henvisning = build(
        kind="henvisning",
        version=version,
        henvisning={
            "referrer": {"name": "Grønn Vits", "profession": "LE Lege", "hpr": "565501872", "phone": "77000001"},
            "gp": {"name": "Sindig Fjord"},
        },
    ).henvisning

    assert henvisning is not None
    (referrer,) = henvisning.professionals("HHE")
    (gp,) = henvisning.professionals("FLE")
    assert referrer.name == "Grønn Vits"
    assert referrer.identified_by("HPR") == "565501872"
    assert referrer.profession == coded(9060, "LE", "Lege")
    assert [telecom.digits for telecom in referrer.phones()] == ["77000001"]
    assert gp.name == "Sindig Fjord"


def test_an_organisation_holds_its_unit_and_its_professional() -> None:
    message = build(
        kind="henvisning",
        version="2.0",
        sender={"organisation": {"name": "A", "her_id": "1", "professional": {"name": "B C", "her_id": "2"}}},
        receiver={"organisation": {"organisation_number": 310000108, "unit": {"her_id": "3", "email": "a@b.no"}}},
    )

    assert message.sender is not None
    assert message.sender.her_ids() == ("1", "2")
    assert message.receiver is not None
    assert message.receiver.her_id == "3"
    assert message.receiver.organisation_number == "310000108"


def test_a_party_may_be_a_professional() -> None:
    message = build(kind="apprec", version="1.1", sender={"professional": {"name": "Grønn Vits"}, "phone": "77000001"})

    assert message.sender is not None
    assert isinstance(message.sender.person, HealthcareProfessional)
    assert message.sender.person.full_name == "Grønn Vits"
    assert message.sender.address is not None
    assert message.sender.role == Code("PRIM", "Primærmottaker")


def test_a_person_who_is_known_by_profession_is_a_professional() -> None:
    message = build(
        kind="dialogmelding",
        version="1.1",
        dialogmelding={
            "notater": [{"theme": "7322:6", "roles": [{"person": {"hpr": "1"}}, {"person": {"name": "A B"}}]}]
        },
    )

    assert message.dialogmelding is not None
    first, second = message.dialogmelding.notater[0].roles
    assert type(first.person) is HealthcareProfessional
    assert type(second.person) is Person


def test_short_texts_stand_for_quantities_numbers_and_free_text() -> None:
    message = build(
        kind="henvisning",
        version="1.0",
        patient={"identifiers": ["8116:FNR:14838400052", "7"]},
        henvisning={
            "information": [{"medication": {"dose": "500 mg", "duration": "7"}}],
            "relatives": [{"person": {"name": "Sindig Fjord"}}],
        },
    )

    assert message.patient is not None
    assert [identifier.value for identifier in message.patient.identifiers] == ["14838400052", "7"]
    assert message.henvisning is not None
    medicine = message.henvisning.information[0].content
    assert isinstance(medicine, Medication)
    assert medicine.dose is not None
    assert medicine.dose.unit == "mg"
    assert message.henvisning.relatives[0].person is not None
    assert message.henvisning.relatives[0].person.full_name == "Sindig Fjord"


def test_a_moment_is_a_date_a_time_or_iso_text() -> None:
    henvisning = referral(
        information=[
            {"text": "a", "start": datetime(2026, 1, 5, tzinfo=UTC).date(), "end": datetime(2026, 1, 6, tzinfo=UTC)},
            {"text": "b", "start": "2026-01-05"},
        ]
    ).henvisning

    assert henvisning is not None
    first, second = henvisning.information
    assert first.start == second.start == Moment("2026-01-05")
    assert first.end == Moment("2026-01-06T00:00:00+00:00")


@pytest.mark.parametrize(("version", "start"), [("1.1", "2026-01-05"), ("2.0", "2026-01-05T00:00:00")])
def test_a_date_becomes_a_time_where_the_version_wants_one(version: str, start: str) -> None:
    fact = {"text": "a", "start": "2026-01-05"}
    henvisning = build(
        kind="henvisning", version=version, henvisning={"information": [fact], "requested": {"date": "2026-01-05"}}
    ).henvisning

    assert henvisning is not None
    assert henvisning.information[0].start == Moment(start)
    assert henvisning.requested is not None
    assert henvisning.requested.date == Moment("2026-01-05")


@pytest.mark.parametrize(
    ("version", "kind", "role"),
    [("1.0", "HENVISNING", "SPR"), ("1.0", {"value": "DIALOG_NOTAT"}, None), ("1.1", "DIALOG_NOTAT", "PRIM")],
)
def test_parties_of_a_receipt_have_the_roles_of_its_version(version: str, kind: Any, role: str | None) -> None:
    message = build(kind="apprec", version=version, sender={}, receipt={"original": {"kind": kind}})

    assert message.sender is not None
    assert (message.sender.role.value if message.sender.role else None) == role


def test_yes_and_no_are_written_as_the_standards_write_them() -> None:
    henvisning = build(
        kind="henvisning", version="2.0", henvisning={"patient_extras": {"lives_alone": True, "note": 3}}
    ).henvisning

    assert henvisning is not None
    assert henvisning.patient_extras is not None
    assert henvisning.patient_extras.lives_alone == "true"
    assert henvisning.patient_extras.note == "3"
