"""The verdict: four answers, each of them yes, no, or could not be checked."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from pki import NOW, SINCE, UNTIL, World, key
from signing import BODY, DSIG, Craft, crafted

from adapter.errors import NotWellFormed
from adapter.trust.certificate import Certificate, Holder, Usage
from adapter.trust.chain import Anchors
from adapter.trust.parties import Attribution
from adapter.trust.pki import Pair, Purpose
from adapter.trust.signature import sign
from adapter.trust.standing import Answer, Standing
from adapter.trust.verdict import Fault, Question, SignatureVerdict
from adapter.trust.verifier import Verifier
from adapter.wire.parse import parse


@dataclass
class Register:
    """Answers as told, and remembers whom it was asked about."""

    answers: dict[str, Standing]

    def __post_init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def ask(self, certificate: Certificate, issuer: Certificate, at: datetime) -> Answer:
        self.asked.append((certificate.subject, issuer.subject))
        standing = self.answers.get(certificate.subject, Standing.GOOD)
        return Answer(standing=standing, evidence=f"The list says {standing}.", revoked_at=at)


@pytest.fixture
def verifier(world: World) -> Verifier:
    return Verifier(anchors=world.anchors)


def judged(verifier: Verifier, pair: Pair, at: datetime = NOW) -> SignatureVerdict:
    return verifier.judge(sign(BODY, pair.key, pair.certificate.x509), at=at)


def answers(verdict: SignatureVerdict) -> dict[Question, bool | None]:
    return {one.question: one.answer for one in verdict.evidence}


def test_a_genuine_message_of_a_trusted_signer_is_verified(verifier: Verifier, world: World) -> None:
    verdict = judged(verifier, world.signing)

    assert (verdict.intact, verdict.trusted, verdict.fault, verdict.apprec_code) == (True, True, None, None)
    assert verdict.is_verified
    assert verdict.signer is not None
    assert verdict.signer.organisation_number == "999888777"
    assert verdict.algorithm == "rsa-sha256"
    assert verdict.signed == b'<MsgHead xmlns="urn:m"><MsgId>A1578B81</MsgId><Text>Hei</Text></MsgHead>'
    assert answers(verdict) == dict.fromkeys((Question.INTACT, Question.USAGE, Question.CHAIN, Question.VALIDITY), True)


def test_a_person_is_named_as_one(verifier: Verifier, world: World) -> None:
    verdict = judged(verifier, world.person)

    assert verdict.signer is not None
    assert (verdict.signer.holder, verdict.signer.usages) == (Holder.PERSON, {Usage.COMMITMENT})


def test_a_changed_message_is_not_intact(verifier: Verifier, world: World) -> None:
    data = sign(BODY, world.signing.key, world.signing.certificate.x509).replace(b"Hei", b"Nei")
    verdict = verifier.judge(data, parse(data), at=NOW)

    assert (verdict.intact, verdict.trusted, verdict.fault) == (False, None, Fault.INVALID)
    assert verdict.apprec_code == "S01"
    assert verdict.signer is None
    assert verdict.signed is None


def test_no_signature_is_neither_right_nor_wrong(verifier: Verifier) -> None:
    verdict = verifier.judge(BODY, at=NOW)

    assert (verdict.intact, verdict.trusted, verdict.fault) == (None, None, Fault.MISSING)
    assert verdict.apprec_code is None


def test_what_cannot_be_checked_is_neither_right_nor_wrong(verifier: Verifier, signer: Pair) -> None:
    for craft in (Craft(method=f"{DSIG}rsa-sha1"), Craft(shown=(b"no certificate",)), Craft(shown=())):
        verdict = verifier.judge(crafted(BODY, signer, craft), at=NOW)

        assert (verdict.intact, verdict.trusted, verdict.fault) == (None, None, Fault.UNVERIFIABLE)
        assert verdict.apprec_code is None


def test_an_exception_lets_sha_1_through(verifier: Verifier, signer: Pair) -> None:
    data = crafted(BODY, signer, Craft(method=f"{DSIG}rsa-sha1"))

    assert verifier.judge(data, at=NOW, allows_weak=True).is_verified


def test_without_roots_nobody_is_trusted_and_nobody_distrusted(world: World) -> None:
    verdict = judged(Verifier(), world.signing)

    assert (verdict.intact, verdict.trusted, verdict.fault) == (True, None, Fault.NO_ROOTS)
    assert verdict.apprec_code is None


def test_who_is_vouched_for_by_nobody_here_could_not_be_checked(verifier: Verifier, world: World) -> None:
    for pair in (world.foreign, world.foreign_root.pair):
        verdict = judged(verifier, pair)

        assert verdict.intact is True
        assert verdict.trusted is not True
        assert not verdict.is_verified
    assert judged(verifier, world.foreign).fault is Fault.NO_CHAIN


def test_a_certificate_for_something_else_is_not_trusted(verifier: Verifier, world: World) -> None:
    verdict = judged(verifier, world.wrong_usage)

    assert (verdict.intact, verdict.trusted, verdict.fault) == (True, False, Fault.USAGE)
    assert verdict.apprec_code == "S02"


def test_what_a_certificate_must_promise_can_be_demanded(world: World) -> None:
    strict = Verifier(anchors=world.anchors, usages=frozenset({Usage.COMMITMENT}))

    assert judged(strict, world.signing).is_verified
    assert judged(strict, world.authentication).fault is Fault.USAGE
    assert judged(Verifier(anchors=world.anchors), world.authentication).is_verified


def test_an_expired_certificate_is_intact_all_the_same(verifier: Verifier, world: World) -> None:
    verdict = judged(verifier, world.expired)

    assert (verdict.intact, verdict.trusted, verdict.fault) == (True, False, Fault.EXPIRED)
    assert verdict.apprec_code == "S02"
    assert "2025-01-01 to 2026-01-31" in verdict.reason


def test_a_message_is_judged_as_of_its_receipt(verifier: Verifier, world: World) -> None:
    assert judged(verifier, world.expired, at=NOW - timedelta(days=60)).is_verified
    assert judged(verifier, world.signing, at=SINCE - timedelta(days=1)).fault is Fault.EXPIRED
    assert judged(verifier, world.signing, at=UNTIL + timedelta(days=1)).fault is Fault.EXPIRED


def test_an_expired_issuer_is_told(world: World) -> None:
    old = world.root.intermediate("Budstikke TEST CA old", key("issuing"), since=NOW - timedelta(days=400), years=1)
    subject = world.signing.certificate.x509.subject
    pair = Pair(
        key("holder"),
        old.issue(subject, key("holder"), Purpose.SIGNING, since=SINCE, until=UNTIL).certificate,
    )
    verdict = judged(Verifier(anchors=Anchors([*world.issuers, old.pair.certificate])), pair)

    assert (verdict.trusted, verdict.fault) == (False, Fault.EXPIRED)
    assert old.pair.certificate.serial in verdict.reason


def test_every_issuer_below_the_root_is_asked_about(world: World) -> None:
    register = Register({})
    verdict = judged(Verifier(anchors=world.anchors, revocations=register), world.signing)

    assert verdict.is_verified
    assert [one.answer for one in verdict.evidence if one.question is Question.REVOCATION] == [True, True]
    assert register.asked == [
        ("Syntetisk sykehus TEST", "Budstikke TEST CA 1"),
        ("Budstikke TEST CA 1", "Budstikke TEST Root"),
    ]


@pytest.mark.parametrize("subject", ["Syntetisk sykehus TEST", "Budstikke TEST CA 1"])
def test_a_revoked_certificate_is_not_trusted(world: World, subject: str) -> None:
    register = Register({subject: Standing.REVOKED})
    verdict = judged(Verifier(anchors=world.anchors, revocations=register), world.signing)

    assert (verdict.intact, verdict.trusted, verdict.fault) == (True, False, Fault.REVOKED)
    assert verdict.apprec_code == "S03"
    assert verdict.reason == "The list says revoked."


def test_an_unknown_revocation_is_not_a_revocation(world: World) -> None:
    register = Register({"Syntetisk sykehus TEST": Standing.UNKNOWN})
    verdict = judged(Verifier(anchors=world.anchors, revocations=register), world.signing)

    assert (verdict.trusted, verdict.fault, verdict.apprec_code) == (None, Fault.REVOCATION_UNKNOWN, None)


def test_a_no_weighs_more_than_what_could_not_be_checked(world: World) -> None:
    register = Register({"Syntetisk sykehus TEST": Standing.UNKNOWN, "Budstikke TEST CA 1": Standing.REVOKED})
    verdict = judged(Verifier(anchors=world.anchors, revocations=register), world.signing)

    assert (verdict.trusted, verdict.fault) == (False, Fault.REVOKED)


class Parties:
    """Answers as told, and remembers what it was told of the issuer."""

    def __init__(self, *her_ids: str) -> None:
        self.her_ids = her_ids
        self.asked: list[tuple[str, datetime, bool]] = []

    def attribute(self, certificate: Certificate, at: datetime, *, is_issued: bool) -> Attribution:
        self.asked.append((certificate.subject, at, is_issued))
        return Attribution(her_ids=self.her_ids, evidence=f"The register says {' '.join(self.her_ids) or 'nothing'}.")


def test_the_signer_has_the_her_ids_that_the_register_gives(world: World) -> None:
    parties = Parties("8990101", "8990102")
    verdict = judged(Verifier(anchors=world.anchors, parties=parties), world.signing)

    assert verdict.signer is not None
    assert verdict.signer.her_ids == ("8990101", "8990102")
    assert (verdict.evidence[-1].question, verdict.evidence[-1].answer) == (Question.HER_ID, True)
    assert verdict.evidence[-1].text == "The register says 8990101 8990102."
    assert parties.asked == [("Syntetisk sykehus TEST", NOW, True)]
    assert verdict.signer.as_dict()["her_ids"] == ["8990101", "8990102"]


def test_a_register_that_cannot_say_makes_nobody_less_trusted(world: World) -> None:
    verdict = judged(Verifier(anchors=world.anchors, parties=Parties()), world.signing)

    assert verdict.is_verified
    assert verdict.fault is None
    assert verdict.reason == "The signature is genuine, and its signer is trusted."
    assert answers(verdict)[Question.HER_ID] is None


def test_a_register_that_can_say_makes_nobody_more_trusted(world: World) -> None:
    for pair, fault in ((world.foreign, Fault.NO_CHAIN), (world.wrong_usage, Fault.USAGE)):
        verdict = judged(Verifier(anchors=world.anchors, parties=Parties("8990101")), pair)

        assert verdict.trusted is not True
        assert verdict.fault is fault


def test_the_register_is_told_whether_a_trusted_issuer_stands_for_the_certificate(world: World) -> None:
    told = {}
    for name in ("signing", "expired", "foreign"):
        parties = Parties()
        judged(Verifier(anchors=world.anchors, parties=parties), getattr(world, name))
        ((_, _, told[name]),) = parties.asked
    parties = Parties()
    judged(Verifier(parties=parties), world.signing)

    assert told == {"signing": True, "expired": True, "foreign": False}
    assert [is_issued for _, _, is_issued in parties.asked] == [False]


def test_where_nobody_is_named_the_register_is_not_asked(world: World) -> None:
    parties = Parties("8990101")
    Verifier(anchors=world.anchors, parties=parties).judge(BODY, at=NOW)

    assert parties.asked == []


def test_bytes_that_are_no_document_are_an_error(verifier: Verifier) -> None:
    with pytest.raises(NotWellFormed):
        verifier.judge(b"no XML", at=NOW)


def test_a_verdict_is_told_in_json(verifier: Verifier, world: World) -> None:
    told = judged(verifier, world.signing).as_dict()
    unsigned = verifier.judge(BODY, at=NOW).as_dict()

    assert json.loads(json.dumps(told)) == told
    assert told["intact"] is True
    assert told["signed_at_check"] == "2026-03-02T09:00:00+00:00"
    assert told["signer"] == {
        "subject": "Syntetisk sykehus TEST",
        "organisation_number": "999888777",
        "her_ids": [],
        "serial": world.signing.certificate.serial,
        "issuer": "Budstikke TEST CA 1",
        "holder": "organisation",
        "usage": ["commitment"],
        "valid_from": "2025-01-01T00:00:00+00:00",
        "valid_until": "2028-01-01T00:00:00+00:00",
    }
    assert (unsigned["intact"], unsigned["signer"], unsigned["trusted"], unsigned["fault"]) == (
        None,
        None,
        None,
        "missing",
    )


def test_nothing_personal_stands_in_a_reason(verifier: Verifier, world: World) -> None:
    """Reasons go into logs and findings; the name of a person stands in `signer` only."""
    for at in (NOW, UNTIL + timedelta(days=1)):
        verdict = judged(verifier, world.person, at=at)

        assert "Vits" not in verdict.reason + "".join(one.text for one in verdict.evidence)
        assert "Vits" not in repr(replace(verdict, signer=None))
