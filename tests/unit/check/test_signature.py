"""MSG-11: what follows from the verdict on a signature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from lxml import etree

from adapter import resources
from adapter.check import signature
from adapter.check.codelists import CodeLists
from adapter.check.finding import Direction, Finding, Severity, Verdict
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.check.schema import SchemaSet
from adapter.wire.namespaces import XMLDSIG

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIGNED = f'<MsgHead><Signature xmlns="{XMLDSIG}"/></MsgHead>'.encode()
UNSIGNED = b"<MsgHead/>"


@dataclass(frozen=True)
class Opinion:
    is_verified: bool = False
    apprec_code: str | None = None
    reason: str = "Because."


def always(opinion: Opinion) -> signature.Verify:
    return lambda _data, _root, *, at, allows_weak: opinion  # noqa: ARG005 - whatever is asked


def findings(
    opinion: Opinion | None, policy: Policy | None = None, data: bytes = SIGNED, *, is_emergency: bool = False
) -> list[Finding]:
    verify = None if opinion is None else always(opinion)
    root = etree.fromstring(data)
    return list(signature.check(data, root, policy or Policy(), verify, is_emergency=is_emergency, now=NOW))


def told(*arguments: object, **options: bool) -> list[tuple[Severity, str | None]]:
    found = findings(*arguments, **options)  # type: ignore[arg-type]  # passed on
    assert all(item.rule == "MSG-11" for item in found)
    return [(item.severity, item.apprec.value if item.apprec else None) for item in found]


def test_a_verified_signature_says_nothing() -> None:
    assert told(Opinion(is_verified=True), Policy(signature_required=True)) == []


@pytest.mark.parametrize("code", ["S01", "S02", "S03"])
def test_a_wrong_signature_rejects_with_its_own_code(code: str) -> None:
    (found,) = findings(Opinion(apprec_code=code))

    assert (found.severity, found.text, found.path) == (Severity.REJECT, "Because.", "/MsgHead/Signature")
    assert found.apprec is not None
    assert found.apprec.value == code
    assert found.partner_text


@pytest.mark.parametrize("code", ["S01", "S02", "S03"])
def test_an_emergency_is_never_rejected_for_its_signature(code: str) -> None:
    assert told(Opinion(apprec_code=code), is_emergency=True) == [(Severity.HOLD, None)]


def test_what_could_not_be_checked_is_told_or_held_as_configured() -> None:
    assert told(Opinion()) == [(Severity.INFO, None)]
    assert told(Opinion(), Policy(unverifiable="hold")) == [(Severity.HOLD, None)]
    assert told(Opinion(), Policy(signature_required=True)) == [(Severity.HOLD, None)]


def test_without_a_verifier_a_signature_could_not_be_checked() -> None:
    assert told(None) == [(Severity.INFO, None)]
    assert told(None, Policy(signature_required=True)) == [(Severity.HOLD, None)]


def test_no_signature_matters_only_where_one_is_demanded() -> None:
    assert told(Opinion(), Policy(unverifiable="hold"), UNSIGNED) == []
    assert told(Opinion(), Policy(signature_required=True), UNSIGNED) == [(Severity.HOLD, None)]


def test_what_we_send_ourselves_is_blocked_only_for_what_is_wrong() -> None:
    policy = Policy(direction=Direction.OUTBOUND, signature_required=True)

    assert told(Opinion(apprec_code="S01"), policy) == [(Severity.BLOCK, None)]
    assert told(Opinion(), policy) == []
    assert told(Opinion(), policy, UNSIGNED) == []


@pytest.mark.parametrize(
    ("until", "expected"),
    [(None, False), (date(2026, 3, 1), False), (date(2026, 3, 2), True), (date(2027, 1, 1), True)],
)
def test_sha_1_is_let_through_until_a_day(until: date | None, expected: bool) -> None:  # noqa: FBT001 - a row of a table
    asked: list[object] = []

    def verify(*arguments: object, **named: object) -> Opinion:
        asked.extend((*arguments, *named.values()))
        return Opinion(is_verified=True)

    root = etree.fromstring(SIGNED)
    assert not list(signature.check(SIGNED, root, Policy(sha1_until=until), verify, is_emergency=False, now=NOW))
    assert asked == [SIGNED, root, NOW, expected]


def test_a_verifier_is_made_when_it_is_needed() -> None:
    made: list[Opinion] = []

    def make() -> signature.Verify:
        made.append(Opinion(is_verified=True))
        return always(made[-1])

    verify = signature.OnDemand(make)
    assert made == []
    assert verify(SIGNED, None, at=NOW, allows_weak=False) is verify(SIGNED, None, at=NOW, allows_weak=True)
    assert len(made) == 1


def test_the_ladder_asks_about_a_signature_after_the_schema() -> None:
    data = (resources.fixtures() / "messages" / "henvisning-2.0-med-signatur.xml").read_bytes()

    def verdict(opinion: Opinion, policy: Policy) -> Verdict:
        with Checker(SchemaSet.load(), CodeLists.load(), explain=False, verify=always(opinion)) as checker:
            return checker.check(data, policy, now=NOW).verdict

    assert verdict(Opinion(is_verified=True), Policy()) is Verdict.ACCEPT
    assert verdict(Opinion(), Policy(unverifiable="hold")) is Verdict.HOLD
    assert verdict(Opinion(apprec_code="S01"), Policy()) is Verdict.REJECT
    relayed = replace(Policy(), accepts=frozenset(), relays_unsupported=True)
    assert verdict(Opinion(apprec_code="S01"), relayed) is Verdict.REJECT
