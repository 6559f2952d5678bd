from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.flow.schedule import OSLO
from adapter.flow.span import Span, Unit, is_working_day

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_UNITS: tuple[Unit, ...] = ("working days", "days", "h", "m", "s")

moments = st.integers(0, 8 * 365 * 24 * 60).map(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + minutes * _MINUTE)
spans = st.builds(Span, st.integers(0, 30), st.sampled_from(_UNITS))


def _oslo(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=OSLO, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]  # the parts are a date and a time


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("10 working days", Span(10, "working days")),
        ("1 working day", Span(1, "working days")),
        ("14 days", Span(14, "days")),
        ("1 day", Span(1, "days")),
        ("4d", Span(4, "days")),
        ("24h", Span(24, "h")),
        ("24 hours", Span(24, "h")),
        ("5 min", Span(5, "m")),
        ("90s", Span(90, "s")),
        ("0h", Span(0, "h")),
        ("  7  Working   Days ", Span(7, "working days")),
    ],
)
def test_a_span_is_read_as_people_write_it(text: str, span: Span) -> None:
    assert Span.parse(text) == span


@pytest.mark.parametrize(
    "text", ["", "10", "days", "-1 days", "1.5h", "10 virkedager", "12345 days", "٣ days", "1h 5m"]
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        Span.parse(text)


@given(span=spans)
def test_a_span_is_read_back_as_it_was_written(span: Span) -> None:
    assert Span.parse(str(span)) == span


def test_only_a_span_of_nothing_is_false() -> None:
    assert not Span.parse("0h")
    assert Span.parse("1h")


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 4, 2),  # Maundy Thursday
        date(2026, 4, 3),  # Good Friday
        date(2026, 4, 6),  # Easter Monday
        date(2026, 5, 1),
        date(2026, 5, 14),  # Ascension Day
        date(2027, 5, 17),  # a Monday
        date(2026, 5, 25),  # Whit Monday
        date(2026, 12, 25),
        date(2026, 2, 28),  # a Saturday
        date(2026, 3, 1),  # a Sunday
    ],
)
def test_nobody_works_on_a_public_holiday_or_a_weekend(day: date) -> None:
    assert not is_working_day(day)


@pytest.mark.parametrize("day", [date(2026, 4, 1), date(2026, 4, 7), date(2026, 5, 18), date(2026, 12, 24)])
def test_people_work_on_the_days_around_them(day: date) -> None:
    assert is_working_day(day)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (_oslo(2026, 3, 2, 10), _oslo(2026, 3, 16, 10)),  # two plain weeks
        (_oslo(2026, 3, 30, 10), _oslo(2026, 4, 16, 10)),  # Easter takes three of the days
        (_oslo(2026, 4, 27, 10), _oslo(2026, 5, 12, 10)),  # 1 May is a Friday
        (_oslo(2027, 5, 10, 10), _oslo(2027, 5, 25, 10)),  # Whit Monday and 17 May are the same day
        (_oslo(2026, 3, 7, 10), _oslo(2026, 3, 21, 0)),  # a Saturday: ten whole working days, the last a Friday
        (_oslo(2026, 5, 17, 0), _oslo(2026, 6, 2, 0)),  # a Sunday and a holiday, and Whit Monday behind it
        (_oslo(2026, 4, 3, 23, 59), _oslo(2026, 4, 21, 0)),  # Good Friday
    ],
)
def test_ten_working_days_leave_out_weekends_and_holidays(begins: datetime, ends: datetime) -> None:
    assert Span.parse("10 working days").after(begins) == ends


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("1 day", _oslo(2026, 3, 28, 12), _oslo(2026, 3, 29, 12)),  # 23 hours
        ("1 day", _oslo(2026, 10, 24, 12), _oslo(2026, 10, 25, 12)),  # 25 hours
        ("1 working day", _oslo(2026, 3, 27, 12), _oslo(2026, 3, 30, 12)),
        ("1 working day", _oslo(2026, 10, 23, 12), _oslo(2026, 10, 26, 12)),
    ],
)
def test_a_day_keeps_the_wall_clock(text: str, begins: datetime, ends: datetime) -> None:
    assert Span.parse(text).after(begins) == ends


def test_hours_are_exact_over_a_change_of_the_clocks() -> None:
    begins = _oslo(2026, 3, 28, 12)

    assert Span.parse("24h").after(begins) == _oslo(2026, 3, 29, 13)
    assert Span.parse("5 min").after(begins) - begins == timedelta(minutes=5)


def test_a_time_that_a_spring_night_leaves_out_is_when_the_clocks_leave_it_out() -> None:
    assert Span.parse("1 day").after(_oslo(2026, 3, 28, 2, 30)) == _oslo(2026, 3, 29, 3)


def test_a_time_that_an_autumn_night_has_twice_is_the_first_one() -> None:
    assert Span.parse("1 day").after(_oslo(2026, 10, 24, 2, 30)) == _oslo(2026, 10, 25, 2, 30, fold=0)


def test_what_begins_in_the_hour_that_comes_again_ends_as_late_as_that_hour() -> None:
    assert Span.parse("1 day").after(_oslo(2026, 10, 25, 2, 30, fold=1)) == _oslo(2026, 10, 26, 3)


@given(span=spans, first=moments, gap=st.timedeltas(timedelta(), timedelta(days=10)))
def test_what_begins_later_never_ends_earlier(span: Span, first: datetime, gap: timedelta) -> None:
    assert span.after(first) <= span.after(first + gap)


@pytest.mark.parametrize("night", [datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)])
@pytest.mark.parametrize("days", [0, 1])
@pytest.mark.parametrize("unit", ["days", "working days"])
def test_that_holds_through_the_nights_the_clocks_change(night: datetime, days: int, unit: Unit) -> None:
    begins = [night - days * _DAY + timedelta(minutes=10 * step) for step in range(40)]
    ends = [Span(1, unit).after(moment) for moment in begins]

    assert all(earlier <= later for earlier, later in pairwise(ends))


@given(moment=moments, unit=st.sampled_from(_UNITS), number=st.integers(0, 20))
def test_a_longer_span_ends_later(moment: datetime, unit: Unit, number: int) -> None:
    assert Span(number, unit).after(moment) < Span(number + 1, unit).after(moment)


@given(moment=moments, number=st.integers(1, 25))
def test_working_days_are_those_that_a_calendar_on_the_wall_counts(moment: datetime, number: int) -> None:
    ends = Span(number, "working days").after(moment).astimezone(OSLO)
    begins = moment.astimezone(OSLO).date()

    # at midnight the last of the days has just ended
    last = (ends - timedelta(microseconds=1)).date() if not is_working_day(begins) else ends.date()
    day, counted = begins, 0
    while day < last:
        day += _DAY
        counted += is_working_day(day)

    assert counted == number
    assert is_working_day(last)


@given(span=spans, moment=moments)
def test_the_answer_is_in_utc_wherever_the_question_came_from(span: Span, moment: datetime) -> None:
    assert span.after(moment.astimezone(OSLO)) == span.after(moment)
    assert span.after(moment).tzinfo is UTC


def test_the_calendar_is_loaded_by_the_first_working_day_only() -> None:
    code = """
import sys
from datetime import datetime, UTC
from adapter.flow.span import Span
Span.parse("14 days").after(datetime(2026, 3, 2, tzinfo=UTC))
assert "holidays" not in sys.modules
Span.parse("1 working day").after(datetime(2026, 3, 2, tzinfo=UTC))
assert "holidays" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
