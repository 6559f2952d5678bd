"""The profile Arbeidsrettet mestringsopphold: every rule triggers, and none of them ever rejects a referral."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.check import amo
from adapter.check.codelists import CodeLists
from adapter.check.finding import Direction, Finding, Severity
from adapter.check.policy import Policy
from adapter.message import (
    Code,
    ConversationRef,
    Document,
    Henvisning,
    Identifier,
    Message,
    Moment,
    Organisation,
    Party,
    Patient,
    coded,
)
from adapter.message.henvisning import CareRelation, Diagnosis, InformationItem, Reason, RequestedService

Build = Callable[..., Message]
INBOUND = Policy(profiles=("amo",))
DEDICATED = Policy(profiles=("amo",), is_dedicated=True)
OUTBOUND = Policy(profiles=("amo",), direction=Direction.OUTBOUND)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VERSIONS = ["1.0", "1.1", "2.0"]


@pytest.fixture(scope="session")
def findings(codelists: CodeLists) -> Callable[..., tuple[Finding, ...]]:
    """Return the profile's findings of a message."""

    def run(message: Message, policy: Policy = INBOUND) -> tuple[Finding, ...]:
        return tuple(amo.check(message, codelists, policy, NOW))

    return run


@pytest.fixture(scope="session")
def found(findings: Callable[..., tuple[Finding, ...]]) -> Callable[..., list[tuple[str, Severity]]]:
    """Return rules and severities only."""

    def run(message: Message, policy: Policy = INBOUND) -> list[tuple[str, Severity]]:
        return [(finding.rule, finding.severity) for finding in findings(message, policy)]

    return run


Found = Callable[..., list[tuple[str, Severity]]]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("policy", [INBOUND, DEDICATED, OUTBOUND])
def test_a_whole_referral_has_no_finding(referral: Build, found: Found, version: str, policy: Policy) -> None:
    assert found(referral(version), policy) == []


def test_an_unmarked_referral_is_remarked_and_asked_no_more(referral: Build, found: Found) -> None:
    assert found(referral(request_comment=None, information=())) == [("AMO-01", Severity.INFO)]


def test_an_unmarked_referral_to_a_dedicated_inbox_warns(referral: Build, found: Found) -> None:
    assert found(referral(request_comment=None), DEDICATED) == [("AMO-01", Severity.WARN)]


def test_a_near_marking_is_a_remark_only(referral: Build, found: Found) -> None:
    assert found(referral(request_comment="mestringsopphold", information=())) == [("AMO-01", Severity.INFO)]


def test_hia_is_the_same_profile(referral: Build, found: Found) -> None:
    assert found(referral(request_comment="HIA", address=None)) == [
        ("AMO-01", Severity.INFO),
        ("AMO-06", Severity.WARN),
    ]


def _unknown_list(code: str) -> tuple[Diagnosis, ...]:
    return (Diagnosis(concept=coded(7170, code, None)),)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("changes", "inbound", "outbound"),
    [
        (
            {"reasons": (), "request_comment": "HIA", "information": ()},
            [
                ("AMO-01", Severity.INFO),
                ("AMO-02", Severity.WARN),
                ("AMO-04", Severity.WARN),
                ("AMO-05", Severity.INFO),
            ],
            [
                ("AMO-01", Severity.INFO),
                ("AMO-02", Severity.BLOCK),
                ("AMO-04", Severity.WARN),
                ("AMO-05", Severity.INFO),
            ],
        ),
        (
            {"reasons": (Reason(heading=Code("UTRED"), text="Vurdering"),)},
            [("AMO-02", Severity.INFO)],
            [("AMO-02", Severity.BLOCK)],
        ),
        (
            {"institutions": (), "contact_persons": ()},
            [("AMO-03", Severity.WARN)],
            [("AMO-03", Severity.WARN)],
        ),
        (
            {
                "institutions": (),
                "contact_persons": (),
                "reasons": (Reason(heading=Code("PROB"), text="Vondt. Jobber på lager."),),
            },
            [("AMO-03", Severity.INFO)],
            [("AMO-03", Severity.INFO)],
        ),
        (
            {"diagnoses": ()},
            [("AMO-11", Severity.INFO)],
            [("AMO-11", Severity.WARN)],
        ),
        (
            {"diagnoses": _unknown_list("P76")},
            [("AMO-11", Severity.INFO), ("AMO-19", Severity.INFO), ("AMO-22", Severity.INFO)],
            [("AMO-11", Severity.WARN), ("AMO-19", Severity.INFO), ("AMO-22", Severity.INFO)],
        ),
        (
            {"requested": RequestedService(priority=Code("0"))},
            [("AMO-13", Severity.WARN)],
            [("AMO-13", Severity.WARN)],
        ),
        (
            {"description": Code("11")},
            [("AMO-14", Severity.INFO)],
            [],
        ),
        (
            {"receiver": None},
            [("AMO-15", Severity.WARN)],
            [("AMO-15", Severity.BLOCK)],
        ),
        (
            {"date_of_birth": Moment("1984-03-15")},
            [("AMO-16", Severity.HOLD)],
            [("AMO-16", Severity.BLOCK)],
        ),
        (
            {"sex": Code("1", "Mann")},
            [("AMO-16", Severity.HOLD)],
            [("AMO-16", Severity.BLOCK)],
        ),
        (
            {"request_comment": "Raskere tilbake, arbeidsrettet mestringsopphold"},
            [("AMO-18", Severity.INFO)],
            [("AMO-18", Severity.INFO)],
        ),
        (
            {"address": None, "telecoms": ()},
            [("AMO-06", Severity.WARN)],
            [("AMO-06", Severity.BLOCK)],
        ),
    ],
)
def test_each_lack_is_a_finding_in_every_version(
    *,
    referral: Build,
    found: Found,
    version: str,
    changes: dict[str, Any],
    inbound: list[tuple[str, Severity]],
    outbound: list[tuple[str, Severity]],
) -> None:
    message = referral(version, **changes)

    assert found(message) == inbound
    assert found(message, OUTBOUND) == outbound


def test_a_strict_sender_stops_silence_about_sick_leave(referral: Build, found: Found) -> None:
    message = referral(information=())

    assert ("AMO-04", Severity.BLOCK) in found(message, replace(OUTBOUND, strict_sender=True))
    assert ("AMO-04", Severity.WARN) in found(message, replace(INBOUND, strict_sender=True))


def test_sick_leave_dates_that_contradict_each_other_warn(referral: Build, found: Found) -> None:
    item = InformationItem(kind=Code("SYKM"), start=Moment("2026-02-01"), end=Moment("2026-01-01"))
    treatment = InformationItem(kind=Code("TB"), content=None)

    assert found(referral(information=(item, treatment))) == [("AMO-04", Severity.WARN), ("AMO-05", Severity.INFO)]


def _with_referrer(referral: Build, version: str, **changes: Any) -> Message:
    whole = referral(version)
    henvisning = whole.henvisning
    assert henvisning is not None
    if version == "2.0":
        (entry,) = henvisning.responsibles
        assert entry.person is not None
        return referral(version, responsibles=(replace(entry, person=replace(entry.person, **changes)),))
    entry, doctor = henvisning.care_relations
    assert entry.party is not None
    person = entry.party.person
    assert person is not None
    party = {"address": None} if changes.pop("telecoms", None) is not None else {}
    mended = replace(entry.party, person=replace(person, **changes), **party)
    return referral(version, care_relations=(replace(entry, party=mended), doctor))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"family_name": None, "given_name": None, "full_name": None}, [("AMO-07", Severity.WARN)]),
        ({"profession": None}, [("AMO-08", Severity.WARN)]),
        ({"profession": Code("FT")}, [("AMO-08", Severity.WARN)]),
        ({"profession": Code("KI")}, []),
        ({"profession": Code("MT")}, []),
        ({"identifiers": ()}, [("AMO-09", Severity.WARN)]),
        ({"identifiers": (Identifier("x1", coded(9051, "HPR")),)}, [("AMO-09", Severity.WARN)]),
        ({"telecoms": ()}, [("AMO-12", Severity.INFO)]),
    ],
)
def test_each_lack_about_the_referrer_is_a_finding(
    referral: Build, found: Found, version: str, changes: dict[str, Any], expected: list[tuple[str, Severity]]
) -> None:
    assert found(_with_referrer(referral, version, **changes)) == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_a_referral_without_people_lacks_referrer_and_doctor(referral: Build, found: Found, version: str) -> None:
    nobody = {"care_relations": (), "responsibles": (), "contacts": ()}

    assert found(referral(version, **nobody)) == [("AMO-07", Severity.WARN), ("AMO-10", Severity.INFO)]


def test_the_profession_is_named_as_the_list_names_it(
    referral: Build, findings: Callable[..., tuple[Finding, ...]]
) -> None:
    odd = _with_referrer(referral, "1.1", profession=Code("FT", "Vakker Blomst"))
    unknown = _with_referrer(referral, "1.1", profession=Code("Vakker Blomst"))

    assert findings(odd)[0].partner_text == (
        "Henvisers profesjon (Fysioterapeut) er ikke lege, kiropraktor eller manuellterapeut."
    )
    assert "Blomst" not in repr(findings(unknown))


def test_other_receivers_count_in_version_2_only(referral: Build, found: Found) -> None:
    copy = (Party(role=Code("COP")),)

    assert found(referral("2.0", other_receivers=copy)) == [("AMO-15", Severity.WARN)]
    assert found(referral("1.1", other_receivers=copy)) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_cancellation_is_not_asked_for_content(referral: Build, found: Found, version: str) -> None:
    cancelled = referral(version, service_type=Code("C"), reasons=(), information=(), diagnoses=())

    assert found(cancelled, DEDICATED) == []


def test_a_change_is_judged_by_its_new_content(referral: Build, found: Found) -> None:
    changed = referral(service_type=Code("M"), address=None)

    assert found(changed) == [("AMO-06", Severity.WARN)]


@pytest.mark.parametrize(
    ("number", "born", "sex", "disagrees"),
    [
        ("14838400052", "1984-03-14", "2", False),
        ("14688400016", "1984-03-14", "2", False),
        ("14838400052", "1984-03-14", "0", False),
        ("14838400052", None, None, False),
        ("14838400052", "1985-03-14", "2", True),
        ("14838400052", "1984-03-14", "1", True),
        ("49869000085", "1990-06-09", "2", False),
        ("30847800182", "1999-01-01", "1", False),
        ("14838400053", "1999-01-01", "1", False),
    ],
)
def test_number_birth_and_sex_must_agree(
    number: str,
    born: str | None,
    sex: str | None,
    disagrees: bool,  # noqa: FBT001 - parametrised
) -> None:
    patient = Patient(
        identifiers=(Identifier(number, coded(8116, "FNR")),),
        date_of_birth=Moment(born) if born else None,
        sex=Code(sex) if sex else None,
    )

    assert amo.disagrees(patient) is disagrees


def test_a_referral_sent_as_a_dialogue_message_is_recognised(dialogue: Build, found: Found) -> None:
    disguised = replace(dialogue("Henviser pasienten til arbeidsrettet mestringsopphold"), conversation=None)

    assert found(disguised) == [("AMO-17", Severity.WARN)]
    for harmless in ("Gjelder arbeidsrettet mestringsopphold", "Henviser til avtale"):
        assert found(replace(dialogue(harmless), conversation=None)) == []


def test_a_reply_about_a_referral_is_no_referral_in_disguise(dialogue: Build, found: Found) -> None:
    disguised = dialogue("Henviser pasienten til arbeidsrettet mestringsopphold")
    reply = replace(disguised, conversation=ConversationRef(parent="earlier", conversation="first"))
    own = ConversationRef(parent="", conversation=disguised.msg_id)

    assert found(reply) == []
    assert found(replace(disguised, conversation=own)) == [("AMO-17", Severity.WARN)]


@given(data=st.data(), version=st.sampled_from(VERSIONS), is_dedicated=st.booleans())
def test_whatever_a_referral_lacks_it_is_never_rejected(
    referral: Build,
    codelists: CodeLists,
    data: st.DataObject,
    version: str,
    is_dedicated: bool,  # noqa: FBT001 - drawn
) -> None:
    whole = referral(version)
    assert whole.henvisning is not None
    empty = Henvisning(version=version)
    names = [field.name for field in dataclasses.fields(Henvisning) if field.name != "version"]
    gone = data.draw(st.sets(st.sampled_from(names)))
    lacking = replace(whole.henvisning, **{name: getattr(empty, name) for name in gone})
    patient = data.draw(st.sampled_from([whole.patient, None, Patient()]))
    message = replace(whole, patient=patient, documents=(Document(content=(lacking,)),))

    findings = tuple(amo.check(message, codelists, replace(INBOUND, is_dedicated=is_dedicated), NOW))

    assert all(not finding.severity.stops for finding in findings)
    assert all(finding.rule == "AMO-16" for finding in findings if finding.severity is Severity.HOLD)
    assert all(finding.apprec is None for finding in findings)


def _sick_since(referral: Build, **moments: str) -> Message:
    given = {name: Moment(text) for name, text in moments.items()}
    item = InformationItem(kind=Code("SYKM"), **given)
    whole = referral()
    assert whole.henvisning is not None
    return referral(information=(item, *whole.henvisning.information[1:]))


@pytest.mark.parametrize(
    ("moments", "weeks"),
    [
        ({"origin": "2025-12-01"}, 13),
        ({"origin": "2025-12-07"}, None),
        ({"start": "2025-10-06"}, 21),
        ({"start": "2026-02-02", "origin": "2025-10-06"}, 21),
        ({"start": "ukjent"}, None),
        ({"end": "2026-03-01"}, None),
        ({"origin": "2027-01-01"}, None),
    ],
)
def test_a_long_sick_leave_is_told_in_weeks_at_receipt(
    referral: Build, findings: Callable[..., tuple[Finding, ...]], moments: dict[str, str], weeks: int | None
) -> None:
    told = [found for found in findings(_sick_since(referral, **moments)) if found.rule == "AMO-20"]

    assert [found.severity for found in told] == ([Severity.INFO] if weeks else [])
    assert not weeks or f"lasted {weeks} weeks" in told[0].text
    assert "AMO-20" not in {found.rule for found in findings(_sick_since(referral, **moments), OUTBOUND)}


def test_weeks_are_counted_by_the_calendar_of_oslo(referral: Build, codelists: CodeLists) -> None:
    message = _sick_since(referral, origin="2025-12-02")
    late, later = datetime(2026, 3, 2, 22, 59, tzinfo=UTC), datetime(2026, 3, 2, 23, 1, tzinfo=UTC)

    assert [found.rule for found in amo.check(message, codelists, INBOUND, late)] == []
    assert [found.rule for found in amo.check(message, codelists, INBOUND, later)] == ["AMO-20"]


def test_a_wish_for_another_place_warns(referral: Build, found: Found) -> None:
    wish = CareRelation(relation=Code("OES"), party=Party(organisation=Organisation(name="Et annet sykehus HF")))
    whole = referral().henvisning
    assert whole is not None
    message = referral(care_relations=(*whole.care_relations, wish))

    assert found(message) == [("AMO-21", Severity.WARN)]
    assert found(message, OUTBOUND) == [("AMO-21", Severity.WARN)]


def test_a_psychological_diagnosis_suggests_the_offer_that_is_made_for_it(referral: Build, found: Found) -> None:
    both = {"diagnoses": (_diagnosis("L84"), _diagnosis("P76"))}
    only = {"diagnoses": (_diagnosis("P76"),)}

    assert found(referral(**both)) == [("AMO-22", Severity.INFO)]
    assert found(referral(**only)) == [("AMO-19", Severity.INFO), ("AMO-22", Severity.INFO)]
    assert found(referral(request_comment="HIA", **only)) == [("AMO-01", Severity.INFO)]


def _diagnosis(code: str) -> Diagnosis:
    return Diagnosis(concept=coded(7170, code, "Diagnose"))


def test_the_marking_hia_is_a_tag(referral: Build, findings: Callable[..., tuple[Finding, ...]]) -> None:
    assert [found.tag for found in findings(referral(request_comment="HIA"))] == ["HIA"]
    assert [found.tag for found in findings(referral(request_comment="mestringsopphold"))] == [None]
