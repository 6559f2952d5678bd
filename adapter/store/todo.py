"""What is to be done and until when, as it stands: timers and tasks."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from adapter.store.facts import TaskState, TimerState
from adapter.store.moment import to_text
from adapter.store.reader import Reader, chunks, equal, to_row
from adapter.store.rows import EventRow, TaskRow, TimerRow
from adapter.store.tables import event, task, timer


class Todo(Reader):
    """Reads timers and tasks. Lists are in the order of their ids unless said otherwise."""

    def timers(
        self, *, state: TimerState | None = None, message_id: int | None = None, limit: int = 100, offset: int = 0
    ) -> list[TimerRow]:
        """Return timers; what is None does not matter."""
        statement = select(timer).where(*equal((timer.c.state, state), (timer.c.message_id, message_id)))
        rows = self._connection.execute(statement.order_by(timer.c.id).limit(limit).offset(offset))
        return [to_row(TimerRow, row) for row in rows.mappings()]

    def timers_of(self, message_ids: Collection[int], state: TimerState = "running") -> list[TimerRow]:
        """Return the timers about messages, the first due first."""
        rows = [
            to_row(TimerRow, row)
            for chunk in chunks(message_ids)
            for row in self._connection.execute(
                select(timer).where(timer.c.message_id.in_(chunk), timer.c.state == state)
            ).mappings()
        ]
        return sorted(rows, key=lambda row: (row.due_at, row.id))

    def due_timers(self, now: datetime, limit: int) -> list[TimerRow]:
        """Return running timers whose time has come, the longest due first."""
        statement = select(timer).where(timer.c.state == "running", timer.c.due_at <= to_text(now))
        rows = self._connection.execute(statement.order_by(timer.c.due_at, timer.c.id).limit(limit))
        return [to_row(TimerRow, row) for row in rows.mappings()]

    def upcoming_timers(self, party: str | None = None, *, limit: int) -> list[TimerRow]:
        """Return running timers, of one party or of all, the first due first."""
        statement = select(timer).where(timer.c.state == "running", *equal((timer.c.party, party)))
        rows = self._connection.execute(statement.order_by(timer.c.due_at, timer.c.id).limit(limit))
        return [to_row(TimerRow, row) for row in rows.mappings()]

    def tasks(  # noqa: PLR0913 - what to filter by, and which part of it
        self,
        state: TaskState | None = "open",
        party: str | None = None,
        *,
        message_id: int | None = None,
        envelope_id: int | None = None,
        limit: int = 1000,
        offset: int = 0,
    ) -> list[TaskRow]:
        """Return tasks; what is None does not matter."""
        statement = select(task).where(
            *equal(
                (task.c.state, state),
                (task.c.party, party),
                (task.c.message_id, message_id),
                (task.c.envelope_id, envelope_id),
            )
        )
        rows = self._connection.execute(statement.order_by(task.c.id).limit(limit).offset(offset))
        return [to_row(TaskRow, row) for row in rows.mappings()]

    def tasks_of(self, message_ids: Collection[int], state: TaskState | None = "open") -> list[TaskRow]:
        """Return the tasks about messages."""
        return [
            to_row(TaskRow, row)
            for chunk in chunks(message_ids)
            for row in self._connection.execute(
                select(task).where(task.c.message_id.in_(chunk), *equal((task.c.state, state))).order_by(task.c.id)
            ).mappings()
        ]

    def task(self, id: int) -> TaskRow | None:  # noqa: A002 - the column's own name
        """Return one task, or None."""
        row = self._connection.execute(select(task).where(task.c.id == id)).mappings().one_or_none()
        return None if row is None else to_row(TaskRow, row)

    def task_events(self, row: TaskRow) -> list[EventRow]:
        """Return what happened to a task, oldest first."""
        statement = select(event).where(event.c.message_id.is_(row.message_id), event.c.name.startswith("task_"))
        found = self._connection.execute(statement.order_by(event.c.seq)).mappings()
        events = (to_row(EventRow, item, data=json.loads(item["data"])) for item in found)
        return [item for item in events if item.data.get("task") == row.id]
