"""What identity numbers say: the algebra of domain-rules D.1, the rule from 2032, and numbers of organisations."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.message.identity import (
    IdentityNumber,
    NumberKind,
    Origin,
    Scheme,
    Sex,
    is_hpr_number,
    is_organisation_number,
    numbers_in,
)


@pytest.mark.parametrize(
    ("number", "kind", "origin", "born", "sex"),
    [
        ("14838400052", NumberKind.FNR, Origin.TENOR, date(1984, 3, 14), Sex.FEMALE),
        ("02917100171", NumberKind.FNR, Origin.TENOR, date(1971, 11, 2), Sex.MALE),
        ("23850150362", NumberKind.FNR, Origin.TENOR, date(2001, 5, 23), Sex.MALE),
        ("01811450010", NumberKind.FNR, Origin.TENOR, date(2014, 1, 1), Sex.FEMALE),
        ("49869000085", NumberKind.DNR, Origin.TENOR, date(1990, 6, 9), Sex.FEMALE),
        ("14688400016", NumberKind.FNR, Origin.SYNTPOP, date(1984, 3, 14), Sex.FEMALE),
    ],
)
def test_a_synthetic_number_tells_series_birth_and_sex(
    number: str, kind: NumberKind, origin: Origin, born: date, sex: Sex
) -> None:
    verdict = IdentityNumber.of(number)

    assert verdict == IdentityNumber(is_valid=True, kind=kind, origin=origin, date_of_birth=born, sex=sex)
    assert verdict.is_synthetic
    assert not verdict.is_real_range


@pytest.mark.parametrize("number", ["30847800182"])
def test_a_number_of_the_2032_rule_is_valid_and_silent_about_birth_and_sex(number: str) -> None:
    verdict = IdentityNumber.of(number)

    assert (verdict.is_valid, verdict.scheme) == (True, Scheme.FROM_2032)
    assert (verdict.date_of_birth, verdict.sex) == (None, None)
    assert verdict.is_synthetic


def test_a_number_with_month_plus_40_may_be_dolly_or_an_emergency_number() -> None:
    number = completed("155076003")
    verdict = IdentityNumber.of(number)

    assert (verdict.kind, verdict.origin) == (NumberKind.HNR, Origin.DOLLY)
    assert not verdict.is_synthetic
    assert not verdict.is_real_range


def test_an_fh_number_has_no_date() -> None:
    verdict = IdentityNumber.of(completed("800050458"))

    assert (verdict.is_valid, verdict.kind, verdict.date_of_birth) == (True, NumberKind.FHN, None)
    assert not verdict.is_real_range


@pytest.mark.parametrize(
    "number", ["14838400053", "14838400152", "1483840005", "148384000522", "", "abcdefghijk", "１４８３８４０００５２"]
)
def test_a_number_that_cannot_be_is_invalid(number: str) -> None:
    assert not IdentityNumber.of(number).is_valid


def test_a_date_that_does_not_exist_makes_a_number_invalid() -> None:
    assert not IdentityNumber.of(completed("318204000")).is_valid
    assert not IdentityNumber.of(completed("109384000")).is_valid


def test_blanks_in_a_number_do_not_count() -> None:
    assert IdentityNumber.of(" 148384 00052\n").is_valid


def test_a_verdict_shown_to_anyone_holds_no_personal_data() -> None:
    shown = repr(IdentityNumber.of("14838400052"))

    assert "1984" not in shown
    assert "14838400052" not in shown


def completed(nine: str) -> str:
    """Return nine digits with the check digits of the classic rule; a series of nine without any moves on by one."""
    for offset in range(20):
        start = f"{int(nine) + offset * 1:09}"
        first = -sum(int(d) * w for d, w in zip(start, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True)) % 11
        second = -sum(int(d) * w for d, w in zip(f"{start}{first}", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=False)) % 11
        if first < 10 and second < 10:
            return f"{start}{first}{second}"
    raise AssertionError


@given(st.dates(date(1900, 1, 1), date(2039, 12, 31)), st.integers(0, 380), st.sampled_from([65, 80]))
def test_every_synthetic_number_gives_its_birth_date_back(born: date, individual: int, added: int) -> None:
    series = individual if born.year < 2000 else 500 + individual
    start = f"{born.day:02}{born.month + added:02}{born.year % 100:02}{series:03}"
    verdict = IdentityNumber.of(completed(start))

    assert verdict.is_valid
    assert verdict.is_synthetic
    assert verdict.date_of_birth == born


@given(st.integers(0, 10**11 - 1), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_never_valid_under_the_classic_rule(number: int, place: int, change: int) -> None:
    digits = f"{number:011}"
    wrong = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]
    verdicts = [IdentityNumber.of(digits), IdentityNumber.of(wrong)]

    assert not all(verdict.is_valid and verdict.scheme is Scheme.CLASSIC for verdict in verdicts)


def test_numbers_are_found_in_text_but_not_inside_longer_runs_or_ids() -> None:
    text = b"<Id>14838400052</Id> x148384000522 7416-14838400052-9742 14838400052."

    assert list(numbers_in(text)) == ["14838400052"]


@pytest.mark.parametrize(
    ("number", "is_possible"),
    [("889640782", True), ("889 640 782", True), ("223456789", False), ("987654321", False), ("88964078", False)],
)
def test_an_organisation_number_has_a_check_digit(number: str, is_possible: bool) -> None:  # noqa: FBT001 - parametrised
    assert is_organisation_number(number) is is_possible


def test_hpr_numbers_are_judged_by_shape() -> None:
    assert [is_hpr_number(text) for text in ("565501872", "1", "", "12345678901", "x1")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_the_day_after_the_last_day_of_a_month_is_no_birthday() -> None:
    """28 February plus one day exists in leap years only."""
    leap, common = date(2000, 2, 28) + timedelta(days=1), date(2001, 2, 28) + timedelta(days=1)

    assert (leap.day, common.day) == (29, 1)
    assert IdentityNumber.of(completed("298200500")).is_valid
    assert not IdentityNumber.of(completed("298201500")).is_valid
