"""Days move, and are written as before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.replay.anonymise.dates import moved, offset
from adapter.replay.anonymise.key import Key


def week(day: date) -> date:
    return day - timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-09", "2026-03-02"),
        ("2026-03-09T08:15:00.123+01:00", "2026-03-02T08:15:00.123+01:00"),
        ("2026-03-09Z", "2026-03-02Z"),
        ("20260309", "20260302"),
        ("2026-3-9", "2026-3-2"),
        ("2026-1-4", "2025-12-28"),
        ("09.03.2026", "02.03.2026"),
        ("9.3.2026 kl. 12", "2.3.2026 kl. 12"),
        ("9/3/2026", "2/3/2026"),
    ],
)
def test_a_day_is_written_as_before(text: str, expected: str) -> None:
    assert moved(text, week) == expected


@pytest.mark.parametrize("text", ["2026-13-45", "2026-02-30", "45.13.2026"])
def test_a_day_that_does_not_exist_stays_one(text: str) -> None:
    new = moved(text, week)

    assert new == text.replace("2026", "2022")


@pytest.mark.parametrize("text", ["", "i går", "2026", "20261345", "202639", "1234-05-06", "2026-03-09 hos Kari"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert moved(text, week) is None


@given(st.binary(min_size=16, max_size=16))
def test_weekdays_stay_and_days_move_into_the_past(secret: bytes) -> None:
    days = offset(Key(secret)).days

    assert days % 7 == 0
    assert -366 <= days < 0
