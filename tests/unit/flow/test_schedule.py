"""A schedule says when something may happen, in Norwegian time, on the nights the clocks change too."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from adapter.flow.schedule import DAYS, Schedule, Window

OSLO = ZoneInfo("Europe/Oslo")
FRIDAY_EVENING = datetime(2026, 11, 20, 18, 30, 5, tzinfo=OSLO)
#: The hour before each change of the clocks in 2026.
SPRING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

moments = st.one_of(
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy adds the zone
    st.builds(
        lambda change, offset: change + offset,
        st.sampled_from([SPRING, AUTUMN]),
        st.timedeltas(min_value=timedelta(hours=-30), max_value=timedelta(hours=30)),
    ),
)
times = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
days = st.one_of(
    st.sampled_from(DAYS),
    st.builds("{}-{}".format, st.sampled_from(DAYS), st.sampled_from(DAYS)),
    st.builds("{},{}".format, st.sampled_from(DAYS), st.sampled_from(DAYS)),
)
windows = st.builds("{} {}-{}".format, days, times, times).filter(lambda text: text[-11:-6] != text[-5:])
rhythms = st.one_of(
    st.just("at once"),
    st.builds("every {}s".format, st.integers(1, 86_400)),
    st.builds("every {}m".format, st.integers(1, 1_440)),
    st.sampled_from(
        [
            'cron "*/5 7-16 * * mon-fri"',
            "cron 30 2 * * *",
            "cron 0 2-3 * * *",
            "cron */7 * * * *",
            "cron 15 4 1 * *",
            "cron 59 23 * * sun",
        ]
    ),
)


def is_inside(moment: datetime, window: str) -> bool:
    """Tell from the wall clock alone whether a moment lies in a window."""
    days_text, hours = window.split()
    opens, closes = (time.fromisoformat(text) for text in hours.split("-"))
    wall = moment.astimezone(OSLO)
    allowed = set()
    for part in days_text.split(","):
        first, _, last = part.partition("-")
        position = DAYS.index(first)
        allowed.add(position)
        while last and DAYS[position] != last:
            position = (position + 1) % 7
            allowed.add(position)
    clock, today = wall.time(), wall.weekday()
    if opens < closes:
        return today in allowed and opens <= clock < closes
    return (today in allowed and clock >= opens) or ((today - 1) % 7 in allowed and clock < closes)


@given(moments, rhythms)
@example(SPRING, "cron 30 2 * * *")
@example(AUTUMN, "cron 30 2 * * *")
@example(AUTUMN + timedelta(minutes=1), "cron 30 2 * * *")
@example(AUTUMN + timedelta(hours=1), "cron 0 2-3 * * *")
def test_the_moment_is_not_before_now_and_due_at_once_when_asked_again(now: datetime, rhythm: str) -> None:
    schedule = Schedule.parse(rhythm)

    due = schedule.due(now)

    assert due >= now
    assert due.tzinfo is UTC
    assert schedule.due(due) == due


@settings(deadline=None)
@given(moments, rhythms, windows)
def test_the_moment_lies_in_the_window(now: datetime, rhythm: str, window: str) -> None:
    try:
        schedule = Schedule.parse(rhythm, window)
    except ValueError:
        assume(False)  # noqa: FBT003 - hypothesis takes the condition like this
    due = schedule.due(now)

    assert due >= now
    assert is_inside(due, window)
    assert schedule.due(due) == due


@given(moments, st.data())
def test_inside_a_window_nothing_waits(now: datetime, data: st.DataObject) -> None:
    """Save on the nights the clocks change, where a window is shortened."""
    wall = now.astimezone(OSLO)
    assume(wall.month not in {3, 10})
    minute = wall.hour * 60 + wall.minute
    opens, closes = data.draw(st.integers(0, minute)), data.draw(st.integers(minute + 1, 1_440))
    hours = "{:02d}:{:02d}-{:02d}:{:02d}".format(*divmod(opens, 60), *divmod(closes, 60))

    assert Schedule.parse("at once", f"{DAYS[wall.weekday()]} {hours}").due(now) == now


@given(moments, st.integers(1, 86_400))
def test_steps_count_from_midnight_in_oslo(now: datetime, seconds: int) -> None:
    due = Schedule.parse(f"every {seconds}s").due(now)

    wall = due.astimezone(OSLO)
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
    assert (due - midnight) % timedelta(seconds=seconds) == timedelta()
    assert due - now < timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("schedule", "window", "expected"),
    [
        ("at once", None, "2026-11-20T18:30:05"),
        ("every 30s", None, "2026-11-20T18:30:30"),
        ("every 15m", None, "2026-11-20T18:45:00"),
        ("every 7h", None, "2026-11-20T21:00:00"),
        ("every 1d", None, "2026-11-21T00:00:00"),
        ('cron "*/5 7-16 * * mon-fri"', None, "2026-11-23T07:00:00"),
        ("cron */5 7-16 * * mon-fri", None, "2026-11-23T07:00:00"),
        ("CRON 0 20 * * *", None, "2026-11-20T20:00:00"),
        ("at once", "mon-fri 07:00-17:00", "2026-11-23T07:00:00"),
        ("at once", "mon-fri 07:00-18:30", "2026-11-23T07:00:00"),
        ("at once", "mon-fri 07:00-18:31", "2026-11-20T18:30:05"),
        ("at once", "fri-mon 08:00 - 10:00", "2026-11-21T08:00:00"),
        ("at once", "tue, sun 10:00-14:00", "2026-11-22T10:00:00"),
        ("at once", "22:00-06:00", "2026-11-20T22:00:00"),
        ("at once", "thu 22:00-19:00", "2026-11-20T18:30:05"),
        ("at once", "00:00-24:00", "2026-11-20T18:30:05"),
        ("every 6h", "mon-fri 07:00-17:00", "2026-11-23T12:00:00"),
        ("cron 0 3 * * *", "mon-fri 02:00-04:00", "2026-11-23T03:00:00"),
        ("cron 0 12 29 2 *", "sun 10:00-13:00", "2032-02-29T12:00:00"),
    ],
)
def test_what_is_written_means_what_people_think(schedule: str, window: str | None, expected: str) -> None:
    due = Schedule.parse(schedule, window).due(FRIDAY_EVENING)

    assert due.astimezone(OSLO).replace(tzinfo=None).isoformat() == expected


def test_a_window_keeps_its_hours_when_the_clocks_change() -> None:
    schedule = Schedule.parse("at once", "mon-fri 07:00-17:00")

    assert schedule.due(datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(2026, 3, 30, 5, tzinfo=UTC)
    assert schedule.due(datetime(2026, 10, 24, 12, tzinfo=UTC)) == datetime(2026, 10, 26, 6, tzinfo=UTC)


def test_the_hour_that_comes_twice_is_worked_through_twice() -> None:
    schedule = Schedule.parse("every 20m")
    fired, now = [], AUTUMN
    for _ in range(6):
        now = schedule.due(now)
        fired.append(now.astimezone(OSLO).strftime("%H:%M"))
        now += timedelta(seconds=1)

    assert fired == ["02:40", "02:00", "02:20", "02:40", "03:00", "03:20"]


def test_a_window_in_the_hour_that_is_left_out_waits_a_week() -> None:
    due = Schedule.parse("at once", "sun 02:10-02:50").due(SPRING)

    assert due == datetime(2026, 4, 5, 2, 10, tzinfo=OSLO)


@pytest.mark.parametrize(
    ("schedule", "window", "complaint"),
    [
        ("", None, "is no schedule"),
        ("sometimes", None, "is no schedule"),
        ("every", None, "is no duration"),
        ("every 2 minutes", None, "is no duration"),
        ("every 0s", None, "between 1s and 1d"),
        ("every 2d", None, "between 1s and 1d"),
        ("cron", None, "0 fields"),
        ("cron * * * *", None, "4 fields"),
        ("cron 0 61 * * *", None, "cannot be read"),
        ("cron a b c d e", None, "cannot be read"),
        ("cron 0 7 * * 1-5", None, "must name the days"),
        ("cron 0 0 30 2 *", None, "never due"),
        ("cron 0 3 * * *", "mon-fri 07:00-17:00", "never falls inside"),
        ("at once", "", "is no window"),
        ("at once", "monday", "is no window"),
        ("at once", "mon-fri 7-17", "is no window"),
        ("at once", "man-fre 07:00-17:00", "no day or range"),
        ("at once", "mon-frx 07:00-17:00", "no day or range"),
        ("at once", "mon-fri 07:00-24:30", "no time of day"),
        ("at once", "mon-fri 07:60-17:00", "no time of day"),
        ("at once", "mon-fri 07:00-07:00", "never open"),
        ("at once", "mon-fri 24:00-07:00", "never open"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(schedule: str, window: str | None, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Schedule.parse(schedule, window)


def test_days_may_be_counted_by_step_in_cron() -> None:
    """The digit after "/" is a step, no day."""
    assert Schedule.parse("cron 0 7 * * */2").due(FRIDAY_EVENING).astimezone(OSLO).weekday() == 6


def test_schedules_are_values_that_workers_can_be_sent() -> None:
    schedule = Schedule.parse('cron "*/5 7-16 * * mon-fri"', "mon-fri 07:00-17:00")

    assert pickle.loads(pickle.dumps(schedule)) == schedule  # noqa: S301 - our own bytes
    assert hash(schedule) == hash(Schedule.parse("cron */5 7-16 * * mon-fri", "MON-FRI 07:00 - 17:00"))


def test_a_window_can_be_asked_by_itself() -> None:
    assert Window.parse("sat 10:00-12:00").next_open(FRIDAY_EVENING) == datetime(2026, 11, 21, 10, tzinfo=OSLO)
