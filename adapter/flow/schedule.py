"""When a route or a poll may run: at once, in steps, by cron, and only inside a window.

People write schedules in Norwegian wall-clock time; answers are UTC. A window that touches the hour
the clocks change is made shorter on that night, never longer.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from adapter import duration
from adapter.values import value_class

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

OSLO = ZoneInfo("Europe/Oslo")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_WINDOW = re.compile(r"(?:([a-z,\- ]+?)\s+)?(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)", re.ASCII)
_CRON_FIELDS = 5
# A cron expression and a window that meet at all meet within this many tries: the rarest pair is
# 29 February on one weekday, once in 28 years.
_TRIES = 1_000
#: From here `parse` tries whether a schedule is ever due; any moment would do.
_TRIAL = datetime(2026, 1, 1, tzinfo=UTC)


@value_class(kw_only=False)
class Window:
    """The hours of the days in which something may happen; an end before its start lies on the next day."""

    #: 0 is Monday.
    days: frozenset[int]
    #: Wall-clock time after midnight.
    opens: timedelta
    closes: timedelta

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read "mon-fri 07:00-17:00", "sat,sun 10:00-14:00" or "22:00-06:00"; raise ValueError for anything else."""
        found = _WINDOW.fullmatch(text.strip().lower())
        if found is None:
            raise ValueError(f'"{text}" is no window; write days and hours, such as "mon-fri 07:00-17:00"')
        opens, closes = _wall_clock(found[2], found[3]), _wall_clock(found[4], found[5])
        if opens in {closes, _DAY}:
            raise ValueError(f'the window "{text}" is never open; "00:00-24:00" is the whole day')
        return cls(days=_days(found[1] or "mon-sun"), opens=opens, closes=closes if closes > opens else closes + _DAY)

    def next_open(self, moment: datetime) -> datetime:
        """Return the first moment at or after `moment` at which the window is open."""
        today = moment.astimezone(OSLO).date()
        # Yesterday's may still be open; a weekly one that falls on a changed hour opens in the week after.
        openings = (self._opening(today + offset * _DAY, moment) for offset in range(-1, 15))
        return next(opening for opening in openings if opening is not None)

    def _opening(self, day: date, moment: datetime) -> datetime | None:
        """Return the first moment at or after `moment` in the window that starts on a day, or None."""
        if day.weekday() not in self.days:
            return None
        opens = max(moment, *_readings(day, self.opens))
        return opens if opens < min(_readings(day, self.closes)) else None


@value_class(kw_only=False)
class Schedule:
    """A rhythm and the window it is bound to; a value that can be compared, hashed and sent to a worker."""

    #: Distance between moments, counted from midnight in Oslo; None without "every".
    step: timedelta | None = None
    #: Five cron fields; None without "cron".
    cron: str | None = None
    window: Window | None = None

    @classmethod
    def parse(cls, text: str, window: str | None = None) -> Schedule:
        """Read "at once", "every 30s" or 'cron "*/5 7-16 * * mon-fri"'.

        Raises:
            ValueError: what is wrong with the text, in a sentence for the one who wrote it.
        """
        opening = Window.parse(window) if window is not None else None
        words = " ".join(text.split()).lower()
        if words == "at once":
            return cls(window=opening)
        verb, _, rest = words.partition(" ")
        if verb == "every":
            schedule = cls(step=_step(rest), window=opening)
        elif verb == "cron":
            schedule = cls(cron=_cron(rest.strip("\"'").strip()), window=opening)
        else:
            raise ValueError(f'"{text}" is no schedule; write "at once", "every 30s" or "cron */5 7-16 * * mon-fri"')
        schedule.due(_TRIAL)
        return schedule

    def due(self, now: datetime) -> datetime:
        """Return the first allowed moment at or after `now`, in UTC.

        Raises:
            ValueError: the rhythm never falls inside the window; `parse` refuses such a schedule.
        """
        moment = now.astimezone(UTC)
        for _ in range(_TRIES):
            beat = self._next_beat(moment)
            moment = self.window.next_open(beat) if self.window else beat
            if moment == beat:
                return moment
        raise ValueError("the schedule never falls inside its window")

    def _next_beat(self, moment: datetime) -> datetime:
        """Return the first moment of the rhythm at or after `moment`, whatever the window says."""
        if self.step is not None:
            return _next_multiple(self.step, moment)
        if self.cron is not None:
            return _next_match(self.cron, moment)
        return moment


def _next_multiple(step: timedelta, moment: datetime) -> datetime:
    """Return the next multiple of the step after midnight; each midnight starts the count again."""
    today = moment.astimezone(OSLO).date()
    midnight = datetime(today.year, today.month, today.day, tzinfo=OSLO).astimezone(UTC)
    steps = -((midnight - moment) // step)
    tomorrow = today + _DAY
    return min(
        midnight + steps * step,
        datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=OSLO).astimezone(UTC),
    )


def _next_match(expression: str, moment: datetime) -> datetime:
    """Return the next moment that the expression names; a time of day that a spring night leaves out is no moment."""
    fire = _next_fire(expression, moment)
    # The trigger moves a time that does not exist by an hour, and would not name that moment again.
    while (again := _next_fire(expression, fire)) != fire:
        fire = again
    return fire


def _next_fire(expression: str, moment: datetime) -> datetime:
    fire: datetime | None = _trigger(expression).get_next_fire_time(None, moment)
    if fire is None:
        raise ValueError(f'"cron {expression}" is never due')
    # In UTC before anything else: times in an hour that comes twice equal nothing in another zone (PEP 495).
    return fire.astimezone(UTC)


def _readings(day: date, wall: timedelta) -> tuple[datetime, datetime]:
    """Return both moments a wall-clock time can mean; they differ only in the hour the clocks change."""
    naive = datetime(day.year, day.month, day.day) + wall  # noqa: DTZ001 - the zone is added below, with both folds
    first = naive.replace(tzinfo=OSLO, fold=0).astimezone(UTC)
    second = naive.replace(tzinfo=OSLO, fold=1).astimezone(UTC)
    return first, second


def _wall_clock(hours: str, minutes: str) -> timedelta:
    time = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) >= 60 or time > _DAY:  # noqa: PLR2004 - minutes in an hour
        raise ValueError(f'"{hours}:{minutes}" is no time of day; 00:00 to 24:00 are')
    return time


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f'"{part}" is no day or range of days; the days are {", ".join(DAYS)}')
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 if dash else 0
        days.update((start + offset) % 7 for offset in range(length + 1))
    return frozenset(days)


def _step(text: str) -> timedelta:
    step = duration.parse(text)
    if not timedelta(seconds=1) <= step <= _DAY:
        raise ValueError(f'"every {text}" must lie between 1s and 1d; for longer use cron')
    return step


def _cron(expression: str) -> str:
    fields = expression.split()
    if len(fields) != _CRON_FIELDS:
        raise ValueError(
            f'"cron {expression}" has {len(fields)} fields; it takes minute, hour, day of month, month, day of week'
        )
    # 0 is Sunday to crontab and Monday to APScheduler: only names are clear.
    if any(character.isdigit() for character in fields[4].partition("/")[0]):
        raise ValueError(f'"cron {expression}" must name the days of the week: {", ".join(DAYS)}')
    try:
        _trigger(expression)
    except ValueError as error:
        raise ValueError(f'"cron {expression}" cannot be read: {error}') from None
    return expression


@cache
def _trigger(expression: str) -> CronTrigger:
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - only schedules that use cron pay for it

    return CronTrigger.from_crontab(expression, timezone=OSLO)
