"""When a failed delivery is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Bounded retries with growing waits. A delivery that waits never holds back another."""

    #: Attempts in all, the first one included.
    attempts: int = 8
    first_wait: timedelta = timedelta(seconds=30)
    factor: float = 2.0
    longest_wait: timedelta = timedelta(hours=1)

    def next_attempt(self, attempts_made: int, now: datetime) -> datetime | None:
        """Return when to try again after so many attempts, or None to give up."""
        if attempts_made >= self.attempts:
            return None
        wait = self.first_wait * self.factor ** max(attempts_made - 1, 0)
        return now + min(wait, self.longest_wait)
