from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapter.config import Settings
from adapter.errors import ChannelUnavailable
from adapter.message.state import DeliveryState, MessageState
from adapter.replay.live import Outcome, Pace, Put, await_outcomes, is_daemon_at_work, put_all
from adapter.replay.preview import Plan
from adapter.replay.report import summary
from adapter.replay.source import Source
from adapter.replay.stage import Stage
from adapter.service.parts import Parts
from adapter.store import Store
from adapter.store.lock import DaemonLock

Read = Callable[[str], Source]
Played = Callable[..., list[Outcome]]
NOW = datetime.now(UTC)
GOOD = "henvisning-1.1-komplett.xml"
FOR_NAV = "dialogmelding-1.0-nav-behov-for-tiltak.xml"


@pytest.fixture
def inboxes(parts: Parts) -> dict[str, Path]:
    return {channel.id: channel.inbox for channel in parts.settings.channel}


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def view(settings: Settings) -> Callable[[], Store]:
    return lambda: Store.view(settings.store.url)


@pytest.fixture
def played(
    parts: Parts, inboxes: dict[str, Path], stop: threading.Event, view: Callable[[], Store]
) -> Callable[..., list[Outcome]]:
    """Return what puts files, does a daemon's work at a moment, and looks what came of it."""

    def play(*found: Source, at: datetime = NOW) -> list[Outcome]:
        puts = list(put_all([planned(one) for one in found], inboxes, pace=Pace(), stop=stop))
        Stage(parts, at).settle()
        return await_outcomes(view, puts, since=at, wait=timedelta(), stop=stop)

    return play


def planned(source: Source, channel: str | None = "referrer-epj") -> Plan:
    return Plan(source=source, channel=channel)


def finished(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))


def test_files_appear_whole_in_the_inbox_of_their_channel(
    inboxes: dict[str, Path], source: Read, stop: threading.Event
) -> None:
    plans = [planned(source(GOOD)), planned(source("tom-fil.xml"), None), planned(source("tom-fil.xml"), "nav")]

    puts = list(put_all(plans, inboxes, pace=Pace(), stop=stop))

    assert [path.read_bytes() for path in finished(inboxes["referrer-epj"])] == [source(GOOD).data]
    assert [path.name for path in finished(inboxes["nav"])] == [puts[1].name]
    assert [path for inbox in inboxes.values() for path in inbox.iterdir() if path.name.startswith(".")] == []
    assert puts[0].name.endswith("-00001.xml")


def test_no_name_of_a_file_reaches_the_inbox(inboxes: dict[str, Path], source: Read, stop: threading.Event) -> None:
    """It may name a patient, or be one that an inbox leaves alone."""
    named = replace(source(GOOD), path=Path(".Ola Nordmann.tmp"))

    (put,) = put_all([planned(named)], inboxes, pace=Pace(), stop=stop)

    assert "Ola" not in put.name


def test_stopping_leaves_the_rest(inboxes: dict[str, Path], source: Read, stop: threading.Event) -> None:
    puts: list[Put] = []
    for put in put_all([planned(source(GOOD))] * 3, inboxes, pace=Pace(), stop=stop):
        puts.append(put)
        stop.set()

    assert [path.name for path in finished(inboxes["referrer-epj"])] == [put.name for put in puts]
    assert len(puts) == 1


def test_an_inbox_that_cannot_be_written_is_told(inboxes: dict[str, Path], source: Read, stop: threading.Event) -> None:
    inboxes["referrer-epj"] = inboxes["referrer-epj"] / "missing"

    with pytest.raises(ChannelUnavailable, match="channel referrer-epj: inbox: No such file"):
        list(put_all([planned(source(GOOD))], inboxes, pace=Pace(), stop=stop))


def test_a_pace_spreads_files_over_time(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("adapter.replay.live.time.monotonic", lambda: 100.0)
    pace = Pace(0.5)

    class Event(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout or 0.0)
            return False

    for _ in range(3):
        pace.wait(Event())

    assert waited == [0.0, 0.5, 1.0]


def test_what_came_of_files_is_read_from_the_store(played: Played, source: Read) -> None:
    names = (GOOD, "henvisning-1.1-utilstrekkelig-pasient.xml", "henvisning-1.1-kopimottaker.xml")

    told = summary(played(*map(source, names)), NOW)

    assert told.verdicts == {"accept": 2, "reject": 1}
    assert told.arrived == {"clinic-epj": 2, "frisklivssentral-epj": 1}
    assert told.receipts == {"positive": 3, "negative": 1}
    assert told.surprises == told.unfinished == ()
    assert not told.waiting + told.failed


def test_what_nobody_has_taken_is_unfinished(
    inboxes: dict[str, Path], source: Read, stop: threading.Event, view: Callable[[], Store]
) -> None:
    puts = list(put_all([planned(source(GOOD))], inboxes, pace=Pace(), stop=stop))

    (one,) = await_outcomes(view, puts, since=NOW, wait=timedelta(), stop=stop)

    assert (one.message, one.is_settled(NOW)) == (None, False)
    assert summary([one], NOW).unfinished == (one,)


def test_a_store_that_is_not_there_yet_is_waited_for(settings: Settings, source: Read, stop: threading.Event) -> None:
    put = Put(plan=planned(source(GOOD)), channel="referrer-epj", name="x.xml")
    stop.set()

    found = await_outcomes(
        lambda: Store.view(settings.store.url), [put], since=NOW, wait=timedelta(minutes=1), stop=stop
    )

    assert found == [Outcome(put=put)]


def test_a_delivery_on_a_schedule_is_waiting_and_settled(played: Played, source: Read) -> None:
    moment = NOW.replace(second=1)

    (one,) = played(source(FOR_NAV), at=moment)

    assert one.is_settled(moment)
    assert not one.is_settled(moment + timedelta(minutes=1))
    assert summary([one], moment).waiting == {"nav": 1}


def test_a_receipt_behind_a_delivery_that_is_due_is_not_settled(played: Played, source: Read) -> None:
    (one,) = played(source(GOOD))
    relay, receipt = one.deliveries
    waiting = replace(receipt, state=DeliveryState.WAITING, after_delivery=relay.id)
    queued = replace(relay, state=DeliveryState.QUEUED, due_at=NOW)

    assert one.is_settled(NOW)
    assert replace(one, deliveries=(relay, waiting)).is_settled(NOW)
    assert not replace(one, deliveries=(queued, waiting)).is_settled(NOW)
    assert one.message is not None
    assert not replace(one, message=replace(one.message, state=MessageState.RECEIVED)).is_settled(NOW)


def test_a_stopped_message_is_a_surprise_unless_the_index_says_so(played: Played, source: Read, tmp_path: Path) -> None:
    unexpected = replace(source("henvisning-1.1-utilstrekkelig-pasient.xml"), path=tmp_path / "elsewhere.xml")

    told = summary(played(source("henvisning-1.1-feil-dato.xml"), unexpected), NOW)

    assert [one.put.plan.source.path.name for one in told.surprises] == ["elsewhere.xml"]


def test_a_delivery_that_was_given_up_is_a_surprise(played: Played, source: Read) -> None:
    (one,) = played(source(GOOD))
    relay, receipt = one.deliveries
    given_up = replace(one, deliveries=(replace(relay, state=DeliveryState.ABANDONED), receipt))

    told = summary([given_up], NOW)

    assert told.failed == {"clinic-epj": 1}
    assert told.surprises == (given_up,)
    assert told.unfinished == ()


def test_a_daemon_is_recognised_by_its_lock(settings: Settings) -> None:
    store = settings.store_file()
    assert not is_daemon_at_work(store)

    store.parent.mkdir(parents=True)
    assert not is_daemon_at_work(store)
    with DaemonLock.acquire(store):
        assert is_daemon_at_work(store)
    assert not is_daemon_at_work(store)
