"""Messages on their way to a receiver's message server, until it has them or nobody tries any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pki import world
from posting import (
    CLINIC,
    CLINIC_KEYS,
    EDI,
    INTERVAL,
    OFFICE,
    REFERRAL,
    RETRIES,
    Sender,
    keyring,
    opened,
    reliability,
    snapshot,
)
from posting import link as smtp

from adapter import resources
from adapter.channel.mail.smtp import Failure
from adapter.channel.mail.terms import Terms
from adapter.flow.retry import RetryPolicy
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.service import acts
from adapter.store.entries import DeliveryMove, EnvelopeMove, NewEnvelope
from adapter.store.store import Store

#: What a server says to a mail that it never takes.
REFUSED = Failure(reason="the server refuses the mail for good (550 5.1.1)", refusal="550 5.1.1")
#: What it says to one that may come again.
FOR_NOW = Failure(reason="the server refuses the mail for now (451)")
DATA = (resources.fixtures() / "messages" / REFERRAL).read_bytes()


def test_a_message_arrives_as_it_came_and_is_under_way_until_it_is_acknowledged(sender: Sender) -> None:
    number = sender.take(REFERRAL)

    assert sender.ship() == 1

    (mail,) = sender.mailbox.sent
    said, document = opened(mail.data)
    assert document == DATA
    assert mail.address == "klinikk@edi.example"
    assert (said.header.sender.her_id, said.header.receiver.her_id) == ("8990201", "8990101")
    (envelope,) = sender.envelopes()
    assert (envelope.state, envelope.attempts, envelope.due_at) == (EnvelopeState.SENT, 1, sender.now + INTERVAL)
    assert (envelope.message_id, envelope.carries) == (said.header.message_id, sender.delivery(number).message_id)
    assert sender.delivery(number).state is DeliveryState.SENT
    assert sender.state_of(envelope.carries or 0) is MessageState.ACCEPTED
    with sender.store.reading() as query:
        assert [attempt.outcome for attempt in query.attempts_of(number)] == ["sent"]


def test_every_resend_has_the_identical_bytes(sender: Sender) -> None:
    sender.take(REFERRAL)
    sender.ship()

    for _ in range(RETRIES):
        assert sender.later(INTERVAL - timedelta(seconds=1)) == 0
        assert sender.later(timedelta(seconds=1)) == 1

    assert len(sender.mailbox.sent) == 1 + RETRIES
    assert len({mail.data for mail in sender.mailbox.sent}) == 1


def test_after_five_resends_of_twelve_hours_the_senders_people_are_told(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.ship()
    for _ in range(RETRIES):
        sender.later(INTERVAL)
    assert sender.tasks() == []

    sender.later(INTERVAL)

    assert len(sender.mailbox.sent) == 1 + RETRIES
    assert sender.tasks() == [("office", "TRA-03")]
    assert [row.state for row in sender.envelopes()] == [EnvelopeState.ABANDONED]
    assert sender.delivery(number).state is DeliveryState.ABANDONED
    assert sender.state_of(sender.delivery(number).message_id) is MessageState.FAILED
    assert sender.later(INTERVAL) == 0


def test_what_is_agreed_with_a_party_wins_over_the_channel(sender: Sender) -> None:
    agreed = smtp(reliability=reliability(4, timedelta(minutes=720)))
    sender.mailbox.terms = Terms(address="kontor@edi.example", retries=9, retry_interval=timedelta(hours=1))
    sender.parties = (OFFICE, replace(CLINIC, snapshots=(snapshot(CLINIC_KEYS, links=(agreed,)),)))
    sender.take(REFERRAL)
    sender.ship()
    assert sender.later(timedelta(hours=1)) == 0
    sender.now -= timedelta(hours=1)

    for _ in range(4):
        assert sender.later(timedelta(hours=12)) == 1
    assert sender.tasks() == []
    sender.later(timedelta(hours=12))

    assert len(sender.mailbox.sent) == 5
    assert sender.tasks() == [("office", "TRA-03")]


def test_nothing_is_sent_after_its_time_to_live(sender: Sender) -> None:
    sender.mailbox.terms = Terms(address="kontor@edi.example", time_to_live=timedelta(hours=15))
    sender.take(REFERRAL)
    sender.ship()
    ends_at = sender.now + timedelta(hours=15)
    said, _ = opened(sender.mailbox.sent[0].data)
    assert said.header.time_to_live is not None
    assert said.header.time_to_live.instant == ends_at

    assert sender.later(timedelta(hours=12)) == 1
    assert sender.envelopes()[0].due_at == ends_at
    sender.later(timedelta(hours=3))

    assert len(sender.mailbox.sent) == 2
    assert sender.tasks() == [("office", "TRA-03")]


def test_what_a_person_has_paused_waits(sender: Sender) -> None:
    sender.take(REFERRAL)
    sender.ship()
    (envelope,) = sender.envelopes()
    with sender.store.writing() as ledger:
        ledger.steer_envelope(envelope.id, "paused", is_paused=True, at=sender.now)

    assert sender.later(10 * INTERVAL) == 0

    with sender.store.writing() as ledger:
        ledger.steer_envelope(envelope.id, "resumed", is_paused=False, at=sender.now)
    assert sender.later(timedelta()) == 1
    assert len(sender.mailbox.sent) == 2


@pytest.mark.parametrize("answer", [DeliveryState.ACKNOWLEDGED, DeliveryState.COMPLETED, DeliveryState.REJECTED])
def test_what_has_arrived_is_not_sent_again(sender: Sender, answer: DeliveryState) -> None:
    number = sender.take(REFERRAL)
    sender.ship()
    move(sender.store, number, answer, sender)

    sender.later(INTERVAL)

    assert len(sender.mailbox.sent) == 1
    assert [row.state for row in sender.envelopes()] == [EnvelopeState.ACKNOWLEDGED]
    assert sender.tasks() == []


def test_a_message_whose_receipt_is_overdue_is_still_sent_again(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.ship()
    move(sender.store, number, DeliveryState.OVERDUE, sender)

    assert sender.later(INTERVAL) == 1
    for _ in range(RETRIES):
        sender.later(INTERVAL)

    assert len(sender.mailbox.sent) == 1 + RETRIES
    assert sender.tasks() == [("office", "TRA-03")]
    assert sender.delivery(number).state is DeliveryState.ABANDONED


def test_a_server_out_of_reach_is_tried_again_with_the_same_bytes(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.mailbox.is_down = True

    assert sender.ship() == 0

    row = sender.delivery(number)
    assert (row.state, row.due_at) == (DeliveryState.QUEUED, sender.now + timedelta(seconds=30))
    assert "does not answer" in (row.last_error or "")
    (envelope,) = sender.envelopes(EnvelopeState.QUEUED)
    assert sender.later(timedelta(seconds=30)) == 0
    sender.mailbox.is_down = False
    assert sender.ship() == 1
    with sender.store.reading() as query:
        kept = query.envelope_bodies([envelope.id])[envelope.id]
        assert [attempt.outcome for attempt in query.attempts_of(number)] == ["no server", "sent"]
    assert [mail.data for mail in sender.mailbox.sent] == [kept]
    assert [row.id for row in sender.envelopes(EnvelopeState.SENT)] == [envelope.id]


def test_a_server_that_is_down_gives_nothing_up_before_the_time_of_reliable_messaging_is_over(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.mailbox.is_down = True
    ends = sender.now + (1 + RETRIES) * INTERVAL
    while sender.now < ends:
        sender.ship()
        row = sender.delivery(number)
        assert row.state is DeliveryState.QUEUED
        assert row.due_at is not None
        assert row.due_at - sender.now <= timedelta(hours=1)
        sender.now = row.due_at

    sender.ship()

    assert sender.delivery(number).state is DeliveryState.ABANDONED
    assert ("", "TRA-08") in sender.tasks()


def test_an_agreement_says_how_long_a_server_that_is_down_is_tried(sender: Sender) -> None:
    agreed = smtp(reliability=reliability(1, timedelta(hours=3)))
    sender.parties = (OFFICE, replace(CLINIC, snapshots=(snapshot(CLINIC_KEYS, links=(agreed,)),)))
    number = sender.take(REFERRAL)
    sender.mailbox.is_down = True
    ends = sender.now + timedelta(hours=6)

    outage(sender, until=ends - timedelta(seconds=1))
    assert sender.delivery(number).state is DeliveryState.QUEUED
    outage(sender, until=ends + timedelta(hours=1))

    assert sender.delivery(number).state is DeliveryState.ABANDONED


def test_the_operator_is_told_once_that_a_server_is_down_and_the_task_ends_with_it(sender: Sender) -> None:
    sender.take(REFERRAL)
    sender.take(numbered(1))
    sender.mailbox.is_down = True
    sender.ship()
    assert sender.tasks() == []

    outage(sender, until=sender.now + timedelta(hours=20))

    assert sender.tasks() == [("", "TRA-13")]
    assert "channel edi" in sender.titles()[0]
    with sender.store.reading() as query:
        (task,) = query.tasks("open")
    assert "does not answer" in (task.note or "")

    sender.mailbox.is_down = False
    sender.now += timedelta(hours=1)
    assert sender.ship() == 2
    assert sender.tasks() == []


def test_mail_that_waited_for_a_server_is_sent_again_as_often_as_any(sender: Sender) -> None:
    sender.take(REFERRAL)
    sender.mailbox.is_down = True
    outage(sender, until=sender.now + timedelta(hours=20))
    sender.mailbox.is_down = False
    sender.now += timedelta(hours=1)
    sender.ship()

    for _ in range(RETRIES):
        assert sender.later(INTERVAL) == 1
    assert len(sender.mailbox.sent) == 1 + RETRIES
    sender.later(INTERVAL)

    assert len(sender.mailbox.sent) == 1 + RETRIES
    assert sender.tasks() == [("office", "TRA-03")]


def test_tries_without_a_server_are_not_held_against_a_mail(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.mailbox.is_down = True
    outage(sender, until=sender.now + timedelta(hours=20))
    sender.mailbox.is_down = False
    sender.mailbox.refuses["klinikk@edi.example"] = FOR_NOW
    sender.now += timedelta(hours=1)

    sender.ship()
    row = sender.delivery(number)
    assert (row.state, row.due_at) == (DeliveryState.QUEUED, sender.now + timedelta(seconds=30))
    outage(sender, until=sender.now + timedelta(hours=3))

    assert sender.delivery(number).state is DeliveryState.ABANDONED


def test_one_mail_that_is_refused_keeps_no_other_back(sender: Sender) -> None:
    sender.mailbox.refuses["nav@edi.example"] = FOR_NOW
    refused = sender.take("dialogmelding-1.0-nav-svar.xml", party="nav")
    taken = sender.take(REFERRAL)

    assert sender.ship() == 1

    assert sender.delivery(taken).state is DeliveryState.SENT
    assert sender.delivery(refused).state is DeliveryState.QUEUED


def test_what_the_server_refuses_for_good_is_not_tried_again_before_somebody_has_mended_it(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.mailbox.refuses["klinikk@edi.example"] = REFUSED
    sender.ship()

    assert sender.delivery(number).state is DeliveryState.ABANDONED
    assert sender.state_of(sender.delivery(number).message_id) is MessageState.FAILED
    assert sender.tasks() == [("", "TRA-12")]
    assert "550 5.1.1" in sender.titles()[0]
    assert sender.later(INTERVAL) == 0

    sender.mailbox.refuses.clear()
    acts.retry_delivery(sender.store, number, "Rolig Skog", sender.now)
    assert sender.ship() == 1


def test_what_is_refused_for_good_when_it_goes_again_is_given_up(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.ship()
    sender.mailbox.refuses["klinikk@edi.example"] = REFUSED

    sender.later(INTERVAL)

    assert sender.delivery(number).state is DeliveryState.ABANDONED
    assert sender.tasks() == [("", "TRA-12")]


def test_a_login_that_fails_gives_nothing_up(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.mailbox.refuses["klinikk@edi.example"] = Failure(reason="the server refuses the mail for good (530 5.7.0)")
    sender.ship()

    assert (sender.delivery(number).state, sender.tasks()) == (DeliveryState.QUEUED, [])


def test_a_signal_that_is_refused_for_good_is_told_at_once(sender: Sender) -> None:
    add_signal(sender)
    (row,) = sender.envelopes()
    sender.mailbox.refuses[row.address or ""] = REFUSED

    sender.later(timedelta())

    assert [row.state for row in sender.envelopes()] == [EnvelopeState.ABANDONED]
    assert sender.tasks() == [("", "TRA-12")]

    # its sender asks again, so it goes again, and there is one task still
    with sender.store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=row.id, to=EnvelopeState.QUEUED, due_at=sender.now)], at=sender.now)
    sender.later(timedelta())
    assert sender.tasks() == [("", "TRA-12")]


def test_after_the_last_try_a_delivery_is_given_up_and_can_be_retried_with_the_same_bytes(sender: Sender) -> None:
    sender.retry = RetryPolicy(attempts=2, first_wait=timedelta(seconds=1))
    number = sender.take(REFERRAL)
    sender.mailbox.refuses["klinikk@edi.example"] = FOR_NOW
    sender.ship()
    sender.now += timedelta(seconds=1)
    sender.ship()

    assert sender.delivery(number).state is DeliveryState.ABANDONED
    assert sender.state_of(sender.delivery(number).message_id) is MessageState.FAILED
    assert [row.state for row in sender.envelopes()] == [EnvelopeState.ABANDONED]
    assert sender.tasks() == [("", "TRA-08")]
    assert "for now (451)" in sender.titles()[0]

    sender.mailbox.refuses.clear()
    acts.retry_delivery(sender.store, number, "Rolig Skog", sender.now)
    assert sender.ship() == 1
    assert [row.state for row in sender.envelopes()] == [EnvelopeState.SENT]


def test_a_message_that_was_refused_goes_again_under_a_new_id(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.ship()
    (first,) = sender.envelopes()
    with sender.store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=first.id, to=EnvelopeState.REFUSED)], at=sender.now)
    move(sender.store, number, DeliveryState.ABANDONED, sender)
    move(sender.store, number, DeliveryState.QUEUED, sender)

    assert sender.ship() == 1

    second = sender.envelopes()[-1]
    assert (first.message_id, first.id) != (second.message_id, second.id)
    assert second.state is EnvelopeState.SENT
    assert first.conversation_id == second.conversation_id


def test_a_mail_that_is_forgotten_is_sealed_anew(sender: Sender) -> None:
    sender.retry = RetryPolicy(attempts=1)
    number = sender.take(REFERRAL)
    sender.mailbox.refuses["klinikk@edi.example"] = FOR_NOW
    sender.ship()
    with sender.store.writing() as ledger:
        ledger.drop_envelope_bodies([row.id for row in sender.envelopes()])
    sender.mailbox.refuses.clear()
    acts.retry_delivery(sender.store, number, "Rolig Skog", sender.now)

    assert sender.ship() == 1
    assert opened(sender.mailbox.sent[0].data)[1] == DATA


def test_an_envelope_whose_time_to_live_is_over_is_sealed_anew(sender: Sender) -> None:
    sender.retry = RetryPolicy(attempts=1)
    sender.mailbox.terms = Terms(address="kontor@edi.example", time_to_live=timedelta(hours=1))
    number = sender.take(REFERRAL)
    sender.mailbox.refuses["klinikk@edi.example"] = FOR_NOW
    sender.ship()
    sender.mailbox.refuses.clear()
    sender.now += timedelta(hours=2)
    acts.retry_delivery(sender.store, number, "Rolig Skog", sender.now)

    assert sender.ship() == 1
    (old, new) = sender.envelopes()
    assert (old.state, new.state) == (EnvelopeState.ABANDONED, EnvelopeState.SENT)
    assert new.ends_at == sender.now + timedelta(hours=1)


def test_a_message_whose_receiver_has_another_address_now_goes_there(sender: Sender) -> None:
    sender.retry = RetryPolicy(attempts=1)
    number = sender.take(REFERRAL)
    sender.mailbox.refuses["klinikk@edi.example"] = REFUSED
    sender.ship()
    sender.parties = (OFFICE, replace(CLINIC, address="ny@edi.example"))
    acts.retry_delivery(sender.store, number, "Rolig Skog", sender.now)

    assert sender.ship() == 1
    (old, new) = sender.envelopes()
    assert (old.state, new.state) == (EnvelopeState.ABANDONED, EnvelopeState.SENT)
    assert (new.address, old.message_id == new.message_id) == ("ny@edi.example", False)
    assert [mail.address for mail in sender.mailbox.sent] == ["ny@edi.example"]


def test_what_can_no_more_be_addressed_goes_as_it_was(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.mailbox.is_down = True
    sender.ship()
    sender.mailbox.is_down = False
    sender.parties = (OFFICE, replace(CLINIC, snapshots=()))
    sender.now = sender.delivery(number).due_at

    assert sender.ship() == 1
    assert [mail.address for mail in sender.mailbox.sent] == ["klinikk@edi.example"]


def test_an_envelope_that_outlives_its_time_before_it_is_sent_gives_way_to_a_new_one(sender: Sender) -> None:
    sender.mailbox.terms = Terms(address="kontor@edi.example", time_to_live=timedelta(seconds=20))
    number = sender.take(REFERRAL)
    sender.mailbox.is_down = True
    sender.ship()
    sender.mailbox.is_down = False
    sender.now += timedelta(seconds=30)

    assert sender.ship() == 1
    assert sender.later(timedelta()) == 0

    assert [row.state for row in sender.envelopes()] == [EnvelopeState.ABANDONED, EnvelopeState.SENT]
    assert sender.delivery(number).state is DeliveryState.SENT
    assert sender.tasks() == []


def test_a_resend_that_fails_is_due_again_at_the_next_interval(sender: Sender) -> None:
    sender.take(REFERRAL)
    sender.ship()
    (envelope,) = sender.envelopes()
    sender.mailbox.refuses["klinikk@edi.example"] = FOR_NOW

    sender.later(INTERVAL)

    (row,) = sender.envelopes()
    assert (row.state, row.due_at, row.sent_at) == (EnvelopeState.SENT, sender.now + INTERVAL, envelope.sent_at)
    assert "for now" in (row.last_error or "")
    sender.mailbox.refuses.clear()
    assert sender.later(INTERVAL) == 1
    assert len(sender.mailbox.sent) == 2


def test_a_resend_without_a_server_goes_when_there_is_one_and_is_not_counted(sender: Sender) -> None:
    sender.take(REFERRAL)
    sender.ship()
    sender.mailbox.is_down = True
    sender.later(INTERVAL)
    for _ in range(20):
        assert sender.envelopes()[0].due_at == sender.now + timedelta(hours=1)
        assert sender.later(timedelta(hours=1)) == 1
    assert sender.tasks() == [("", "TRA-13")]

    sender.mailbox.is_down = False
    assert sender.later(timedelta(hours=1)) == 1
    assert sender.tasks() == []
    for _ in range(RETRIES - 1):
        assert sender.later(INTERVAL) == 1
    sender.later(INTERVAL)

    assert len(sender.mailbox.sent) == 1 + RETRIES
    assert sender.tasks() == [("office", "TRA-03")]


def test_a_resend_without_a_server_is_given_up_when_its_time_is_over(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    sender.ship()
    ends = sender.now + (1 + RETRIES) * INTERVAL
    sender.mailbox.is_down = True
    sender.later(INTERVAL)
    while sender.now < ends - timedelta(hours=1):
        sender.later(timedelta(hours=1))
        assert sender.delivery(number).state is DeliveryState.SENT

    sender.later(timedelta(hours=1))

    assert sender.delivery(number).state is DeliveryState.ABANDONED
    assert ("office", "TRA-03") in sender.tasks()


def test_a_delivery_that_a_person_gave_up_is_not_sent(sender: Sender) -> None:
    number = sender.take(REFERRAL)
    with sender.store.reading() as query:
        rows = query.due_deliveries(sender.now, 10)
    acts.abandon_delivery(sender.store, number, "Rolig Skog", sender.now)

    assert sender.courier.ship(rows, sender.now) == 0
    assert sender.mailbox.sent == []
    assert sender.envelopes() == []


def test_what_can_never_be_sent_says_why_and_what_to_do(sender: Sender) -> None:
    sender.parties = (OFFICE, replace(CLINIC, snapshots=()))
    number = sender.take(REFERRAL)
    other = sender.take(b"<ukjent/>")

    assert sender.ship() == 0

    assert [sender.delivery(one).state for one in (number, other)] == [DeliveryState.ABANDONED] * 2
    assert sender.tasks() == [("", "TRA-08")] * 2
    no_address, no_parties = sender.titles()
    assert "No mail address" in no_address
    assert "`address`" in no_address
    assert "HER-id" in no_parties


def test_what_is_too_large_or_cannot_be_signed_is_given_up_at_once(sender: Sender) -> None:
    sender.mailbox.terms = Terms(address="kontor@edi.example", largest_payload=100)
    sender.take(REFERRAL)
    sender.ship()
    sender.mailbox.terms = Terms(address="kontor@edi.example")
    sender.keys = keyring(pairs=[world().expired])
    sender.take(numbered(1))
    sender.ship()

    assert sender.tasks() == [("", "TRA-08")] * 2
    too_large, unsigned = sender.titles()
    assert "100 are the most" in too_large
    assert "No certificate of our own" in unsigned
    assert sender.envelopes() == []


def test_nobody_but_the_operator_is_told_of_a_receipt_of_ours_that_is_not_acknowledged(sender: Sender) -> None:
    office = replace(CLINIC, id="office", her_ids=("8990201",), parent_her_id="8990200")
    sender.parties = (office, replace(CLINIC, channel="epj"))
    sender.take(REFERRAL, channel="epj")
    sender.take("apprec-1.1-positiv.xml", party="office", answers=1)
    sender.ship()
    for _ in range(RETRIES + 1):
        sender.later(INTERVAL)

    assert sender.tasks() == [("", "TRA-03")]


def test_nothing_of_what_a_message_says_reaches_logs_events_or_tasks(
    sender: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    sender.retry = RetryPolicy(attempts=1)
    sender.take(REFERRAL)
    sender.take(numbered(1).replace(b"<Id>8990101</Id>", b"<Id/>").replace(b"<Id>8990100</Id>", b"<Id/>"))
    sender.take(b"<Patient>Vakker Blomst</Patient")
    sender.mailbox.refuses["klinikk@edi.example"] = FOR_NOW
    sender.ship()

    with sender.store.reading() as query:
        told = [str(event.data) for event in query.events()]
    told += [*sender.titles(), *(row.last_error or "" for row in sender.deliveries()), *capsys.readouterr()]
    assert len(sender.tasks()) == 3
    for secret in ("Blomst", "Vakker", "14838400052", "Grønn Vits", "Langvarige"):
        assert all(secret not in text for text in told)


def test_nothing_to_ship_is_no_work(sender: Sender) -> None:
    assert sender.courier.ship([], sender.now) == 0


def test_a_receipt_waits_until_its_message_is_sent(sender: Sender) -> None:
    first = sender.take(REFERRAL)
    receipt = sender.take("apprec-1.1-positiv.xml", party="office", channel="epj", answers=1, after=first)
    assert sender.delivery(receipt).state is DeliveryState.WAITING

    sender.ship()

    assert sender.delivery(receipt).state is DeliveryState.QUEUED


def test_forty_deliveries_cost_two_transactions_and_one_session(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(40):
        sender.take(numbered(index))
    writing = Store.writing
    transactions = []
    monkeypatch.setattr(Store, "writing", lambda store: (transactions.append(store), writing(store))[1])

    assert sender.ship() == 40

    assert len(transactions) == 2
    assert sender.mailbox.sessions == 1
    assert len({mail.data for mail in sender.mailbox.sent}) == 40


def test_large_messages_are_not_all_in_memory_at_once(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapter.service.courier.send._MOST_BYTES", 2 * len(DATA) + 10)
    for index in range(5):
        sender.take(numbered(index))

    assert sender.ship() == 5
    assert sender.mailbox.sessions == 3
    monkeypatch.setattr("adapter.service.courier.send._MOST_BYTES", 1)
    assert sender.later(INTERVAL) == 1
    assert [sender.later(timedelta()) for _ in range(5)] == [1, 1, 1, 1, 0]


def test_signals_go_by_themselves_and_once(sender: Sender) -> None:
    add_signal(sender)

    assert sender.later(timedelta()) == 1
    assert [mail.data for mail in sender.mailbox.sent] == [b"signal"]
    assert [row.state for row in sender.envelopes()] == [EnvelopeState.SENT]
    assert sender.later(100 * INTERVAL) == 0


def test_a_signal_that_cannot_be_sent_is_tried_again_then_given_up(sender: Sender) -> None:
    sender.retry = RetryPolicy(attempts=2, first_wait=timedelta(seconds=1))
    add_signal(sender)
    (row,) = sender.envelopes()
    sender.mailbox.refuses[row.address or ""] = FOR_NOW

    sender.later(timedelta())
    (row,) = sender.envelopes(EnvelopeState.QUEUED)
    assert row.due_at == sender.now + timedelta(seconds=1)
    sender.later(timedelta(seconds=1))

    assert [row.state for row in sender.envelopes()] == [EnvelopeState.ABANDONED]
    assert sender.tasks() == [("", "TRA-08")]


def test_a_signal_waits_for_a_server_that_is_down_as_long_as_a_message(sender: Sender) -> None:
    add_signal(sender)
    sender.mailbox.is_down = True
    ends = sender.now + (1 + RETRIES) * INTERVAL

    while sender.now < ends - timedelta(hours=1):
        sender.later(timedelta(hours=1))
        assert [row.state for row in sender.envelopes()] == [EnvelopeState.QUEUED]
    assert sender.tasks() == [("", "TRA-13")]
    sender.later(timedelta(hours=1))

    assert [row.state for row in sender.envelopes()] == [EnvelopeState.ABANDONED]
    assert ("", "TRA-08") in sender.tasks()


def test_a_channel_that_is_gone_from_the_configuration_fails_what_is_due(sender: Sender) -> None:
    sender.take(REFERRAL)
    sender.ship()
    new = sender.take(numbered(1))
    sender.has_channel = False

    sender.later(INTERVAL)
    sender.ship()

    assert "no mail channel edi" in (sender.envelopes()[0].last_error or "")
    assert sender.delivery(new).state is DeliveryState.ABANDONED
    assert "no mail channel edi" in sender.titles()[0]


def outage(sender: Sender, *, until: datetime) -> None:
    """Ship whenever something is due, up to a moment."""
    while True:
        sender.ship()
        due = [row.due_at for row in sender.deliveries() if row.state is DeliveryState.QUEUED and row.due_at]
        if not due or min(due) > until:
            sender.now = until
            return
        sender.now = min(due)


def numbered(index: int) -> bytes:
    """Return a referral with a MsgId of its own."""
    return DATA.replace(b"5898-8d61-5eab3ca560ff", b"5898-8d61-%012d" % index)


def add_signal(sender: Sender) -> None:
    new = NewEnvelope(
        direction="out",
        channel=EDI,
        data=b"signal",
        state=EnvelopeState.QUEUED,
        address="klinikk@edi.example",
        action="Acknowledgment",
    )
    with sender.store.writing() as ledger:
        ledger.add_envelopes([new], at=sender.now)


def move(store: Store, number: int, to: DeliveryState, sender: Sender) -> None:
    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=number, to=to, due_at=sender.now)], at=sender.now)
