"""Everything that is written to the store, inside one transaction: all of it survives, or none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

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
from adapter.store.tables import attempt, delivery, event, message, task, timer

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
        self._events: list[dict[str, object]] = []

    # messages

    def receive(self, items: Sequence[NewMessage], *, at: datetime, worker: str | None = None) -> list[int]:
        """Keep messages that came in, taken up by `worker` at once if one is named. Return their ids."""
        return self._insert_messages(items, at=at, worker=worker, name="received")

    def add_messages(self, rows: Sequence[NewMessage], *, at: datetime) -> list[int]:
        """Keep messages the adapter made, such as receipts and drafts. Return their ids."""
        return self._insert_messages(rows, at=at, worker=None, name="created")

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
        statements.TAKE_MESSAGE.run(self._connection, [{"id": id_, "worker": worker} for id_ in free])
        return free

    def release_worker(self, worker: str) -> int:
        """Free what a dead worker had taken up. Return how many messages that were."""
        held = self._connection.scalar(
            select(func.count()).where(message.c.state == MessageState.RECEIVED, message.c.worker == worker)
        )
        if held:
            statements.RELEASE_WORKER.run(self._connection, [{"worker": worker}])
        return held or 0

    def decide(self, rows: Sequence[DecidedMessage], *, at: datetime) -> None:
        """Write what was decided about messages: facts, findings and the new state. One event per message.

        Raises:
            StoreError: A message is unknown, or its state does not allow the step.
        """
        moment = to_text(at)
        current = self._current_messages([row.id for row in rows])
        updates = []
        for row in rows:
            state, attempts = current[row.id]
            _check_step("message", row.id, state, row.state)
            current[row.id] = row.state, attempts
            updates.append(
                {
                    **_facts(row),
                    "id": row.id,
                    "state": row.state.value,
                    "verdict": None if row.verdict is None else str(row.verdict),
                    "findings": chain.encode(row.findings) if row.findings else "[]",
                    "decided_at": moment,
                }
            )
            self._log(moment, row.id, None, row.state.value, row.data)
        statements.DECIDE_MESSAGE.run(self._connection, updates)

    def move_messages(self, moves: Sequence[MessageMove], *, at: datetime) -> None:
        """Take messages a step further. One event per step.

        Raises:
            StoreError: A message is unknown, or its state does not allow the step.
        """
        moment = to_text(at)
        current = self._current_messages([move.id for move in moves])
        updates = []
        for move in moves:
            state, attempts = current[move.id]
            _check_step("message", move.id, state, move.to)
            # Received anew by a person's decision: what killed earlier workers may be mended.
            attempts = 0 if move.to is MessageState.RECEIVED else attempts
            current[move.id] = move.to, attempts
            updates.append({"id": move.id, "state": move.to.value, "attempts": attempts})
            self._log(moment, move.id, None, move.to.value, move.data)
        statements.MOVE_MESSAGE.run(self._connection, updates)

    def add_references(self, rows: Sequence[NewReference]) -> None:
        """Make messages findable by ids. What is there already stays.

        Raises:
            StoreError: A dedupe key belongs to another message.
        """
        statements.INSERT_REFERENCE.run(
            self._connection,
            [{"key": row.key.lower(), "role": row.role, "message_id": row.message_id} for row in rows],
        )

    def merge_threads(self, keep: int, others: Collection[int]) -> None:
        """Move the messages of other threads into one."""
        statements.MERGE_THREAD.run(
            self._connection, [{"keep": keep, "other": other} for other in others if other != keep]
        )

    def add_receipts(self, rows: Sequence[NewReceipt]) -> None:
        """Record the receipts we issue.

        Raises:
            StoreError: The recipient has a receipt for that message already.
        """
        statements.INSERT_RECEIPT.run(
            self._connection,
            [
                {
                    "message_id": row.message_id,
                    "recipient": row.recipient,
                    "status": row.status,
                    "receipt_message_id": row.receipt_message_id,
                }
                for row in rows
            ],
        )

    # deliveries

    def add_deliveries(self, rows: Sequence[NewDelivery], *, at: datetime) -> list[int]:
        """Plan deliveries. Return their ids. One event per delivery.

        Raises:
            StoreError: An `after_index` points outside the rows before it.
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
                {
                    "id": id_,
                    "message_id": row.message_id,
                    "for_message_id": row.for_message_id,
                    "channel": row.channel,
                    "party": row.party,
                    "name": row.name,
                    "state": row.state.value,
                    "attempts": 0,
                    "due_at": moment if row.due_at is None else to_text(row.due_at),
                    "after_delivery": after,
                    "staged": row.staged,
                    "last_error": None,
                    "sent_at": None,
                    "receipt_due_at": to_text_or_none(row.receipt_due_at),
                }
            )
            self._log(moment, row.for_message_id, id_, row.state.value, {"channel": row.channel, "party": row.party})
        statements.INSERT_DELIVERY.run(self._connection, values)
        return ids

    def move_deliveries(self, moves: Sequence[DeliveryMove], *, at: datetime) -> None:
        """Take deliveries a step further. One event per step.

        Going to SENDING counts as an attempt, and so does going to SENT without it. SENT clears the last error.

        Raises:
            StoreError: A delivery is unknown, or its state does not allow the step.
        """
        moment = to_text(at)
        current = self._current_deliveries([move.id for move in moves])
        updates = []
        for move in moves:
            row = current[move.id]
            before = DeliveryState(row["state"])
            _check_step("delivery", move.id, before, move.to)
            row["state"] = move.to.value
            if move.to is DeliveryState.SENDING or (move.to is DeliveryState.SENT and before in _BEFORE_SENDING):
                row["attempts"] += 1
            elif move.to is DeliveryState.QUEUED and before in _GIVEN_UP:
                row["attempts"] = 0
            if move.to is DeliveryState.SENT:
                row["sent_at"] = moment
                row["last_error"] = None
            if move.error is not None:
                row["last_error"] = move.error
            if move.due_at is not None:
                row["due_at"] = to_text(move.due_at)
            if move.staged is not None:
                row["staged"] = move.staged
            if move.receipt_due_at is not None:
                row["receipt_due_at"] = to_text(move.receipt_due_at)
            updates.append(dict(row))
            self._log(moment, row["for_message_id"], move.id, move.to.value, move.data)
        statements.MOVE_DELIVERY.run(self._connection, updates)

    def add_attempts(self, rows: Sequence[NewAttempt]) -> None:
        """Record how tries to deliver went."""
        ids = self._new_ids(attempt, len(rows))
        statements.INSERT_ATTEMPT.run(
            self._connection,
            [
                {
                    "id": id_,
                    "delivery_id": row.delivery_id,
                    "at": to_text(row.at),
                    "outcome": row.outcome,
                    "error": row.error,
                }
                for id_, row in zip(ids, rows, strict=True)
            ],
        )

    # timers and tasks

    def add_timers(self, rows: Sequence[NewTimer]) -> list[int]:
        """Start timers. Return their ids."""
        ids = self._new_ids(timer, len(rows))
        statements.INSERT_TIMER.run(
            self._connection,
            [
                {
                    "id": id_,
                    "rule": row.rule,
                    "message_id": row.message_id,
                    "delivery_id": row.delivery_id,
                    "due_at": to_text(row.due_at),
                    "state": "running",
                    "fired_at": None,
                }
                for id_, row in zip(ids, rows, strict=True)
            ],
        )
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
        statements.STOP_TIMER.run(self._connection, [{"id": id_} for id_ in sorted(running)])
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
        statements.FIRE_TIMER.run(self._connection, [{"id": id_, "at": moment} for id_ in ids])

    def add_tasks(self, rows: Sequence[NewTask], *, at: datetime) -> list[int]:
        """Open tasks, each with an event. Return their ids."""
        moment = to_text(at)
        ids = self._new_ids(task, len(rows))
        values = []
        for id_, row in zip(ids, rows, strict=True):
            values.append(
                {
                    "id": id_,
                    "party": row.party,
                    "rule": row.rule,
                    "title": row.title,
                    "message_id": row.message_id,
                    "due_at": to_text_or_none(row.due_at),
                    "state": "open",
                    "created_at": moment,
                    "closed_at": None,
                    "closed_by": None,
                    "note": row.note,
                    "draft_message_id": row.draft_message_id,
                }
            )
            self._log(moment, row.message_id, None, "task_opened", {"task": id_, "rule": row.rule})
        statements.INSERT_TASK.run(self._connection, values)
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
        statements.SET_TASK.run(
            self._connection,
            [
                {
                    "id": id,
                    "state": "done",
                    "closed_at": moment,
                    "closed_by": by,
                    "note": row.note if note is None else note,
                }
            ],
        )
        self._log(moment, row.message_id, None, "task_closed", {"task": id, "rule": row.rule})

    def reopen_task(self, id: int, *, at: datetime) -> None:  # noqa: A002 - the column's own name
        """Open a task again; its note stays.

        Raises:
            StoreError: There is no such closed task.
        """
        row = self.task(id)
        if row is None or row.state != "done":
            raise StoreError(f"There is no closed task {id}.")
        statements.SET_TASK.run(
            self._connection, [{"id": id, "state": "open", "closed_at": None, "closed_by": None, "note": row.note}]
        )
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
        statements.INSERT_EVENT.run(self._connection, self._events)
        self._events = []

    def _log(self, moment: str, message_id: int | None, delivery_id: int | None, name: str, data: EventData) -> None:
        if self._chain is None:
            last = self._connection.execute(
                select(event.c.seq, event.c.hash).order_by(event.c.seq.desc()).limit(1)
            ).one_or_none()
            self._chain = chain.Chain(0, chain.GENESIS) if last is None else chain.Chain(last.seq, last.hash)
        self._events.append(self._chain.add(moment, message_id, delivery_id, name, data))

    def _new_ids(self, table: Table, number: int) -> list[int]:
        last = self._ids.get(table.name)
        if last is None:
            last = self._connection.scalar(select(func.max(table.c.id))) or 0
        self._ids[table.name] = last + number
        return list(range(last + 1, last + number + 1))

    def _insert_messages(
        self, items: Sequence[NewMessage], *, at: datetime, worker: str | None, name: str
    ) -> list[int]:
        moment = to_text(at)
        ids = self._new_ids(message, len(items))
        bodies = [{"sha256": item.sha256, "size": len(item.data), "data": item.data} for item in items]
        values = []
        for id_, item in zip(ids, items, strict=True):
            values.append(
                {
                    **_facts(item),
                    "id": id_,
                    "direction": item.direction,
                    "channel": item.channel,
                    "source": item.source,
                    "sha256": item.sha256,
                    "size": len(item.data),
                    "received_at": moment,
                    "state": item.state.value,
                    "attempts": 0 if worker is None else 1,
                    "worker": worker,
                    "verdict": None,
                    "findings": "[]",
                    "decided_at": None,
                }
            )
            self._log(moment, id_, None, name, {"channel": item.channel, "sha256": item.sha256})
        statements.INSERT_BODY.run(self._connection, bodies)
        statements.INSERT_MESSAGE.run(self._connection, values)
        return ids

    def _current_messages(self, ids: Sequence[int]) -> dict[int, tuple[MessageState, int]]:
        current = {
            id_: (MessageState(state), attempts)
            for chunk in chunks(ids)
            for id_, state, attempts in self._connection.execute(
                select(message.c.id, message.c.state, message.c.attempts).where(message.c.id.in_(chunk))
            )
        }
        _check_known("message", ids, current)
        return current

    def _current_deliveries(self, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        columns = (
            delivery.c.id,
            delivery.c.for_message_id,
            delivery.c.state,
            delivery.c.attempts,
            delivery.c.due_at,
            delivery.c.staged,
            delivery.c.last_error,
            delivery.c.sent_at,
            delivery.c.receipt_due_at,
        )
        current = {
            row["id"]: dict(row)
            for chunk in chunks(ids)
            for row in self._connection.execute(select(*columns).where(delivery.c.id.in_(chunk))).mappings()
        }
        _check_known("delivery", ids, current)
        return current


def _facts(facts: Facts) -> dict[str, object]:
    return {
        "kind": facts.kind,
        "version": facts.version,
        "type": facts.type,
        "msg_id": facts.msg_id,
        "document_id": facts.document_id,
        "generated_at": to_text_or_none(facts.generated_at),
        "service_type": facts.service_type,
        "sender_her": facts.sender_her,
        "receiver_her": facts.receiver_her,
        "sender_party": facts.sender_party,
        "receiver_party": facts.receiver_party,
        "patient_key": facts.patient_key,
        "thread": facts.thread,
    }


def _check_known(noun: str, ids: Sequence[int], current: Mapping[int, object]) -> None:
    unknown = sorted(set(ids) - current.keys())
    if unknown:
        raise StoreError(f"There is no {noun} {unknown[0]}.")


def _check_step(noun: str, id_: int, before: _State, after: _State) -> None:
    if not before.may_become(after):
        raise StoreError(f"A {noun} that is {before} cannot become {after} ({noun} {id_}).")
