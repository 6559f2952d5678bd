"""Days in the place of others: all of a set moved by the same number of weeks, in whatever way they are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from adapter.replay.anonymise.key import Key

_ISO_DAY = re.compile(
    r"(?P<y>\d{4})(?P<s>-?)(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?P<rest>(?:[T ].*|Z|[+-]\d\d:\d\d)?)", re.DOTALL
)
_NORWEGIAN_DAY = re.compile(
    r"(?P<d>\d{1,2})(?P<s>[./-])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4})(?P<rest>(?:[T ].*)?)", re.DOTALL
)
_REST = re.compile(r"[0-9T:.,Zkl+ \-]{0,40}")
#: A day inside a text.
IN_TEXT = re.compile(r"(?<![\w.-])(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})(?![\w-]|\.\d)")
_FIRST_YEAR, _LAST_YEAR = 1850, 2150
_WEEKS = 48

Move = Callable[[date], date]


def offset(key: Key) -> timedelta:
    """Return by how much the days of a set move: whole weeks into the past, so that weekdays stay."""
    return -timedelta(weeks=4 + key.number("offset", "") % _WEEKS)


def moved(text: str, move: Move) -> str | None:
    """Return a day, written the same way and with the same time of day, or None where the text is no day.

    A day that does not exist stays one, four years earlier.
    """
    found = _ISO_DAY.fullmatch(text) or _NORWEGIAN_DAY.fullmatch(text)
    if found is None or not _REST.fullmatch(found["rest"]):
        return None
    year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if not found["s"] and (len(found["m"]) + len(found["d"]) < 4 or not _exists(year, month, day)):  # noqa: PLR2004 - 20260302
        return None
    if _exists(year, month, day):
        new = move(date(year, month, day))
        year, month, day = new.year, new.month, new.day
    else:
        year -= 4
    parts = {"y": f"{year:04}", "m": _like(found["m"], month), "d": _like(found["d"], day)}
    order = "ymd" if found.re is _ISO_DAY else "dmy"
    return found["s"].join(parts[part] for part in order) + found["rest"]


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _like(old: str, number: int) -> str:
    return f"{number:0{len(old)}}"
