"""Everything that is read from the store, inside one transaction that sees one state of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union, union_all

from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.store import chain, statements
from adapter.store.batches import Batches
from adapter.store.envelopes import Envelopes
from adapter.store.moment import from_text_or_none, to_text
from adapter.store.reader import chunks, equal, to_row
from adapter.store.rows import (
    AttemptRow,
    ChainVerdict,
    Counts,
    DeliveryRow,
    EventRow,
    Known,
    MessageFilter,
    MessageRow,
    Oldest,
    ReceiptRow,
    ReferenceRow,
)
from adapter.store.tables import (
    attempt,
    batch_item,
    body,
    delivery,
    envelope,
    event,
    message,
    receipt,
    reference,
    task,
    timer,
)
from adapter.store.todo import Todo

_KNOWN = tuple(item.name for item in fields(Known))
_DELIVERY = tuple(item.name for item in fields(DeliveryRow))


class Query(Todo, Batches, Envelopes):
    """Reads. Lists are in the order of their ids unless said otherwise; times are compared as moments."""

    # messages

    def known(self, keys: Collection[str]) -> dict[str, list[Known]]:
        """Return the messages that carry any of these ids in any role, by the id in lower case."""
        found: dict[str, list[Known]] = {}
        for row in self._driver.among(statements.KNOWN, {key.lower() for key in keys}):
            known = _known(row)
            found.setdefault(known.key, []).append(known)
        return found

    def in_threads(self, threads: Collection[int]) -> list[Known]:
        """Return the messages of threads, each by all its ids."""
        return [_known(row) for row in self._driver.among(statements.IN_THREADS, threads)]

    def bodies(self, ids: Collection[int]) -> dict[int, bytes]:
        """Return the bytes of messages, by message id; those that were dropped are empty."""
        return dict(self._driver.among(statements.BODIES, ids))

    def kept(self, ids: Collection[int]) -> set[int]:
        """Return which of these messages still have their bytes."""
        statement = select(message.c.id).join(body, body.c.sha256 == message.c.sha256).where(body.c.size > 0)
        return {
            id_ for chunk in chunks(ids) for id_ in self._connection.scalars(statement.where(message.c.id.in_(chunk)))
        }

    def message(self, id: int) -> MessageRow | None:  # noqa: A002 - the column's own name
        """Return one message, or None."""
        return next(iter(self.messages(MessageFilter(id=id), limit=1)), None)

    def messages(
        self, wanted: MessageFilter | None = None, limit: int = 100, offset: int = 0, *, newest_first: bool = False
    ) -> list[MessageRow]:
        """Return the messages a filter asks for."""
        statement = select(message).where(*_conditions(wanted or MessageFilter()))
        order = message.c.id.desc() if newest_first else message.c.id
        return self._messages(statement.order_by(order).limit(limit).offset(offset))

    def messages_of(self, ids: Collection[int]) -> list[MessageRow]:
        """Return messages by their ids."""
        return [
            row
            for chunk in chunks(ids)
            for row in self._messages(select(message).where(message.c.id.in_(chunk)).order_by(message.c.id))
        ]

    def states_of(self, ids: Collection[int]) -> dict[int, MessageState]:
        """Return the states of messages, by their ids."""
        return {id_: MessageState(state) for id_, state in self._driver.among(statements.MESSAGE_STATES, ids)}

    def copies_of(self, message_ids: Collection[int]) -> list[MessageRow]:
        """Return messages with the bytes of these, these included."""
        return [
            row
            for chunk in chunks(message_ids)
            for row in self._messages(
                select(message)
                .where(message.c.sha256.in_(select(message.c.sha256).where(message.c.id.in_(chunk))))
                .order_by(message.c.id)
            )
        ]

    def message_types(self) -> list[str]:
        """Return the types that messages are of, in the order of the alphabet."""
        statement = select(message.c.type).where(message.c.type.is_not(None)).distinct()
        return list(self._connection.scalars(statement.order_by(message.c.type)))

    def forgettable(
        self, states: Collection[MessageState], before: datetime, limit: int, *, after: int = 0
    ) -> list[int]:
        """Return messages in these states, received before a moment, whose bytes are kept and nobody needs.

        Somebody needs them while anything in their thread waits, runs or is to be done, and while another message
        with the same bytes is in another state.
        """
        # A message without a thread stands for itself.
        thread = func.coalesce(message.c.thread, -message.c.id)
        pending = (MessageState.RECEIVED, MessageState.PARKED, MessageState.HELD, MessageState.ACCEPTED)
        under_way = [state for state in DeliveryState if state.is_under_way]
        busy = union_all(
            select(thread).where(message.c.state.in_(pending)),
            select(thread).join(timer, timer.c.message_id == message.c.id).where(timer.c.state == "running"),
            select(thread).join(task, task.c.message_id == message.c.id).where(task.c.state == "open"),
            select(thread).join(delivery, delivery.c.message_id == message.c.id).where(delivery.c.state.in_(under_way)),
            select(thread)
            .join(batch_item, batch_item.c.message_id == message.c.id)
            .where(batch_item.c.state == "pending"),
        )
        needed = select(message.c.sha256).where(message.c.state.not_in(states))
        statement = (
            select(message.c.id)
            .join(body, body.c.sha256 == message.c.sha256)
            .where(message.c.id > after, message.c.state.in_(states))
            .where(message.c.received_at < to_text(before), body.c.size > 0)
            .where(thread.not_in(busy), message.c.sha256.not_in(needed))
        )
        return list(self._connection.scalars(statement.order_by(message.c.id).limit(limit)))

    def thread(self, thread: int) -> list[MessageRow]:
        """Return all messages of a thread."""
        return self._messages(select(message).where(message.c.thread == thread).order_by(message.c.id))

    def received(self, limit: int, exclude: Collection[int] = ()) -> list[int]:
        """Return ids of messages nothing is decided about and no worker has taken up."""
        statement = select(message.c.id).where(message.c.state == MessageState.RECEIVED, message.c.worker.is_(None))
        if exclude:
            statement = statement.where(message.c.id.not_in(exclude))
        return list(self._connection.scalars(statement.order_by(message.c.id).limit(limit)))

    def has_parked(self) -> bool:
        """Tell whether any message waits for another one."""
        return self._driver.one(statements.ANY_PARKED) is not None

    def workers(self) -> list[str]:
        """Return the names of workers that have taken up messages or envelopes and not decided about them."""
        statement = union(
            select(message.c.worker).where(message.c.state == MessageState.RECEIVED, message.c.worker.is_not(None)),
            select(envelope.c.worker).where(envelope.c.state == EnvelopeState.RECEIVED, envelope.c.worker.is_not(None)),
        )
        return sorted(self._connection.scalars(statement))

    def references_of(self, message_id: int) -> list[ReferenceRow]:
        """Return the ids a message is found by."""
        statement = select(reference).where(reference.c.message_id == message_id)
        rows = self._connection.execute(statement.order_by(reference.c.role, reference.c.key)).mappings()
        return [ReferenceRow(**row) for row in rows]

    def answered(self, message_ids: Collection[int]) -> set[int]:
        """Return which of these messages have a receipt of ours already."""
        return {id_ for (id_,) in self._driver.among(statements.ANSWERED, message_ids)}

    def receipts_of(self, message_id: int) -> list[ReceiptRow]:
        """Return the receipts we issued for a message."""
        statement = select(receipt).where(receipt.c.message_id == message_id).order_by(receipt.c.recipient)
        return [ReceiptRow(**row) for row in self._connection.execute(statement).mappings()]

    # deliveries

    def delivery(self, id: int) -> DeliveryRow | None:  # noqa: A002 - the column's own name
        """Return one delivery, or None."""
        return next(iter(self._deliveries(select(delivery).where(delivery.c.id == id))), None)

    def deliveries(  # noqa: PLR0913 - what to filter by, and which part of it
        self,
        *,
        state: DeliveryState | None = None,
        channel: str | None = None,
        party: str | None = None,
        limit: int = 100,
        offset: int = 0,
        newest_first: bool = False,
    ) -> list[DeliveryRow]:
        """Return deliveries; what is None does not matter."""
        statement = select(delivery).where(
            *equal((delivery.c.state, state), (delivery.c.channel, channel), (delivery.c.party, party))
        )
        order = delivery.c.id.desc() if newest_first else delivery.c.id
        return self._deliveries(statement.order_by(order).limit(limit).offset(offset))

    def delivery_states(self, ids: Collection[int]) -> dict[int, tuple[DeliveryState, int]]:
        """Return the states of deliveries and the inbound messages they belong to, by their ids."""
        rows = self._driver.among(statements.DELIVERY_STATES, ids)
        return {id_: (DeliveryState(state), for_message_id) for id_, state, for_message_id in rows}

    def reliable(self, ids: Collection[int]) -> set[int]:
        """Return which of these deliveries their channel acknowledges."""
        return {id_ for (id_,) in self._driver.among(statements.RELIABLE, ids)}

    def due_deliveries(
        self, now: datetime, limit: int, exclude: Collection[int] = (), *, channel: str = "", but: Collection[str] = ()
    ) -> list[DeliveryRow]:
        """Return queued deliveries whose time has come, the longest due first: of one channel, or of all but some."""
        statement = select(delivery).where(delivery.c.state == DeliveryState.QUEUED, delivery.c.due_at <= to_text(now))
        if exclude:
            statement = statement.where(delivery.c.id.not_in(exclude))
        if channel:
            statement = statement.where(delivery.c.channel == channel)
        if but:
            statement = statement.where(delivery.c.channel.not_in(but))
        return self._deliveries(statement.order_by(delivery.c.due_at, delivery.c.id).limit(limit))

    def deliveries_of(self, for_message_ids: Collection[int]) -> list[DeliveryRow]:
        """Return the deliveries that belong to inbound messages."""
        return self._deliveries_among(statements.DELIVERIES_FOR, for_message_ids)

    def deliveries_carrying(self, message_ids: Collection[int]) -> list[DeliveryRow]:
        """Return the deliveries that carry the bytes of messages."""
        return self._deliveries_among(statements.DELIVERIES_CARRYING, message_ids)

    def waiting_after(self, delivery_ids: Collection[int]) -> list[DeliveryRow]:
        """Return the deliveries that wait for these."""
        return self._deliveries_among(statements.DELIVERIES_WAITING, delivery_ids)

    def staged_deliveries(self) -> list[DeliveryRow]:
        """Return the deliveries whose bytes lie on their channel, unpublished for all that is known."""
        # The states first: they have an index, and hardly any delivery is in one of these.
        under_way = [state for state in DeliveryState if state.is_under_way]
        statement = select(delivery).where(delivery.c.state.in_(under_way), delivery.c.staged.is_(True))
        return self._deliveries(statement.order_by(delivery.c.id))

    def attempts_of(self, delivery_id: int) -> list[AttemptRow]:
        """Return the tries to deliver, oldest first."""
        statement = select(attempt).where(attempt.c.delivery_id == delivery_id).order_by(attempt.c.id)
        return [to_row(AttemptRow, row) for row in self._connection.execute(statement).mappings()]

    # the event log

    def events(
        self, message_id: int | None = None, after: int = 0, limit: int = 1000, *, delivery_id: int | None = None
    ) -> list[EventRow]:
        """Return events with a higher number than `after`, of one message or delivery if one is named."""
        statement = select(event).where(
            event.c.seq > after, *equal((event.c.message_id, message_id), (event.c.delivery_id, delivery_id))
        )
        rows = self._connection.execute(statement.order_by(event.c.seq).limit(limit))
        return [to_row(EventRow, row, data=json.loads(row["data"])) for row in rows.mappings()]

    def verify_chain(self) -> ChainVerdict:
        """Compute every hash of the event log again."""
        broken, length, head = chain.first_broken(self._links())
        return ChainVerdict(ok=broken is None, length=length, broken_seq=broken, head=head)

    # how things stand

    def counts(self) -> Counts:
        """Count rows by state."""

        def by_state(column: ColumnElement[str]) -> dict[str, int]:
            statement = select(column, func.count()).group_by(column).order_by(column)
            return {state: number for state, number in self._connection.execute(statement)}  # noqa: C416 - rows

        return Counts(
            messages=by_state(message.c.state),
            deliveries=by_state(delivery.c.state),
            envelopes=by_state(envelope.c.state),
            timers=by_state(timer.c.state),
            tasks=by_state(task.c.state),
        )

    def oldest(self) -> Oldest:
        """Return how far back pending work goes."""

        def least(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> datetime | None:
            return from_text_or_none(self._connection.scalar(select(func.min(column)).where(*conditions)))

        return Oldest(
            received_at=least(message.c.received_at, message.c.state == MessageState.RECEIVED),
            due_at=least(delivery.c.due_at, delivery.c.state == DeliveryState.QUEUED),
            sent_at=least(
                delivery.c.sent_at,
                delivery.c.state.in_((DeliveryState.SENT, DeliveryState.ACKNOWLEDGED)),
                delivery.c.receipt_due_at.is_not(None),
            ),
        )

    def _messages(self, statement: Select[Any]) -> list[MessageRow]:
        return [
            to_row(MessageRow, row, state=MessageState(row["state"]), findings=tuple(json.loads(row["findings"])))
            for row in self._connection.execute(statement).mappings()
        ]

    def _deliveries(self, statement: Select[Any]) -> list[DeliveryRow]:
        return [
            to_row(DeliveryRow, row, state=DeliveryState(row["state"]))
            for row in self._connection.execute(statement).mappings()
        ]

    def _deliveries_among(self, sql: str, ids: Collection[int]) -> list[DeliveryRow]:
        return [_delivery(row) for row in self._driver.among(sql, ids)]

    def _links(self) -> Iterator[tuple[chain.Link, str, str]]:
        for row in self._connection.execute(select(event).order_by(event.c.seq)):
            *link, previous, stored = row
            yield tuple(link), previous, stored


def _known(row: Sequence[Any]) -> Known:
    values = dict(zip(_KNOWN, row, strict=True))
    return to_row(Known, values, state=MessageState(values["state"]))


def _delivery(row: Sequence[Any]) -> DeliveryRow:
    values = dict(zip(_DELIVERY, row, strict=True))
    return to_row(
        DeliveryRow,
        values,
        state=DeliveryState(values["state"]),
        staged=bool(values["staged"]),
        is_reliable=bool(values["is_reliable"]),
    )


def _conditions(wanted: MessageFilter) -> Iterator[ColumnElement[bool]]:
    yield from equal(
        (message.c.id, wanted.id),
        (message.c.state, wanted.state),
        (message.c.direction, wanted.direction),
        (message.c.kind, wanted.kind),
        (message.c.type, wanted.type),
        (message.c.thread, wanted.thread),
        (message.c.sender_party, wanted.sender),
        (message.c.receiver_party, wanted.receiver),
    )
    if wanted.ids is not None:
        yield message.c.id.in_(wanted.ids)
    if wanted.rule is not None:
        yield message.c.findings.contains(f'"rule":"{wanted.rule}"', autoescape=True)
    if wanted.party is not None:
        yield or_(message.c.sender_party == wanted.party, message.c.receiver_party == wanted.party)
    if wanted.since is not None:
        yield message.c.received_at >= to_text(wanted.since)
    if wanted.until is not None:
        yield message.c.received_at < to_text(wanted.until)
    if wanted.msg_id is not None:
        key = wanted.msg_id.lower()
        yield message.c.id.in_(
            select(reference.c.message_id).where(reference.c.key == key, reference.c.role == "msg_id")
        )
