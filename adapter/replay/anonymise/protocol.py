"""What was replaced, how often, and what a person should still read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Protocol:
    """The counts of one message or of a whole set. It never holds a value, old or new."""

    #: What was replaced or removed, by kind.
    replaced: Counter[str] = field(default_factory=Counter)
    #: What a machine cannot vouch for, by reason.
    to_read: Counter[str] = field(default_factory=Counter)

    def count(self, kind: str) -> None:
        """Count one thing replaced."""
        self.replaced[kind] += 1

    def ask(self, reason: str) -> None:
        """Ask a person to look."""
        self.to_read[reason] += 1

    def add(self, other: Protocol) -> None:
        """Add the counts of another one."""
        self.replaced += other.replaced
        self.to_read += other.to_read
