"""What the dispatcher hands out, to whom and when; its workers do their tasks within this process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from adapter.channel.base import Incoming
from adapter.channel.folder import FolderChannel
from adapter.errors import BudstikkeError, ChannelUnavailable, StoreError, StoreFull, StoreLocked
from adapter.message.state import DeliveryState
from adapter.service import backlog, daemon, inboxes
from adapter.service.daemon import Dispatcher
from adapter.service.pool import Ended
from adapter.service.stop import StopSign
from adapter.service.worker import (
    JUDGED_AGAIN,
    Done,
    Failed,
    Fetch,
    FireTimers,
    Recover,
    Resume,
    Task,
    Worker,
    guarded,
)
from adapter.store.entries import NewDelivery

REFERRAL = "henvisning-1.1-komplett.xml"
FULL = Failed("STORE-02", "There is no room.", "Free room.", can_retry=True)
BROKEN = Failed("STORE-00", "Broken.", "", can_retry=False)


@dataclass
class Hand:
    """A worker as the pool shows it."""

    name: str
    task: Task | None = None


@dataclass
class Hands:
    """A pool whose workers do a task when it is waited for, or end it as they are told."""

    bench: Any
    size: int = 1
    given: list[Task] = field(default_factory=list)
    #: What the next tasks of a kind end in, instead of being done; None is a death.
    outcomes: dict[type, list[Any]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hands = [Hand(f"worker-{number}") for number in range(self.size)]

    @property
    def idle(self) -> list[Hand]:
        return [hand for hand in self.hands if hand.task is None]

    @property
    def is_working(self) -> bool:
        return any(hand.task for hand in self.hands)

    @property
    def is_busy(self) -> bool:
        return self.is_working

    @property
    def is_recovering(self) -> bool:
        return any(isinstance(hand.task, Recover) for hand in self.hands)

    def pids(self) -> list[int]:
        return []

    def give(self, hand: Hand, task: Task) -> None:
        self.given.append(task)
        hand.task = task

    def wait(self, _others: object, _timeout: float | None) -> tuple[list[Ended], list[str]]:
        ended = []
        for hand in self.hands:
            if hand.task is not None:
                waiting = self.outcomes.get(type(hand.task), [])
                outcome = waiting.pop(0) if waiting else guarded(self.bench.worker, hand.task)
                ended.append(Ended(hand.name, hand.task, outcome))
                hand.task = None
        said, self.said = self.said, []
        return ended, said


@pytest.fixture
def stop() -> Iterator[StopSign]:
    with StopSign() as sign:
        yield sign


@pytest.fixture
def hands(bench: Any) -> Hands:
    return Hands(bench)


Make = Callable[..., Dispatcher]


@pytest.fixture
def dispatcher(bench: Any, hands: Hands, stop: StopSign, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Return what makes dispatchers over the hands; nobody pauses."""
    monkeypatch.setattr(daemon, "FIRST_PAUSE", 0.0)
    made: list[Dispatcher] = []

    def make(*, once: bool = True) -> Dispatcher:
        made.append(Dispatcher(bench.settings, hands, stop, once=once, clock=lambda: datetime.now(UTC)))  # type: ignore[arg-type]  # hands are a pool for all it asks
        return made[-1]

    yield make
    for one in made:
        one._store.close()


def kinds(hands: Hands) -> list[str]:
    return [type(task).__name__ for task in hands.given]


def test_once_does_everything_and_ends_with_0(bench: Any, hands: Hands, dispatcher: Make) -> None:
    bench.put("referrer", REFERRAL, number=1)

    assert dispatcher().run() == 0

    assert kinds(hands) == ["Recover", "Fetch", "FireTimers"]
    assert len(bench.home.delivered("clinic")) == len(bench.home.delivered("referrer")) == 1


def test_once_sends_what_goes_by_itself_about_what_it_has_just_read(
    make_bench: Callable[..., Any], stop: StopSign
) -> None:
    bench = make_bench('\n[drafts]\nsend_without_approval = ["AMO-04"]\n')
    bench.put("referrer", "henvisning-2.0-uten-sykmeldingsstatus.xml")
    one = Dispatcher(bench.settings, Hands(bench), stop, once=True, clock=lambda: datetime.now(UTC))  # type: ignore[arg-type]  # hands are a pool for all it asks
    try:
        assert one.run() == 0
    finally:
        one._store.close()

    receipt_and_question = bench.home.delivered("referrer")
    assert len(receipt_and_question) == 2


def test_nothing_is_handed_out_beside_a_recovery(bench: Any, hands: Hands, dispatcher: Make) -> None:
    hands.hands.append(Hand("another"))
    bench.put("referrer", REFERRAL, number=1)
    one = dispatcher()
    one._inboxes.look()

    one._hand_out()
    one._hand_out()
    assert kinds(hands) == ["Recover"]

    (end,), _ = hands.wait([], None)
    one._take_note(end)
    one._hand_out()
    assert kinds(hands) == ["Recover", "Fetch"]
    # and no recovery beside a task
    one._take_note(Ended("another", Resume(()), None))
    one._hand_out()
    assert kinds(hands) == ["Recover", "Fetch"]


@pytest.mark.parametrize("ending", [None, FULL, BROKEN])
@pytest.mark.parametrize("kind", [FireTimers, Fetch, Recover])
def test_a_task_that_did_not_end_well_is_done_after_a_recovery(
    bench: Any, hands: Hands, dispatcher: Make, kind: type, ending: Failed | None
) -> None:
    bench.put("referrer", REFERRAL, number=1)
    hands.outcomes[kind] = [ending]

    assert dispatcher().run() == 0

    first = kinds(hands).index(kind.__name__)
    assert kinds(hands)[first + 1] == "Recover"
    assert kind.__name__ in kinds(hands)[first + 1 :]
    assert len(bench.home.delivered("clinic")) == 1


def test_only_a_failure_from_outside_spares_the_messages(bench: Any, hands: Hands, dispatcher: Make) -> None:
    bench.put("referrer", REFERRAL, number=1)
    hands.outcomes[Fetch] = [FULL, BROKEN, None]

    assert dispatcher().run() == 0

    spared = [task.spared for task in hands.given if isinstance(task, Recover)]
    assert spared == [(), ("worker-0",), (), ()]


def test_once_gives_up_after_failures_that_recoveries_do_not_mend(bench: Any, hands: Hands, dispatcher: Make) -> None:
    bench.put("referrer", REFERRAL, number=1)
    hands.outcomes[Fetch] = [FULL] * 99

    with pytest.raises(BudstikkeError, match=r"There is no room\."):
        dispatcher().run()

    tried = [kind for kind in kinds(hands) if kind != "Recover"]
    assert tried == [*["Fetch"] * (daemon.MOST_FAILURES - 1), "FireTimers", *["Fetch"] * daemon.MOST_FAILURES]


def test_once_waits_no_longer_for_a_store_that_takes_nothing(bench: Any, hands: Hands, dispatcher: Make) -> None:
    bench.put("referrer", REFERRAL, number=1)
    hands.outcomes[Fetch] = hands.outcomes[FireTimers] = [FULL] * 99

    with pytest.raises(BudstikkeError, match=r"There is no room\."):
        dispatcher().run()

    assert len([kind for kind in kinds(hands) if kind != "Recover"]) == daemon.MOST_FAILURES


def test_messages_and_deliveries_left_from_before_come_first(bench: Any, hands: Hands, dispatcher: Make) -> None:
    bench.put("referrer", REFERRAL, number=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(bench.parts.desk), "process", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bench.fetch()
    bench.put("referrer", REFERRAL, number=2)

    assert dispatcher().run() == 0

    assert kinds(hands) == ["Recover", "Resume", "Fetch", "FireTimers"]
    assert len(bench.home.delivered("clinic")) == 2


def send_and_have_overdue(bench: Any) -> None:
    """Have a message that NAV's system should have answered days ago."""
    bench.put("referrer", "dialogmelding-1.0-nav-behov-for-tiltak.xml")
    bench.fetch()
    bench.now += timedelta(days=5)


@pytest.mark.parametrize("size", [1, 2])
def test_a_receipt_that_waited_while_the_daemon_was_stopped_settles_what_is_overdue(
    bench: Any, hands: Hands, dispatcher: Make, size: int
) -> None:
    send_and_have_overdue(bench)
    bench.put("nav", "apprec-1.0-nav-positiv.xml")
    hands.hands = [Hand(f"worker-{number}") for number in range(size)]

    assert dispatcher().run() == 0

    assert bench.tasks() == []
    assert [row.state for row in bench.deliveries() if row.party == "nav"] == [DeliveryState.COMPLETED]


def test_what_nobody_answered_is_alarmed_whatever_cannot_be_read(
    bench: Any, hands: Hands, dispatcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_and_have_overdue(bench)
    bench.put("nav", "apprec-1.0-nav-positiv.xml")
    bench.home.inbox("clinic").rmdir()
    monkeypatch.setattr(FolderChannel, "read", lambda *_: (_ for _ in ()).throw(ChannelUnavailable("no")))

    assert dispatcher().run() == 3

    assert kinds(hands)[-1] == "FireTimers"
    assert bench.tasks() == ["REC-07"]


def test_a_tick_does_not_bring_deadlines_before_a_batch_that_somebody_has_in_hand(
    bench: Any, hands: Hands, dispatcher: Make
) -> None:
    hands.hands.append(Hand("another"))
    bench.put("nav", "apprec-1.0-nav-positiv.xml")
    one = dispatcher(once=False)
    one._inboxes.look()
    one._hand_out()
    one._take_note(*hands.wait([], None)[0])
    one._hand_out()

    one._hear("timers")
    one._hand_out()
    assert kinds(hands) == ["Recover", "Fetch"]

    one._take_note(*hands.wait([], None)[0])
    one._hand_out()
    assert kinds(hands) == ["Recover", "Fetch", "FireTimers"]


def test_deadlines_wait_for_a_file_of_before_but_for_none_that_came_later(
    bench: Any, hands: Hands, dispatcher: Make
) -> None:
    one = dispatcher(once=False)
    bench.put("referrer", REFERRAL, number=1)
    later = time.time() + 60
    os.utime(next(bench.home.inbox("referrer").iterdir()), (later, later))
    one._inboxes.look()

    one._hand_out()
    one._take_note(*hands.wait([], None)[0])
    one._hand_out()

    assert kinds(hands) == ["Recover", "FireTimers"]


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """One file, and one delivery, in a task."""
    monkeypatch.setattr(inboxes, "BATCH", 1)
    monkeypatch.setattr(backlog, "BATCH", 1)


def make_due(bench: Any, number: int) -> None:
    """Have so many deliveries due that a message which came earlier brings."""
    bench.put("referrer", REFERRAL, number=1000)
    bench.fetch()
    message = min(bench.messages(), key=lambda row: row.id)
    with bench.parts.store.writing() as ledger:
        new = NewDelivery(message_id=message.id, for_message_id=message.id, channel="clinic", party="clinic", name="")
        due = [replace(new, name=f"again-{index}.xml", due_at=bench.now) for index in range(number)]
        ledger.add_deliveries(due, at=bench.now)


@pytest.mark.usefixtures("one_by_one")
def test_a_new_file_does_not_wait_for_all_deliveries_that_are_due(bench: Any, hands: Hands, dispatcher: Make) -> None:
    make_due(bench, 12)
    bench.put("referrer", REFERRAL, number=1)

    assert dispatcher().run() == 0

    assert kinds(hands)[:3] == ["Recover", "Deliver", "Fetch"]
    assert kinds(hands).count("Deliver") == 12


@pytest.mark.usefixtures("one_by_one")
def test_a_delivery_that_is_due_does_not_wait_for_all_new_files(bench: Any, hands: Hands, dispatcher: Make) -> None:
    make_due(bench, 2)
    for number in range(8):
        bench.put("referrer", REFERRAL, number=number)

    assert dispatcher().run() == 0

    assert kinds(hands)[1:6] == ["Deliver", "Fetch", "Deliver", "Fetch", "Fetch"]
    assert kinds(hands).count("Fetch") == 8


def test_once_does_not_end_before_a_message_that_was_parked(
    bench: Any, hands: Hands, dispatcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inboxes, "BATCH", 1)
    bench.put("referrer", "henvisning-1.1-kansellering.xml", name="1.xml")
    bench.put("referrer", REFERRAL, name="2.xml")

    assert dispatcher().run() == 0

    assert kinds(hands) == ["Recover", "Fetch", "Fetch", "Resume", "FireTimers"]
    assert len(bench.home.delivered("clinic")) == 2


def test_a_file_that_cannot_be_read_waits_for_the_next_poll(
    bench: Any, hands: Hands, dispatcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("referrer", REFERRAL, number=1)
    real = FolderChannel.read

    def read(self: FolderChannel, incoming: Incoming) -> bytes:
        raise ChannelUnavailable(f"channel {self.id}: no {incoming.size}")

    monkeypatch.setattr(FolderChannel, "read", read)
    one = dispatcher()
    assert one.run() == 3
    assert kinds(hands).count("Fetch") == 1

    monkeypatch.setattr(FolderChannel, "read", real)
    one._hear("look")
    assert one._inboxes.next() is None
    one._hear("poll:referrer")
    assert isinstance(one._inboxes.next(), Fetch)


def test_a_received_file_that_stays_in_its_folder_is_fetched_once(
    bench: Any, dispatcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def settle(_self: FolderChannel, _items: object) -> None:
        raise ChannelUnavailable

    bench.put("referrer", REFERRAL, number=1)
    monkeypatch.setattr(FolderChannel, "settle_many", settle)
    one = dispatcher()

    assert one.run() == 0
    one._hear("poll:referrer")
    assert one._inboxes.next() is None
    assert len(bench.home.delivered("clinic")) == 1


def test_a_channel_in_trouble_is_told_once_and_again_when_it_is_well(
    bench: Any, dispatcher: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = bench.home.inbox("referrer")
    inbox.rmdir()
    one = dispatcher()
    assert one.run() == 3
    one._hear("poll:referrer")
    inbox.mkdir()
    one._hear("poll:referrer")

    said = capsys.readouterr()
    told = said.out + said.err
    assert told.count("channel_down") == 1
    assert told.count("channel_up") == 1


def test_a_store_that_cannot_be_read_just_now_slows_the_daemon_down(
    hands: Hands, dispatcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = dispatcher()
    one._must_recover = one._must_fire = False

    @contextmanager
    def reading() -> Iterator[None]:
        raise StoreLocked
        yield

    monkeypatch.setattr(one._store, "reading", reading)
    one._hand_out()
    assert hands.given == []
    assert one._failures == 1

    @contextmanager
    def broken() -> Iterator[None]:
        raise StoreError("damaged")
        yield

    monkeypatch.setattr(one._store, "reading", broken)
    with pytest.raises(StoreError, match="damaged"):
        one._hand_out()


def test_after_a_failure_nothing_is_begun_for_a_while(
    hands: Hands, dispatcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = dispatcher()
    monkeypatch.setattr(daemon, "FIRST_PAUSE", 60.0)
    one._take_note(Ended("worker-0", FireTimers(), FULL))

    one._hand_out()

    assert hands.given == []


def test_an_open_delivery_calls_for_a_recovery_when_nobody_works(
    bench: Any, hands: Hands, dispatcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("referrer", REFERRAL, number=1)
    with monkeypatch.context() as patch:
        patch.setattr(FolderChannel, "publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bench.fetch()
    assert bench.deliveries()[0].state is DeliveryState.SENDING
    one = dispatcher()
    one._must_recover = one._must_fire = False

    one._hear("timers")
    one._hear("timers")
    assert one.run() == 0

    assert kinds(hands) == ["Recover", "FireTimers"]
    assert bench.deliveries()[0].state is DeliveryState.SENT


def test_ticks_are_planned_anew_when_the_clock_is_set_back(dispatcher: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    class Counting:
        planned = 0

        def plan(self) -> None:
            self.planned += 1

    one = dispatcher()
    one._ticker = ticker = Counting()  # type: ignore[assignment]  # all that is asked of a ticker
    real = daemon.time.time
    one._watch_clock()
    assert ticker.planned == 0
    monkeypatch.setattr(daemon.time, "time", lambda: real() - 3600)
    one._watch_clock()
    one._watch_clock()
    assert ticker.planned == 1
    monkeypatch.setattr(daemon.time, "time", lambda: real() + 3600)
    one._watch_clock()
    assert ticker.planned == 1


def test_told_to_stop_it_begins_nothing_more(bench: Any, hands: Hands, dispatcher: Make, stop: StopSign) -> None:
    bench.put("referrer", REFERRAL, number=1)
    stop._stop(15, None)

    assert dispatcher(once=False).run() == 0

    assert hands.given == []


def test_folders_are_made_but_not_where_something_was_staged(bench: Any) -> None:
    """A folder made anew would look as if all that was staged in it had been published."""
    bench.put("referrer", REFERRAL, number=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FolderChannel, "publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bench.fetch()
    outbox = bench.home.outbox("clinic")
    outbox.rename(outbox.with_name("not-mounted"))
    bench.home.inbox("nav").rmdir()

    daemon._create_folders(bench.settings)

    assert not outbox.exists()
    assert bench.home.inbox("nav").is_dir()


def test_done_and_failed_are_what_a_worker_says(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guarded(bench.worker, Resume(())) == replace(Done(), seconds=pytest.approx(0, abs=5))
    monkeypatch.setattr(type(bench.parts.post), "recover", lambda *_: 1 / 0)
    assert guarded(bench.worker, Recover()) == Failed(
        "INT-02", "ZeroDivisionError", "The log holds the trace.", can_retry=False
    )
    monkeypatch.setattr(type(bench.parts.post), "recover", lambda *_: (_ for _ in ()).throw(StoreFull()))
    said = guarded(bench.worker, Recover())
    assert isinstance(said, Failed)
    assert (said.code, said.can_retry) == ("STORE-02", True)


def test_timers_have_held_mails_judged_anew_which_are_then_looked_for(bench: Any, dispatcher: Make) -> None:
    room = SimpleNamespace(receiver=SimpleNamespace(judge_again=lambda now: 3 if now == bench.now else 0))
    done = Worker(replace(bench.parts, mail=room), "worker-0", lambda: bench.now).do(FireTimers())
    assert done.counts == {"timers": 0, JUDGED_AGAIN: 3}
    one = dispatcher(once=False)
    while one._backlog.next() is not None:
        pass

    one._take_note(Ended("worker-0", FireTimers(), Done({"timers": 0})))
    assert one._backlog.is_done
    one._take_note(Ended("worker-0", FireTimers(), done))
    assert not one._backlog.is_done
