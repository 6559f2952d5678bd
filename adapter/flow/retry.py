"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapter.values import value_class

_MOST_STEPS = 60


@value_class
class RetryPolicy:
    """Bounded retries with growing waits. A delivery that waits never holds back another."""

    #: Attempts in all, the first one included.
    attempts: int = 8
    first_wait: timedelta = timedelta(seconds=30)
    factor: float = 2.0
    longest_wait: timedelta = timedelta(hours=1)

    def next_attempt(self, attempts_made: int, now: datetime, *, until: datetime | None = None) -> datetime | None:
        """Return when to try again after so many attempts, or None to give up; never before `until`."""
        if attempts_made >= self.attempts and (until is None or now >= until):
            return None
        # beyond the longest wait growth makes no difference, and numbers that no clock holds must not arise
        grown = self.first_wait.total_seconds() * self.factor ** min(max(attempts_made - 1, 0), _MOST_STEPS)
        return now + timedelta(seconds=min(grown, self.longest_wait.total_seconds()))
