"""Codes, and moments as they are written in the world."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.message.code import OSLO, Code, Moment, coded

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def test_a_code_of_a_national_list_knows_the_lists_number() -> None:
    """The number is the end of the OID."""
    assert coded(8116, "FNR", "Fødselsnummer") == Code("FNR", "Fødselsnummer", "2.16.578.1.12.4.1.1.8116")
    assert coded(8116, "FNR").list_number == "8116"


@pytest.mark.parametrize("system", [None, "", "2.16.578.1.12.4.1", "1.16.578.1.12.4.1.1.8116"])
def test_any_other_system_has_no_number(system: str | None) -> None:
    """Made-up OIDs are common in test systems."""
    assert Code("FNR", None, system).list_number is None


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (Code("1", "navn", None, "fritekst"), "fritekst"),
        (Code("1", "navn"), "navn"),
        (Code("1"), "1"),
        (Code(), ""),
    ],
)
def test_a_person_is_shown_the_text_that_says_most(code: Code, shown: str) -> None:
    """OT must always be shown, a bare code only when there is nothing else."""
    assert code.shown == shown


@pytest.mark.parametrize("digits", range(1, 10))
def test_any_number_of_fraction_digits_is_read(digits: int) -> None:
    """Systems write none, 1, 3, 6, 7 and 9; microseconds are kept."""
    instant = Moment(f"2026-11-20T12:00:00.{'123456789'[:digits]}+01:00").instant

    assert instant is not None
    assert instant == NOON + timedelta(microseconds=int("123456"[:digits].ljust(6, "0")))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-20T12:00:00", NOON),
        (" 2026-11-20T12:00:00\n", NOON),
        ("2026-11-20T11:00:00Z", NOON),
        ("2026-11-20T11:00:00.0Z", NOON),
        ("2026-11-20T12:00:00+01:00", NOON),
        ("2026-07-01T12:00:00", datetime(2026, 7, 1, 10, 0, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 19, 23, 0, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),
        ("2026-07-01+02:00", datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_norwegian(text: str, instant: datetime) -> None:
    """In summer and in winter; a date is its midnight."""
    assert Moment(text).instant == instant


def test_the_hour_that_comes_twice_is_the_first_one() -> None:
    """When summer time ends, a naive time means two; the earlier is taken."""
    assert Moment("2026-10-25T02:30:00").instant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_hour_that_never_was_is_still_a_time() -> None:
    """When summer time begins, some clocks write it all the same."""
    assert Moment("2026-03-29T02:30:00").instant == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "i går", "2026", "2026-13-01", "2026-11-20T25:00:00", "12:00:00", "0001-01-01T00:00:00+14:00", "1991-12-4"],
)
def test_what_is_no_time_is_none(text: str) -> None:
    """It stays as written; only the question has no answer."""
    assert Moment(text).instant is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-20T23:59:59Z", date(2026, 11, 20)),
        (" 2026-11-20 ", date(2026, 11, 20)),
        ("2026", None),
        ("1991-12-4", None),
    ],
)
def test_a_day_is_the_date_as_written(text: str, day: date | None) -> None:
    """A birthday has no time zone."""
    assert Moment(text).day == day


@given(
    st.datetimes(
        min_value=datetime(1950, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - the same
        timezones=st.sampled_from([UTC, OSLO, timezone(timedelta(hours=-5))]),
    )
)
def test_a_moment_made_of_a_time_reads_as_the_same_second(when: datetime) -> None:
    """Written in Norwegian local time with its offset."""
    moment = Moment.of(when)

    assert moment.instant == when.astimezone(UTC).replace(microsecond=0)
    assert len(moment.text) == len("2026-11-20T12:00:00+01:00")
