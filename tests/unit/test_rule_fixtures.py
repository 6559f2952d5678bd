"""Every rule of the checks is shown by one synthetic message that triggers it, and by another that does not.

`fixtures/index.toml` says which message shows what: `rules`, `shows`, and `outbound` for what goes to NAV. The rules of
the message types are shown by the table of `tests/unit/check/test_message_types.py`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from judging import policy_for

from adapter import resources
from adapter.check import rules
from adapter.check.codelists import CodeLists
from adapter.check.ladder import Checker
from adapter.check.profile import every
from adapter.check.schema import SchemaSet

NOW = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
MESSAGES = resources.fixtures() / "messages"
INDEX = tomllib.loads((resources.fixtures() / "index.toml").read_text("utf-8"))["message"]
SHOWING = [pytest.param(entry, id=entry["file"]) for entry in INDEX if "shows" in entry]
#: Rules that act at NAV, not here: `tests/unit/check/test_nav_fixtures.py` shows them.
_AT_NAV = "NAV-"
#: Rules that no file in the repository can show, and where they are shown instead.
ELSEWHERE = {
    "FORM-03": "a message beyond the limits would be large: tests/unit/check/test_ladder.py lowers the limits",
    "MSG-15": "a number that a living person can have may not lie here: tests/unit/check/test_base.py makes one",
}
#: Rules that are never asked: the message would break them if they were.
SILENT = {rule.id for profile in every() for rule in profile.rules if rule.inbound is None and rule.outbound is None}
#: Rules with a fixture of their own each: those of the base, and of the profiles that a party can have.
OF_TYPES = {rule.id for profile in every() for _, rule in profile.demands}
IDS = sorted({rule.id for rule in rules.every()} - OF_TYPES)

Found = Callable[..., set[str]]


@pytest.fixture(scope="module")
def found() -> Iterator[Found]:
    """Return the rules that a message triggers, by its parties' policy or another."""
    scanner = b"viruskontrollen i testene"
    with Checker(SchemaSet.load(), CodeLists.load(), explain=False, scan=lambda data: scanner in data) as checker:

        def run(entry: dict[str, Any]) -> set[str]:
            data = (MESSAGES / entry["file"]).read_bytes()
            given = entry.get("given", {})
            report = checker.check_by(data, lambda message: policy_for(message, **given), now=NOW)
            return {finding.rule for finding in report.findings}

        yield run


@pytest.mark.parametrize("entry", SHOWING)
def test_a_message_shows_its_rules(found: Found, entry: dict[str, Any]) -> None:
    assert found(entry) & set(entry["shows"]) == set(entry["shows"]) - SILENT


@pytest.mark.parametrize("rule", [rule for rule in IDS if not rule.startswith(_AT_NAV)])
def test_a_rule_has_a_message_that_triggers_it_and_one_that_does_not(rule: str) -> None:
    shown = [_shown(entry) for entry in INDEX]

    assert (rule in ELSEWHERE) != any(rule in rules for rules in shown), rule
    assert any(rule not in rules for rules in shown)


def _shown(entry: dict[str, Any]) -> set[str]:
    flow, outbound = entry.get("flow", {}), entry.get("outbound", {})
    of_nav = {rule for key in ("block", "warn", "info", "flow") for rule in outbound.get(key, ())}
    return {*entry["rules"], *entry.get("shows", ()), *flow.get("rules", ()), *flow.get("shows", ()), *of_nav}
