"""A new identity number says what the old one said, and nobody has it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.message.identity import IdentityNumber, NumberKind, Origin, Scheme, has_check_digits
from adapter.replay.anonymise.identity_numbers import born, candidates
from adapter.replay.anonymise.key import Key

KEY = Key(b"a key for tests, known to everybody")
DAYS = st.dates(date(1900, 1, 1), date(2039, 12, 31))


def new(number: str) -> str:
    return next(candidates(number, KEY))


@settings(max_examples=40, deadline=None)
@given(DAYS, st.integers(0, 999), st.booleans(), st.sampled_from([0, 40, 65, 80]))
def test_kind_sex_and_year_stay(day: date, individual: int, is_dnr: bool, series: int) -> None:  # noqa: FBT001 - drawn
    beginning = f"{day.day + 40 * is_dnr:02}{day.month + series:02}{day.year % 100:02}{individual:03}"
    number = next((n for end in range(100) if has_check_digits(n := f"{beginning}{end:02}")), None)
    if number is None or not (old := IdentityNumber.of(number)).date_of_birth:
        return

    found = IdentityNumber.of(new(number))

    assert found.is_valid
    assert found.origin is Origin.SYNTPOP
    assert (found.sex, found.scheme) == (old.sex, old.scheme)
    assert (found.kind is NumberKind.DNR) == is_dnr
    assert found.date_of_birth == born(old.date_of_birth, KEY)


@given(st.integers(1900, 2039))
@settings(max_examples=10, deadline=None)
def test_no_two_days_of_birth_become_one_and_the_year_stays(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=day) for day in range(365)]

    assert len({born(day, KEY) for day in days}) == len(days)
    assert {born(day, KEY).year for day in days} == {year}


@pytest.mark.parametrize("number", ["14838400053", "14838400000", "99999999999", "14138400052", "31028400000"])
def test_a_wrong_number_stays_wrong_in_the_same_way(number: str) -> None:
    found = new(number)

    assert not IdentityNumber.of(found).is_valid
    assert has_check_digits(found) == has_check_digits(number)


def test_a_number_with_right_digits_and_an_impossible_date_stays_one() -> None:
    number = next(n for end in range(100000) if has_check_digits(n := f"321399{end:05}"))

    found = new(number)

    assert has_check_digits(found)
    assert not IdentityNumber.of(found).is_valid


@pytest.mark.parametrize("number", ["30108299939", "80005045804"])
def test_numbers_of_the_rule_from_2032_and_numbers_without_a_date_say_neither_sex_nor_birth(number: str) -> None:
    found = IdentityNumber.of(new(number))

    assert found.is_synthetic
    assert found.scheme is Scheme.FROM_2032
    assert found.date_of_birth is None
