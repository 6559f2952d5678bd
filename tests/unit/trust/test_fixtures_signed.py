"""The signed fixtures, judged by the authorities in `fixtures/trust`: what an operator sees who trusts them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.finding import Verdict
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.check.schema import SchemaSet
from adapter.trust.certificate import Holder
from adapter.trust.chain import Anchors
from adapter.trust.verdict import Fault, SignatureVerdict
from adapter.trust.verifier import Verifier

NOW = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
MESSAGES = resources.fixtures() / "messages"


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(anchors=Anchors.load(resources.fixtures() / "trust"))


def judged(verifier: Verifier, name: str) -> SignatureVerdict:
    return verifier.judge((MESSAGES / name).read_bytes(), at=NOW)


@pytest.mark.parametrize(
    ("name", "intact", "trusted", "fault"),
    [
        ("henvisning-2.0-med-signatur.xml", True, True, None),
        ("henvisning-2.0-signatur-endret-etterpa.xml", False, None, Fault.INVALID),
        ("henvisning-2.0-signatur-oyeblikkelig-hjelp.xml", False, None, Fault.INVALID),
        ("henvisning-2.0-signatur-utlopt-sertifikat.xml", True, False, Fault.EXPIRED),
        ("henvisning-2.0-signatur-ukjent-utsteder.xml", True, None, Fault.NO_CHAIN),
        ("dialogmelding-1.0-signert-i-fellesformat.xml", True, True, None),
        ("henvisning-2.0-komplett.xml", None, None, Fault.MISSING),
    ],
)
def test_a_signed_fixture_is_what_its_name_says(
    verifier: Verifier,
    name: str,
    intact: bool | None,  # noqa: FBT001 - a row of a table
    trusted: bool | None,  # noqa: FBT001 - the same
    fault: Fault | None,
) -> None:
    verdict = judged(verifier, name)

    assert (verdict.intact, verdict.trusted, verdict.fault) == (intact, trusted, fault)


def test_a_doctor_is_known_as_a_person(verifier: Verifier) -> None:
    signer = judged(verifier, "dialogmelding-1.0-signert-i-fellesformat.xml").signer

    assert signer is not None
    assert signer.holder is Holder.PERSON


@pytest.mark.parametrize(
    ("name", "policy", "expected"),
    [
        ("henvisning-2.0-med-signatur.xml", Policy(signature_required=True, unverifiable="hold"), Verdict.ACCEPT),
        ("henvisning-2.0-signatur-ukjent-utsteder.xml", Policy(), Verdict.ACCEPT),
        ("henvisning-2.0-signatur-ukjent-utsteder.xml", Policy(unverifiable="hold"), Verdict.HOLD),
        ("henvisning-2.0-signatur-ukjent-utsteder.xml", Policy(signature_required=True), Verdict.HOLD),
        ("henvisning-2.0-signatur-utlopt-sertifikat.xml", Policy(), Verdict.REJECT),
        ("henvisning-2.0-komplett.xml", Policy(signature_required=True), Verdict.HOLD),
    ],
)
def test_what_becomes_of_a_message_follows_from_the_verdict(
    verifier: Verifier, name: str, policy: Policy, expected: Verdict
) -> None:
    with Checker(SchemaSet.load(), CodeLists.load(), explain=False, verify=verifier.judge) as checker:
        report = checker.check((MESSAGES / name).read_bytes(), policy, now=NOW)

    assert report.verdict is expected
    assert all("TEST" not in finding.text for finding in report.findings)
