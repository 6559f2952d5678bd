"""New certificates and agreements, taken into use without a restart.

Each worker looks for itself before a task, which after a quiet night may be its first. Files that are being copied are
waited for: they are read anew when nothing has changed for a while, by their own time or from one look to the next.
What cannot be used leaves what was read before in force.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from adapter.config import Settings

#: Seconds from one look to the next, and without a change until files stand still.
PAUSE = 10.0

_Files = frozenset[tuple[str, int, int, int]]


class Renewal:
    """Watches the folders of `[trust] own`, `[trust] partners` and `[partners]`."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Take where they are, and the clocks for looks and for files; to be made before what is in them is read."""
        places = (settings.trust.own, settings.trust.partners, settings.partners.folder)
        self._places = tuple(place for place in places if place is not None)
        self._clock = clock
        self._wall_clock = wall_clock
        self._used = self._seen = self._files()
        self._next = clock() + PAUSE

    def is_due(self) -> bool:
        """Tell whether there are other files than those that were read; says so once of the same files."""
        if not self._places or self._clock() < self._next:
            return False
        self._next = self._clock() + PAUSE
        before, self._seen = self._seen, self._files()
        if self._seen == self._used or (self._seen != before and not self._is_old()):
            return False
        self._used = self._seen
        return True

    def _is_old(self) -> bool:
        """Tell whether nothing has changed for a while, taking files away included."""
        return max(map(_changed_at, self._places)) < self._wall_clock() - PAUSE

    def _files(self) -> tuple[_Files, ...]:
        return tuple(map(_files, self._places))


def _files(place: Path) -> _Files:
    """Return the files at a place, by what changes when they do; none where they cannot be seen."""
    with suppress(OSError):
        paths = list(place.iterdir()) if place.is_dir() else [place]
        found = [(path.name, path.stat()) for path in paths]
        return frozenset((name, one.st_mtime_ns, one.st_size, one.st_ino) for name, one in found)
    return frozenset()


def _changed_at(place: Path) -> float:
    """Return when a file, or anything in a folder, last changed, whatever its date says; infinity if unknown."""
    with suppress(OSError):
        paths = [place, *place.iterdir()] if place.is_dir() else [place]
        return max(path.stat().st_ctime for path in paths)
    return math.inf
