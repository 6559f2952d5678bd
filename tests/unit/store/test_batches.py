from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from adapter.errors import StoreError
from adapter.message.state import DeliveryState, MessageState
from adapter.store import BatchRow, DeliveryMove, ItemRow, NewBatch, NewDelivery, NewItem, NewReference, Store

Receive = Callable[..., int]


def batch(*items: NewItem, **given: object) -> NewBatch:
    return NewBatch(**{"by": "kari", "ids": "new", "wanted": {"type": "HENVISNING"}, "items": items, **given})


def test_a_batch_is_kept_with_the_bytes_it_goes_with(store: Store, now: datetime, receive: Receive) -> None:
    message = receive(MessageState.REJECTED)
    with store.writing() as ledger:
        id_ = ledger.add_batch(
            batch(NewItem(message_id=message, data=b"<new/>"), NewItem(message_id=message), pause=0.5), at=now
        )

    with store.reading() as query:
        assert query.batches() == [query.batch(id_)]
        assert query.batch(id_) == BatchRow(
            id=id_,
            created_at=now,
            created_by="kari",
            ids="new",
            wanted={"type": "HENVISNING"},
            pause=0.5,
            state="open",
            ended_at=None,
        )
        first, second = query.items(id_)
        assert query.planned_bodies([first, second]) == {first.sha256: b"<new/>"}
        assert query.item(id_, 2) == second
        assert (query.item(id_, 3), query.batch(99)) == (None, None)
        assert query.item_counts([id_, 99]) == {id_: {"pending": 2}, 99: {}}
        (event,) = query.batch_events(id_)
        assert (event.name, event.data) == (
            "batch_started",
            {"batch": id_, "by": "kari", "ids": "new", "messages": 2},
        )
        assert query.batch_events(99) == []


def test_bytes_that_no_message_got_are_forgotten(store: Store, now: datetime, receive: Receive) -> None:
    message = receive(MessageState.REJECTED)
    with store.writing() as ledger:
        id_ = ledger.add_batch(batch(NewItem(message_id=message, data=b"<new/>")), at=now)
        (item,) = ledger.items(id_)
        ledger.end_item(item, "cancelled", note="stopped", at=now)

        (ended,) = ledger.items(id_, "cancelled")
        assert (ended.sha256, ended.note, ended.ended_at) == (None, "stopped", now)
        assert ledger.planned_bodies([item]) == {}
        with pytest.raises(StoreError, match="is cancelled already"):
            ledger.end_item(ended, "done", at=now)


def test_what_old_batches_have_still_to_send_is_found(store: Store, now: datetime, receive: Receive) -> None:
    well, failed, held = (
        receive(state) for state in (MessageState.DELIVERED, MessageState.REJECTED, MessageState.HELD)
    )
    with store.writing() as ledger:
        old = ledger.add_batch(batch(*(NewItem(message_id=one) for one in (well, failed, held, well))), at=now)
        ledger.end_item(ledger.items(old)[0], "done", message=failed, at=now)
        young = ledger.add_batch(batch(NewItem(message_id=well)), at=now + timedelta(seconds=1))

    def found(before: datetime, *states: MessageState, limit: int = 9) -> list[tuple[int, int]]:
        with store.reading() as query:
            return [(item.batch_id, item.position) for item in query.forgettable_items(states, before, limit)]

    assert found(now, MessageState.DELIVERED) == []
    later = now + timedelta(seconds=2)
    assert found(now + timedelta(seconds=1), MessageState.DELIVERED) == [(old, 4)]
    assert found(later, MessageState.DELIVERED, MessageState.REJECTED) == [(old, 2), (old, 4), (young, 1)]
    assert found(later, MessageState.DELIVERED, MessageState.REJECTED, limit=1) == [(old, 2)]


def test_a_batch_ends_once_and_can_then_only_be_cancelled(store: Store, now: datetime) -> None:
    with store.writing() as ledger:
        id_ = ledger.add_batch(batch(), at=now)
        ledger.end_batch(id_, "done", by="kari", at=now + timedelta(seconds=1))
        with pytest.raises(StoreError, match="could be done"):
            ledger.end_batch(id_, "done", by="kari", at=now)
        ledger.end_batch(id_, "cancelled", by="ola", at=now + timedelta(seconds=2))
        for state in ("done", "cancelled"):
            with pytest.raises(StoreError):
                ledger.end_batch(id_, state, by="kari", at=now)
        with pytest.raises(StoreError):
            ledger.end_batch(99, "done", by="kari", at=now)

        assert (ledger.batch(id_).state, ledger.batch(id_).ended_at) == ("cancelled", now + timedelta(seconds=2))


def test_a_replay_is_found_from_both_sides(store: Store, now: datetime, receive: Receive) -> None:
    old, new, other = (receive(MessageState.REJECTED, data=data) for data in (b"1", b"2", b"3"))
    with store.writing() as ledger:
        id_ = ledger.add_batch(batch(NewItem(message_id=old, data=b"2")), at=now)
        ledger.end_item(ledger.items(id_)[0], "done", message=new, at=now)

        found: list[ItemRow] = ledger.repeats_of([old])
        assert found == ledger.repeats_of([new]) == ledger.items(id_)
        assert ledger.repeats_of([other]) == []
        assert ledger.bodies([new]) == {new: b"2"}


def test_the_past_knows_what_was_decided_before_and_how_it_stood(
    store: Store, now: datetime, receive: Receive, new_delivery: Callable[..., NewDelivery]
) -> None:
    first = receive(MessageState.ACCEPTED, thread=1)
    with store.writing() as ledger:
        ledger.add_references([NewReference(key="a", role="msg_id", message_id=first)])
        (delivery,) = ledger.add_deliveries([new_delivery(first, state=DeliveryState.SENDING)], at=now)
    with store.reading() as query:
        accepted = query.events()[-1].seq + 1
    with store.writing() as ledger:
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.SENT)], at=now)
        ledger.move_deliveries([DeliveryMove(id=delivery, to=DeliveryState.REJECTED)], at=now)
        (again,) = ledger.add_deliveries([new_delivery(first)], at=now)
        id_ = ledger.add_batch(batch(NewItem(message_id=first, delivery_id=delivery), ids="kept"), at=now)
        ledger.end_item(ledger.items(id_)[0], "done", delivery=again, at=now)
    later = receive(MessageState.HELD, thread=1, data=b"later")
    with store.writing() as ledger:
        ledger.add_references([NewReference(key="a", role="document_id", message_id=later)])

    with store.reading_past(accepted - 1) as past:
        assert past.known(["a"]) == {}
    for before, rejected in ((accepted, DeliveryState.SENDING), (accepted + 1, DeliveryState.SENT)):
        with store.reading_past(before) as past:
            assert [row.message_id for row in past.known(["A"])["a"]] == [first]
            assert [row.state for row in past.in_threads([1])] == [MessageState.ACCEPTED]
            assert [(row.id, row.state) for row in past.deliveries_of([first])] == [(delivery, rejected)]
            assert past.answered([first]) == set()
    with store.reading() as query:
        assert len(query.known(["a"])["a"]) == 2
        assert query.kept([first, later, 99]) == {first, later}
