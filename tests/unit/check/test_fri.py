"""The profile of the frisklivssentral: any of four types in, the agreed one out, and never a question of diagnosis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.check import fri
from adapter.check.codelists import CodeLists
from adapter.check.finding import Direction, Severity
from adapter.check.policy import Policy
from adapter.message import (
    Address,
    Code,
    ConversationRef,
    Dialogmelding,
    Document,
    Foresporsel,
    FreeText,
    HealthcareProfessional,
    Identifier,
    Message,
    Notat,
    Organisation,
    Party,
    RelatedRole,
    RelatedUnit,
    coded,
)
from adapter.message.henvisning import Reason

Build = Callable[..., Message]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
INBOUND = Policy(profiles=("fri",))
OUTBOUND = Policy(profiles=("fri",), direction=Direction.OUTBOUND, service_type="KX04")
EARLIER = ConversationRef(parent="earlier", conversation="earlier")


def found(message: Message, policy: Policy = INBOUND) -> list[tuple[str, Severity]]:
    """Return what the profile says."""
    return [(finding.rule, finding.severity) for finding in fri.check(message, CodeLists.load(), policy, NOW)]


def tags(message: Message) -> list[str | None]:
    return [finding.tag for finding in fri.check(message, CodeLists.load(), INBOUND, NOW)]


def first(dialogue: Build, text: str = "Hei") -> Message:
    """Return a dialogue message that answers nothing."""
    return dialogue(text, conversation=None)


def asked(dialogue: Build, kind: str = "99", text: str = "Ønsker hjelp") -> Message:
    """Return a question of version 1.0."""
    person = RelatedRole(person=HealthcareProfessional(family_name="Vits", given_name="Grønn"))
    question = Foresporsel(kind=coded(9152, kind), question=FreeText(text=text), roles=(person,))
    return replace(
        first(dialogue),
        type=Code("DIALOG_FORESPORSEL"),
        version="1.0",
        documents=(Document(content=(Dialogmelding(foresporsler=(question,)),)),),
    )


@pytest.mark.parametrize("policy", [INBOUND, OUTBOUND], ids=["inbound", "outbound"])
def test_all_four_types_are_taken(referral: Build, dialogue: Build, policy: Policy) -> None:
    for message in (referral("1.1"), referral("2.0"), first(dialogue), asked(dialogue)):
        assert found(message, policy) == []


@pytest.mark.parametrize(
    ("agreed", "is_right"),
    [
        ("HENVISNING", [True, False, False, False]),
        ("HENVISNING_NYTILSTAND", [False, True, False, False]),
        ("DIALOG_HELSEFAGLIG", [False, False, True, False]),
        ("DIALOG_FORESPORSEL", [False, False, False, True]),
    ],
)
def test_only_the_agreed_type_is_sent(referral: Build, dialogue: Build, agreed: str, is_right: list[bool]) -> None:
    messages = (referral("1.1"), referral("2.0"), first(dialogue), asked(dialogue))
    policy = replace(OUTBOUND, agreed_type=agreed)

    assert [found(message, policy) == [] for message in messages] == is_right
    assert all(found(message, replace(policy, direction=Direction.INBOUND)) == [] for message in messages)


def test_version_1_0_is_agreed_with_nobody(referral: Build) -> None:
    assert found(referral("1.0"), OUTBOUND) == [("FRI-02", Severity.BLOCK)]
    assert found(referral("1.0")) == []


@pytest.mark.parametrize(("service", "expected"), [("KX04", []), (None, []), ("", ["FRI-01"]), ("S16", ["FRI-01"])])
def test_the_receiver_is_a_centre_by_the_register(referral: Build, service: str | None, expected: list[str]) -> None:
    said = found(referral("1.1"), replace(OUTBOUND, service_type=service))

    assert [rule for rule, _ in said] == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (coded(9040, "102"), []),
        (coded(9040, "114"), []),
        (coded(9040, "101"), ["FRI-01"]),
        (Code("101"), []),
        (Code(), []),
        (None, []),
    ],
)
def test_the_receiver_is_of_a_municipality_as_far_as_the_message_says(
    referral: Build, kind: Code | None, expected: list[str]
) -> None:
    message = referral("2.0", receiver=Party(organisation=Organisation(name="Mottaker", kind=kind)))

    assert [rule for rule, _ in found(message, OUTBOUND)] == expected


def test_a_reason_is_asked_for_in_every_type(referral: Build, dialogue: Build) -> None:
    other = (Reason(heading=Code("UTRED"), text="Samtale"), Reason(heading=Code("PROB"), text=" "))
    for message in (referral("1.1", reasons=other), first(dialogue, " "), asked(dialogue, text="")):
        assert found(message) == [("FRI-03", Severity.WARN)]
        assert found(message, OUTBOUND) == [("FRI-03", Severity.BLOCK)]


def test_markup_is_a_reason_too(dialogue: Build) -> None:
    message = first(dialogue)
    text = FreeText(markup=(b'<p xmlns="http://www.w3.org/1999/xhtml">Vil slutte &#229; <b>r&#248;yke</b></p>',))
    note = Notat(theme=coded(7322, "6"), text=text, roles=(RelatedRole(person=HealthcareProfessional(full_name="N")),))
    marked = replace(message, documents=(Document(content=(Dialogmelding(version="1.1", notater=(note,)),)),))

    assert tags(marked) == ["tobakk/snus"]


def test_a_phone_number_is_asked_for(referral: Build) -> None:
    message = referral("1.1", address=None)

    assert found(message) == [("FRI-04", Severity.WARN)]
    assert found(message, OUTBOUND) == [("FRI-04", Severity.WARN)]


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("Trenger hjelp med fysisk aktivitet.", ["fysisk aktivitet"]),
        ("Inaktiv, ønsker treningsgruppe", ["fysisk aktivitet"]),
        ("Kosthaldsrettleiing", ["kosthold"]),
        ("Vil slutte med snus og røyking", ["tobakk/snus"]),
        ("Strever med svevn", ["søvn"]),
        ("Bekymret for alkoholbruk", ["alkohol"]),
        ("KiB", ["KiB"]),
        ("Kurs i meistring av depresjon", ["KiD"]),
        ("Henvises til samtale. Ber om kidney-prøver.", []),
    ],
)
def test_themes_are_tags(dialogue: Build, text: str, themes: list[str]) -> None:
    assert tags(first(dialogue, text)) == themes
    assert found(first(dialogue, text), OUTBOUND) == []


def test_diagnosis_sick_leave_and_profession_are_never_asked_for(referral: Build) -> None:
    bare = referral("2.0", diagnoses=(), information=())
    assert bare.henvisning is not None
    (entry,) = bare.henvisning.responsibles
    assert entry.person is not None
    strange = replace(entry, person=replace(entry.person, profession=Code("XX"), identifiers=()))

    assert found(referral("2.0", diagnoses=(), information=(), responsibles=(strange,))) == []


def test_a_person_is_asked_for_where_a_unit_sends(referral: Build, dialogue: Build) -> None:
    nobody = referral("1.1", care_relations=())
    silent = Notat(theme=coded(7322, "6"), text=FreeText(text="Hei"))
    unsigned = replace(first(dialogue), documents=(Document(content=(Dialogmelding(notater=(silent,)),)),))
    for message in (nobody, unsigned):
        assert found(message) == [("FRI-07", Severity.INFO)]
        assert found(message, OUTBOUND) == [("FRI-07", Severity.WARN)]


def test_a_sender_that_is_a_person_is_name_enough(referral: Build) -> None:
    person = HealthcareProfessional(full_name="Grønn Vits", identifiers=(Identifier("8990201", coded(8116, "HER")),))
    unit = Organisation(name="Legesenter", identifiers=(Identifier("8990200", coded(9051, "HER")),), people=(person,))
    by_person = replace(person, identifiers=())

    assert found(referral("1.1", care_relations=(), sender=Party(organisation=unit))) == []
    assert found(referral("1.1", care_relations=(), sender=Party(person=person))) == []
    assert found(referral("1.1", care_relations=(), sender=Party(person=by_person))) == [("FRI-07", Severity.INFO)]
    assert found(referral("1.1", care_relations=(), sender=None)) == [("FRI-07", Severity.INFO)]


def test_a_person_in_a_unit_is_a_person(dialogue: Build) -> None:
    role = RelatedRole(unit=RelatedUnit(person=HealthcareProfessional(full_name="Grønn Vits")))
    note = Notat(theme=coded(7322, "6"), text=FreeText(text="Hei"), roles=(role,))
    message = replace(first(dialogue), documents=(Document(content=(Dialogmelding(notater=(note,)),)),))

    assert found(message) == []


@pytest.mark.parametrize(("home", "centre", "expected"), [("5501", "5501", 0), ("5503", "5501", 1), ("5503", None, 0)])
def test_another_municipality_is_a_remark(dialogue: Build, home: str, centre: str | None, expected: int) -> None:
    message = first(dialogue)
    assert message.patient is not None
    patient = replace(message.patient, address=Address(county=coded(3402, home)))

    for policy in (INBOUND, OUTBOUND):
        said = found(replace(message, patient=patient), replace(policy, municipality=centre))
        assert said == [("FRI-08", Severity.INFO)] * expected


def test_replies_cancellations_and_other_matters_are_no_referrals(referral: Build, dialogue: Build) -> None:
    reply = replace(first(dialogue, ""), conversation=EARLIER)
    status = replace(first(dialogue, ""), type=Code("DIALOG_STATUS_HENVISNING"))
    other_theme = replace(
        first(dialogue), documents=(Document(content=(Dialogmelding(notater=(Notat(theme=coded(7322, "8")),)),)),)
    )
    cancelled = referral("1.1", service_type=Code("C"), reasons=())
    for message in (reply, status, other_theme, cancelled, asked(dialogue, "1", "")):
        assert found(message) == []
        assert found(message, OUTBOUND) == []


@given(data=st.data(), is_outbound=st.booleans())
def test_nothing_a_message_lacks_rejects_it(
    referral: Build,
    data: st.DataObject,
    is_outbound: bool,  # noqa: FBT001 - drawn
) -> None:
    names = ("reasons", "information", "diagnoses", "care_relations", "responsibles", "comments")
    gone = dict.fromkeys(data.draw(st.sets(st.sampled_from(names))), ())
    message = referral(data.draw(st.sampled_from(["1.0", "1.1", "2.0"])), **gone)

    severities = {severity for _, severity in found(message, OUTBOUND if is_outbound else INBOUND)}

    assert Severity.REJECT not in severities
    assert is_outbound or Severity.HOLD not in severities
