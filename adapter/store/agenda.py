"""What is to be done and until when: timers and tasks, inside one transaction that writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from adapter.errors import StoreError
from adapter.store import statements
from adapter.store.entries import NewTask, NewTimer
from adapter.store.facts import TaskState
from adapter.store.journal import Journal
from adapter.store.moment import to_text, to_text_or_none
from adapter.store.reader import chunks
from adapter.store.rows import TaskRow
from adapter.store.tables import task, timer


class Agenda(Journal):
    """Starts, stops and fires timers; opens, closes and changes tasks. What happens to a task leaves an event."""

    def add_timers(self, rows: Sequence[NewTimer]) -> list[int]:
        """Start timers. Return their ids."""
        ids = self._new_ids(timer, len(rows))
        values = [
            (id_, row.rule, row.message_id, row.delivery_id, to_text(row.due_at), "running", None, row.party, None)
            for id_, row in zip(ids, rows, strict=True)
        ]
        self._driver.run(statements.INSERT_TIMER, values)
        return ids

    def begin(self, rows: Sequence[NewTimer]) -> None:
        """Start timers that are not there yet: a message that is decided again has the same deadlines as before."""
        there = set(self._driver.among(statements.TIMERS_ABOUT, [row.message_id for row in rows]))
        self.add_timers([row for row in rows if (row.message_id, row.rule, to_text(row.due_at)) not in there])

    def stop_timers(
        self,
        message_ids: Collection[int] = (),
        rules: Collection[str] | None = None,
        *,
        delivery_ids: Collection[int] = (),
    ) -> int:
        """Stop the running timers of messages or deliveries, all of them or those of some rules. Return how many."""
        running: set[int] = set()
        for column, wanted in ((timer.c.message_id, message_ids), (timer.c.delivery_id, delivery_ids)):
            for chunk in chunks(wanted):
                statement = select(timer.c.id).where(column.in_(chunk), timer.c.state == "running")
                if rules is not None:
                    statement = statement.where(timer.c.rule.in_(rules))
                running.update(self._connection.scalars(statement))
        self._driver.run(statements.STOP_TIMER, [(id_,) for id_ in sorted(running)])
        return len(running)

    def fire_timers(self, ids: Collection[int], *, at: datetime) -> None:
        """Mark timers as fired, each with an event.

        Raises:
            StoreError: A timer does not run.
        """
        moment = to_text(at)
        running = {
            row.id: row
            for chunk in chunks(ids)
            for row in self._connection.execute(select(timer).where(timer.c.id.in_(chunk), timer.c.state == "running"))
        }
        for id_ in ids:
            row = running.get(id_)
            if row is None:
                raise StoreError(f"Timer {id_} is not running.")
            self._log(moment, row.message_id, row.delivery_id, "timer_fired", {"timer": id_, "rule": row.rule})
        self._driver.run(statements.FIRE_TIMER, [(moment, id_) for id_ in ids])

    def add_tasks(self, rows: Sequence[NewTask], *, at: datetime) -> list[int]:
        """Open tasks, each with an event. Return their ids."""
        moment = to_text(at)
        ids = self._new_ids(task, len(rows))
        values = []
        for id_, row in zip(ids, rows, strict=True):
            due_at = to_text_or_none(row.due_at)
            origin = (id_, row.party, row.rule, row.title, row.message_id, due_at)
            told = (row.note, row.draft_message_id, row.priority, None, row.ends_with, row.envelope_id)
            values.append((*origin, "open", moment, None, None, *told))
            self._log(moment, row.message_id, None, "task_opened", {"task": id_, "rule": row.rule})
        self._driver.run(statements.INSERT_TASK, values)
        return ids

    def close_task(self, id: int, *, by: str, at: datetime, note: str | None = None) -> None:  # noqa: A002 - the column's own name
        """Mark a task as done; without a note the one it has stays.

        Raises:
            StoreError: There is no such open task.
        """
        row = self._task_in("open", id)
        note = row.note if note is None else note
        self._driver.run(statements.SET_TASK, [("done", to_text(at), by, note, id)])
        self._log_task("task_closed", row, at, by=by)

    def reopen_task(self, id: int, *, by: str, at: datetime) -> None:  # noqa: A002 - the column's own name
        """Open a task again; its note stays.

        Raises:
            StoreError: There is no such closed task.
        """
        row = self._task_in("done", id)
        self._driver.run(statements.SET_TASK, [("open", None, None, row.note, id)])
        self._log_task("task_reopened", row, at, by=by)

    def assign_task(self, id: int, assignee: str | None, *, by: str, at: datetime) -> None:  # noqa: A002 - the column's own name
        """Say who does a task, or with None that nobody does yet.

        Raises:
            StoreError: There is no such open task.
        """
        row = self._task_in("open", id)
        self._driver.run(statements.ASSIGN_TASK, [(assignee, id)])
        self._log_task("task_assigned", row, at, by=by, to=assignee)

    def urge_tasks(self, message_id: int, rule: str, priority: int, *, by: str, at: datetime) -> bool:
        """Make the open tasks of a rule about a message at least so urgent, and tell whether there was one.

        Where they are done already, the last one is opened again: whoever urges does not think that it is done.
        """
        rows = [row for row in self.tasks(None, message_id=message_id) if row.rule == rule]
        urged = [row for row in rows if row.state == "open"] or rows[-1:]
        for row in urged:
            if row.state == "done":
                self.reopen_task(row.id, by=by, at=at)
            raised = max(priority, row.priority)
            self._driver.run(statements.URGE_TASK, [(raised, row.id)])
            self._log_task("task_urged", row, at, by=by, priority=raised)
        return bool(urged)

    # what is over

    def end(self, message_id: int, rules: Collection[str], *, by: str, at: datetime, note: str | None = None) -> None:
        """Stop the timers and close the tasks of these rules about a message."""
        for timer_id, rule in self._running(message_id, rules):
            self._stop(timer_id, message_id, rule, at)
        for task_id in self._open(message_id, rules):
            self.close_task(task_id, by=by, at=at, note=note)

    def end_with(self, message_id: int, rules: Collection[str], answered: int) -> None:
        """Let the timers and tasks of these rules about a message end when another message is answered positively."""
        timers = [(answered, timer_id) for timer_id, _ in self._running(message_id, rules)]
        self._driver.run(statements.MARK_TIMER, timers)
        self._driver.run(statements.MARK_TASK, [(answered, task_id) for task_id in self._open(message_id, rules)])

    def answer(
        self, message_ids: Collection[int], *, positive: bool, by: str, at: datetime, note: str | None = None
    ) -> None:
        """End what ends with these messages; after a negative answer it does not end with them any more."""
        timers = self._driver.among(statements.TIMERS_ENDING, message_ids)
        tasks = self._driver.among(statements.TASKS_ENDING, message_ids)
        if not positive:
            self._driver.run(statements.MARK_TIMER, [(None, timer_id) for timer_id, *_ in timers])
            self._driver.run(statements.MARK_TASK, [(None, task_id) for (task_id,) in tasks])
            return
        for timer_id, message_id, rule in timers:
            self._stop(timer_id, message_id, rule, at)
        for (task_id,) in tasks:
            self.close_task(task_id, by=by, at=at, note=note)

    def _running(self, message_id: int, rules: Collection[str]) -> list[tuple[int, str]]:
        rows = self.timers(state="running", message_id=message_id)
        return [(row.id, row.rule) for row in rows if row.rule in rules]

    def _open(self, message_id: int, rules: Collection[str]) -> list[int]:
        return [row.id for row in self.tasks("open", message_id=message_id) if row.rule in rules]

    def _stop(self, timer_id: int, message_id: int, rule: str, at: datetime) -> None:
        self._driver.run(statements.STOP_TIMER, [(timer_id,)])
        self._log(to_text(at), message_id, None, "timer_stopped", {"timer": timer_id, "rule": rule})

    def _task_in(self, state: TaskState, task_id: int) -> TaskRow:
        row = self.task(task_id)
        if row is None or row.state != state:
            raise StoreError(f"There is no {'open' if state == 'open' else 'closed'} task {task_id}.")
        return row

    def _log_task(self, name: str, row: TaskRow, at: datetime, **more: object) -> None:
        self._log(to_text(at), row.message_id, None, name, {"task": row.id, "rule": row.rule, **more})
