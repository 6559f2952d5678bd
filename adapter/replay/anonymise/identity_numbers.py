"""Identity numbers of the SyntPop kind (month + 65), which nobody has, in the place of others.

The new number says what the old one said: the same sex and century, a day of the same year, right or wrong check
digits, D-number or not, valid only from 2032 or always. Series without a date of birth (FH numbers) become numbers of
the 2032 rule, which say neither sex nor birth to those who read them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from adapter.message.identity import LENGTH, IdentityNumber, NumberKind, Scheme, has_check_digits
from adapter.replay.anonymise.key import Key

_SERIES = (80, 65, 40, 0)
_SYNTPOP = 65
_DAY_OF_DNR = 40
_MONTHS = 12


def born(day: date, key: Key) -> date:
    """Return the day of birth that takes the place of another: one of the same year, and no two the same."""
    first = date(day.year, 1, 1)
    days = list(range((date(day.year, 12, 31) - first).days + 1))
    key.dice("year of birth", str(day.year)).shuffle(days)
    return first + timedelta(days=days[(day - first).days])


def candidates(number: str, key: Key) -> Iterator[str]:
    """Yield numbers that can take the place of one of eleven digits, the same ones in the same order."""
    verdict = IdentityNumber.of(number)
    if not verdict.is_valid:
        fits = _as_wrong_as(number)
    elif verdict.kind is NumberKind.FHN or verdict.scheme is Scheme.FROM_2032:
        fits = _is_of_2032
    else:
        fits = _says(verdict, key)
    dice = key.dice("identity number", number)
    while True:
        beginning = _beginning(number, verdict, key, dice)
        individual = f"{dice.randrange(1000):03}"
        ends = [f"{end:02}" for end in range(100)]
        dice.shuffle(ends)
        yield from (found for end in ends if fits(found := beginning + individual + end))


def _says(verdict: IdentityNumber, key: Key) -> Callable[[str], bool]:
    """Return a test whether a number says what one from before 2032 says."""
    birth = verdict.date_of_birth
    wanted = (Scheme.CLASSIC, born(birth, key) if birth else None, verdict.sex)

    def fits(number: str) -> bool:
        new = IdentityNumber.of(number)
        return new.is_synthetic and (new.scheme, new.date_of_birth, new.sex) == wanted

    return fits


def _is_of_2032(number: str) -> bool:
    new = IdentityNumber.of(number)
    return new.is_synthetic and new.scheme is Scheme.FROM_2032


def _as_wrong_as(number: str) -> Callable[[str], bool]:
    """Return a test whether a number is wrong in the same way: by its check digits, or by its date."""
    has_digits = has_check_digits(number)
    return lambda new: has_check_digits(new) == has_digits and not IdentityNumber.of(new).is_valid


def _beginning(number: str, verdict: IdentityNumber, key: Key, dice: Random) -> str:
    """Return six digits: the new day of birth, where there is an old one."""
    day, written, year = (int(number[place : place + 2]) for place in (0, 2, 4))
    month = written - next(added for added in _SERIES if written > added or not added)
    dnr = _DAY_OF_DNR if day > _DAY_OF_DNR else 0
    try:
        birth = verdict.date_of_birth or date(2000 + year, month, day - dnr)
    except ValueError:
        if verdict.kind is not NumberKind.FHN or not verdict.is_valid:
            # an impossible date stays one
            return f"{number[:4]}{dice.randrange(100):02}"
        birth, dnr = date(1950 + dice.randrange(50), 1 + dice.randrange(_MONTHS), 1 + dice.randrange(28)), 0
    new = born(birth, key)
    return f"{new.day + dnr:02}{new.month + _SYNTPOP:02}{new.year % 100:02}"


def is_eleven(digits: str) -> bool:
    """Tell whether a text has the shape of an identity number."""
    return len(digits) == LENGTH and digits.isascii() and digits.isdigit()
