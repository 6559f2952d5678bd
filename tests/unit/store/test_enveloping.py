"""Mails and what becomes of them: every step is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from enveloped import FACTS, came_in, goes_out, row_of
from steps import tried

from adapter.errors import StoreError
from adapter.message.state import EnvelopeState
from adapter.store import EnvelopeFacts, EnvelopeMove, NewEnvelope, Store

Build = Callable[..., NewEnvelope]
Receive = Callable[..., int]
Deliver = Callable[..., int]
HOUR = timedelta(hours=1)


def _move(store: Store, now: datetime, id_: int, *states: EnvelopeState, **given: object) -> None:
    with store.writing() as ledger:
        ledger.move_envelopes([EnvelopeMove(id=id_, to=state, **given) for state in states], at=now)


def test_a_mail_that_came_in_is_kept_as_it_came(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = came_in(store, new_envelope, now, data=b"\x00mail", source="17")

    row = row_of(store, id_)
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

    id_ = goes_out(store, new_envelope, now, state=EnvelopeState.SENDING, **given, **facts)

    row = row_of(store, id_)
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

        def move(id_: int, after: EnvelopeState) -> None:
            ledger.move_envelopes([EnvelopeMove(id=id_, to=after)], at=now)

        for id_, state, _ in tried("An envelope", before, ids, move):
            assert ledger.envelope(id_).state is state


def test_what_is_sent_counts_its_sendings_and_forgets_its_error(
    store: Store, now: datetime, new_envelope: Build
) -> None:
    id_ = goes_out(store, new_envelope, now)
    _move(store, now, id_, EnvelopeState.SENDING)
    _move(store, now, id_, EnvelopeState.QUEUED, error="no answer", due_at=now + HOUR)
    assert (row_of(store, id_).last_error, row_of(store, id_).due_at) == ("no answer", now + HOUR)

    _move(store, now + HOUR, id_, EnvelopeState.SENDING, EnvelopeState.SENT)

    row = row_of(store, id_)
    assert (row.attempts, row.last_error, row.sent_at, row.due_at) == (2, None, now + HOUR, now + HOUR)
    with store.reading() as query:
        names = [event.name for event in query.events()]
    assert names == [f"envelope_{state}" for state in ("queued", "sending", "queued", "sending", "sent")]


def test_a_resend_that_fails_leaves_the_moment_it_was_sent(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = goes_out(store, new_envelope, now)
    _move(store, now, id_, EnvelopeState.SENDING, EnvelopeState.SENT, EnvelopeState.SENDING)

    _move(store, now + HOUR, id_, EnvelopeState.SENT, error="no answer", due_at=now + 2 * HOUR)

    row = row_of(store, id_)
    assert (row.sent_at, row.last_error, row.due_at, row.attempts) == (now, "no answer", now + 2 * HOUR, 2)


def test_an_acknowledgment_is_written_down(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = goes_out(store, new_envelope, now)
    _move(store, now, id_, EnvelopeState.SENDING, EnvelopeState.SENT)
    _move(store, now + HOUR, id_, EnvelopeState.ACKNOWLEDGED, data={"signal": 7})

    assert row_of(store, id_).acknowledged_at == now + HOUR
    with store.reading() as query:
        assert query.events()[-1].data == {"envelope": id_, "signal": 7}


def test_what_an_envelope_says_is_written_with_what_comes_of_it(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    id_ = came_in(store, new_envelope, now)
    message = receive()
    with store.writing() as ledger:
        ledger.take_envelopes([id_], "w1")
        ledger.describe_envelope(id_, FACTS, to=EnvelopeState.OPENED, carries=message, at=now, data={"trusted": True})

    row = row_of(store, id_)
    assert {name: getattr(row, name) for name in EnvelopeFacts.__dataclass_fields__} == {
        name: getattr(FACTS, name) for name in EnvelopeFacts.__dataclass_fields__
    }
    assert (row.state, row.carries, row.worker, row.attempts) == (EnvelopeState.OPENED, message, None, 1)
    with store.reading() as query:
        event = query.events(message)[-1]
    assert (event.name, event.data) == ("envelope_opened", {"envelope": id_, "trusted": True})


def test_why_an_envelope_was_not_taken_is_written_down(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = came_in(store, new_envelope, now)
    with store.writing() as ledger:
        ledger.describe_envelope(
            id_, EnvelopeFacts(), to=EnvelopeState.UNREADABLE, error="There is no ebXML in it.", at=now
        )

    assert row_of(store, id_).last_error == "There is no ebXML in it."


def test_only_one_envelope_is_the_first_with_its_message_id(store: Store, now: datetime, new_envelope: Build) -> None:
    first, second = came_in(store, new_envelope, now), came_in(store, new_envelope, now, data=b"again")
    lower = EnvelopeFacts(message_id="AB-1@GP.EXAMPLE")
    with store.writing() as ledger:
        ledger.describe_envelope(first, FACTS, to=EnvelopeState.OPENED, at=now)

    with pytest.raises(StoreError, match="refused"), store.writing() as ledger:
        ledger.describe_envelope(second, lower, to=EnvelopeState.HELD, at=now)

    assert row_of(store, second).state is EnvelopeState.RECEIVED
    with store.writing() as ledger:
        ledger.describe_envelope(second, lower, to=EnvelopeState.DUPLICATE, at=now)
        found = ledger.first_envelope("ab-1@GP.example")
    assert found is not None
    assert found.id == first


def test_a_held_envelope_is_released_with_new_attempts(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = came_in(store, new_envelope, now)
    with store.writing() as ledger:
        ledger.take_envelopes([id_], "w1")
        ledger.describe_envelope(id_, FACTS, to=EnvelopeState.HELD, at=now)
        ledger.move_envelopes([EnvelopeMove(id=id_, to=EnvelopeState.RECEIVED, data={"by": "kari"})], at=now)
        assert ledger.received_envelopes(10) == [id_]
        assert ledger.events()[-1].name == "envelope_released"

    row = row_of(store, id_)
    assert (row.is_released, row.attempts, row.message_id) == (True, 0, FACTS.message_id)


def test_a_held_envelope_is_judged_anew_when_that_is_due(store: Store, now: datetime, new_envelope: Build) -> None:
    first, second, third = (came_in(store, new_envelope, now) for _ in range(3))
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

    row = row_of(store, second)
    assert (row.is_released, row.attempts, row.due_at, row.message_id) == (False, 0, None, f"{second}@a")


def test_only_what_is_held_is_judged_anew(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = came_in(store, new_envelope, now)
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

    assert [row_of(store, id_).attempts for id_ in (first, second, third)] == [0, 0, 1]


def test_a_person_lets_an_envelope_wait_and_go(store: Store, now: datetime, new_envelope: Build) -> None:
    id_ = goes_out(store, new_envelope, now)
    with store.writing() as ledger:
        ledger.steer_envelope(id_, "paused", is_paused=True, at=now, data={"by": "kari"})
    assert (row_of(store, id_).is_paused, row_of(store, id_).due_at) == (True, now)

    with store.writing() as ledger:
        ledger.steer_envelope(id_, "resent", is_paused=False, due_at=now + HOUR, at=now)

    assert (row_of(store, id_).is_paused, row_of(store, id_).due_at) == (False, now + HOUR)
    with store.reading() as query:
        events = query.events()[1:]
    assert [event.name for event in events] == ["envelope_paused", "envelope_resent"]
    assert events[0].data == {"envelope": id_, "by": "kari"}


def test_nothing_more_goes_for_deliveries_that_were_given_up(
    store: Store, now: datetime, new_envelope: Build, deliver: Deliver
) -> None:
    delivery, other = deliver(), deliver()
    states = (EnvelopeState.QUEUED, EnvelopeState.SENT, EnvelopeState.ACKNOWLEDGED)
    ids = [goes_out(store, new_envelope, now, delivery_id=delivery, state=state) for state in states]
    untouched = goes_out(store, new_envelope, now, delivery_id=other)

    with store.writing() as ledger:
        ledger.abandon_envelopes([delivery], at=now)

    found = [row_of(store, id_).state for id_ in (*ids, untouched)]
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


def test_the_mails_around_a_message_are_forgotten_with_it(
    store: Store, now: datetime, new_envelope: Build, receive: Receive
) -> None:
    message, other = receive(data=b"one"), receive(data=b"two")
    first = came_in(store, new_envelope, now, data=b"first")
    again = came_in(store, new_envelope, now, data=b"again")
    false = came_in(store, new_envelope, now, data=b"false")
    gone = goes_out(store, new_envelope, now, data=b"gone", carries=message)
    kept = goes_out(store, new_envelope, now, data=b"kept", carries=other)
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
    id_ = came_in(store, new_envelope, now, data=b"same")

    with store.writing() as ledger:
        ledger.replace_body(message, b"changed")

        assert ledger.envelope_bodies([id_]) == {id_: b"same"}
