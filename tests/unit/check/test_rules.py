"""The rule table is whole: codes, texts and errors as the standards have them."""

from __future__ import annotations

import re
import string

import pytest

from adapter.check import rules
from adapter.check.codelists import CodeLists
from adapter.check.finding import Direction, Severity
from adapter.check.rule import Rule

_CODE = re.compile(r"(?:FORM|MSG|[A-Z][A-Z0-9]+)-\d{1,2}[a-z]?")
#: The only families a receipt may reject for (domain rules C.2).
_REJECTING = {
    "FORM-02",
    "FORM-03",
    "MSG-01",
    "MSG-02",
    "MSG-03",
    "MSG-04",
    "MSG-05",
    "MSG-08",
    "MSG-11",
    "MSG-12",
    "MSG-14",
}


@pytest.fixture(params=rules.every(), ids=lambda rule: f"{rule.id} {rule.title}")
def rule(request: pytest.FixtureRequest) -> Rule:
    """Return each rule."""
    found = request.param
    assert isinstance(found, Rule)
    return found


def test_a_rule_that_asks_for_more_than_a_look_says_what_to_do(rule: Rule) -> None:
    severities = {rule.inbound, rule.outbound} - {None, Severity.INFO}

    assert rule.hint or not severities


def test_a_rule_has_a_code_a_title_a_text_and_a_source(rule: Rule) -> None:
    assert _CODE.fullmatch(rule.id)
    assert rule.title
    assert rule.text
    assert rule.source


def test_only_the_rules_of_the_standard_reject(rule: Rule) -> None:
    assert (rule.inbound is Severity.REJECT) == (rule.apprec is not None)
    assert rule.inbound is not Severity.REJECT or rule.id in _REJECTING


def test_severities_fit_their_direction(rule: Rule) -> None:
    assert rule.inbound is not Severity.BLOCK
    assert rule.outbound is not Severity.REJECT


def test_every_error_is_in_the_list_and_has_a_text_for_the_partner(codelists: CodeLists) -> None:
    rejecting = [rule for rule in rules.every() if rule.apprec is not None]

    assert all(rule.apprec and codelists.name_of(8221, rule.apprec.value or "") for rule in rejecting)
    assert all(rule.partner for rule in rejecting)


def test_the_placeholders_of_a_rule_are_filled(rule: Rule) -> None:
    names = {
        name for text in (rule.text, rule.partner or "") for _, name, _, _ in string.Formatter().parse(text) if name
    }
    finding = rule.finding(Direction.INBOUND, **dict.fromkeys(names, "x"))

    assert "{" not in finding.text
    assert "{" not in (finding.partner_text or "")


def test_no_two_rows_are_the_same() -> None:
    assert len({(rule.id, rule.title) for rule in rules.every()}) == len(rules.every())


def test_every_code_of_the_base_rules_and_the_profile_is_there() -> None:
    codes = {rule.id for rule in rules.every()}

    assert {f"MSG-{number:02}" for number in range(1, 18)} <= codes
    assert {f"AMO-{number:02}" for number in range(1, 17)} <= codes
    assert "MSG-01b" in codes
