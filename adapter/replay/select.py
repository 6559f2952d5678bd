"""Which stored messages are meant, and how they look from afar: how many, how old, of which types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime

from adapter.errors import BudstikkeError
from adapter.store.query import Query
from adapter.store.rows import MessageFilter, MessageRow
from adapter.values import value_class


class TooMany(BudstikkeError):
    """More messages are meant than may be replayed at once."""

    code = "RPL-04"
    hint = "Ask for fewer, or raise --limit when all of them are meant."


@value_class
class Overview:
    """A selection in numbers."""

    count: int
    #: When the first and the last of them were received; None where there are none.
    oldest: datetime | None = None
    newest: datetime | None = None
    types: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)


def select(query: Query, wanted: MessageFilter, limit: int) -> list[MessageRow]:
    """Return the messages that are meant, in the order in which they were received.

    Raises:
        TooMany: There are more than `limit`.
    """
    rows = query.messages(wanted, limit=limit + 1)
    if len(rows) > limit:
        raise TooMany(f"More than {limit} messages are meant.")
    return rows


def overview(rows: Sequence[MessageRow]) -> Overview:
    """Count messages."""
    return Overview(
        count=len(rows),
        oldest=min((row.received_at for row in rows), default=None),
        newest=max((row.received_at for row in rows), default=None),
        types=Counter(row.type or row.kind or "unknown" for row in rows),
        states=Counter(row.state.value for row in rows),
    )
