"""How long a deadline is: working days by the Norwegian calendar, days, or exact time.

A day is not always 24 hours, and a working day is not always the next one. So a span is no `timedelta`: days keep the
wall clock in Oslo, whatever the clocks do in between, and only hours, minutes and seconds are exact.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import count
from typing import Literal

from adapter.flow.schedule import OSLO
from adapter.values import value_class

Unit = Literal["working days", "days", "h", "m", "s"]

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_FORM = re.compile(r"([0-9]{1,4}) ?([a-z]+(?: [a-z]+)?)", re.ASCII)
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(("working day", "working days"), "working days"),
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **dict.fromkeys(("m", "min", "minute", "minutes"), "m"),
    **dict.fromkeys(("s", "second", "seconds"), "s"),
}
_EXACT = {"h": _HOUR, "m": timedelta(minutes=1), "s": timedelta(seconds=1)}
_SATURDAY = 5


@value_class(kw_only=False)
class Span:
    """A whole number of one unit; nothing at all is a span too."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read "10 working days", "14 days", "24h" or "5 min"; raise ValueError for anything else."""
        found = _FORM.fullmatch(" ".join(text.lower().split()))
        unit = _UNITS.get(found[2]) if found else None
        if found is None or unit is None:
            raise ValueError(f'"{text}" is no span; write it like "10 working days", "14 days", "24h" or "5 min"')
        return cls(int(found[1]), unit)

    def __str__(self) -> str:
        if self.unit in _EXACT:
            return f"{self.count}{self.unit}"
        return f"{self.count} {self.unit.removesuffix('s') if self.count == 1 else self.unit}"

    def __bool__(self) -> bool:
        return self.count > 0

    def after(self, moment: datetime) -> datetime:
        """Return when the span is over that begins at an aware moment, in UTC.

        The day it begins is not counted. Working days are whole ones: what begins on a day off ends with the last of
        them, at midnight.
        """
        if not self.count:
            return moment.astimezone(UTC)
        if self.unit in _EXACT:
            return moment.astimezone(UTC) + self.count * _EXACT[self.unit]
        begins = _wall_clock(moment)
        if self.unit == "days":
            return _moment(begins + self.count * _DAY)
        day = _working_day(begins.date(), self.count)
        if is_working_day(begins.date()):
            return _moment(datetime.combine(day, begins.time()))
        return _moment(datetime.combine(day + _DAY, datetime.min.time()))


def is_working_day(day: date) -> bool:
    """Tell whether people work on a day in Norway: Monday to Friday, and no public holiday."""
    return day.weekday() < _SATURDAY and day not in _public_holidays(day.year)


@lru_cache(maxsize=256)
def _working_day(day: date, number: int) -> date:
    """Return the working day that is so many working days later."""
    later = (day + days * _DAY for days in count(1))
    return next(found for position, found in enumerate(filter(is_working_day, later), start=1) if position == number)


@cache
def _public_holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays  # noqa: PLC0415 - slow to load, and only spans of working days need it

    return frozenset(country_holidays("NO", years=year))


def _wall_clock(moment: datetime) -> datetime:
    """Return what clocks in Oslo show, without a zone.

    An hour that comes twice counts once: its second coming is as late as it ends, so that what begins later never
    ends earlier.
    """
    local = moment.astimezone(OSLO)
    if local.fold:
        local = local.replace(minute=0, second=0, microsecond=0) + _HOUR
    return local.replace(tzinfo=None, fold=0)


def _moment(shown: datetime) -> datetime:
    """Return when clocks in Oslo show a time for the first time; in an hour that is left out, when they leave it out.

    Both hours begin at 01:00 UTC (Directive 2000/84/EC).
    """
    moment = shown.replace(tzinfo=OSLO).astimezone(UTC)
    if moment.astimezone(OSLO).replace(tzinfo=None) == shown:
        return moment
    return moment.replace(minute=0, second=0, microsecond=0)
