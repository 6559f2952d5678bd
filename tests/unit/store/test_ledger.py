"""Messages, written: what came, what was decided on it, and what it is known by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from steps import tried

from adapter.errors import StoreError
from adapter.message.state import DeliveryState, MessageState
from adapter.store import (
    DecidedMessage,
    DeliveryMove,
    MessageFilter,
    MessageMove,
    NewEvent,
    NewMessage,
    NewReceipt,
    NewReference,
    Store,
)

Build = Callable[..., NewMessage]
Receive = Callable[..., int]
HOUR = timedelta(hours=1)


def test_received_bytes_are_kept_as_they_came(store: Store, now: datetime, new_message: Build) -> None:
    data = b"\xff\xfe<\x00 not even XML \x00"

    with store.writing() as ledger:
        ids = ledger.receive([new_message(data), new_message(b"")], at=now, worker="w1")

    with store.reading() as query:
        row = query.message(ids[0])
        assert query.bodies(ids) == {ids[0]: data, ids[1]: b""}
    assert row is not None
    assert (row.sha256, row.size) == (sha256(data).hexdigest(), len(data))
    assert (row.state, row.received_at) == (MessageState.RECEIVED, now)
    assert (row.worker, row.attempts, row.direction) == ("w1", 1, "in")


def test_the_same_bytes_are_stored_once(store: Store, now: datetime, new_message: Build) -> None:
    with store.writing() as ledger:
        first = ledger.receive([new_message(b"same"), new_message(b"same")], at=now)
    with store.writing() as ledger:
        second = ledger.receive([new_message(b"same")], at=now)
        bodies = ledger._connection.exec_driver_sql("SELECT count(*) FROM body").scalar()

    assert first + second == [1, 2, 3]
    assert bodies == 1


def test_bytes_that_were_changed_are_forgotten_unless_somebody_else_has_them(
    store: Store, now: datetime, new_message: Build
) -> None:
    with store.writing() as ledger:
        first, second = ledger.receive([new_message(b"same"), new_message(b"same")], at=now)
        ledger.replace_body(first, b"changed")
        assert ledger.bodies([first, second]) == {first: b"changed", second: b"same"}
        ledger.replace_body(second, b"changed")
        ledger.replace_body(second, b"changed")
        (row,) = ledger.messages_of([second])
        bodies = ledger._connection.exec_driver_sql("SELECT data FROM body").all()

    assert [data for (data,) in bodies] == [b"changed"]
    assert (row.sha256, row.size) == (sha256(b"changed").hexdigest(), 7)
    with store.writing() as ledger, pytest.raises(StoreError, match="no message 99"):
        ledger.replace_body(99, b"x")


def test_bytes_that_may_not_be_kept_are_dropped_and_what_is_known_stays(store: Store, receive: Receive) -> None:
    dropped, kept = receive(data=b"not for us"), receive(data=b"for us")

    with store.writing() as ledger:
        ledger.drop_bodies([dropped])

    with store.reading() as query:
        assert query.bodies([dropped, kept]) == {dropped: b"", kept: b"for us"}
        assert query.message(dropped).size == 10
    assert b"not for us" not in store.path.read_bytes()


def test_bytes_that_were_dropped_and_come_again_are_there_again(store: Store, receive: Receive) -> None:
    dropped = receive(data=b"again")
    with store.writing() as ledger:
        ledger.drop_bodies([dropped])

    again = receive(data=b"again")

    with store.reading() as query:
        assert query.bodies([again]) == {again: b"again"}


def test_receiving_is_an_event(store: Store, receive: Receive) -> None:
    message_id = receive(data=b"x")

    with store.reading() as query:
        (event,) = query.events(message_id)
    assert event.name == "received"
    assert event.data == {"channel": "gp-in", "sha256": sha256(b"x").hexdigest()}


def test_a_decision_writes_facts_findings_and_state(store: Store, now: datetime, receive: Receive) -> None:
    message_id = receive()
    finding = {"rule": "AMO-04", "severity": "warn", "line": 3}
    facts = {
        "kind": "henvisning",
        "version": "1.1",
        "type": "HENVISNING",
        "msg_id": "ABC",
        "document_id": "doc",
        "generated_at": now - HOUR,
        "service_type": "2",
        "sender_her": "8990201",
        "receiver_her": "8990101",
        "sender_party": "gp",
        "receiver_party": "clinic",
        "thread": message_id,
    }

    with store.writing() as ledger:
        decided = DecidedMessage(
            id=message_id,
            state=MessageState.ACCEPTED,
            verdict="accept",
            findings=[finding],
            data={"rules": ["AMO-04"]},
            **facts,
        )
        ledger.decide([decided], at=now)

    with store.reading() as query:
        row = query.message(message_id)
        event = query.events(message_id)[-1]
    assert {name: getattr(row, name) for name in facts} == facts
    assert row is not None
    assert (row.state, row.verdict, row.findings) == (MessageState.ACCEPTED, "accept", (finding,))
    assert (row.worker, row.decided_at) == (None, now)
    assert (event.name, event.data) == ("accepted", {"rules": ["AMO-04"]})


@pytest.mark.parametrize("before", list(MessageState))
def test_messages_take_only_the_steps_of_their_life(
    store: Store, now: datetime, new_message: Build, before: MessageState
) -> None:
    with store.writing() as ledger:
        ids = ledger.add_messages([new_message(state=before) for _ in MessageState], at=now)

        def move(message_id: int, after: MessageState) -> None:
            ledger.move_messages([MessageMove(id=message_id, to=after)], at=now)

        for message_id, state, steps in tried("A message", before, ids, move):
            assert ledger.message(message_id).state is state
            assert [event.name for event in ledger.events(message_id)] == steps


def test_a_forbidden_step_undoes_the_whole_transaction(store: Store, now: datetime, receive: Receive) -> None:
    held, rejected = receive(MessageState.HELD), receive(MessageState.REJECTED)
    moves = [MessageMove(id=held, to=MessageState.ACCEPTED), MessageMove(id=rejected, to=MessageState.ACCEPTED)]

    with pytest.raises(StoreError), store.writing() as ledger:
        ledger.move_messages(moves, at=now)

    with store.reading() as query:
        assert query.message(held).state is MessageState.HELD
        assert query.events(held)[-1].name == "held"


def test_two_steps_of_one_message_in_one_call_are_checked_in_order(
    store: Store, now: datetime, receive: Receive
) -> None:
    message_id = receive(MessageState.HELD)
    accept, finish = (MessageMove(id=message_id, to=state) for state in (MessageState.ACCEPTED, MessageState.DELIVERED))

    with pytest.raises(StoreError), store.writing() as ledger:
        ledger.move_messages([finish, accept], at=now)
    with store.writing() as ledger:
        ledger.move_messages([accept, finish], at=now)

    with store.reading() as query:
        assert query.message(message_id).state is MessageState.DELIVERED
        assert [event.name for event in query.events(message_id)] == ["received", "held", "accepted", "delivered"]


def test_what_is_not_there_cannot_be_moved(store: Store, now: datetime) -> None:
    with pytest.raises(StoreError, match="no message 7"), store.writing() as ledger:
        ledger.move_messages([MessageMove(id=7, to=MessageState.HELD)], at=now)
    with pytest.raises(StoreError, match="no delivery 8"), store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=8, to=DeliveryState.SENT)], at=now)
    with pytest.raises(StoreError, match="no message 9"), store.writing() as ledger:
        ledger.decide([DecidedMessage(id=9, state=MessageState.HELD)], at=now)


def test_a_decision_needs_a_message_that_waits_for_one(store: Store, now: datetime, receive: Receive) -> None:
    message_id = receive(MessageState.REJECTED)

    with pytest.raises(StoreError, match="rejected cannot become accepted"), store.writing() as ledger:
        ledger.decide([DecidedMessage(id=message_id, state=MessageState.ACCEPTED)], at=now)


def test_a_worker_takes_only_what_is_free(store: Store, receive: Receive) -> None:
    first, second, third = receive(), receive(), receive(MessageState.HELD)

    with store.writing() as ledger:
        assert ledger.take([first], "w1") == [first]
        assert ledger.take([first, second, third, 99], "w2") == [second]
        assert ledger.received(10) == []
        assert ledger.workers() == ["w1", "w2"]

    with store.reading() as query:
        assert query.message(first).attempts == 1


def test_what_a_dead_worker_had_taken_up_is_free_again(store: Store, receive: Receive) -> None:
    first, second = receive(), receive()
    with store.writing() as ledger:
        ledger.take([first, second], "w1")

        assert ledger.release_worker("w1") == 2
        assert ledger.release_worker("w1") == 0
        assert ledger.received(10) == [first, second]
        ledger.take([first], "w2")
        assert ledger.message(first).attempts == 2


def test_a_person_who_has_a_message_read_again_starts_its_attempts_anew(
    store: Store, now: datetime, receive: Receive
) -> None:
    message_id = receive()
    with store.writing() as ledger:
        ledger.take([message_id], "w1")
        ledger.decide([DecidedMessage(id=message_id, state=MessageState.QUARANTINED)], at=now)
        assert ledger.message(message_id).attempts == 1
        ledger.move_messages([MessageMove(id=message_id, to=MessageState.RECEIVED)], at=now)

        assert ledger.message(message_id).attempts == 0
        assert ledger.received(10) == [message_id]


def test_references_are_found_in_any_case_of_letters(store: Store, now: datetime, receive: Receive) -> None:
    message_id = receive(MessageState.ACCEPTED, msg_id="ABC-1", kind="henvisning", generated_at=now, thread=1)
    with store.writing() as ledger:
        ledger.add_references(
            [
                NewReference(key="ABC-1", role="msg_id", message_id=message_id),
                NewReference(key="Doc", role="document_id", message_id=message_id),
            ]
        )

        found = ledger.known(["abc-1", "DOC", "nothing"])

    assert set(found) == {"abc-1", "doc"}
    (known,) = found["abc-1"]
    assert (known.message_id, known.role, known.msg_id) == (message_id, "msg_id", "ABC-1")
    assert (known.state, known.generated_at, known.thread) == (MessageState.ACCEPTED, now, 1)


def test_many_keys_are_looked_up_in_pieces(store: Store, receive: Receive) -> None:
    message_id = receive()
    with store.writing() as ledger:
        ledger.add_references(
            [NewReference(key=f"k{number}", role="conversation", message_id=message_id) for number in range(1201)]
        )

        assert len(ledger.known([f"K{number}" for number in range(1300)])) == 1201


def test_one_message_alone_has_a_dedupe_key(store: Store, receive: Receive) -> None:
    first, second = receive(), receive()
    key = NewReference(key="Key", role="dedupe", message_id=first)
    with store.writing() as ledger:
        ledger.add_references([key])
        ledger.add_references([key, NewReference(key="key", role="parent", message_id=second)])

    with pytest.raises(StoreError, match="reference"), store.writing() as ledger:
        ledger.add_references([NewReference(key="KEY", role="dedupe", message_id=second)])

    with store.reading() as query:
        assert [row.role for row in query.references_of(first)] == ["dedupe"]
        assert [row.role for row in query.references_of(second)] == ["parent"]


def test_a_reference_needs_its_message(store: Store) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY"), store.writing() as ledger:
        ledger.add_references([NewReference(key="k", role="msg_id", message_id=404)])


def test_threads_that_turn_out_to_be_one_are_merged(store: Store, receive: Receive) -> None:
    for thread in (1, 2, 3, 1):
        receive(MessageState.ACCEPTED, thread=thread)

    with store.writing() as ledger:
        ledger.merge_threads(1, [1, 3])

        assert [row.id for row in ledger.thread(1)] == [1, 3, 4]
        assert [row.id for row in ledger.thread(2)] == [2]
        assert ledger.thread(3) == []


def test_a_recipient_gets_one_receipt_per_message(store: Store, now: datetime, new_message: Build) -> None:
    with store.writing() as ledger:
        (message_id,) = ledger.receive([new_message()], at=now)
        (receipt_id,) = ledger.add_messages([new_message(b"<AppRec/>", direction="out", kind="apprec")], at=now)
        receipt = NewReceipt(message_id=message_id, recipient="8990201", status="1", receipt_message_id=receipt_id)
        ledger.add_receipts([receipt])

    with pytest.raises(StoreError, match="receipt"), store.writing() as ledger:
        ledger.add_receipts([receipt])

    with store.reading() as query:
        (row,) = query.receipts_of(message_id)
        assert query.message(receipt_id).direction == "out"
    assert (row.recipient, row.status, row.receipt_message_id) == ("8990201", "1", receipt_id)


def test_nothing_to_write_is_nothing_written(store: Store, now: datetime) -> None:
    with store.writing() as ledger:
        assert ledger.receive([], at=now) == []
        assert ledger.add_deliveries([], at=now) == []
        assert ledger.take([], "w") == []
        ledger.decide([], at=now)
        ledger.move_messages([], at=now)
        ledger.move_deliveries([], at=now)
        ledger.log([], at=now)
        ledger.stop_timers()

        assert ledger.messages(MessageFilter()) == []
        assert ledger.events() == []


def test_other_happenings_are_logged_with_their_ids(store: Store, now: datetime, deliver: Callable[..., int]) -> None:
    delivery_id = deliver()
    with store.writing() as ledger:
        ledger.log([NewEvent(name="late_receipt", message_id=1, delivery_id=delivery_id, data={"n": 2})], at=now)

    with store.reading() as query:
        (event,) = query.events(delivery_id=delivery_id)
    assert (event.name, event.message_id, event.at, event.data) == ("late_receipt", 1, now, {"n": 2})
