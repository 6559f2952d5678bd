"""What is held until its issuer answers is judged anew by itself, and only that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from mailboxes import CLINIC, Server
from mails import REFERRAL, mailed
from pki import world

from adapter.service.courier.outcome import ASK_AGAIN
from adapter.service.desk import MOST_ATTEMPTS
from adapter.service.envelope_acts import reject_envelope, release_envelope
from adapter.store.store import Store
from adapter.trust.certificate import Certificate
from adapter.trust.standing import Answer, Standing
from adapter.trust.verifier import Verifier


class Issuer:
    """Says nothing while it is out of reach."""

    standing = Standing.UNKNOWN

    def ask(self, certificate: Certificate, issuer: Certificate, at: datetime) -> Answer:  # noqa: ARG002 - as asked
        return Answer(standing=self.standing, evidence=f"It is {self.standing}.", revoked_at=at, proof=b"signed")


@pytest.fixture
def silent(server: Server) -> Issuer:
    """An issuer that cannot be asked, while a mail comes."""
    issuer = Issuer()
    server.verifier = Verifier(anchors=world().anchors, revocations=issuer)
    server.settings = {"unverifiable": "hold"}
    server.collect(mailed())
    assert (server.states(), server.rules(), server.answers()) == (["held"], ["TRA-09"], [])
    return issuer


def _hour_later(server: Server) -> list[bytes]:
    server.now += ASK_AGAIN
    return server.resume() if server.receiver.judge_again(server.now) else []


def test_what_is_held_until_its_issuer_answers_goes_on_by_itself(server: Server, silent: Issuer) -> None:
    silent.standing = Standing.GOOD
    server.now += ASK_AGAIN - timedelta(seconds=1)
    assert server.receiver.judge_again(server.now) == 0
    server.now += timedelta(seconds=1)
    assert server.receiver.judge_again(server.now) == 1

    assert server.resume() == [REFERRAL]
    assert (server.states(), server.rules()) == (["opened"], [])
    assert [answer.acknowledgment is not None for answer in server.answers()] == [True]
    assert _hour_later(server) == []


def test_while_its_issuer_is_silent_it_stays_held_with_one_task(server: Server, silent: Issuer) -> None:
    evidence = [event.name for event in server.events()].count("revocation_checked")
    for _ in range(2 * MOST_ATTEMPTS):
        assert _hour_later(server) == []

    assert (server.states(), server.rules(), server.answers()) == (["held"], ["TRA-09"], [])
    names = [event.name for event in server.events()]
    assert names.count("envelope_judged_again") == 2 * MOST_ATTEMPTS
    assert names.count("revocation_checked") == evidence
    assert server.receiver.judge_again(server.now) == 0
    silent.standing = Standing.GOOD
    assert _hour_later(server) == [REFERRAL]


def test_one_whose_certificate_turns_out_to_be_revoked_is_refused(server: Server, silent: Issuer) -> None:
    silent.standing = Standing.REVOKED

    assert _hour_later(server) == []
    assert (server.states(), server.rules()) == (["refused"], ["TRA-05"])


@pytest.mark.parametrize(("act", "state"), [(release_envelope, "opened"), (reject_envelope, "refused")])
def test_what_a_person_has_decided_is_not_judged_anew(
    server: Server, silent: Issuer, act: Callable[[Store, int, str, datetime], None], state: str
) -> None:
    act(server.store, 1, "Grønn Vits", server.now)
    server.resume()
    silent.standing = Standing.GOOD

    assert _hour_later(server) == []
    assert (server.states(), server.rules()) == ([state], [])


def test_what_becomes_doubtful_for_another_reason_waits_for_a_person(server: Server, silent: Issuer) -> None:
    server.parties = (CLINIC,)
    for _ in range(3):
        _hour_later(server)

    assert (server.states(), server.rules()) == (["held"], ["TRA-09"])
    assert [event.name for event in server.events()].count("envelope_judged_again") == 1
    assert silent.standing is Standing.UNKNOWN


def test_what_cannot_be_compared_with_anything_is_not_judged_anew(server: Server) -> None:
    server.verifier, server.settings = Verifier(), {"unverifiable": "hold"}
    server.collect(mailed())

    assert server.states() == ["held"]
    assert _hour_later(server) == []


def test_what_is_forgotten_is_not_judged_anew(server: Server, silent: Issuer) -> None:
    with server.store.writing() as ledger:
        ledger.drop_envelope_bodies([1])
    silent.standing = Standing.GOOD

    assert _hour_later(server) == []
    assert server.states() == ["held"]


def test_one_that_brings_workers_down_when_it_is_judged_anew_is_put_aside(server: Server, silent: Issuer) -> None:
    silent.standing = Standing.GOOD
    server.now += ASK_AGAIN
    server.receiver.judge_again(server.now)
    for number in range(MOST_ATTEMPTS):
        with server.store.writing() as ledger:
            assert ledger.take_envelopes([1], f"dead-{number}") == [1]
            ledger.release_worker(f"dead-{number}")

    assert server.resume() == []
    assert (server.states(), server.rules()) == (["unreadable"], ["TRA-11"])
