"""Everything that is written to the store, inside one transaction: all of it survives, or none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select

from adapter.errors import StoreError
from adapter.message.state import DeliveryState, MessageState
from adapter.store import chain, statements
from adapter.store.agenda import Agenda
from adapter.store.batching import Batching
from adapter.store.entries import (
    DecidedMessage,
    DeliveryMove,
    MessageMove,
    NewAttempt,
    NewDelivery,
    NewMessage,
    NewReceipt,
    NewReference,
)
from adapter.store.enveloping import Enveloping
from adapter.store.facts import Facts
from adapter.store.journal import check_known, check_step
from adapter.store.moment import to_text, to_text_or_none
from adapter.store.reader import chunks
from adapter.store.tables import attempt, delivery, message

#: After these, a person has asked for a new start: earlier attempts no longer count.
_GIVEN_UP = frozenset({DeliveryState.ABANDONED, DeliveryState.AMBIGUOUS})
#: States before the channel has the bytes, from which going to SENT is an attempt by itself.
_BEFORE_SENDING = frozenset({DeliveryState.WAITING, DeliveryState.QUEUED})


class Ledger(Agenda, Batching, Enveloping):
    """Writes messages and deliveries, and reads that see them."""

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
        """Free what a worker had taken up; without `counts` as if it never had.

        Return how many messages and envelopes that were.
        """
        held = self._connection.scalar(
            select(func.count()).where(message.c.state == MessageState.RECEIVED, message.c.worker == worker)
        )
        if held:
            self._driver.run(statements.RELEASE_WORKER, [(not counts, worker)])
        return (held or 0) + self._release_envelopes(worker, counts=counts)

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
            check_step("message", row.id, current[row.id], row.state)
            current[row.id] = row.state
            verdict = None if row.verdict is None else str(row.verdict)
            findings = chain.encode(row.findings) if row.findings else "[]"
            updates.append((state, verdict, findings, moment, *_facts(row), *_content(row), row.id))
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
            check_step("message", move.id, current[move.id], move.to)
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
        """Forget the bytes of messages that may not be kept, and their mails; what is known of them stays."""
        dropped = [(b"", id_) for id_ in ids]
        self._driver.run(statements.DROP_BODY, dropped)
        self._driver.run(statements.DROP_ENVELOPES, dropped)

    def replace_body(self, id: int, data: bytes) -> None:  # noqa: A002 - the column's own name
        """Give a message that was not sent yet other bytes, and forget those it had.

        Raises:
            StoreError: The message is unknown.
        """
        row = self.message(id)
        if row is None:
            raise StoreError(f"There is no message {id}.")
        digest = sha256(data).hexdigest()
        self._driver.run(statements.INSERT_BODY, [(digest, len(data), data)])
        self._driver.run(statements.REPLACE_BODY, [(digest, len(data), id)])
        if row.sha256 != digest:
            self._driver.run(statements.FORGET_BODY, [(row.sha256,)])

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
                    row.is_reliable,
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
            check_step("delivery", move.id, before, move.to)
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
            values.append(
                (*origin, str(item.state), attempts, worker, *_facts(item), None, "[]", None, *_content(item))
            )
        # SQLite keeps the values a statement was last run with: not 30 MB, so it is run once more, to no effect.
        self._driver.run(statements.INSERT_BODY, [*bodies, *((sha256, 0, b"") for sha256, _, _ in bodies[-1:])])
        self._driver.run(statements.INSERT_MESSAGE, values)
        return ids

    def _message_states(self, ids: Sequence[int]) -> dict[int, MessageState]:
        current = self.states_of(ids)
        check_known("message", ids, current.keys())
        return current

    def _delivery_states(self, ids: Sequence[int]) -> dict[int, tuple[DeliveryState, int]]:
        current = self.delivery_states(ids)
        check_known("delivery", ids, current.keys())
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


def _content(facts: Facts) -> tuple[object, ...]:
    return facts.topic, facts.patient
