"""What is to be done and until when, as the verbs `tasks` and `threads` print it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from adapter.cli.output import cell, table

if TYPE_CHECKING:
    from adapter.store import MessageRow, Query, TaskRow, TimerRow

#: How urgent a task is, in words.
_PRIORITIES = ("", "reminded", "at once")


def task_table(rows: Iterable[TaskRow], now: datetime, *, empty: str = "No tasks.") -> None:
    """Print tasks, the most urgent first."""
    table(
        ("id", "state", "priority", "due", "party", "assignee", "rule", "message", "title"),
        [
            (
                *(row.id, row.state, priority(row), due(row, now), row.party, row.assignee),
                *(row.rule, row.message_id, row.title),
            )
            for row in by_urgency(rows)
        ],
        empty=empty,
    )


def timer_table(rows: Iterable[TimerRow], now: datetime) -> None:
    """Print running deadlines."""
    table(
        ("due", "left", "deadline", "party", "message", "ends with"),
        [(row.due_at, remaining(row.due_at, now), row.rule, row.party, row.message_id, row.ends_with) for row in rows],
        empty="None runs.",
    )


def thread_table(query: Query, rows: Sequence[MessageRow]) -> None:
    """Print messages in the order they came, each with its receipts and how far its deliveries are."""
    table(
        ("id", "received", "way", "type", "about", "from", "to", "state", "receipts given", "deliveries"),
        [
            (
                *(row.id, row.received_at, row.direction, row.type or row.kind, row.topic),
                *(row.sender_party or row.sender_her, row.receiver_party or row.receiver_her, row.state),
                ", ".join(f"{receipt.status} to {row.sender_party}" for receipt in query.receipts_of(row.id)),
                ", ".join(
                    f"{sent.party or sent.channel}: {sent.state}" for sent in query.deliveries_carrying([row.id])
                ),
            )
            for row in rows
        ],
        empty="No messages.",
    )


def by_urgency(rows: Iterable[TaskRow]) -> list[TaskRow]:
    """Sort tasks: the most urgent first, then what is due first."""
    return sorted(rows, key=lambda row: (-row.priority, row.due_at is None, row.due_at or row.created_at, row.id))


def is_overdue(row: TaskRow, now: datetime) -> bool:
    """Tell whether a task should have been done by now."""
    return row.state == "open" and row.due_at is not None and row.due_at <= now


def due(row: TaskRow, now: datetime) -> str:
    """Return until when a task should be done, and whether that has passed."""
    return f"{cell(row.due_at)}{' OVERDUE' if is_overdue(row, now) else ''}"


def priority(row: TaskRow) -> str:
    """Return how urgent a task is, in a word."""
    return _PRIORITIES[min(row.priority, len(_PRIORITIES) - 1)]


def remaining(moment: datetime, now: datetime) -> str:
    """Return how long it is until a moment, in days or hours."""
    hours = int((moment - now).total_seconds() // 3600)
    if hours < 0:
        return "passed"
    return f"{hours // 24}d" if hours >= 48 else f"{hours}h"  # noqa: PLR2004 - below two days hours say more
