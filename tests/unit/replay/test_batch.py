from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from adapter.errors import StoreFull
from adapter.message.state import DeliveryState, MessageState
from adapter.replay.batch import NoSuchBatch, begin, cancel, go_on, resume
from adapter.replay.prospect import anew, once_more
from adapter.replay.stage import Stage
from adapter.service.parts import Parts
from adapter.service.purging import purge
from adapter.store import DeliveryMove, ItemRow, MessageRow, NewDelivery
from adapter.store.ledger import Ledger

Carry = Callable[..., None]
Rows = Callable[..., list[MessageRow]]
GOOD = "henvisning-1.1-komplett.xml"
ALSO = "henvisning-1.1-uten-sykmeldingsstatus.xml"


@pytest.fixture
def bench(parts: Parts, stage: Stage, carry: Carry, rows: Rows) -> Bench:
    """Return an installation that has carried two referrals."""
    carry(GOOD, ALSO)
    return Bench(parts, stage, rows)


class Bench:
    """Begins and runs batches on one installation."""

    def __init__(self, parts: Parts, stage: Stage, rows: Rows) -> None:
        self.parts, self.stage, self.rows = parts, stage, rows
        self.stop = threading.Event()

    def begin(self, ids: str, *, pause: float = 0.0) -> int:
        rows = self.rows()
        prospect = once_more(self.parts, rows) if ids == "kept" else anew(self.parts, rows, self.stage.now)
        told = {"ids": ids, "wanted": {"direction": "in"}, "pause": pause, "by": "kari", "now": self.stage.now}
        return begin(self.parts.store, prospect.going, **told)

    def run(self, batch: int) -> Iterator[ItemRow]:
        return go_on(self.parts.store, batch, by="kari", stop=self.stop, clock=self.stage.clock)

    def states(self, batch: int) -> list[str]:
        with self.parts.store.reading() as query:
            return [query.batch(batch).state, *(item.state for item in query.items(batch))]

    def outbox(self, party: str = "clinic") -> list[str]:
        folder = next(each.outbox for each in self.parts.settings.channel if each.id == f"{party}-epj")
        return sorted(path.name for path in folder.iterdir())

    def events(self, message: int) -> list[str]:
        with self.parts.store.reading() as query:
            return [event.name for event in query.events(message)]


def test_a_batch_that_is_begun_sends_nothing(bench: Bench) -> None:
    before = bench.outbox()
    batch = bench.begin("kept")
    bench.stage.settle()

    assert bench.states(batch) == ["open", "pending", "pending"]
    assert bench.outbox() == before


def test_the_same_files_go_out_once_more(bench: Bench) -> None:
    before = bench.outbox()
    batch = bench.begin("kept")
    ended = list(bench.run(batch))
    bench.stage.settle()

    assert bench.states(batch) == ["done", "done", "done"]
    assert bench.outbox() == sorted([*before, *(name.replace(".xml", "-again1.xml") for name in before)])
    with bench.parts.store.reading() as query:
        again = query.delivery(ended[0].new_delivery_id)
        assert (again.message_id, again.party, again.state) == (1, "clinic", DeliveryState.SENT)
        assert again.receipt_due_at is None
        assert query.message(1).state is MessageState.DELIVERED
        (event,) = [event for event in query.events(1) if event.name == "replayed"]
        assert (event.delivery_id, event.data) == (again.id, {"batch": batch, "by": "kari", "delivery": 1})
        assert [event.name for event in query.batch_events(batch)] == ["batch_started", "batch_done"]
        assert query.verify_chain().ok


def test_new_messages_come_in_and_are_linked_both_ways(bench: Bench) -> None:
    batch = bench.begin("new")
    first, second = bench.run(batch)
    bench.stage.settle()

    with bench.parts.store.reading() as query:
        new = query.message(first.new_message_id)
        assert (new.state, new.channel, new.source) == (MessageState.DELIVERED, "referrer-epj", "replay of 1")
        assert new.msg_id != query.message(1).msg_id
        assert query.receipts_of(new.id)
        assert query.repeats_of([1]) == query.repeats_of([new.id]) == [first]
        assert "replays" in [event.name for event in query.events(new.id)]
    assert "replayed" in bench.events(1)
    assert second.new_message_id == first.new_message_id + 1
    assert first.sha256 is None


def test_what_was_begun_is_finished_after_a_crash_and_nothing_is_sent_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = bench.begin("new")
    ends, real = itertools.count(), Ledger.end_item

    def dies_in_the_second(ledger: Ledger, *arguments: object, **named: object) -> None:
        real(ledger, *arguments, **named)
        if next(ends) == 1:
            raise StoreFull

    monkeypatch.setattr(Ledger, "end_item", dies_in_the_second)
    with pytest.raises(StoreFull):
        list(bench.run(batch))
    assert bench.states(batch) == ["open", "done", "pending"]
    assert len(bench.rows()) == 3

    assert resume(bench.parts.store, batch, "ola", bench.stage.now).id == batch
    list(bench.run(batch))

    assert bench.states(batch) == ["done", "done", "done"]
    assert len(bench.rows()) == 4
    with bench.parts.store.reading() as query:
        assert [(event.name, event.data["by"]) for event in query.batch_events(batch)] == [
            ("batch_started", "kari"),
            ("batch_resumed", "ola"),
            ("batch_done", "kari"),
        ]


def test_two_processes_may_send_the_same_batch(bench: Bench) -> None:
    batch = bench.begin("new")
    one, other = bench.run(batch), bench.run(batch)

    ended = [next(one), next(other), *one, *other]

    assert [item.position for item in ended] == [1, 2]
    assert len(bench.rows()) == 4


def test_a_wish_to_stop_leaves_the_rest_for_later(bench: Bench) -> None:
    batch = bench.begin("kept")
    for _ in bench.run(batch):
        bench.stop.set()

    assert bench.states(batch) == ["open", "done", "pending"]


def test_a_rate_is_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(bench.stop, "wait", lambda seconds: waits.append(round(seconds, 1)))

    list(bench.run(bench.begin("kept", pause=30)))

    assert waits[:2] == [0.0, 30.0]


def test_a_cancelled_batch_withdraws_what_is_queued_and_forgets_what_it_would_have_sent(bench: Bench) -> None:
    before = bench.outbox()
    kept, new = bench.begin("kept"), bench.begin("new")
    next(bench.run(kept))

    assert cancel(bench.parts.store, kept, "ola", bench.stage.now) == (1, 1)
    assert cancel(bench.parts.store, new, "ola", bench.stage.now) == (2, 0)
    assert list(bench.run(kept)) == []
    bench.stage.settle()

    assert bench.states(kept) == ["cancelled", "done", "cancelled"]
    assert bench.outbox() == before
    with bench.parts.store.reading() as query:
        assert {item.sha256 for item in query.items(new)} == {None}
        assert query.message(1).state is MessageState.DELIVERED
    for batch in (kept, 99):
        with pytest.raises(NoSuchBatch):
            cancel(bench.parts.store, batch, "ola", bench.stage.now)
        with pytest.raises(NoSuchBatch):
            resume(bench.parts.store, batch, "ola", bench.stage.now)


def test_a_batch_that_is_through_can_be_cancelled_as_long_as_something_waits(bench: Bench) -> None:
    batch = bench.begin("kept")
    list(bench.run(batch))

    assert cancel(bench.parts.store, batch, "ola", bench.stage.now) == (0, 2)

    batch = bench.begin("kept")
    list(bench.run(batch))
    bench.stage.settle()
    with pytest.raises(NoSuchBatch, match="done already"):
        cancel(bench.parts.store, batch, "ola", bench.stage.now)


def test_a_delivery_that_was_given_up_is_tried_again(bench: Bench) -> None:
    lost = NewDelivery(message_id=1, for_message_id=1, channel="nav", party="nav", name="lost.xml")
    with bench.parts.store.writing() as ledger:
        (number,) = ledger.add_deliveries([lost], at=bench.stage.now)
        ledger.move_deliveries([DeliveryMove(id=number, to=DeliveryState.ABANDONED)], at=bench.stage.now)
    prospect = once_more(bench.parts, bench.rows(1), "nav")
    batch = begin(bench.parts.store, prospect.going, ids="kept", wanted={}, pause=0, by="kari", now=bench.stage.now)

    (item,) = bench.run(batch)
    bench.stage.settle()

    assert item.new_delivery_id == number
    with bench.parts.store.reading() as query:
        assert query.delivery(number).state is DeliveryState.SENT


def test_each_party_behind_a_mail_channel_gets_its_own_again_once_it_has_acknowledged(bench: Bench) -> None:
    new = [
        NewDelivery(message_id=1, for_message_id=1, channel="nav", party=party, name=f"{party}.xml", is_reliable=True)
        for party in ("nav", "clinic", "referrer")
    ]
    with bench.parts.store.writing() as ledger:
        nav, clinic, referrer = ledger.add_deliveries(new, at=bench.stage.now)
        steps = (
            (nav, DeliveryState.ACKNOWLEDGED),
            (clinic, DeliveryState.ACKNOWLEDGED),
            (referrer, DeliveryState.SENT),
        )
        ledger.move_deliveries([DeliveryMove(id=number, to=to) for number, to in steps], at=bench.stage.now)
    prospect = once_more(bench.parts, bench.rows(1), "nav")
    batch = begin(bench.parts.store, prospect.going, ids="kept", wanted={}, pause=0, by="kari", now=bench.stage.now)

    items = list(bench.run(batch))

    with bench.parts.store.reading() as query:
        again = [query.delivery(item.new_delivery_id) for item in items]
    assert [(row.party, row.is_reliable) for row in again] == [("nav", True), ("clinic", True)]
    assert [left.why for left in prospect.left_out] == ["it is on its way"]


def test_what_changed_since_the_look_is_left_out_with_the_reason(bench: Bench) -> None:
    first, second = bench.begin("kept"), bench.begin("kept")
    list(bench.run(first))
    with bench.parts.store.writing() as ledger:
        ledger.drop_bodies([3])

    notes = [item.note for item in bench.run(second)]

    assert notes == ["it is on its way", "its content is not kept"]
    assert bench.states(second) == ["done", "left out", "left out"]


def test_who_purges_a_message_purges_its_replays_and_what_is_planned_of_it(bench: Bench) -> None:
    first = bench.begin("new")
    new = next(bench.run(first)).new_message_id
    bench.stage.settle()
    planned = bench.begin("new")

    purged = purge(bench.parts.store, new, by="kari", reason="wrong patient", now=bench.stage.now + timedelta(1))

    assert {1, new} <= set(purged)
    assert purge(bench.parts.store, 3, by="kari", reason="that one too", now=bench.stage.now)
    assert bench.states(planned) == ["open", "cancelled", "cancelled", "cancelled"]
    assert list(bench.run(planned)) == []
    assert bench.states(planned)[0] == "done"
    with bench.parts.store.reading() as query:
        assert query.kept([1, new]) == set()
        assert query.items(planned)[0].note == "its content was purged"
