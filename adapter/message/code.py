"""Coded values, quantities and moments: the small words every message is made of."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from adapter.values import value_class

OSLO = ZoneInfo("Europe/Oslo")
OID_PREFIX = "2.16.578.1.12.4.1.1."

_FRACTION = re.compile(r"\.(\d+)")


@value_class(kw_only=False)
class Code:
    """A value of a code list. Every part may be missing on the wire."""

    #: The code itself (V).
    value: str | None = None
    #: The text that the list gives the code (DN).
    name: str | None = None
    #: The list, as an OID (S).
    system: str | None = None
    #: Free text where no code exists (OT).
    text: str | None = None

    @property
    def list_number(self) -> str | None:
        """Return the number of the national code list, such as "8116", or None for any other system."""
        if self.system and self.system.startswith(OID_PREFIX):
            return self.system.removeprefix(OID_PREFIX)
        return None

    @property
    def shown(self) -> str:
        """Return what a person should read: the free text, the name, else the bare code."""
        return self.text or self.name or self.value or ""


def coded(list_number: int | str, value: str, name: str | None = None) -> Code:
    """Return a code of a national list, with its OID."""
    return Code(value, name, f"{OID_PREFIX}{list_number}")


@value_class(kw_only=False)
class Quantity:
    """A number with its unit, both as written."""

    value: str | None = None
    unit: str | None = None


@value_class(kw_only=False)
class Moment:
    """A date or a time exactly as written; reading it is a question asked later."""

    text: str

    @classmethod
    def of(cls, when: datetime) -> Moment:
        """Write an aware datetime in Norwegian local time with its offset, whole seconds."""
        return cls(when.astimezone(OSLO).isoformat(timespec="seconds"))

    @property
    def instant(self) -> datetime | None:
        """Return the aware UTC time, or None if the text is none.

        A value without a zone is Norwegian local time; a date is its midnight. Any number of fraction
        digits is read, microseconds are kept.
        """
        text = self.text.strip()
        try:
            if "T" not in text:
                return datetime.combine(date.fromisoformat(text[:10]), time(), OSLO).astimezone(UTC)
            parsed = datetime.fromisoformat(_FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", text))
            return (parsed if parsed.tzinfo else parsed.replace(tzinfo=OSLO)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    @property
    def day(self) -> date | None:
        """Return the calendar date as written, or None if the text is none."""
        try:
            return date.fromisoformat(self.text.strip()[:10])
        except ValueError:
            return None
