"""The base rules, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapter.check import base
from adapter.check.finding import Severity
from adapter.check.policy import Policy
from adapter.message import (
    Base64Data,
    Code,
    Document,
    Envelope,
    HealthcareProfessional,
    Identifier,
    Kind,
    Message,
    Moment,
    Sykmelding,
    coded,
)
from adapter.message.dialogmelding import RelatedRole, RelatedUnit
from adapter.message.henvisning import RequestedService

Build = Callable[..., Message]
INBOUND = Policy()


def found(message: Message, policy: Policy = INBOUND) -> list[tuple[str, Severity]]:
    """Return the rules and severities of all findings."""
    return [(finding.rule, finding.severity) for finding in base.check(message, policy)]


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_a_whole_referral_has_no_finding(referral: Build, version: str) -> None:
    assert found(referral(version)) == []


@pytest.mark.parametrize("msg_id", ["syfomock-13272642348", "", None, "3b6e4b9c52a74c6e9a510a2a8f0b7c11", "x" * 36])
def test_a_message_id_that_is_no_uuid_rejects(referral: Build, msg_id: str | None) -> None:
    assert found(referral(msg_id=msg_id)) == [("MSG-04", Severity.REJECT)]


def test_an_upper_case_uuid_is_a_uuid(referral: Build) -> None:
    assert found(referral(msg_id="3B6E4B9C-52A7-4C6E-9A51-0A2A8F0B7C11")) == []


def test_a_receipt_may_have_any_id(receipt: Build) -> None:
    assert found(replace(receipt(), msg_id="1901162157lege21826.1")) == []


@pytest.mark.parametrize("kind", [None, Code(), Code("")])
def test_a_number_that_does_not_say_its_kind_counts_as_one(
    referral: Build, real_number: str, kind: Code | None
) -> None:
    """TypeOffId is optional in Henvisning 1.x, and TypeId may be empty in MsgHead."""
    message = referral(identifiers=(Identifier(real_number, kind),))
    other = referral(identifiers=(Identifier(real_number, coded(8116, "HPR")),))

    assert [finding.rule for finding in base.real_person(message, Policy())] == ["MSG-15"]
    assert list(base.real_person(other, Policy())) == []


def test_a_number_written_with_a_dot_counts_too(referral: Build, real_number: str) -> None:
    dotted = f"{real_number[:6]}.{real_number[6:]}"
    message = referral(identifiers=(Identifier(dotted, coded(8116, "FNR")),))

    assert [finding.rule for finding in base.real_person(message, Policy())] == ["MSG-15"]


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_a_patient_without_number_birth_and_sex_rejects(referral: Build, version: str) -> None:
    message = referral(version, identifiers=(), date_of_birth=None)

    assert found(message) == [("MSG-05", Severity.REJECT)]


def test_a_patient_without_a_name_rejects(referral: Build) -> None:
    assert found(referral(full_name=" ")) == [("MSG-05", Severity.REJECT)]


def test_no_patient_at_all_rejects(dialogue: Build) -> None:
    assert found(dialogue(patient=None)) == [("MSG-05", Severity.REJECT)]


def test_a_message_about_an_error_may_leave_the_patient_out(dialogue: Build) -> None:
    assert found(dialogue(patient=None, type=Code("DIALOG_AVVIK", "Avvik"))) == []


def test_name_birth_and_sex_are_enough(referral: Build) -> None:
    assert found(referral(identifiers=())) == []


@pytest.mark.parametrize("kind", ["FNR", "DNR", "FHN"])
def test_name_and_number_are_enough(referral: Build, kind: str) -> None:
    number = Identifier("14838400052", coded(8116, kind))

    assert found(referral(identifiers=(number,), date_of_birth=None, sex=None)) == []


def test_an_emergency_with_an_unknown_patient_is_held(referral: Build) -> None:
    requested = RequestedService(priority=Code("0", "Øyeblikkelig hjelp"))

    assert found(referral(identifiers=(), sex=None, requested=requested)) == [("MSG-05", Severity.HOLD)]


def test_wrong_check_digits_warn(referral: Build) -> None:
    number = Identifier("14838400053", coded(8116, "FNR"))

    assert found(referral(identifiers=(number,))) == [("MSG-06", Severity.WARN)]


@pytest.mark.parametrize(
    ("mime_type", "expected"),
    [
        ("application/pdf", []),
        ("image/pjpeg", []),
        ("image/PNG", []),
        ("application/pdf; name=x", []),
        ("image/tiff", [("MSG-13", Severity.WARN)]),
        (None, [("MSG-13", Severity.WARN)]),
    ],
)
def test_an_attachment_that_cannot_be_shown_warns(
    dialogue: Build, mime_type: str | None, expected: list[tuple[str, Severity]]
) -> None:
    attachment = Document(kind=Code("A"), mime_type=mime_type, content=(Base64Data.of(b"%PDF-"),))
    message = dialogue()

    assert found(replace(message, documents=(*message.documents, attachment))) == expected


def test_a_test_message_in_production_rejects(referral: Build) -> None:
    policy = Policy(environment="prod")

    assert found(referral(status=Code("TEST"), identifiers=()), policy) == [("MSG-14", Severity.REJECT)]
    assert found(referral(), policy) == [("MSG-14", Severity.REJECT)]
    assert found(referral(identifiers=()), policy) == []


def test_a_number_a_living_person_can_have_is_found_in_test_only(referral: Build, real_number: str) -> None:
    message = referral(identifiers=(Identifier(real_number, coded(8116, "FNR")),))

    assert [finding.rule for finding in base.real_person(message, Policy())] == ["MSG-15"]
    assert list(base.real_person(message, Policy(allowed_numbers=frozenset({real_number})))) == []
    assert list(base.real_person(message, Policy(environment="prod"))) == []
    assert list(base.real_person(referral(), Policy())) == []


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_the_number_of_a_referrer_counts_as_a_persons(referral: Build, version: str, real_number: str) -> None:
    whole = referral(version)
    number = Identifier(real_number, coded(8116, "FNR"))
    henvisning = whole.henvisning
    assert henvisning is not None
    if version == "2.0":
        (entry,) = henvisning.responsibles
        assert entry.person is not None
        changes = {"responsibles": (replace(entry, person=replace(entry.person, identifiers=(number,))),)}
    else:
        entry, doctor = henvisning.care_relations
        assert entry.party is not None
        assert entry.party.person is not None
        party = replace(entry.party, person=replace(entry.party.person, identifiers=(number,)))
        changes = {"care_relations": (replace(entry, party=party), doctor)}

    assert [finding.rule for finding in base.real_person(referral(version, **changes), Policy())] == ["MSG-15"]


def test_the_number_of_whoever_a_note_names_counts_as_a_persons(dialogue: Build, real_number: str) -> None:
    person = HealthcareProfessional(identifiers=(Identifier(real_number, coded(8116, "FNR")),))
    whole = dialogue()
    content = whole.dialogmelding
    assert content is not None
    (note,) = content.notater
    for role in (RelatedRole(person=person), RelatedRole(unit=RelatedUnit(person=person))):
        named = replace(content, notater=(replace(note, roles=(role,)),))
        message = replace(whole, documents=(Document(content=(named,)),))
        assert [finding.rule for finding in base.real_person(message, Policy())] == ["MSG-15"]


def test_only_a_referral_with_priority_0_is_an_emergency(referral: Build, dialogue: Build) -> None:
    assert base.is_emergency(referral(requested=RequestedService(priority=Code("0"))))
    assert not base.is_emergency(referral())
    assert not base.is_emergency(dialogue())


def test_kinds_that_are_not_read_are_not_asked_for_a_patient(dialogue: Build) -> None:
    message = replace(dialogue(), kind=Kind.OTHER, patient=None, generated=Moment("2026-03-01"))

    assert found(message) == []


def test_a_patient_that_only_the_content_names_is_identified(dialogue: Build) -> None:
    """NAV's forms name the patient themselves."""
    patient = dialogue().patient
    form = replace(
        dialogue(), kind=Kind.SYKMELDING, patient=None, documents=(Document(content=(Sykmelding(patient=patient),)),)
    )

    assert found(form) == []
    assert found(replace(form, documents=(Document(content=(Sykmelding(),)),))) == [("MSG-05", Severity.REJECT)]


def test_the_patient_of_a_discharge_letter_stands_in_its_report() -> None:
    letter = Message(
        envelope=Envelope.MESSAGE, kind=Kind.EPIKRISE, version="1.2", msg_id="3b6e4b9c-52a7-4c6e-9a51-0a2a8f0b7c11"
    )

    (finding,) = base.check(letter, Policy())

    assert (finding.rule, finding.path) == ("MSG-05", "/Message/ServRprt/Patient")
