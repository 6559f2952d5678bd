"""What an identity number says: whether it is possible, what kind it is, and whether anybody can have it.

The values made here never hold the number itself, so that they can be compared, stored and shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from adapter.values import value_class


class NumberKind(StrEnum):
    """Which series a number belongs to, in the codes of list 8116."""

    FNR = "FNR"
    #: Day of birth + 40.
    DNR = "DNR"
    #: Month of birth + 40: a local emergency number, which NAV's test tool Dolly uses too.
    HNR = "HNR"
    #: First digit 8 or 9, no date of birth.
    FHN = "FHN"
    OTHER = "OTHER"


class Origin(StrEnum):
    """Who gave the number out."""

    #: A number a living person can have.
    REAL = "real"
    #: Month + 80, the tax administration's test population (Tenor, Test-Norge).
    TENOR = "tenor"
    #: Month + 65, reserved by the Norwegian health network for test persons.
    SYNTPOP = "syntpop"
    #: Month + 40: NAV's Dolly or a local emergency number; the number cannot tell which.
    DOLLY = "dolly"


class Scheme(StrEnum):
    """Which rule the first check digit follows."""

    CLASSIC = "classic"
    #: Numbers given out from 2032: four check digits are possible, and sex and century are not in the number.
    FROM_2032 = "2032"


class Sex(StrEnum):
    """Sex, in the codes of list 3101."""

    MALE = "1"
    FEMALE = "2"


@value_class
class IdentityNumber:
    """The verdict on one identity number."""

    #: The check digits are right and the date exists.
    is_valid: bool
    kind: NumberKind = NumberKind.OTHER
    origin: Origin = Origin.REAL
    scheme: Scheme = Scheme.CLASSIC
    #: None where the number does not say.
    date_of_birth: date | None = field(default=None, repr=False)
    #: None where the number does not say.
    sex: Sex | None = field(default=None, repr=False)

    @property
    def is_synthetic(self) -> bool:
        """Tell whether nobody can have this number."""
        return self.is_valid and self.origin in {Origin.TENOR, Origin.SYNTPOP}

    @property
    def is_real_range(self) -> bool:
        """Tell whether a living person can have this number."""
        return self.is_valid and self.origin is Origin.REAL and self.kind in {NumberKind.FNR, NumberKind.DNR}

    @classmethod
    def of(cls, number: str) -> IdentityNumber:
        """Judge a number of 11 digits; blanks around and inside it do not count."""
        digits = "".join(number.split())
        if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
            return INVALID
        return _judged(digits)


LENGTH = 11
INVALID = IdentityNumber(is_valid=False)

#: The weights cover the check digit itself, so that a right number has the remainder 0.
_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
#: The tax administration's rule for numbers from 2032.
_FIRST_REMAINDERS = frozenset({0, 1, 2, 3})

#: What is added to the month, the largest first.
_MONTH_SERIES = ((80, Origin.TENOR), (65, Origin.SYNTPOP), (40, Origin.DOLLY), (0, Origin.REAL))
_DAY_OF_DNR = 40

#: What stands before the first digit is looked at behind it: a search that begins with a letter is the faster one.
_ELEVEN_DIGITS = re.compile(rb"[0-9](?<![0-9A-Za-z+/=.\-].)[0-9]{10}(?![0-9A-Za-z+/=.\-])")


def numbers_in(data: bytes) -> Iterator[str]:
    """Yield everything in a text that looks like an identity number, valid or not."""
    for found in _ELEVEN_DIGITS.finditer(data):
        yield found[0].decode("ascii")


def has_check_digits(number: str) -> bool:
    """Tell whether 11 digits end in the check digits of numbers from before 2032, whatever the others say."""
    numbers = [int(digit) for digit in number]
    return not _weighted(numbers, _FIRST_WEIGHTS) and not _weighted(numbers, _SECOND_WEIGHTS)


def is_organisation_number(number: str) -> bool:
    """Tell whether a number is a possible organisation number: 9 digits, the last one a check digit (mod 11)."""
    digits = "".join(number.split())
    if len(digits) != len(_ORGANISATION_WEIGHTS) or not (digits.isascii() and digits.isdigit()):
        return False
    return _weighted([int(digit) for digit in digits], _ORGANISATION_WEIGHTS) == 0


def is_hpr_number(number: str) -> bool:
    """Tell whether a number has the shape of one in the register of health personnel: 1 to 9 digits."""
    return _HPR.fullmatch(number.strip()) is not None


_ORGANISATION_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)
_HPR = re.compile(r"[0-9]{1,9}")


@lru_cache(maxsize=16)
def _judged(digits: str) -> IdentityNumber:
    """Judge 11 digits; every rule about the patient of a message asks for the same ones."""
    numbers = [int(digit) for digit in digits]
    remainder = _weighted(numbers, _FIRST_WEIGHTS)
    if remainder not in _FIRST_REMAINDERS or _weighted(numbers, _SECOND_WEIGHTS):
        return IdentityNumber(is_valid=False, kind=_series(numbers)[0])
    if numbers[0] in {8, 9}:
        return IdentityNumber(is_valid=remainder == 0, kind=NumberKind.FHN)
    return _dated(numbers, is_classic=remainder == 0)


def _weighted(numbers: Sequence[int], weights: Sequence[int]) -> int:
    return sum(number * weight for number, weight in zip(numbers, weights, strict=False)) % 11


def _series(numbers: Sequence[int]) -> tuple[NumberKind, Origin, int, int]:
    """Return kind, origin, day and month, with everything that was added taken away."""
    day = numbers[0] * 10 + numbers[1]
    written = numbers[2] * 10 + numbers[3]
    added, origin = next(series for series in _MONTH_SERIES if written > series[0] or series[0] == 0)
    if day > _DAY_OF_DNR:
        return NumberKind.DNR, origin, day - _DAY_OF_DNR, written - added
    return NumberKind.HNR if origin is Origin.DOLLY else NumberKind.FNR, origin, day, written - added


def _dated(numbers: Sequence[int], *, is_classic: bool) -> IdentityNumber:
    kind, origin, day, month = _series(numbers)
    year = numbers[4] * 10 + numbers[5]
    century = _century(numbers[6] * 100 + numbers[7] * 10 + numbers[8], year)
    if not is_classic or century is None:
        # 2000 was a leap year, so no day is lost by not knowing the century
        born = _day(2000 + year, month, day) or _day(1900 + year, month, day)
        return IdentityNumber(is_valid=born is not None, kind=kind, origin=origin, scheme=Scheme.FROM_2032)
    born = _day(century + year, month, day)
    sex = Sex.MALE if numbers[8] % 2 else Sex.FEMALE
    return IdentityNumber(is_valid=born is not None, kind=kind, origin=origin, date_of_birth=born, sex=sex)


def _century(individual: int, year: int) -> int | None:
    """Return the century a number of the classic scheme belongs to, or None where there is none."""
    if individual < 500:  # noqa: PLR2004 - the limits of the series are the rule itself
        return 1900
    if individual < 750 and year >= 54:  # noqa: PLR2004 - as above
        return 1800
    if year <= 39:  # noqa: PLR2004 - as above
        return 2000
    return 1900 if individual >= 900 else None  # noqa: PLR2004 - as above


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
