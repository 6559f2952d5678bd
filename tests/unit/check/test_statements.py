"""Every statement of the offers is acted on, or left alone for a reason that is written down."""

from __future__ import annotations

from adapter.check import rules
from adapter.check.statements import statements


def test_every_statement_is_there_in_order() -> None:
    assert [found.id for found in statements()] == [f"S1.{n}" for n in range(1, 21)] + [f"S2.{n}" for n in range(1, 13)]


def test_every_statement_is_acted_on_or_left_for_a_reason() -> None:
    for found in statements():
        assert found.says
        assert bool(found.rules or found.by) != bool(found.not_acted), found.id


def test_only_rules_that_exist_act() -> None:
    known = {rule.id for rule in rules.every()}

    assert {rule for found in statements() for rule in found.rules} <= known
