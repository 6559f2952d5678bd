"""From a mailbox into the store: what becomes of each mail, what its sender is told, and what a crash leaves."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import envelopes
import mails
import pytest
from envelopes import MESSAGE_ID
from mailboxes import CLINIC, Server, keyring
from mails import OFFICE, REFERRAL, mailed
from pki import CLINIC as CLINICS_NAME
from pki import NOW, SINCE, UNTIL, key, world
from sealing import Craft
from structlog.testing import capture_logs

from adapter.channel.base import Incoming
from adapter.channel.mail.terms import Terms
from adapter.envelope import mime
from adapter.envelope.header import PING, SIGNAL_SERVICE, Service, Side
from adapter.envelope.signal import EbxmlMessage, MessageError, StatusRequest
from adapter.errors import ChannelUnavailable, StoreError
from adapter.flow.decision import OPERATOR
from adapter.message.state import EnvelopeState, MessageState
from adapter.partner.register import Register
from adapter.partner.snapshot import Endpoint, Link, Snapshot
from adapter.service.courier import receive
from adapter.service.courier.facts import digest_of
from adapter.service.courier.outcome import ASK_AGAIN
from adapter.service.courier.receive import BATCH, own_her_ids
from adapter.service.desk import MOST_ATTEMPTS
from adapter.service.envelope_acts import reject_envelope, release_envelope
from adapter.store.rows import EnvelopeMove
from adapter.store.store import Store
from adapter.trust.certificate import Certificate
from adapter.trust.pki import Purpose
from adapter.trust.standing import Answer, Standing
from adapter.trust.verifier import Verifier


class Killed(BaseException):
    """The process died here."""


# --- What is taken ------------------------------------------------------------------------------------------------


def test_a_message_goes_on_to_the_desk_as_it_was_put_in(server: Server) -> None:
    collected = server.collect(mailed())

    (arrival,) = collected.arrivals
    assert (arrival.data, arrival.channel, arrival.received_at) == (REFERRAL, mails.CHANNEL, NOW)
    assert (collected.counts, collected.has_more) == ({"opened": 1}, False)
    assert server.messages() == [REFERRAL]


def test_an_envelope_is_known_by_what_its_header_says_and_by_its_message(server: Server) -> None:
    (arrival,) = server.collect(mailed()).arrivals

    (row,) = server.envelopes("in")
    assert (row.state, row.message_id, row.carries) == (EnvelopeState.OPENED, MESSAGE_ID, arrival.id)
    assert (row.sender_her, row.receiver_her, row.service) == ("8990201", "8990101", "S-HENVISNING")
    assert server.event("envelope_opened")["envelope"] == row.id


def test_the_message_belongs_to_the_worker_that_opened_it(server: Server) -> None:
    server.collect(mailed(), worker="worker-7")

    with server.store.reading() as query:
        assert (query.workers(), query.received(10)) == (["worker-7"], [])


def test_a_message_is_acknowledged_with_what_it_was_signed_by(server: Server) -> None:
    data = mailed()
    server.collect(data)

    (answer,) = server.answers()
    receipt = answer.acknowledgment
    assert receipt is not None
    assert receipt.ref_to_message_id == MESSAGE_ID
    assert digest_of(receipt.references) == digest_of(envelopes.package.read(data).signed_references)
    assert len(receipt.references) == 2
    assert (answer.header.sender.her_id, answer.header.receiver.her_id) == ("8990101", "8990201")
    assert answer.header.conversation_id == envelopes.CONVERSATION


def test_an_answer_waits_to_be_sent_to_the_address_that_is_known(server: Server) -> None:
    server.collect(mailed())

    (row,) = server.envelopes("out")
    assert (row.state, row.address, row.due_at, row.delivery_id) == (EnvelopeState.QUEUED, OFFICE.address, NOW, None)
    headers = mime.read(server.body(row)).headers
    assert (headers.get("From"), headers.get("To")) == ("klinikk@testedi.nhn.no", OFFICE.address)


def test_what_does_not_ask_for_a_receipt_gets_none(server: Server) -> None:
    server.collect(mailed(message=envelopes.message(ack_requested=None)))

    assert (server.states(), server.answers()) == (["opened"], [])


def test_mails_are_taken_in_their_order(server: Server) -> None:
    data = [_numbered(number) for number in range(3)]

    assert [one.id for one in server.collect(*data).arrivals] == [1, 2, 3]


def _numbered(number: int, **changes: Any) -> bytes:
    return mailed(header=envelopes.header(message_id=f"00000000-0000-4000-8000-{number:012}"), **changes)


def test_what_issuers_said_of_the_signer_is_kept_with_the_message(server: Server) -> None:
    class Good:
        def ask(self, *_: object) -> Answer:
            return Answer(standing=Standing.GOOD, evidence="not taken back", proof=b"signed by the issuer")

    server.verifier = Verifier(anchors=world().anchors, revocations=Good())  # type: ignore[arg-type] - says yes to all
    (arrival,) = server.collect(mailed()).arrivals

    kept = [event for event in server.events() if event.name == "revocation_checked"]
    assert [event.message_id for event in kept] == [arrival.id, arrival.id]
    assert kept[0].data["envelope"] == 1
    assert kept[0].data["statement"] == base64.b64encode(b"signed by the issuer").decode()


# --- What is not taken --------------------------------------------------------------------------------------------


def test_what_is_no_ebxml_is_kept_and_the_operator_told(server: Server) -> None:
    assert server.collect(b"Subject: Tilbud\r\n\r\nBare i dag!").counts == {"unreadable": 1}

    (task,) = server.tasks()
    (row,) = server.envelopes()
    assert (task.rule, task.party, task.envelope_id) == ("TRA-01", OPERATOR, row.id)
    assert server.body(row).startswith(b"Subject")


def test_a_refused_message_is_answered_with_why(server: Server) -> None:
    server.collect(mailed(signer=world().expired))

    (answer,) = server.answers()
    assert answer.error is not None
    assert [fault.code for fault in answer.error.faults] == ["SecurityFailure"]
    assert answer.header.ref_to_message_id == MESSAGE_ID
    assert (server.states(), server.rules(), server.messages()) == (["refused"], ["TRA-05"], [])


def test_the_operator_is_told_the_code_of_a_refusal(server: Server) -> None:
    server.collect(mailed(header=mails.addressed("8990201", "8990999")))

    (task,) = server.tasks()
    assert (task.rule, task.title) == ("TRA-10", "An envelope was refused: ValueNotRecognized.")
    assert server.event("envelope_refused")["codes"] == ["ValueNotRecognized"]


def test_one_who_names_another_as_the_messages_sender_delivers_nothing(server: Server) -> None:
    server.collect(mailed(mails.fixture("frisklivssentral-henvisning-1.1.xml")))

    (answer,) = server.answers()
    assert answer.error is not None
    assert [fault.code for fault in answer.error.faults] == ["Inconsistent"]
    assert (server.rules(), server.messages()) == (["TRA-07"], [])


UNDECIPHERABLE = [
    {"craft": Craft(is_spoiled=True)},
    {"craft": Craft(end=b"\x00")},
    {"craft": Craft(cut=1)},
    {"octets": b"ingenting"},
    {"document": b"\x8a\x17ikke et dokument"},
    {"document": REFERRAL[:-20]},
    {"document": b"\x1f\x8bikke gzip"},
    {"to": world().issuing.issue(CLINICS_NAME, key("x"), Purpose.ENCRYPTION, since=SINCE, until=UNTIL)},
]


def test_every_failure_to_decrypt_is_told_in_the_same_words(server: Server) -> None:
    server.collect(*(_numbered(number, **changes) for number, changes in enumerate(UNDECIPHERABLE)))

    errors: set[MessageError | None] = {answer.error for answer in server.answers()}
    assert len(server.answers()) == len(UNDECIPHERABLE)
    assert len(errors) == 1
    assert set(server.rules()) == {"TRA-06"}
    assert {len(server.body(row)) for row in server.envelopes("out")} == {len(server.body(server.envelopes("out")[0]))}


def test_what_has_no_id_cannot_be_answered(server: Server) -> None:
    server.collect(mailed(header=envelopes.header(message_id="")))

    assert (server.states(), server.answers(), server.rules()) == (["refused"], [], ["TRA-10"])


def test_a_receipt_that_is_refused_is_not_answered(server: Server) -> None:
    server.sent()
    server.collect(mails.signal(_receipt(), signer=world().expired))

    assert (server.states(), server.answers(), server.rules()) == (["refused"], [], ["TRA-05"])


def _receipt() -> EbxmlMessage:
    said = mails.said_to_office()
    return envelopes.acknowledgment(said, (), envelopes.STAMP, received=NOW)


def test_an_unknown_sender_is_told_nothing_and_held(server: Server) -> None:
    server.collect(mailed(header=mails.addressed("8990777", "8990101")))

    assert (server.states(), server.answers(), server.rules()) == (["held"], [], ["TRA-09"])


def test_an_unknown_sender_of_what_is_refused_is_told_nothing(server: Server) -> None:
    server.collect(mailed(header=mails.addressed("8990777", "8990101"), signer=world().expired))

    assert (server.states(), server.answers(), server.rules()) == (["refused"], [], ["TRA-05"])


def test_what_a_person_releases_goes_on_and_is_acknowledged(server: Server) -> None:
    server.verifier, server.settings = Verifier(), {"unverifiable": "hold"}
    server.collect(mailed())
    (held,) = server.envelopes()
    assert (held.state, server.answers()) == (EnvelopeState.HELD, [])

    release_envelope(server.store, held.id, "Grønn Vits", NOW + timedelta(days=1))
    server.now += timedelta(days=2)

    assert server.resume() == [REFERRAL]
    assert (server.states(), server.rules()) == (["opened"], [])
    assert [answer.acknowledgment is not None for answer in server.answers()] == [True]


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


def test_a_released_mail_was_received_when_it_came(server: Server) -> None:
    server.verifier, server.settings = Verifier(), {"unverifiable": "hold"}
    server.collect(mailed())
    release_envelope(server.store, 1, "Grønn Vits", NOW)

    (arrival,) = server.receiver.resume([1], NOW + timedelta(days=2), "worker-2")

    assert arrival.received_at == NOW
    (answer,) = server.answers()
    assert answer.acknowledgment is not None
    assert answer.acknowledgment.timestamp is not None
    assert answer.acknowledgment.timestamp.instant == NOW


def test_without_a_key_a_message_is_taken_and_its_receipt_made_when_it_comes_again(server: Server) -> None:
    data = mailed()
    server.keys = keyring(world().encryption)
    server.collect(data)
    assert (server.states(), server.answers(), server.rules()) == (["opened"], [], ["TRA-08"])

    server.keys = keyring(world().signing, world().encryption)
    server.collect(data)

    assert server.states() == ["opened", "duplicate"]
    (row,) = server.envelopes("out")
    assert row.answers == 1


def test_an_answer_goes_where_the_agreement_says(server: Server) -> None:
    link = Link(id="mail", protocol="SMTP", endpoints=(Endpoint(address="avtalt@testedi.nhn.no"),))
    agreed = Snapshot(name="a", her_ids=OFFICE.her_ids, taken_at=NOW, counterparts=("8990101",), links=(link,))
    server.parties = (replace(OFFICE, address=None, snapshots=(agreed,)), CLINIC)
    server.collect(mailed())

    (row,) = server.envelopes("out")
    assert row.address == "avtalt@testedi.nhn.no"


def test_without_an_address_a_message_is_taken_and_the_operator_told(server: Server) -> None:
    server.parties = (replace(OFFICE, address=None), CLINIC)
    server.collect(mailed())

    (task,) = server.tasks()
    assert (server.states(), server.answers(), task.rule) == (["opened"], [], "TRA-08")
    assert "No mail address" in task.title


# --- The same again -----------------------------------------------------------------------------------------------


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


# --- What servers ask each other ----------------------------------------------------------------------------------


def _asked(**changes: object) -> EbxmlMessage:
    header = envelopes.header(service=Service(SIGNAL_SERVICE), eliminates_duplicates=False)
    header = replace(header, sender=Side.of("8990201"), receiver=Side.of("8990101"), message_id=envelopes.REPLY_ID)
    return EbxmlMessage(header=replace(header, **changes.pop("header", {})), **changes)  # type: ignore[arg-type,call-overload]


def test_a_ping_is_answered_with_a_pong(server: Server) -> None:
    server.collect(mails.signal(_asked(header={"action": PING})))

    (answer,) = server.answers()
    assert (answer.header.action, answer.header.ref_to_message_id) == ("Pong", envelopes.REPLY_ID)
    assert (server.states(), server.rules()) == (["signal"], [])


def test_a_ping_of_an_unknown_server_is_not_answered(server: Server) -> None:
    server.collect(mails.signal(_asked(header={"action": PING, "sender": Side.of("8990777")})))

    assert (server.states(), server.answers()) == (["signal"], [])


def test_a_pong_is_not_answered(server: Server) -> None:
    server.collect(mails.signal(_asked(header={"action": "Pong"})))

    assert (server.states(), server.answers()) == (["signal"], [])


def _status(server: Server) -> tuple[str, datetime | None]:
    question = _asked(header={"action": "StatusRequest"}, status_request=StatusRequest(MESSAGE_ID))
    server.collect(mails.signal(question))
    response = server.answers()[-1].status_response
    assert response is not None
    assert response.ref_to_message_id == MESSAGE_ID
    return response.status, response.timestamp.instant if response.timestamp else None


def test_nothing_is_known_of_a_message_that_never_came(server: Server) -> None:
    assert _status(server) == ("NotRecognized", None)


def test_what_became_of_a_message_is_told_to_its_sender(server: Server) -> None:
    server.collect(mailed())

    assert _status(server) == ("Processed", NOW)


def test_what_became_of_a_message_is_told_to_nobody_else(server: Server) -> None:
    server.parties = (*server.parties, replace(OFFICE, id="annet", her_ids=("8990301",), parent_her_id="8990300"))
    document = mails.fixture("frisklivssentral-henvisning-1.1.xml")
    server.collect(mailed(document, header=mails.addressed("8990301", "8990101")))

    assert _status(server) == ("UnAuthorized", None)


def test_of_what_is_held_only_the_receipt_is_told(server: Server) -> None:
    server.verifier, server.settings = Verifier(), {"unverifiable": "hold"}
    server.collect(mailed())
    server.verifier, server.settings = Verifier(anchors=world().anchors), {}

    assert _status(server) == ("Received", NOW)


# --- The mailbox --------------------------------------------------------------------------------------------------


def test_mails_are_deleted_when_they_are_in_the_store(server: Server) -> None:
    def look() -> None:
        assert server.states() == ["received"]
        assert server.mailbox.is_open

    server.mailbox.before_settling = look
    server.collect(mailed())

    assert server.mailbox.lying == {}
    assert not server.mailbox.is_open


def test_mails_stay_where_the_store_does_not_take_them(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def writing(_self: object) -> None:
        raise StoreError("no room")

    monkeypatch.setattr(type(server.store), "writing", writing)
    with pytest.raises(StoreError):
        server.collect(mailed())

    assert len(server.mailbox.lying) == 1


def test_an_empty_mailbox_is_no_work(server: Server) -> None:
    assert server.collect() == receive.Collected()


def test_what_cannot_be_deleted_comes_again_as_a_duplicate(server: Server) -> None:
    def fail() -> None:
        raise ChannelUnavailable("it has gone")

    server.mailbox.before_settling = fail
    assert server.collect(mailed()).counts == {"opened": 1}
    server.mailbox.before_settling = lambda: None

    assert server.collect().counts == {"duplicate": 1}
    assert server.mailbox.lying == {}


def test_a_mail_that_cannot_be_read_keeps_nobody_up(server: Server) -> None:
    server.mailbox.put(mailed())
    server.mailbox.broken = {"uid-1"}

    assert server.collect(_numbered(2)).counts == {"opened": 1}
    assert list(server.mailbox.lying) == ["uid-1"]


def test_a_mailbox_that_gives_nothing_more_is_left_for_another_time(server: Server) -> None:
    server.mailbox.broken = {f"uid-{number}" for number in range(2, 6)}

    assert server.collect(*(_numbered(number) for number in range(6))).counts == {"opened": 1}
    assert len(server.mailbox.lying) == 5


def test_a_mailbox_that_deletes_nothing_is_not_asked_again_at_once(server: Server) -> None:
    def fail() -> None:
        raise ChannelUnavailable("it has gone")

    server.mailbox.before_settling = fail

    assert server.collect(*(b"%d" % number for number in range(BATCH + 1))).has_more is False


def test_a_mail_that_is_too_large_is_set_aside_and_the_operator_told(server: Server) -> None:
    server.mailbox.terms = Terms(address="klinikk@testedi.nhn.no", largest_mail=20_000)

    assert server.collect(b" " * 20_001, mailed(b"<a/>")).counts == {"opened": 1}
    assert (server.mailbox.aside, server.rules()) == (["uid-1"], ["FORM-03"])


def test_so_many_mails_are_taken_at_once_and_no_more(server: Server) -> None:
    collected = server.collect(*(b"%d" % number for number in range(BATCH + 2)))

    assert (collected.counts, collected.has_more) == ({"unreadable": BATCH}, True)
    assert server.collect().has_more is False


def test_so_many_octets_are_taken_at_once_and_no_more(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "_MOST_BYTES", 100)

    assert server.collect(b"1" * 60, b"2" * 40, b"3").counts == {"unreadable": 2}
    assert server.collect(b"4" * 200, b"5").counts == {"unreadable": 1}


def test_a_mailbox_of_which_nothing_can_be_read_is_not_asked_again_at_once(server: Server) -> None:
    server.mailbox.broken = {f"uid-{number + 1}" for number in range(BATCH)}

    assert server.collect(*(b"%d" % number for number in range(BATCH + 1))).has_more is False


# --- Crashes ------------------------------------------------------------------------------------------------------


def test_who_dies_before_deleting_has_lost_and_doubled_nothing(server: Server) -> None:
    def die() -> None:
        raise Killed

    server.mailbox.before_settling = die
    with pytest.raises(Killed):
        server.collect(mailed())
    server.mailbox.before_settling = lambda: None

    assert server.resume() == [REFERRAL]
    assert server.collect().counts == {"duplicate": 1}
    assert (len(server.messages()), len(server.answers())) == (1, 1)


def test_who_dies_while_opening_leaves_the_others_to_be_opened(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(receive, "open_mail", _deadly)
        with pytest.raises(Killed):
            server.collect(_numbered(1), _numbered(2))

    assert server.states() == ["received", "received"]
    assert server.resume() == [REFERRAL, REFERRAL]


def _deadly(*_: object, **__: object) -> None:
    raise Killed


def test_a_mail_that_kills_three_workers_is_put_aside(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "open_mail", _deadly)
    with pytest.raises(Killed):
        server.collect(mailed())
    for _ in range(2):
        with pytest.raises(Killed):
            server.resume()

    assert server.resume() == []
    assert (server.states(), server.rules()) == (["unreadable"], ["TRA-11"])


def test_a_mail_that_somebody_else_has_in_hand_is_left_to_him(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "open_mail", _deadly)
    with pytest.raises(Killed):
        server.collect(mailed())

    assert server.receiver.resume([1], NOW, "worker-2") == []
    assert server.states() == ["received"]


def test_a_defect_of_ours_stops_one_mail_and_no_other(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = receive.open_mail

    def open_mail(data: bytes, *args: Any, **options: Any) -> Any:
        if data == b"defect":
            raise ZeroDivisionError
        return opened(data, *args, **options)

    monkeypatch.setattr(receive, "open_mail", open_mail)

    assert server.collect(b"defect", mailed()).counts == {"unreadable": 1, "opened": 1}
    assert server.rules() == ["TRA-11"]


def test_a_store_that_fails_is_no_fault_of_the_mail(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("no room")

    monkeypatch.setattr(receive, "_status", fail)
    question = _asked(header={"action": "StatusRequest"}, status_request=StatusRequest(MESSAGE_ID))
    with pytest.raises(StoreError):
        server.collect(mails.signal(question))

    assert server.states() == ["received"]


# --- What is told -------------------------------------------------------------------------------------------------


def test_nothing_personal_is_told_to_logs_events_or_partners(server: Server) -> None:
    with capture_logs() as logs:
        server.collect(
            mailed(signer=world().person),
            mailed(octets=b"Vakker Blomst"),
            _numbered(1, document=REFERRAL[:-9]),
            b"Subject: Vakker Blomst\r\n\r\n",
            _numbered(2),
        )

    told = repr(logs) + repr([event.data for event in server.events()]) + repr([task.title for task in server.tasks()])
    told += repr(server.answers())
    assert [word for word in ("Blomst", "Vits", "Grønn", "14838400052") if word in told] == []


def test_mail_is_received_for_whom_is_not_behind_mail() -> None:
    register = Register((OFFICE, CLINIC, replace(CLINIC, id="lab", her_ids=("8990102",), parent_her_id=None)))
    channels: Any = {mails.CHANNEL: object()}

    assert own_her_ids(register, channels) == {"8990100", "8990101", "8990102"}


def test_a_mailbox_lists_without_names(server: Server) -> None:
    server.collect(mailed())

    (row,) = server.envelopes("in")
    assert row.source == Incoming(source="uid-1", size=1, modified=NOW).label


def test_a_message_in_the_store_names_its_envelope(server: Server) -> None:
    server.collect(mailed())

    with server.store.reading() as query:
        (row,) = query.messages()
        assert (row.source, row.state) == ("envelope 1", MessageState.RECEIVED)
