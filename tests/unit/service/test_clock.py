from __future__ import annotations

from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe

import pytest

from adapter.flow.schedule import Schedule
from adapter.service import clock
from adapter.service.clock import ScheduleTrigger, Ticker

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_trigger_fires_as_the_schedule_says_and_never_twice_for_one_moment() -> None:
    trigger = ScheduleTrigger(Schedule.parse("cron 0 * * * *"))

    first = trigger.get_next_fire_time(None, NOW)
    assert first == NOW
    assert trigger.get_next_fire_time(first, first) == NOW + timedelta(hours=1)


def test_moments_that_passed_while_the_machine_slept_count_as_one() -> None:
    trigger = ScheduleTrigger(Schedule.parse("cron 0 * * * *"))

    assert trigger.get_next_fire_time(NOW, NOW + timedelta(hours=5, minutes=1)) == NOW + timedelta(hours=6)


def test_it_says_when_it_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "LOOK", 0.05)
    monkeypatch.setattr(clock, "TIMERS", 0.05)
    ticks, tick = Pipe(duplex=False)
    heard = set()
    with Ticker({"nav": Schedule.parse("every 1s")}, tick):
        while heard != {"poll:nav", "look", "timers"}:
            assert ticks.poll(10), heard
            heard.add(ticks.recv())


def test_planned_anew_it_does_not_wait_for_a_time_that_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is set back leaves every planned tick in the future."""
    monkeypatch.setattr(clock, "LOOK", 3600)
    monkeypatch.setattr(clock, "TIMERS", 3600)
    ticks, tick = Pipe(duplex=False)
    with Ticker({}, tick) as ticker:
        assert not ticks.poll(0.2)
        monkeypatch.setattr(clock, "LOOK", 0.05)
        ticker.plan()
        assert ticks.poll(10)
        assert ticks.recv() == "look"
