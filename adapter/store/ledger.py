"""Everything that is written to the store, inside one transaction: all of it survives, or none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Table, func, select

from adapter.errors import StoreError
from adapter.message.state import DeliveryState, MessageState
from adapter.store import chain, statements
from adapter.store.moment import to_text, to_text_or_none
from adapter.store.query import Query, chunks
from adapter.store.rows import (
    ChainVerdict,
    DecidedMessage,
    DeliveryMove,
    EventData,
    EventRow,
    Facts,
    MessageMove,
    NewAttempt,
    NewDelivery,
    NewEvent,
    NewMessage,
    NewReceipt,
    NewReference,
    NewTask,
    NewTimer,
)
from adapter.store.tables import attempt, delivery, message, task, timer

_State = TypeVar("_State", MessageState, DeliveryState)

#: After these, a person has asked for a new start: earlier attempts no longer count.
_GIVEN_UP = frozenset({DeliveryState.ABANDONED, DeliveryState.AMBIGUOUS})
#: States before the channel has the bytes, from which going to SENT is an attempt by itself.
_BEFORE_SENDING = frozenset({DeliveryState.WAITING, DeliveryState.QUEUED})


class Ledger(Query):
    """Writes, and reads that see them.

    While a ledger is open nobody else writes: the event log is a chain, and its end belongs to one writer. So the
    ledger also hands out the ids itself, which lets many rows go in with one statement.
    """

    def __init__(self, connection: Connection) -> None:
        """Write through a connection whose transaction holds the store's write lock."""
        super().__init__(connection)
        self._ids: dict[str, int] = {}
        self._chain: chain.Chain | None = None
        self._events: list[tuple[object, ...]] = []

    # messages

    def receive(self, items: Sequence[NewMessage], *, at: datetime, worker: str | None = None) -> list[int]:
        """Keep messages that came in, taken up by `worker` at once if one is named. Return their ids."""
        ids = self._insert_messages(items, at=at, worker=worker)
        moment = to_text(at)
        for id_, item in zip(ids, items, strict=True):
            self._log(moment, id_, None, "received", {"channel": item.channel, "sha256": item.sha256})
        return ids

    def add_messages(self, rows: Sequence[NewMessage], *, at: datetime) -> list[int]:
        """Keep messages the adapter made, such as receipts and drafts. Return their ids."""
        return self._insert_messages(rows, at=at, worker=None)

    def take(self, ids: Collection[int], worker: str) -> list[int]:
        """Let a worker take up messages. Return the ids of those that were free."""
        free = [
            id_
            for chunk in chunks(ids)
            for id_ in self._connection.scalars(
                select(message.c.id)
                .where(message.c.id.in_(chunk), message.c.state == MessageState.RECEIVED, message.c.worker.is_(None))
                .order_by(message.c.id)
            )
        ]
        self._driver.run(statements.TAKE_MESSAGE, [(worker, id_) for id_ in free])
        return free

    def release_worker(self, worker: str, *, counts: bool = True) -> int:
        """Free what a worker had taken up; without `counts` as if it never had. Return how many messages that were."""
        held = self._connection.scalar(
            select(func.count()).where(message.c.state == MessageState.RECEIVED, message.c.worker == worker)
        )
        if held:
            self._driver.run(statements.RELEASE_WORKER, [(not counts, worker)])
        return held or 0

    def decide(self, rows: Sequence[DecidedMessage], *, at: datetime) -> None:
        """Write what was decided about messages: facts, findings and the new state. One event per message.

        Raises:
            StoreError: A message is unknown, or its state does not allow the step.
        """
        moment = to_text(at)
        current = self._message_states([row.id for row in rows])
        updates = []
        for row in rows:
            state = str(row.state)
            _check_step("message", row.id, current[row.id], row.state)
            current[row.id] = row.state
            verdict = None if row.verdict is None else str(row.verdict)
            findings = chain.encode(row.findings) if row.findings else "[]"
            updates.append((state, verdict, findings, moment, *_facts(row), row.id))
            self._log(moment, row.id, None, state, row.data)
        self._driver.run(statements.DECIDE_MESSAGE, updates)

    def move_messages(self, moves: Sequence[MessageMove], *, at: datetime) -> None:
        """Take messages a step further. One event per step.

        Raises:
            StoreError: A message is unknown, or its state does not allow the step.
        """
        moment = to_text(at)
        current = self._message_states([move.id for move in moves])
        updates = []
        for move in moves:
            _check_step("message", move.id, current[move.id], move.to)
            current[move.id] = move.to
            # Received anew by a person's decision: what killed earlier workers may be mended.
            kept = move.to is not MessageState.RECEIVED
            updates.append((str(move.to), kept, move.id))
            self._log(moment, move.id, None, str(move.to), move.data)
        self._driver.run(statements.MOVE_MESSAGE, updates)

    def add_references(self, rows: Sequence[NewReference]) -> None:
        """Make messages findable by ids. What is there already stays.

        Raises:
            StoreError: A dedupe key belongs to another message.
        """
        values = [(row.key.lower(), row.role, row.message_id) for row in rows]
        self._driver.run(statements.INSERT_REFERENCE, values)

    def merge_threads(self, keep: int, others: Collection[int]) -> None:
        """Move the messages of other threads into one."""
        self._driver.run(statements.MERGE_THREAD, [(keep, other) for other in others if other != keep])

    def drop_bodies(self, ids: Collection[int]) -> None:
        """Forget the bytes of messages that may not be kept; what is known of them stays."""
        self._driver.run(statements.DROP_BODY, [(b"", id_) for id_ in ids])

    def add_receipts(self, rows: Sequence[NewReceipt]) -> None:
        """Record the receipts we issue.

        Raises:
            StoreError: The recipient has a receipt for that message already.
        """
        values = [(row.message_id, row.recipient, row.status, row.receipt_message_id) for row in rows]
        self._driver.run(statements.INSERT_RECEIPT, values)

    # deliveries

    def add_deliveries(self, rows: Sequence[NewDelivery], *, at: datetime) -> list[int]:
        """Plan deliveries, or record that they are being sent. Return their ids.

        Raises:
            StoreError: An `after_index` names no row before its own.
        """
        moment = to_text(at)
        ids = self._new_ids(delivery, len(rows))
        values = []
        for index, (id_, row) in enumerate(zip(ids, rows, strict=True)):
            after = row.after_delivery
            if row.after_index is not None:
                if not 0 <= row.after_index < index:
                    raise StoreError("A delivery can only wait for one that stands before it.")
                after = ids[row.after_index]
            values.append(
                (
                    id_,
                    row.message_id,
                    row.for_message_id,
                    row.channel,
                    row.party,
                    row.name,
                    str(row.state),
                    row.state not in _BEFORE_SENDING,
                    moment if row.due_at is None else to_text(row.due_at),
                    after,
                    row.staged,
                    None,
                    None,
                    to_text_or_none(row.receipt_due_at),
                )
            )
        self._driver.run(statements.INSERT_DELIVERY, values)
        return ids

    def move_deliveries(self, moves: Sequence[DeliveryMove], *, at: datetime) -> None:
        """Take deliveries a step further. One event per step.

        Going to SENDING counts as an attempt, and so does going to SENT without it. SENT clears the last error.

        Raises:
            StoreError: A delivery is unknown, or its state does not allow the step.
        """
        moment = to_text(at)
        current = self._delivery_states([move.id for move in moves])
        updates = []
        for move in moves:
            before, for_message_id = current[move.id]
            _check_step("delivery", move.id, before, move.to)
            current[move.id] = move.to, for_message_id
            is_sent = move.to is DeliveryState.SENT
            updates.append(
                (
                    str(move.to),
                    not (move.to is DeliveryState.QUEUED and before in _GIVEN_UP),
                    move.to is DeliveryState.SENDING or (is_sent and before in _BEFORE_SENDING),
                    is_sent,
                    move.error,
                    moment if is_sent else None,
                    to_text_or_none(move.due_at),
                    move.staged,
                    to_text_or_none(move.receipt_due_at),
                    move.id,
                )
            )
            self._log(moment, for_message_id, move.id, str(move.to), move.data)
        self._driver.run(statements.MOVE_DELIVERY, updates)

    def add_attempts(self, rows: Sequence[NewAttempt]) -> None:
        """Record how tries to deliver went."""
        ids = self._new_ids(attempt, len(rows))
        values = [
            (id_, row.delivery_id, to_text(row.at), row.outcome, row.error) for id_, row in zip(ids, rows, strict=True)
        ]
        self._driver.run(statements.INSERT_ATTEMPT, values)

    # timers and tasks

    def add_timers(self, rows: Sequence[NewTimer]) -> list[int]:
        """Start timers. Return their ids."""
        ids = self._new_ids(timer, len(rows))
        values = [
            (id_, row.rule, row.message_id, row.delivery_id, to_text(row.due_at), "running", None)
            for id_, row in zip(ids, rows, strict=True)
        ]
        self._driver.run(statements.INSERT_TIMER, values)
        return ids

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
            values.append((*origin, "open", moment, None, None, row.note, row.draft_message_id))
            self._log(moment, row.message_id, None, "task_opened", {"task": id_, "rule": row.rule})
        self._driver.run(statements.INSERT_TASK, values)
        return ids

    def close_task(self, id: int, *, by: str, at: datetime, note: str | None = None) -> None:  # noqa: A002 - the column's own name
        """Mark a task as done; without a note the one it has stays.

        Raises:
            StoreError: There is no such open task.
        """
        row = self.task(id)
        if row is None or row.state != "open":
            raise StoreError(f"There is no open task {id}.")
        moment = to_text(at)
        note = row.note if note is None else note
        self._driver.run(statements.SET_TASK, [("done", moment, by, note, id)])
        self._log(moment, row.message_id, None, "task_closed", {"task": id, "rule": row.rule})

    def reopen_task(self, id: int, *, at: datetime) -> None:  # noqa: A002 - the column's own name
        """Open a task again; its note stays.

        Raises:
            StoreError: There is no such closed task.
        """
        row = self.task(id)
        if row is None or row.state != "done":
            raise StoreError(f"There is no closed task {id}.")
        self._driver.run(statements.SET_TASK, [("open", None, None, row.note, id)])
        self._log(to_text(at), row.message_id, None, "task_reopened", {"task": id, "rule": row.rule})

    # the event log

    def log(self, events: Sequence[NewEvent], *, at: datetime) -> None:
        """Record what happened besides transitions."""
        moment = to_text(at)
        for item in events:
            self._log(moment, item.message_id, item.delivery_id, item.name, item.data)

    def events(
        self, message_id: int | None = None, after: int = 0, limit: int = 1000, *, delivery_id: int | None = None
    ) -> list[EventRow]:
        """Return events, those of this transaction included."""
        self.flush()
        return super().events(message_id, after, limit, delivery_id=delivery_id)

    def verify_chain(self) -> ChainVerdict:
        """Compute every hash of the event log again, those of this transaction included."""
        self.flush()
        return super().verify_chain()

    def flush(self) -> None:
        """Write the events that are still in memory; the store does so before it commits."""
        self._driver.run(statements.INSERT_EVENT, self._events)
        self._events = []

    def _log(self, moment: str, message_id: int | None, delivery_id: int | None, name: str, data: EventData) -> None:
        if self._chain is None:
            last = self._driver.one(statements.LAST_EVENT)
            self._chain = chain.Chain(*(last or ()))
        self._events.append(self._chain.add(moment, message_id, delivery_id, name, data))

    def _new_ids(self, table: Table, number: int) -> list[int]:
        last = self._ids.get(table.name)
        if last is None:
            row = self._driver.one(statements.LAST_ID[table.name])
            last = (row and row[0]) or 0
        self._ids[table.name] = last + number
        return list(range(last + 1, last + number + 1))

    def _insert_messages(self, items: Sequence[NewMessage], *, at: datetime, worker: str | None) -> list[int]:
        moment = to_text(at)
        attempts = 0 if worker is None else 1
        ids = self._new_ids(message, len(items))
        bodies = []
        values = []
        for id_, item in zip(ids, items, strict=True):
            size = len(item.data)
            bodies.append((item.sha256, size, item.data))
            origin = (id_, item.direction, item.channel, item.source, item.sha256, size, moment)
            values.append((*origin, str(item.state), attempts, worker, *_facts(item), None, "[]", None))
        self._driver.run(statements.INSERT_BODY, bodies)
        self._driver.run(statements.INSERT_MESSAGE, values)
        return ids

    def _message_states(self, ids: Sequence[int]) -> dict[int, MessageState]:
        rows = self._driver.among(statements.MESSAGE_STATES, ids)
        current = {id_: MessageState(state) for id_, state in rows}
        _check_known("message", ids, current.keys())
        return current

    def _delivery_states(self, ids: Sequence[int]) -> dict[int, tuple[DeliveryState, int]]:
        current = self.delivery_states(ids)
        _check_known("delivery", ids, current.keys())
        return current


def _facts(facts: Facts) -> tuple[object, ...]:
    return (
        facts.kind,
        facts.version,
        facts.type,
        facts.msg_id,
        facts.document_id,
        to_text_or_none(facts.generated_at),
        facts.service_type,
        facts.sender_her,
        facts.receiver_her,
        facts.sender_party,
        facts.receiver_party,
        facts.thread,
    )


def _check_known(noun: str, ids: Sequence[int], known: AbstractSet[int]) -> None:
    unknown = sorted(set(ids) - known)
    if unknown:
        raise StoreError(f"There is no {noun} {unknown[0]}.")


def _check_step(noun: str, id_: int, before: _State, after: _State) -> None:
    if not before.may_become(after):
        raise StoreError(f"A {noun} that is {before} cannot become {after} ({noun} {id_}).")
