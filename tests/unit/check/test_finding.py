"""Verdicts follow from findings, the heaviest consequence first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.check import rules
from adapter.check.finding import Direction, Finding, Report, Severity, Verdict, verdict_of
from adapter.check.profile import Profile


def _finding(severity: Severity, **fields: object) -> Finding:
    return Finding(rule="X", severity=severity, text="", **fields)  # type: ignore[arg-type] # any field may be given


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ((), Verdict.ACCEPT),
        ((_finding(Severity.INFO), _finding(Severity.WARN)), Verdict.ACCEPT),
        ((_finding(Severity.INFO, tolerance="short-date"),), Verdict.TOLERATED),
        ((_finding(Severity.INFO, tolerance="short-date"), _finding(Severity.HOLD)), Verdict.HOLD),
        ((_finding(Severity.HOLD), _finding(Severity.HOLD, quarantines=True)), Verdict.QUARANTINE),
        ((_finding(Severity.HOLD, quarantines=True), _finding(Severity.REJECT)), Verdict.REJECT),
        ((_finding(Severity.BLOCK),), Verdict.REJECT),
    ],
)
def test_the_heaviest_consequence_is_the_verdict(findings: tuple[Finding, ...], verdict: Verdict) -> None:
    assert verdict_of(findings) is verdict
    assert verdict_of(reversed(findings)) is verdict


@given(st.lists(st.sampled_from(Severity)), st.sampled_from(Severity))
def test_one_more_finding_never_makes_a_verdict_milder(severities: list[Severity], more: Severity) -> None:
    order = [Verdict.ACCEPT, Verdict.HOLD, Verdict.REJECT]
    before = verdict_of(_finding(severity) for severity in severities)
    after = verdict_of(_finding(severity) for severity in (*severities, more))

    assert order.index(after) >= order.index(before)


def test_severities_are_ordered_by_weight() -> None:
    assert sorted(Severity, key=lambda severity: severity.weight) == [
        Severity.INFO,
        Severity.WARN,
        Severity.HOLD,
        Severity.BLOCK,
        Severity.REJECT,
    ]


def test_an_outbound_finding_has_no_receipt_error() -> None:
    finding = rules.MSG_04.finding(Direction.OUTBOUND)

    assert finding.severity is Severity.BLOCK
    assert finding.apprec is None


def test_a_finding_prints_as_validate_promises() -> None:
    finding = Profile.load("amo").rule("AMO-06").finding(Direction.INBOUND, path="/Message/ServReq/Patient", line=31)

    assert finding.as_dict() == {
        "rule": "AMO-06",
        "severity": "warn",
        "path": "/Message/ServReq/Patient",
        "line": 31,
        "text": "The patient's phone number is missing.",
        "hint": "The referrer adds it, before sending or when asked; what has come is never rejected for it.",
        "partner_text": "Pasientens telefonnummer mangler.",
    }


def test_a_report_without_a_message_still_prints() -> None:
    finding = rules.MSG_01B.finding(Direction.INBOUND, text="The file is empty.")
    report = Report(message=None, findings=(finding,), verdict=Verdict.QUARANTINE)
    printed = report.as_dict()

    assert (printed["kind"], printed["msg_id"], printed["verdict"]) == ("other", None, "quarantine")


def test_questions_are_those_of_inbound_warnings() -> None:
    assert Profile.load("amo").rule("AMO-06").finding(Direction.INBOUND).question == "pasientens telefonnummer"
    assert Profile.load("amo").rule("AMO-06").finding(Direction.OUTBOUND).question is None
