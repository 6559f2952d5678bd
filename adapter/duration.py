"""Durations as people write them in a configuration: "90s", "5m", "12h", "4d"."""

from __future__ import annotations

import re
from datetime import timedelta

_FORM = re.compile(r"([0-9]{1,9})([smhd])", re.ASCII)
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def parse(text: str) -> timedelta:
    """Read a whole number and one unit (s, m, h, d); raise ValueError for anything else."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is no duration; write a whole number and a unit, such as "90s", "5m", "12h", "4d"')
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def write(duration: timedelta) -> str:
    """Write whole seconds in the largest unit that divides them, so that `parse` reads the same back."""
    seconds = int(duration.total_seconds())
    unit = next(unit for unit, size in _SECONDS.items() if seconds % size == 0 and (seconds or unit == "s"))
    return f"{seconds // _SECONDS[unit]}{unit}"
