"""Durations are written as people say them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter import duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        (" 12h ", timedelta(hours=12)),
        ("4d", timedelta(days=4)),
        ("0s", timedelta()),
    ],
)
def test_a_number_and_a_unit_are_a_duration(text: str, expected: timedelta) -> None:
    assert duration.parse(text) == expected


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "1.5h", "5 m", "5min", "1h30m", "5M", "٥m", "99999999999d"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        duration.parse(text)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0s"), (90, "90s"), (3600, "1h"), (86_400, "1d"), (90_000, "25h")]
)
def test_the_largest_unit_that_fits_is_written(seconds: int, expected: str) -> None:
    assert duration.write(timedelta(seconds=seconds)) == expected


@given(st.integers(min_value=0, max_value=10**8))
def test_what_is_written_reads_as_the_same_duration(seconds: int) -> None:
    written = duration.write(timedelta(seconds=seconds))

    assert duration.parse(written) == timedelta(seconds=seconds)
