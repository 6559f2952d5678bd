from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from adapter.errors import StoreError
from adapter.message.state import DeliveryState, MessageState
from adapter.store import (
    DecidedMessage,
    DeliveryMove,
    MessageFilter,
    MessageMove,
    NewAttempt,
    NewDelivery,
    NewEvent,
    NewMessage,
    NewReceipt,
    NewReference,
    NewTask,
    NewTimer,
    Store,
)

Build = Callable[..., NewMessage]
BuildDelivery = Callable[..., NewDelivery]
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
        for message_id, after in zip(ids, MessageState, strict=True):
            move = MessageMove(id=message_id, to=after)
            if before.may_become(after):
                ledger.move_messages([move], at=now)
                expected, events = after, [str(after)]
            else:
                with pytest.raises(StoreError, match=f"is {before} cannot become {after}"):
                    ledger.move_messages([move], at=now)
                expected, events = before, []
            assert ledger.message(message_id).state is expected
            assert [event.name for event in ledger.events(message_id)] == events


@pytest.mark.parametrize("before", list(DeliveryState))
def test_deliveries_take_only_the_steps_of_their_life(
    store: Store, now: datetime, receive: Receive, new_delivery: BuildDelivery, before: DeliveryState
) -> None:
    message_id = receive(MessageState.ACCEPTED)
    with store.writing() as ledger:
        ids = ledger.add_deliveries([new_delivery(message_id, state=before) for _ in DeliveryState], at=now)
        for delivery_id, after in zip(ids, DeliveryState, strict=True):
            move = DeliveryMove(id=delivery_id, to=after)
            if before.may_become(after):
                ledger.move_deliveries([move], at=now)
                expected, events = after, [str(after)]
            else:
                with pytest.raises(StoreError, match=f"is {before} cannot become {after}"):
                    ledger.move_deliveries([move], at=now)
                expected, events = before, []
            assert ledger.delivery(delivery_id).state is expected
            assert [event.name for event in ledger.events(delivery_id=delivery_id)] == events


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


def test_a_delivery_can_wait_for_another_of_the_same_call(
    store: Store, now: datetime, receive: Receive, new_delivery: BuildDelivery
) -> None:
    first, second = receive(MessageState.ACCEPTED), receive(MessageState.ACCEPTED)
    waiting = {"state": DeliveryState.WAITING, "due_at": now + HOUR, "receipt_due_at": now + 2 * HOUR}

    with store.writing() as ledger:
        ids = ledger.add_deliveries(
            [
                new_delivery(first),
                new_delivery(second, for_message_id=first, after_index=0, **waiting),
                new_delivery(second, staged=True),
            ],
            at=now,
        )
        later = ledger.add_deliveries([new_delivery(second, after_delivery=ids[0], **waiting)], at=now)

    with store.reading() as query:
        assert [row.id for row in query.waiting_after([ids[0]])] == [ids[1], *later]
        assert [row.id for row in query.deliveries_of([first])] == ids[:2]
        row = query.delivery(ids[1])
        assert query.delivery(ids[2]).staged is True
    assert (row.after_delivery, row.due_at, row.receipt_due_at) == (ids[0], now + HOUR, now + 2 * HOUR)
    assert (row.message_id, row.for_message_id, row.attempts, row.staged) == (second, first, 0, False)


@pytest.mark.parametrize("index", [-1, 1, 2])
def test_a_delivery_waits_only_for_one_before_it(
    store: Store, now: datetime, receive: Receive, new_delivery: BuildDelivery, index: int
) -> None:
    message_id = receive()

    with pytest.raises(StoreError, match="before it"), store.writing() as ledger:
        ledger.add_deliveries([new_delivery(message_id), new_delivery(message_id, after_index=index)], at=now)


def test_sending_counts_as_an_attempt_and_an_error_is_kept_until_it_is_sent(
    store: Store, now: datetime, deliver: Callable[..., int]
) -> None:
    delivery_id = deliver()

    def move(to: DeliveryState, **given: object) -> tuple[object, ...]:
        with store.writing() as ledger:
            ledger.move_deliveries([DeliveryMove(id=delivery_id, to=to, **given)], at=now)
            row = ledger.delivery(delivery_id)
        return row.attempts, row.last_error, row.due_at, row.staged, row.sent_at

    assert move(DeliveryState.SENDING) == (1, None, now, False, None)
    assert move(DeliveryState.QUEUED, error="no answer", due_at=now + HOUR) == (1, "no answer", now + HOUR, False, None)
    assert move(DeliveryState.SENDING, staged=True) == (2, "no answer", now + HOUR, True, None)
    assert move(DeliveryState.SENT, staged=False) == (2, None, now + HOUR, False, now)
    assert move(DeliveryState.COMPLETED) == (2, None, now + HOUR, False, now)


def test_sending_at_one_go_counts_as_an_attempt(store: Store, now: datetime, deliver: Callable[..., int]) -> None:
    delivery_id = deliver(DeliveryState.WAITING)

    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=delivery_id, to=DeliveryState.SENT, receipt_due_at=now + HOUR)], at=now)
        row = ledger.delivery(delivery_id)

    assert (row.attempts, row.sent_at, row.receipt_due_at) == (1, now, now + HOUR)


@pytest.mark.parametrize("given_up", [DeliveryState.ABANDONED, DeliveryState.AMBIGUOUS])
def test_a_person_who_queues_it_again_starts_the_attempts_anew(
    store: Store, now: datetime, deliver: Callable[..., int], given_up: DeliveryState
) -> None:
    delivery_id = deliver()
    steps = [DeliveryState.SENDING, given_up, DeliveryState.QUEUED]

    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=delivery_id, to=state) for state in steps], at=now)
        assert ledger.delivery(delivery_id).attempts == 0


def test_an_event_of_a_delivery_tells_which_message_it_belongs_to(
    store: Store, now: datetime, receive: Receive, new_delivery: BuildDelivery
) -> None:
    answered, receipt = receive(MessageState.ACCEPTED), receive(MessageState.ACCEPTED)
    with store.writing() as ledger:
        (delivery_id,) = ledger.add_deliveries([new_delivery(receipt, for_message_id=answered)], at=now)
        ledger.move_deliveries([DeliveryMove(id=delivery_id, to=DeliveryState.SENT, data={"tries": 1})], at=now)

        event = ledger.events(answered)[-1]

    assert (event.name, event.delivery_id, event.data) == ("sent", delivery_id, {"tries": 1})


def test_attempts_are_rows(store: Store, now: datetime, deliver: Callable[..., int]) -> None:
    delivery_id = deliver()
    with store.writing() as ledger:
        ledger.add_attempts(
            [
                NewAttempt(delivery_id=delivery_id, at=now, outcome="failed", error="read-only folder"),
                NewAttempt(delivery_id=delivery_id, at=now + HOUR, outcome="sent"),
            ]
        )

        first, second = ledger.attempts_of(delivery_id)

    assert (first.outcome, first.error, first.at) == ("failed", "read-only folder", now)
    assert (second.outcome, second.error, second.at) == ("sent", None, now + HOUR)


def test_a_due_timer_fires_once(store: Store, now: datetime, receive: Receive) -> None:
    message_id = receive()
    with store.writing() as ledger:
        soon, late = ledger.add_timers(
            [
                NewTimer(rule="apprec-24h", message_id=message_id, due_at=now),
                NewTimer(rule="apprec-96h", message_id=message_id, due_at=now + HOUR),
            ]
        )
        assert [timer.id for timer in ledger.due_timers(now, 10)] == [soon]
        ledger.fire_timers([soon], at=now)
        assert ledger.due_timers(now, 10) == []
        assert ledger.events(message_id)[-1].data == {"timer": soon, "rule": "apprec-24h"}

    with store.reading() as query:
        assert [(timer.id, timer.state, timer.fired_at) for timer in query.timers(message_id=message_id)] == [
            (soon, "fired", now),
            (late, "running", None),
        ]
    with pytest.raises(StoreError, match="not running"), store.writing() as ledger:
        ledger.fire_timers([soon], at=now)


def test_timers_stop_by_message_delivery_and_rule(
    store: Store, now: datetime, receive: Receive, deliver: Callable[..., int]
) -> None:
    message_id, delivery_id = receive(), deliver()
    with store.writing() as ledger:
        ids = ledger.add_timers(
            [
                NewTimer(rule="a", message_id=message_id, due_at=now),
                NewTimer(rule="b", message_id=message_id, due_at=now),
                NewTimer(rule="a", message_id=message_id, delivery_id=delivery_id, due_at=now),
            ]
        )

        assert ledger.stop_timers([message_id], ["b"]) == 1
        assert ledger.stop_timers(delivery_ids=[delivery_id]) == 1
        assert ledger.stop_timers([message_id]) == 1
        assert ledger.stop_timers([message_id]) == 0
        assert [timer.id for timer in ledger.timers(state="stopped")] == ids


def test_a_task_is_opened_closed_and_opened_again(store: Store, now: datetime, receive: Receive) -> None:
    message_id, draft_id = receive(), receive()
    task = NewTask(
        party="clinic",
        rule="AMO-04",
        title="Sykmeldingsstatus mangler",
        message_id=message_id,
        draft_message_id=draft_id,
        due_at=now + HOUR,
        note="utkast",
    )
    with store.writing() as ledger:
        (task_id,) = ledger.add_tasks([task], at=now)
        row = ledger.task(task_id)
        assert (row.state, row.created_at, row.due_at, row.note) == ("open", now, now + HOUR, "utkast")
        assert (row.party, row.rule, row.title) == ("clinic", "AMO-04", "Sykmeldingsstatus mangler")
        assert (row.message_id, row.draft_message_id) == (message_id, draft_id)

        ledger.close_task(task_id, by="kari", at=now + HOUR)
        row = ledger.task(task_id)
        assert (row.state, row.closed_by, row.closed_at, row.note) == ("done", "kari", now + HOUR, "utkast")

        ledger.reopen_task(task_id, by="kari", at=now)
        row = ledger.task(task_id)
        assert (row.state, row.closed_by, row.closed_at, row.note) == ("open", None, None, "utkast")

        ledger.close_task(task_id, by="kari", note="ringt", at=now)
        assert ledger.task(task_id).note == "ringt"
        assert [event.name for event in ledger.events(message_id)[1:]] == [
            "task_opened",
            "task_closed",
            "task_reopened",
            "task_closed",
        ]
        assert [event.data.get("by") for event in ledger.task_events(row)] == [None, "kari", "kari", "kari"]
        # What a person wrote is no business of a log that cannot be erased.
        assert all("ringt" not in str(event.data) for event in ledger.events(message_id))


def test_only_an_open_task_is_closed_and_only_a_closed_one_opened(store: Store, now: datetime) -> None:
    with store.writing() as ledger:
        (task_id,) = ledger.add_tasks([NewTask(party="clinic", rule="R", title="T")], at=now)
        with pytest.raises(StoreError, match="no closed task"):
            ledger.reopen_task(task_id, by="kari", at=now)
        ledger.close_task(task_id, by="kari", at=now)
        with pytest.raises(StoreError, match="no open task"):
            ledger.close_task(task_id, by="kari", at=now)
        with pytest.raises(StoreError, match="no open task"):
            ledger.close_task(404, by="kari", at=now)


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
