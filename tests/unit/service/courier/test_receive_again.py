"""The same mail again, and others that claim to be it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import envelopes
import pytest
from envelopes import MESSAGE_ID
from mailboxes import CLINIC, Server, keyring
from mails import OFFICE, REFERRAL, mailed
from pki import NOW, world

from adapter.message.state import EnvelopeState
from adapter.service.courier import receive
from adapter.store.entries import EnvelopeMove
from adapter.trust.verifier import Verifier


def test_the_same_mail_again_changes_nothing_and_is_answered_with_the_same_bytes(server: Server) -> None:
    data = mailed()
    server.collect(data)
    (answer,) = server.envelopes("out")
    before = server.body(answer)
    _send(server, answer.id)

    server.now += timedelta(hours=12)
    collected = server.collect(data)

    assert (collected.arrivals, collected.counts) == ((), {"duplicate": 1})
    (again,) = server.envelopes("out")
    assert (again.state, again.due_at, server.body(again)) == (EnvelopeState.QUEUED, server.now, before)
    assert (server.messages(), server.rules()) == ([REFERRAL], [])
    assert server.event("envelope_duplicate")["first"] == 1


def _send(server: Server, number: int) -> None:
    with server.store.writing() as ledger:
        for state in (EnvelopeState.SENDING, EnvelopeState.SENT):
            ledger.move_envelopes([EnvelopeMove(id=number, to=state)], at=server.now)


def test_an_answer_that_has_not_gone_yet_goes_once(server: Server) -> None:
    data = mailed()
    server.collect(data, data)

    assert server.states() == ["opened", "duplicate"]
    assert [row.state for row in server.envelopes("out")] == [EnvelopeState.QUEUED]


def test_a_message_id_is_the_same_in_any_case_of_letters(server: Server) -> None:
    server.collect(mailed(), mailed(header=envelopes.header(message_id=MESSAGE_ID.upper())))

    assert server.states() == ["opened", "conflict"]


def test_what_is_refused_again_is_answered_with_the_same_error(server: Server) -> None:
    data = mailed(octets=b"ingenting")
    server.collect(data)
    _send(server, server.envelopes("out")[0].id)
    server.collect(data)

    assert (server.states(), server.rules()) == (["refused", "duplicate"], ["TRA-06"])
    assert [row.state for row in server.envelopes("out")] == [EnvelopeState.QUEUED]


def test_an_answer_that_was_refused_does_not_go_again(server: Server) -> None:
    data = mailed()
    server.collect(data)
    with server.store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=2, to=EnvelopeState.REFUSED)], at=NOW)
    server.collect(data)

    assert server.states() == ["opened", "duplicate"]
    assert [row.state for row in server.envelopes("out")] == [EnvelopeState.REFUSED]


def test_what_is_held_is_not_held_twice(server: Server) -> None:
    server.verifier, server.settings = Verifier(), {"unverifiable": "hold"}
    data = mailed()
    server.collect(data, data)

    assert (server.states(), server.rules(), server.answers()) == (["held", "duplicate"], ["TRA-09"], [])


def test_another_message_under_the_same_id_is_a_false_duplicate(server: Server) -> None:
    server.collect(mailed())
    collected = server.collect(mailed())

    assert (collected.arrivals, collected.counts) == ((), {"conflict": 1})
    assert (server.rules(), len(server.answers()), len(server.messages())) == (["TRA-02"], 1, 1)
    assert server.event("envelope_conflict")["first"] == 1


def test_a_receipt_is_given_again_although_the_signer_is_not_accepted_any_more(server: Server) -> None:
    data = mailed()
    server.collect(data)
    server.parties = (replace(OFFICE, organisation_number="111222333"), CLINIC)
    server.collect(data)

    assert (server.states(), server.rules(), len(server.answers())) == (["opened", "duplicate"], [], 1)


def test_what_was_taken_is_not_refused_later_although_it_was_never_answered(server: Server) -> None:
    data = mailed()
    server.keys = keyring(world().encryption)
    server.collect(data)
    server.keys = keyring(world().signing, world().encryption)
    server.parties = (replace(OFFICE, organisation_number="111222333"), CLINIC)
    server.collect(data)

    assert (server.states(), server.answers()) == (["opened", "duplicate"], [])


@pytest.mark.parametrize("signer", ["foreign", "expired"])
def test_nobody_takes_an_id_away_by_claiming_it(server: Server, signer: str) -> None:
    server.collect(mailed(signer=getattr(world(), signer)), mailed())

    assert server.states() == ["refused", "opened"]


def test_who_claims_an_id_that_is_taken_is_refused_for_what_it_is(server: Server) -> None:
    server.collect(mailed(), mailed(signer=world().foreign))

    assert (server.states(), server.rules()) == (["opened", "refused"], ["TRA-05"])


def test_two_workers_with_the_same_mail_at_once_take_it_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    data = mailed()
    first = iter([True])
    opened = receive.open_mail

    def open_mail(*args: Any, **options: Any) -> Any:
        if next(first, False):
            server.collect(data, worker="worker-2")
        return opened(*args, **options)

    monkeypatch.setattr(receive, "open_mail", open_mail)
    server.collect(data, worker="worker-1")

    assert sorted(server.states()) == ["duplicate", "opened"]
    assert (len(server.messages()), len(server.answers())) == (1, 1)
