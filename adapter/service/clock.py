"""The clock: APScheduler as a ticker, and nothing more. No work lives in its jobs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from adapter.flow.schedule import Schedule

#: Seconds between looks for deliveries that are due.
LOOK = 1
#: Seconds between looks for timers that ran out.
TIMERS = 15


class ScheduleTrigger(BaseTrigger):  # type: ignore[misc]  # apscheduler 3 has no types
    """Fires as one of our schedules says."""

    def __init__(self, schedule: Schedule) -> None:
        """Take the schedule."""
        self._schedule = schedule

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the first moment of the schedule that is after the one before, and not over."""
        after = now if previous is None else max(now, previous + timedelta(microseconds=1))
        return self._schedule.due(after)


class Ticker:
    """Says "poll:<channel>", "look" and "timers" into a pipe when it is time."""

    def __init__(self, polls: Mapping[str, Schedule], tick: Connection[Any, Any]) -> None:
        """Take when to look into each channel, and where to say so."""
        self._tick = tick
        self._lock = threading.Lock()
        # A late tick counts, and many late ones count as one: defaults would drop them in silence.
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._polls = polls
        self.plan()

    def plan(self) -> None:
        """Plan every tick from now on; what was planned before is forgotten."""
        self._scheduler.remove_all_jobs()
        for name, schedule in self._polls.items():
            self._scheduler.add_job(self._say, ScheduleTrigger(schedule), (f"poll:{name}",), id=f"poll:{name}")
        self._scheduler.add_job(self._say, IntervalTrigger(seconds=LOOK), ("look",), id="look")
        self._scheduler.add_job(self._say, IntervalTrigger(seconds=TIMERS), ("timers",), id="timers")

    def _say(self, word: str) -> None:
        with self._lock:
            self._tick.send(word)

    def __enter__(self) -> Self:
        self._scheduler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scheduler.shutdown(wait=True)
