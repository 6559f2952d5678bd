"""Mails and what becomes of them: every step is written down, and found again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from adapter.errors import StoreError
from adapter.message.state import DeliveryState, EnvelopeState
from adapter.store import (
    DeliveryMove,
    EnvelopeFacts,
    EnvelopeFilter,
    EnvelopeMove,
    EnvelopeRow,
    NewEnvelope,
    NewTask,
    Store,
)

Build = Callable[..., NewEnvelope]
Receive = Callable[..., int]
Deliver = Callable[..., int]
HOUR = timedelta(hours=1)
FACTS = EnvelopeFacts(
    message_id="Ab-1@gp.example",
    conversation_id="c-1",
    cpa_id="8990101:8990201",
    service="HenvisningPasient",
    service_type="http://www.kith.no/",
    action="Henvisning",
    sender_her="8990201",
    receiver_her="8990101",
    sender_role="Henviser",
    receiver_role="Henvist",
    refers_to=None,
    digest="ab" * 32,
)


def _came(store: Store, build: Build, now: datetime, **given: object) -> int:
    with store.writing() as ledger:
        (id_,) = ledger.receive_envelopes([build(**given)], at=now)
    return id_


def _goes(store: Store, build: Build, now: datetime, **given: object) -> int:
    with store.writing() as ledger:
        (id_,) = ledger.add_envelopes([build(direction="out", **given)], at=now)
    return id_


def _row(store: Store, id_: int) -> EnvelopeRow:
    with store.reading() as query:
        row = query.envelope(id_)
    assert row is not None
    return row


def _move(store: Store, now: datetime, id_: int, *states: EnvelopeState, **given: object) -> None:
    with store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=id_, to=state, **given) for state in states], at=now)


def test_a_mail_that_came_in_is_kept_as_it_came(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = _came(store, new_envelope, now, data=b"\x00mail", source="17")

    row = _row(store, id_)
    assert (row.direction, row.channel, row.source, row.state) == ("in", "edi", "17", EnvelopeState.RECEIVED)
    assert (row.sha256, row.size, row.at) == (sha256(b"\x00mail").hexdigest(), 5, now)
    assert (row.attempts, row.worker, row.due_at, row.message_id) == (0, None, None, None)
    assert (row.is_paused, row.is_released) == (False, False)
    with store.reading() as query:
        assert query.envelope_bodies([id_]) == {id_: b"\x00mail"}
        (event,) = query.events()
    assert (event.name, event.message_id) == ("envelope_received", None)
    assert event.data == {"envelope": id_, "channel": "edi", "sha256": row.sha256}


def test_what_goes_out_is_kept_with_all_it_needs_to_go_again(
    store: Store, now: datetime, new_envelope: Build, deliver: Deliver
) -> None:
    delivery = deliver()
    facts = {name: getattr(FACTS, name) for name in EnvelopeFacts.__dataclass_fields__}
    given = {
        "carries": 1,
        "delivery_id": delivery,
        "address": "gp@edi.example",
        "ends_at": now + 9 * HOUR,
        "retries": 5,
        "retry_interval": timedelta(hours=12, seconds=0.5),
    }

    id_ = _goes(store, new_envelope, now, state=EnvelopeState.SENDING, **given, **facts)

    row = _row(store, id_)
    assert {name: getattr(row, name) for name in given | facts} == given | facts
    assert (row.due_at, row.attempts, row.answers) == (now, 1, None)
    with store.reading() as query:
        event = query.events()[-1]
    assert (event.name, event.message_id, event.delivery_id) == ("envelope_sending", 1, delivery)


@pytest.mark.parametrize("before", list(EnvelopeState))
def test_envelopes_take_only_the_steps_of_their_life(
    store: Store, now: datetime, new_envelope: Build, before: EnvelopeState
) -> None:
    with store.writing() as ledger:
        ids = ledger.add_envelopes([new_envelope(state=before) for _ in EnvelopeState], at=now)
        for id_, after in zip(ids, EnvelopeState, strict=True):
            move = EnvelopeMove(id=id_, to=after)
            if before.may_become(after):
                ledger.move_envelopes([move], at=now)
                expected = after
            else:
                with pytest.raises(StoreError, match=f"An envelope that is {before} cannot become {after}"):
                    ledger.move_envelopes([move], at=now)
                expected = before
            assert ledger.envelope(id_).state is expected


def test_what_is_sent_counts_its_sendings_and_forgets_its_error(
    store: Store, now: datetime, new_envelope: Build
) -> None:
    id_ = _goes(store, new_envelope, now)
    _move(store, now, id_, EnvelopeState.SENDING)
    _move(store, now, id_, EnvelopeState.QUEUED, error="no answer", due_at=now + HOUR)
    assert (_row(store, id_).last_error, _row(store, id_).due_at) == ("no answer", now + HOUR)

    _move(store, now + HOUR, id_, EnvelopeState.SENDING, EnvelopeState.SENT)

    row = _row(store, id_)
    assert (row.attempts, row.last_error, row.sent_at, row.due_at) == (2, None, now + HOUR, now + HOUR)
    with store.reading() as query:
        names = [event.name for event in query.events()]
    assert names == [f"envelope_{state}" for state in ("queued", "sending", "queued", "sending", "sent")]


def test_a_resend_that_fails_leaves_the_moment_it_was_sent(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = _goes(store, new_envelope, now)
    _move(store, now, id_, EnvelopeState.SENDING, EnvelopeState.SENT, EnvelopeState.SENDING)

    _move(store, now + HOUR, id_, EnvelopeState.SENT, error="no answer", due_at=now + 2 * HOUR)

    row = _row(store, id_)
    assert (row.sent_at, row.last_error, row.due_at, row.attempts) == (now, "no answer", now + 2 * HOUR, 2)


def test_an_acknowledgment_is_written_down(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = _goes(store, new_envelope, now)
    _move(store, now, id_, EnvelopeState.SENDING, EnvelopeState.SENT)
    _move(store, now + HOUR, id_, EnvelopeState.ACKNOWLEDGED, data={"signal": 7})

    assert _row(store, id_).acknowledged_at == now + HOUR
    with store.reading() as query:
        assert query.events()[-1].data == {"envelope": id_, "signal": 7}


def test_what_an_envelope_says_is_written_with_what_comes_of_it(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    id_ = _came(store, new_envelope, now)
    message = receive()
    with store.writing() as ledger:
        ledger.take_envelopes([id_], "w1")
        ledger.describe_envelope(id_, FACTS, to=EnvelopeState.OPENED, carries=message, at=now, data={"trusted": True})

    row = _row(store, id_)
    assert {name: getattr(row, name) for name in EnvelopeFacts.__dataclass_fields__} == {
        name: getattr(FACTS, name) for name in EnvelopeFacts.__dataclass_fields__
    }
    assert (row.state, row.carries, row.worker, row.attempts) == (EnvelopeState.OPENED, message, None, 1)
    with store.reading() as query:
        event = query.events(message)[-1]
    assert (event.name, event.data) == ("envelope_opened", {"envelope": id_, "trusted": True})


def test_why_an_envelope_was_not_taken_is_written_down(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = _came(store, new_envelope, now)
    with store.writing() as ledger:
        ledger.describe_envelope(
            id_, EnvelopeFacts(), to=EnvelopeState.UNREADABLE, error="There is no ebXML in it.", at=now
        )

    assert _row(store, id_).last_error == "There is no ebXML in it."


def test_only_one_envelope_is_the_first_with_its_message_id(store: Store, now: datetime, new_envelope: Build) -> None:
    first, second = _came(store, new_envelope, now), _came(store, new_envelope, now, data=b"again")
    lower = EnvelopeFacts(message_id="AB-1@GP.EXAMPLE")
    with store.writing() as ledger:
        ledger.describe_envelope(first, FACTS, to=EnvelopeState.OPENED, at=now)

    with pytest.raises(StoreError, match="refused"), store.writing() as ledger:
        ledger.describe_envelope(second, lower, to=EnvelopeState.HELD, at=now)

    assert _row(store, second).state is EnvelopeState.RECEIVED
    with store.writing() as ledger:
        ledger.describe_envelope(second, lower, to=EnvelopeState.DUPLICATE, at=now)
        found = ledger.first_envelope("ab-1@GP.example")
    assert found is not None
    assert found.id == first


def test_what_went_out_is_not_taken_for_what_came_in(store: Store, now: datetime, new_envelope: Build) -> None:
    out = _goes(store, new_envelope, now, message_id="Out-1")
    came = _came(store, new_envelope, now)
    with store.writing() as ledger:
        ledger.describe_envelope(came, FACTS, to=EnvelopeState.SIGNAL, at=now)

    with store.reading() as query:
        sent = query.sent_envelope("OUT-1")
        assert query.first_envelope("Out-1") is None
        assert query.first_envelope(FACTS.message_id or "") is None
        assert query.sent_envelope(FACTS.message_id or "") is None
    assert sent is not None
    assert sent.id == out


def test_a_held_envelope_is_released_with_new_attempts(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = _came(store, new_envelope, now)
    with store.writing() as ledger:
        ledger.take_envelopes([id_], "w1")
        ledger.describe_envelope(id_, FACTS, to=EnvelopeState.HELD, at=now)
        ledger.move_envelopes([EnvelopeMove(id=id_, to=EnvelopeState.RECEIVED, data={"by": "kari"})], at=now)
        assert ledger.received_envelopes(10) == [id_]
        assert ledger.events()[-1].name == "envelope_released"

    row = _row(store, id_)
    assert (row.is_released, row.attempts, row.message_id) == (True, 0, FACTS.message_id)


def test_a_held_envelope_is_judged_anew_when_that_is_due(store: Store, now: datetime, new_envelope: Build) -> None:
    first, second, third = (_came(store, new_envelope, now) for _ in range(3))
    with store.writing() as ledger:
        for id_, due_at in ((first, now + HOUR), (second, now), (third, None)):
            ledger.take_envelopes([id_], "w1")
            facts = EnvelopeFacts(message_id=f"{id_}@a")
            ledger.describe_envelope(id_, facts, to=EnvelopeState.HELD, due_at=due_at, at=now)
        assert ledger.held_envelopes(now, 10) == [second]
        assert ledger.held_envelopes(now + HOUR, 10) == [second, first]
        assert ledger.held_envelopes(now + HOUR, 1) == [second]
        ledger.judge_envelopes_again([second], at=now)
        assert ledger.received_envelopes(10) == [second]
        assert ledger.held_envelopes(now, 10) == []
        assert (ledger.events()[-1].name, ledger.events()[-1].data) == ("envelope_judged_again", {"envelope": second})

    row = _row(store, second)
    assert (row.is_released, row.attempts, row.due_at, row.message_id) == (False, 0, None, f"{second}@a")


def test_only_what_is_held_is_judged_anew(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = _came(store, new_envelope, now)
    with pytest.raises(StoreError, match="received"), store.writing() as ledger:
        ledger.judge_envelopes_again([id_], at=now)


def test_a_worker_takes_only_envelopes_that_are_free(store: Store, now: datetime, new_envelope: Build) -> None:
    with store.writing() as ledger:
        first, second = ledger.receive_envelopes([new_envelope(), new_envelope(data=b"b")], at=now)
        (third,) = ledger.receive_envelopes([new_envelope(data=b"c")], at=now, worker="w1")
        assert ledger.take_envelopes([first, third, 99], "w2") == [first]
        assert ledger.received_envelopes(10) == [second]
        assert ledger.received_envelopes(10, exclude=[second]) == []
        assert ledger.workers() == ["w1", "w2"]

        assert ledger.release_worker("w1") == 1
        assert ledger.release_worker("w2", counts=False) == 1
        assert ledger.received_envelopes(10) == [first, second, third]
        assert ledger.workers() == []

    assert [_row(store, id_).attempts for id_ in (first, second, third)] == [0, 0, 1]


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
    _goes(store, new_envelope, now)
    sending = _goes(store, new_envelope, now, state=EnvelopeState.SENDING)

    with store.reading() as query:
        assert [row.id for row in query.sending_envelopes()] == [sending]


def test_a_person_lets_an_envelope_wait_and_go(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = _goes(store, new_envelope, now)
    with store.writing() as ledger:
        ledger.steer_envelope(id_, "paused", is_paused=True, at=now, data={"by": "kari"})
    assert (_row(store, id_).is_paused, _row(store, id_).due_at) == (True, now)

    with store.writing() as ledger:
        ledger.steer_envelope(id_, "resent", is_paused=False, due_at=now + HOUR, at=now)

    assert (_row(store, id_).is_paused, _row(store, id_).due_at) == (False, now + HOUR)
    with store.reading() as query:
        events = query.events()[1:]
    assert [event.name for event in events] == ["envelope_paused", "envelope_resent"]
    assert events[0].data == {"envelope": id_, "by": "kari"}


def test_nothing_more_goes_for_deliveries_that_were_given_up(
    store: Store, now: datetime, new_envelope: Build, deliver: Deliver
) -> None:
    delivery, other = deliver(), deliver()
    states = (EnvelopeState.QUEUED, EnvelopeState.SENT, EnvelopeState.ACKNOWLEDGED)
    ids = [_goes(store, new_envelope, now, delivery_id=delivery, state=state) for state in states]
    untouched = _goes(store, new_envelope, now, delivery_id=other)

    with store.writing() as ledger:
        ledger.abandon_envelopes([delivery], at=now)

    found = [_row(store, id_).state for id_ in (*ids, untouched)]
    assert found == [
        EnvelopeState.ABANDONED,
        EnvelopeState.ABANDONED,
        EnvelopeState.ACKNOWLEDGED,
        EnvelopeState.QUEUED,
    ]


def test_an_envelope_that_is_not_there_cannot_change(store: Store, now: datetime) -> None:
    with pytest.raises(StoreError, match="no envelope 7"), store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=7, to=EnvelopeState.SENT)], at=now)
    with pytest.raises(StoreError, match="no envelope 8"), store.writing() as ledger:
        ledger.describe_envelope(8, FACTS, to=EnvelopeState.OPENED, at=now)
    with pytest.raises(StoreError, match="no envelope 9"), store.writing() as ledger:
        ledger.steer_envelope(9, "paused", at=now)
    with store.reading() as query:
        assert query.envelope(7) is None


def test_a_message_is_found_in_the_first_envelope_it_came_in_and_the_last_it_went_out_in(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message, other = receive(), receive()
    came = [_came(store, new_envelope, now, carries=message) for _ in range(2)]
    gone = [_goes(store, new_envelope, now, carries=message) for _ in range(2)]

    with store.reading() as query:
        inbound = query.envelopes_carrying([message, other], "in")
        outbound = query.envelopes_carrying([message, other], "out")

    assert {number: row.id for number, row in inbound.items()} == {message: came[0]}
    assert {number: row.id for number, row in outbound.items()} == {message: gone[1]}


def test_all_envelopes_around_messages_are_found_in_their_order(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message, other, bare = receive(), receive(), receive()
    numbers = [_came(store, new_envelope, now, carries=one) for one in (other, message, other)]
    _came(store, new_envelope, now)

    with store.reading() as query:
        assert [row.id for row in query.envelopes_around([message, bare, other])] == numbers
        assert query.envelopes_around([bare]) == []


def test_the_envelope_of_a_delivery_is_the_last_that_was_made(
    store: Store, now: datetime, new_envelope: Build, deliver: Deliver
) -> None:
    delivery, bare = deliver(), deliver()
    _goes(store, new_envelope, now, delivery_id=delivery, state=EnvelopeState.REFUSED)
    last = _goes(store, new_envelope, now, delivery_id=delivery)

    with store.reading() as query:
        found = query.envelopes_of_deliveries([delivery, bare])

    assert {number: row.id for number, row in found.items()} == {delivery: last}


def test_what_answers_an_envelope_is_found(store: Store, now: datetime, new_envelope: Build) -> None:
    came, silent = _came(store, new_envelope, now), _came(store, new_envelope, now)
    answer = _goes(store, new_envelope, now, answers=came)

    with store.reading() as query:
        found = query.answers_to([came, silent])

    assert {number: row.id for number, row in found.items()} == {came: answer}


def test_a_conversation_goes_on_between_the_same_two(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message, later, other = receive(thread=1), receive(thread=1), receive(thread=2)
    here = {"sender_her": "8990201", "receiver_her": "8990101"}
    back = {"sender_her": "8990101", "receiver_her": "8990201"}
    _came(store, new_envelope, now, carries=message, conversation_id="c-1", **here)
    _goes(store, new_envelope, now, carries=later, conversation_id="c-2", **back)
    _goes(store, new_envelope, now, carries=later, **back)
    _goes(store, new_envelope, now, carries=later, conversation_id="c-3", sender_her="8990101", receiver_her="79768")
    _goes(store, new_envelope, now, carries=other, conversation_id="c-4", **back)

    with store.reading() as query:
        assert query.conversation_of(1, "8990101", "8990201") == "c-2"
        assert query.conversation_of(1, "8990201", "8990101") == "c-2"
        assert query.conversation_of(1, "79768", "8990101") == "c-3"
        assert query.conversation_of(2, "79768", "8990101") is None


def test_envelopes_are_found_by(store: Store, now: datetime, new_envelope: Build, deliver: Deliver) -> None:
    delivery = deliver()
    came = _came(store, new_envelope, now, message_id="A@b", sender_her="8990201")
    pending = _goes(store, new_envelope, now, delivery_id=delivery, carries=1, receiver_her="8990201")
    signal = _goes(store, new_envelope, now, channel="other")

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


def test_the_mails_around_a_message_are_forgotten_with_it(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message, other = receive(data=b"one"), receive(data=b"two")
    first = _came(store, new_envelope, now, data=b"first")
    again = _came(store, new_envelope, now, data=b"again")
    false = _came(store, new_envelope, now, data=b"false")
    gone = _goes(store, new_envelope, now, data=b"gone", carries=message)
    kept = _goes(store, new_envelope, now, data=b"kept", carries=other)
    with store.writing() as ledger:
        ledger.describe_envelope(first, FACTS, to=EnvelopeState.OPENED, carries=message, at=now)
        ledger.describe_envelope(again, FACTS, to=EnvelopeState.DUPLICATE, at=now)
        ledger.describe_envelope(false, FACTS, to=EnvelopeState.CONFLICT, at=now)

        ledger.drop_bodies([message])

        assert ledger.envelope_bodies([first, again, false, gone, kept]) == {
            first: b"",
            again: b"",
            false: b"false",
            gone: b"",
            kept: b"kept",
        }
        assert ledger.envelope(first).message_id == FACTS.message_id


def test_bytes_that_an_envelope_has_are_not_forgotten_with_a_message_s(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message = receive(data=b"same")
    id_ = _came(store, new_envelope, now, data=b"same")

    with store.writing() as ledger:
        ledger.replace_body(message, b"changed")

        assert ledger.envelope_bodies([id_]) == {id_: b"same"}


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


@pytest.mark.parametrize(
    ("state", "is_reliable", "is_open"),
    [
        (DeliveryState.QUEUED, False, True),
        (DeliveryState.SENT, False, False),
        (DeliveryState.SENT, True, True),
        (DeliveryState.ACKNOWLEDGED, True, False),
    ],
)
def test_a_reliable_delivery_is_open_until_it_is_acknowledged(
    store: Store, deliver: Deliver, state: DeliveryState, *, is_reliable: bool, is_open: bool
) -> None:
    delivery = deliver(state, is_reliable=is_reliable)

    with store.reading() as query:
        row = query.delivery(delivery)
        assert query.reliable([delivery, 99]) == ({delivery} if is_reliable else set())

    assert row is not None
    assert (row.is_reliable, row.is_open) == (is_reliable, is_open)


def test_an_acknowledged_delivery_keeps_when_it_was_sent(store: Store, now: datetime, deliver: Deliver) -> None:
    delivery = deliver(is_reliable=True)
    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.SENT)], at=now)
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.ACKNOWLEDGED)], at=now + HOUR)
        row = ledger.delivery(delivery)

    assert row is not None
    assert (row.state, row.sent_at) == (DeliveryState.ACKNOWLEDGED, now)


def test_a_task_is_about_an_envelope(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = _came(store, new_envelope, now)
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
