"""How a moment is written in the store: UTC text of fixed width, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Write an aware moment such as `2026-11-21T18:20:00.000000Z`."""
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            # A sender may write the year 1 or 9999 with an offset: UTC has no such year.
            moment = moment.replace(tzinfo=UTC)
    return moment.isoformat(timespec="microseconds")[:26] + "Z"


def to_text_or_none(moment: datetime | None) -> str | None:
    """Write a moment that may be missing."""
    return None if moment is None else to_text(moment)


def from_text_or_none(text: str | None) -> datetime | None:
    """Read what `to_text_or_none` wrote."""
    return None if text is None else datetime.fromisoformat(text)
