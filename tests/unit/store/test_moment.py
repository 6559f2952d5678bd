from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.store.moment import from_text_or_none, to_text, to_text_or_none

_OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_MOMENTS = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=_OFFSETS)  # noqa: DTZ001 - the strategy adds it


@given(_MOMENTS)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    text = to_text(moment)

    assert from_text_or_none(text) == moment
    assert len(text) == 27


@given(_MOMENTS, _MOMENTS)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    assert (to_text(one) < to_text(other)) == (one < other)


def test_whole_seconds_have_their_six_zeros() -> None:
    assert to_text(datetime(2026, 11, 21, 12, tzinfo=UTC)) == "2026-11-21T12:00:00.000000Z"


def test_years_that_utc_does_not_have_are_kept_as_near_as_can_be() -> None:
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    late = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-2)))

    assert to_text(early) == "0001-01-01T00:00:00.000000Z"
    assert to_text(late) == "9999-12-31T23:59:00.000000Z"


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_text(datetime(2026, 11, 21))  # noqa: DTZ001 - the point of the test


def test_nothing_stays_nothing() -> None:
    assert to_text_or_none(None) is None
    assert from_text_or_none(None) is None
