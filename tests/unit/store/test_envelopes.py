"""Mails as they stand: each is found by what it carries, answers or waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from enveloped import FACTS, came_in, goes_out

from adapter.message.state import DeliveryState, EnvelopeState
from adapter.store import EnvelopeFilter, NewEnvelope, NewTask, Store

Build = Callable[..., NewEnvelope]
Receive = Callable[..., int]
Deliver = Callable[..., int]
HOUR = timedelta(hours=1)


def test_what_went_out_is_not_taken_for_what_came_in(store: Store, now: datetime, new_envelope: Build) -> None:
    out = goes_out(store, new_envelope, now, message_id="Out-1")
    came = came_in(store, new_envelope, now)
    with store.writing() as ledger:
        ledger.describe_envelope(came, FACTS, to=EnvelopeState.SIGNAL, at=now)

    with store.reading() as query:
        sent = query.sent_envelope("OUT-1")
        assert query.first_envelope("Out-1") is None
        assert query.first_envelope(FACTS.message_id or "") is None
        assert query.sent_envelope(FACTS.message_id or "") is None
    assert sent is not None
    assert sent.id == out


def test_what_is_due_goes_by_itself(store: Store, now: datetime, new_envelope: Build, deliver: Deliver) -> None:
    begun, waiting = deliver(DeliveryState.SENT), deliver(DeliveryState.QUEUED)
    sent = EnvelopeState.SENT
    with store.writing() as ledger:

        def out(**given: object) -> int:
            return ledger.add_envelopes([new_envelope(direction="out", **given)], at=now)[0]

        signal = out()
        unacknowledged = out(state=sent, delivery_id=begun, due_at=now - HOUR)
        interrupted = out(delivery_id=begun)
        out(delivery_id=waiting)
        out(state=sent)
        out(state=EnvelopeState.SENDING, delivery_id=begun)
        out(state=sent, delivery_id=begun, due_at=now + HOUR)
        out(channel="other")
        paused = out(state=sent, delivery_id=begun)
        ledger.steer_envelope(paused, "paused", is_paused=True, at=now)
        ledger.receive_envelopes([new_envelope()], at=now)

        assert [row.id for row in ledger.due_envelopes("edi", now, 10)] == [unacknowledged, signal, interrupted]
        assert [row.id for row in ledger.due_envelopes("edi", now, 1, exclude=[unacknowledged])] == [signal]
        assert ledger.due_envelopes("edi", now - 2 * HOUR, 10) == []


def test_what_was_being_sent_is_found(store: Store, now: datetime, new_envelope: Build) -> None:
    goes_out(store, new_envelope, now)
    sending = goes_out(store, new_envelope, now, state=EnvelopeState.SENDING)

    with store.reading() as query:
        assert [row.id for row in query.sending_envelopes()] == [sending]


def test_a_message_is_found_in_the_first_envelope_it_came_in_and_the_last_it_went_out_in(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message, other = receive(), receive()
    came = [came_in(store, new_envelope, now, carries=message) for _ in range(2)]
    gone = [goes_out(store, new_envelope, now, carries=message) for _ in range(2)]

    with store.reading() as query:
        inbound = query.envelopes_carrying([message, other], "in")
        outbound = query.envelopes_carrying([message, other], "out")

    assert {number: row.id for number, row in inbound.items()} == {message: came[0]}
    assert {number: row.id for number, row in outbound.items()} == {message: gone[1]}


def test_all_envelopes_around_messages_are_found_in_their_order(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message, other, bare = receive(), receive(), receive()
    numbers = [came_in(store, new_envelope, now, carries=one) for one in (other, message, other)]
    came_in(store, new_envelope, now)

    with store.reading() as query:
        assert [row.id for row in query.envelopes_around([message, bare, other])] == numbers
        assert query.envelopes_around([bare]) == []


def test_the_envelope_of_a_delivery_is_the_last_that_was_made(
    store: Store, now: datetime, new_envelope: Build, deliver: Deliver
) -> None:
    delivery, bare = deliver(), deliver()
    goes_out(store, new_envelope, now, delivery_id=delivery, state=EnvelopeState.REFUSED)
    last = goes_out(store, new_envelope, now, delivery_id=delivery)

    with store.reading() as query:
        found = query.envelopes_of_deliveries([delivery, bare])

    assert {number: row.id for number, row in found.items()} == {delivery: last}


def test_what_answers_an_envelope_is_found(store: Store, now: datetime, new_envelope: Build) -> None:
    came, silent = came_in(store, new_envelope, now), came_in(store, new_envelope, now)
    answer = goes_out(store, new_envelope, now, answers=came)

    with store.reading() as query:
        found = query.answers_to([came, silent])

    assert {number: row.id for number, row in found.items()} == {came: answer}


def test_a_conversation_goes_on_between_the_same_two(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message, later, other = receive(thread=1), receive(thread=1), receive(thread=2)
    here = {"sender_her": "8990201", "receiver_her": "8990101"}
    back = {"sender_her": "8990101", "receiver_her": "8990201"}
    came_in(store, new_envelope, now, carries=message, conversation_id="c-1", **here)
    goes_out(store, new_envelope, now, carries=later, conversation_id="c-2", **back)
    goes_out(store, new_envelope, now, carries=later, **back)
    goes_out(store, new_envelope, now, carries=later, conversation_id="c-3", sender_her="8990101", receiver_her="79768")
    goes_out(store, new_envelope, now, carries=other, conversation_id="c-4", **back)

    with store.reading() as query:
        assert query.conversation_of(1, "8990101", "8990201") == "c-2"
        assert query.conversation_of(1, "8990201", "8990101") == "c-2"
        assert query.conversation_of(1, "79768", "8990101") == "c-3"
        assert query.conversation_of(2, "79768", "8990101") is None


def test_envelopes_are_found_by(store: Store, now: datetime, new_envelope: Build, deliver: Deliver) -> None:
    delivery = deliver()
    came = came_in(store, new_envelope, now, message_id="A@b", sender_her="8990201")
    pending = goes_out(store, new_envelope, now, delivery_id=delivery, carries=1, receiver_her="8990201")
    signal = goes_out(store, new_envelope, now, channel="other")

    def found(**wanted: object) -> list[int]:
        with store.reading() as query:
            return [row.id for row in query.envelopes(EnvelopeFilter(**wanted))]

    assert found() == [came, pending, signal]
    assert found(id=pending) == [pending]
    assert found(direction="in") == [came]
    assert found(state=EnvelopeState.QUEUED) == [pending, signal]
    assert found(channel="other") == [signal]
    assert found(message_id="a@B") == [came]
    assert found(delivery_id=delivery) == [pending]
    assert found(party_her="8990201") == [came, pending]
    assert found(pending=True) == [pending]
    with store.reading() as query:
        assert [row.id for row in query.envelopes(limit=2, newest_first=True)] == [signal, pending]
        assert query.counts().envelopes == {"queued": 2, "received": 1}


def test_mails_around_no_message_are_forgotten_in_time(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message = receive()
    states = [EnvelopeState.SIGNAL]
    with store.writing() as ledger:
        old = ledger.add_envelopes([new_envelope(data=b"%d" % n, state=states[0]) for n in range(3)], at=now)
        ledger.add_envelopes([new_envelope(data=b"in a message", state=states[0], carries=message)], at=now)
        ledger.add_envelopes([new_envelope(data=b"held", state=EnvelopeState.HELD)], at=now)
        ledger.add_envelopes([new_envelope(data=b"answer", state=states[0], answers=old[0])], at=now)
        (looked_at,) = ledger.add_envelopes([new_envelope(data=b"looked at", state=states[0])], at=now)
        ledger.add_tasks([NewTask(party="", rule="TRA-01", title="Look", envelope_id=looked_at)], at=now)
        ledger.add_envelopes([new_envelope(data=b"young", state=states[0])], at=now + HOUR)

        assert ledger.forgettable_envelopes(states, now + HOUR, 2) == old[:2]
        assert ledger.forgettable_envelopes(states, now + HOUR, 2, after=old[1]) == old[2:]
        ledger.drop_envelope_bodies(old[:1])
        assert ledger.forgettable_envelopes(states, now + HOUR, 9) == old[1:]
        assert ledger.envelope_bodies(old[:2]) == {old[0]: b"", old[1]: b"1"}


def test_a_task_is_about_an_envelope(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = came_in(store, new_envelope, now)
    with store.writing() as ledger:
        about, _ = ledger.add_tasks(
            [
                NewTask(party="", rule="TRA-09", title="Look", envelope_id=id_),
                NewTask(party="", rule="TRA-01", title="Look"),
            ],
            at=now,
        )

        assert [row.id for row in ledger.tasks(envelope_id=id_)] == [about]
        assert [row.envelope_id for row in ledger.tasks()] == [id_, None]
