"""The synthetic messages to NAV come to what `fixtures/index.toml` says: our findings, and NAV's answer."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest

from adapter import resources
from adapter.check import nav
from adapter.check.finding import Direction, Report, Severity
from adapter.check.ladder import Checker, Policy
from adapter.check.profile import Profile

NOW = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
INDEX = tomllib.loads((resources.fixtures() / "index.toml").read_text("utf-8"))["message"]
ENTRIES = [pytest.param(entry, id=entry["file"]) for entry in INDEX if "outbound" in entry]
KEYS = {"block", "warn", "info", "flow", "nav", "says", "drops"}
POLICY = Policy(direction=Direction.OUTBOUND, profiles=("navt",))


def _judged(checker: Checker, entry: dict[str, Any]) -> Report:
    return checker.check((resources.fixtures() / "messages" / entry["file"]).read_bytes(), POLICY, now=NOW)


def _rules(report: Report, severity: Severity) -> list[str]:
    return sorted({finding.rule for finding in report.findings if finding.severity is severity})


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_message_to_nav_has_the_findings_of_the_index(checker: Checker, entry: dict[str, Any]) -> None:
    report, expected = _judged(checker, entry), entry["outbound"]

    assert expected.keys() <= KEYS
    for severity in (Severity.BLOCK, Severity.WARN, Severity.INFO):
        assert _rules(report, severity) == expected.get(severity.value, [])


@pytest.mark.parametrize("entry", ENTRIES)
def test_nav_answers_as_the_index_says(checker: Checker, entry: dict[str, Any]) -> None:
    expected = entry["outbound"]
    answer = nav.answer_to(_judged(checker, entry).message)

    assert answer is not None
    assert answer.outcome == expected["nav"]
    assert [finding.rule for finding in answer.rejections] == expected.get("says", [])
    assert [finding.rule for finding in answer.drops] == expected.get("drops", [])


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_nav_would_not_take_or_would_lose_never_leaves_without_a_word(
    checker: Checker, entry: dict[str, Any]
) -> None:
    """The profile is there so that nobody is surprised by NAV."""
    report = _judged(checker, entry)
    answer = nav.answer_to(report.message)

    assert answer is not None
    if answer.outcome != "positive" or answer.drops:
        assert any(finding.rule.startswith("NAVT") and finding.rule != "NAVT-07" for finding in report.findings)


def test_each_rule_of_the_profile_is_triggered_by_one_message_and_not_by_another() -> None:
    found = [
        {rule for key in ("block", "warn", "info", "flow") for rule in entry["outbound"].get(key, ())}
        for entry in INDEX
        if "outbound" in entry
    ]

    for rule in {rule.id for rule in Profile.load("navt").rules}:
        assert any(rule in rules for rules in found), rule
        assert any(rule not in rules for rules in found), rule


#: Checks of NAV that no message of ours shows by itself, and where they are shown.
ELSEWHERE = {
    "NAV-0": 'there is no answer: entries with `nav = "none"`',
    "NAV-1": "asks for an earlier message: test_nav.py, scenario 07c",
    "NAV-2": "asks the population register: test_nav.py",
    "NAV-3": "asks the population register: test_nav.py",
    "NAV-4": "asks NAV's list of test persons: test_nav.py",
    "NAV-7": "asks NAV's virus scanner: test_nav.py",
    "NAV-8": "asks the register of health personnel: test_nav.py",
    "NAV-9a": "never said, because 0b has been said before",
    "NAV-9e": "asks the register of health personnel: test_nav.py",
    "NAV-9f": "asks the register of health personnel: test_nav.py",
    "NAV-9h": "asks NAV's list of suspended doctors: test_nav.py",
    "NAV-13": "a message with more than 40 attachments would be large: test_nav.py",
    "NAV-17": "messages of NAV's own tests: test_nav.py",
}


def test_each_check_of_nav_is_shown_by_a_message_and_not_by_another_or_is_shown_elsewhere() -> None:
    entries = [entry["outbound"] for entry in INDEX if "outbound" in entry]
    found = [{*entry.get("says", ()), *entry.get("drops", ())} for entry in entries]

    for rule in {rule.id for rule in Profile.load("nav").rules}:
        assert any(rule in said for said in found) != (rule in ELSEWHERE), rule
        assert any(rule not in said for said in found), rule
    assert {entry["nav"] for entry in entries} == {"positive", "negative", "none"}
