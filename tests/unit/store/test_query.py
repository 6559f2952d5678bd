from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from adapter.message.state import DeliveryState, MessageState
from adapter.store import (
    Counts,
    DecidedMessage,
    DeliveryMove,
    MessageFilter,
    NewDelivery,
    NewEvent,
    NewMessage,
    NewReference,
    NewTask,
    NewTimer,
    Oldest,
    Store,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def filled(store: Store, now: datetime, receive: Callable[..., int], new_message: Callable[..., NewMessage]) -> Store:
    """Four messages: a referral, its held sibling, a dialogue message in another thread, and our receipt."""
    gp = {"sender_party": "gp", "receiver_party": "clinic"}
    receive(MessageState.ACCEPTED, kind="henvisning", type="HENVISNING", msg_id="AA-1", thread=1, **gp)
    receive(MessageState.HELD, at=now + HOUR, kind="henvisning", type="HENVISNING", msg_id="AA-2", thread=1, **gp)
    receive(
        MessageState.ACCEPTED,
        at=now + 2 * HOUR,
        kind="dialogmelding",
        type="DIALOG_NOTAT",
        thread=3,
        sender_party="clinic",
        receiver_party="nav",
    )
    with store.writing() as ledger:
        receipt = new_message(b"<AppRec/>", direction="out", kind="apprec", state=MessageState.ACCEPTED, thread=1)
        ledger.add_messages([receipt], at=now + 3 * HOUR)
        ledger.add_references(
            [
                NewReference(key="AA-1", role="msg_id", message_id=1),
                NewReference(key="AA-2", role="msg_id", message_id=2),
                NewReference(key="AA-1", role="parent", message_id=2),
            ]
        )
    return store


def test_the_types_of_messages_are_told_once_each(filled: Store) -> None:
    with filled.reading() as query:
        assert query.message_types() == ["DIALOG_NOTAT", "HENVISNING"]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, [1, 2, 3, 4]),
        ({"id": 2}, [2]),
        ({"state": MessageState.HELD}, [2]),
        ({"direction": "out"}, [4]),
        ({"kind": "henvisning"}, [1, 2]),
        ({"type": "DIALOG_NOTAT"}, [3]),
        ({"party": "clinic"}, [1, 2, 3]),
        ({"party": "nav"}, [3]),
        ({"thread": 1}, [1, 2, 4]),
        ({"msg_id": "aa-1"}, [1]),
        ({"msg_id": "Aa-2", "kind": "apprec"}, []),
        ({"kind": "henvisning", "state": MessageState.ACCEPTED}, [1]),
    ],
)
def test_messages_are_found_by_what_is_known_of_them(filled: Store, wanted: dict[str, object], ids: list[int]) -> None:
    with filled.reading() as query:
        assert [row.id for row in query.messages(MessageFilter(**wanted))] == ids


def test_a_period_holds_its_start_and_not_its_end(filled: Store, now: datetime) -> None:
    with filled.reading() as query:
        rows = query.messages(MessageFilter(since=now + HOUR, until=now + 3 * HOUR))

    assert [row.id for row in rows] == [2, 3]


def test_messages_come_in_pages_in_either_order(filled: Store) -> None:
    with filled.reading() as query:
        assert [row.id for row in query.messages(limit=2, offset=1)] == [2, 3]
        assert [row.id for row in query.messages(limit=3, newest_first=True)] == [4, 3, 2]
        assert query.message(404) is None


def test_received_messages_come_oldest_first_without_those_left_out(store: Store, receive: Callable[..., int]) -> None:
    ids = [receive() for _ in range(4)]
    with store.writing() as ledger:
        ledger.take([ids[0]], "w1")

    with store.reading() as query:
        assert query.received(2) == ids[1:3]
        assert query.received(9, exclude=[ids[1], ids[3]]) == [ids[2]]


def test_due_deliveries_come_longest_due_first(
    store: Store, now: datetime, receive: Callable[..., int], new_delivery: Callable[..., NewDelivery]
) -> None:
    message_id = receive(MessageState.ACCEPTED)
    with store.writing() as ledger:
        ids = ledger.add_deliveries(
            [
                new_delivery(message_id, due_at=now),
                new_delivery(message_id, due_at=now - HOUR),
                new_delivery(message_id, due_at=now + HOUR),
                new_delivery(message_id, due_at=now - HOUR, state=DeliveryState.WAITING),
                new_delivery(message_id, due_at=now - 2 * HOUR),
            ],
            at=now,
        )

    with store.reading() as query:
        assert [row.id for row in query.due_deliveries(now, 10)] == [ids[4], ids[1], ids[0]]
        assert [row.id for row in query.due_deliveries(now, 1)] == [ids[4]]
        assert [row.id for row in query.due_deliveries(now, 10, exclude=[ids[4]])] == [ids[1], ids[0]]


def test_deliveries_are_listed_by_state_channel_and_party(
    store: Store, now: datetime, receive: Callable[..., int], new_delivery: Callable[..., NewDelivery]
) -> None:
    message_id = receive(MessageState.ACCEPTED)
    with store.writing() as ledger:
        ledger.add_deliveries(
            [
                new_delivery(message_id),
                new_delivery(message_id, channel="nav-out", party="nav"),
                new_delivery(message_id, state=DeliveryState.WAITING),
            ],
            at=now,
        )

    with store.reading() as query:
        assert [row.id for row in query.deliveries()] == [1, 2, 3]
        assert [row.id for row in query.deliveries(state=DeliveryState.QUEUED)] == [1, 2]
        assert [row.id for row in query.deliveries(channel="clinic-epj", limit=1, offset=1)] == [3]
        assert [row.id for row in query.deliveries(party="nav")] == [2]
        assert query.delivery(404) is None


def test_tasks_are_listed_by_state_party_and_message(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    message_id = receive()
    with store.writing() as ledger:
        ids = ledger.add_tasks(
            [
                NewTask(party="clinic", rule="R1", title="A"),
                NewTask(party="gp", rule="R2", title="B", message_id=message_id),
                NewTask(party="clinic", rule="R3", title="C"),
            ],
            at=now,
        )
        ledger.close_task(ids[2], by="x", at=now)

    with store.reading() as query:
        assert [row.id for row in query.tasks()] == ids[:2]
        assert [row.id for row in query.tasks("open", "clinic")] == ids[:1]
        assert [row.id for row in query.tasks("done")] == ids[2:]
        assert [row.id for row in query.tasks(None, message_id=message_id)] == [ids[1]]
        assert query.task(404) is None


def test_events_come_in_pages(store: Store, now: datetime) -> None:
    with store.writing() as ledger:
        ledger.log([NewEvent(name=f"step_{number}") for number in range(5)], at=now)

    with store.reading() as query:
        page = query.events(after=1, limit=2)
        rest = query.events(after=page[-1].seq)

    assert [event.name for event in page + rest] == ["step_1", "step_2", "step_3", "step_4"]


def test_counts_are_by_state(store: Store, now: datetime, deliver: Callable[..., int]) -> None:
    deliver()
    deliver(DeliveryState.WAITING)
    with store.writing() as ledger:
        ledger.add_timers([NewTimer(rule="r", message_id=1, due_at=now)])
        ledger.add_tasks([NewTask(party="clinic", rule="R", title="T")], at=now)

    with store.reading() as query:
        counts = query.counts()

    assert counts == Counts(
        messages={"accepted": 2},
        deliveries={"queued": 1, "waiting": 1},
        envelopes={},
        timers={"running": 1},
        tasks={"open": 1},
    )


def test_the_oldest_pending_work_is_known(
    store: Store, now: datetime, receive: Callable[..., int], deliver: Callable[..., int]
) -> None:
    with store.reading() as query:
        assert query.oldest() == Oldest(received_at=None, due_at=None, sent_at=None)
    receive(at=now + HOUR)
    receive(at=now)
    deliver(due_at=now + HOUR)
    with_receipt, without = deliver(receipt_due_at=now), deliver()
    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=without, to=DeliveryState.SENT)], at=now - HOUR)
        ledger.move_deliveries([DeliveryMove(id=with_receipt, to=DeliveryState.SENT)], at=now)

    with store.reading() as query:
        assert query.oldest() == Oldest(received_at=now, due_at=now + HOUR, sent_at=now)


def test_a_reader_sees_one_state_while_others_write(store: Store, now: datetime, receive: Callable[..., int]) -> None:
    message_id = receive()
    with store.reading() as query:
        before = query.message(message_id)
        with store.writing() as ledger:
            ledger.decide([DecidedMessage(id=message_id, state=MessageState.HELD)], at=now)
        again = query.message(message_id)

    with store.reading() as query:
        after = query.message(message_id)
    assert before == again
    assert after.state is MessageState.HELD


def test_messages_and_their_states_are_found_by_ids(filled: Store) -> None:
    with filled.reading() as query:
        assert [row.id for row in query.messages_of([4, 2, 2, 99])] == [2, 4]
        assert query.states_of([1, 2, 99]) == {1: MessageState.ACCEPTED, 2: MessageState.HELD}


def test_deliveries_are_found_by_the_bytes_they_carry(
    store: Store, now: datetime, receive: Callable[..., int], new_delivery: Callable[..., NewDelivery]
) -> None:
    answered, receipt = receive(MessageState.ACCEPTED), receive(MessageState.ACCEPTED)
    with store.writing() as ledger:
        relay, reply = ledger.add_deliveries(
            [new_delivery(answered), new_delivery(receipt, for_message_id=answered)], at=now
        )

        assert [row.id for row in ledger.deliveries_of([answered])] == [relay, reply]
        assert [row.id for row in ledger.deliveries_carrying([receipt])] == [reply]


def test_staged_deliveries_are_those_not_known_to_be_sent(
    store: Store, now: datetime, receive: Callable[..., int], new_delivery: Callable[..., NewDelivery]
) -> None:
    message_id = receive(MessageState.ACCEPTED)
    with store.writing() as ledger:
        sending, waiting, sent, _ = ledger.add_deliveries(
            [
                new_delivery(message_id, state=DeliveryState.SENDING, staged=True),
                new_delivery(message_id, state=DeliveryState.WAITING, staged=True),
                new_delivery(message_id, state=DeliveryState.SENDING, staged=True),
                new_delivery(message_id, state=DeliveryState.SENDING),
            ],
            at=now,
        )
        ledger.move_deliveries([DeliveryMove(id=sent, to=DeliveryState.SENT)], at=now)

        assert [row.id for row in ledger.staged_deliveries()] == [sending, waiting]
        assert ledger.delivery(sending).attempts == 1
        assert ledger.delivery(sent).attempts == 1
        assert ledger.delivery(waiting).attempts == 0
