"""The mails that messages come and go in, as they stand."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, text

from adapter.message.state import DeliveryState, EnvelopeState
from adapter.store import statements
from adapter.store.facts import Direction
from adapter.store.moment import to_text
from adapter.store.reader import Reader, chunks, equal, to_row
from adapter.store.rows import EnvelopeFilter, EnvelopeRow, EventRow
from adapter.store.tables import FIRST_ENVELOPE, body, delivery, envelope, event, message, task

_ROW = select(*(column for column in envelope.columns if column is not envelope.c.key))

#: Out, and not known to be with the receiver.
_PENDING = (EnvelopeState.QUEUED, EnvelopeState.SENDING, EnvelopeState.SENT)
#: The deliveries in these states are sent by themselves, with whatever envelope they have.
_NOT_BEGUN = (DeliveryState.WAITING, DeliveryState.QUEUED)


class Envelopes(Reader):
    """Reads envelopes, in the order of their ids unless said otherwise."""

    def envelope(self, id: int) -> EnvelopeRow | None:  # noqa: A002 - the column's own name
        """Return one envelope, or None."""
        return next(iter(self.envelopes(EnvelopeFilter(id=id), limit=1)), None)

    def envelopes(
        self, wanted: EnvelopeFilter | None = None, limit: int = 100, *, newest_first: bool = False
    ) -> list[EnvelopeRow]:
        """Return the envelopes a filter asks for."""
        order = envelope.c.id.desc() if newest_first else envelope.c.id
        return self._envelopes(_ROW.where(*_conditions(wanted or EnvelopeFilter())).order_by(order).limit(limit))

    def envelope_bodies(self, ids: Collection[int]) -> dict[int, bytes]:
        """Return the mails, by envelope id; those that were dropped are empty."""
        return dict(self._driver.among(statements.ENVELOPE_BODIES, ids))

    def received_envelopes(self, limit: int, exclude: Collection[int] = ()) -> list[int]:
        """Return ids of envelopes nothing is decided about and no worker has taken up."""
        statement = select(envelope.c.id).where(
            envelope.c.state == EnvelopeState.RECEIVED, envelope.c.worker.is_(None), envelope.c.id.not_in(exclude)
        )
        return list(self._connection.scalars(statement.order_by(envelope.c.id).limit(limit)))

    def due_envelopes(
        self, channel: str, now: datetime, limit: int, exclude: Collection[int] = ()
    ) -> list[EnvelopeRow]:
        """Return what goes out by itself on a channel and whose time has come, the longest due first.

        That is signals, what waits for its Acknowledgment, and what a crash has put back into the queue. What is
        queued with its delivery goes with that.
        """
        brings = envelope.c.delivery_id.is_not(None)
        goes = or_(
            and_(envelope.c.state == EnvelopeState.SENT, brings),
            and_(envelope.c.state == EnvelopeState.QUEUED, or_(~brings, delivery.c.state.not_in(_NOT_BEGUN))),
        )
        statement = (
            _ROW.outerjoin(delivery, delivery.c.id == envelope.c.delivery_id)
            .where(envelope.c.state.in_((EnvelopeState.QUEUED, EnvelopeState.SENT)))
            .where(envelope.c.due_at <= to_text(now), envelope.c.is_paused.is_(False), goes)
            .where(envelope.c.channel == channel, envelope.c.id.not_in(exclude))
        )
        return self._envelopes(statement.order_by(envelope.c.due_at, envelope.c.id).limit(limit))

    def held_envelopes(self, now: datetime, limit: int) -> list[int]:
        """Return ids of held envelopes that are to be judged anew now, the longest due first."""
        statement = (
            select(envelope.c.id)
            .join(body, body.c.sha256 == envelope.c.sha256)
            .where(envelope.c.state == EnvelopeState.HELD, envelope.c.due_at <= to_text(now), body.c.size > 0)
        )
        return list(self._connection.scalars(statement.order_by(envelope.c.due_at, envelope.c.id).limit(limit)))

    def sending_envelopes(self) -> list[EnvelopeRow]:
        """Return what was being handed over when somebody last wrote it down."""
        return self._envelopes(_ROW.where(envelope.c.state == EnvelopeState.SENDING).order_by(envelope.c.id))

    def first_envelope(self, message_id: str) -> EnvelopeRow | None:
        """Return the inbound envelope that a MessageId belongs to, or None: opened, held or refused before."""
        statement = _ROW.where(envelope.c.key == message_id.lower(), text(FIRST_ENVELOPE))
        return next(iter(self._envelopes(statement)), None)

    def sent_envelope(self, message_id: str) -> EnvelopeRow | None:
        """Return the outbound envelope with a MessageId, or None."""
        return next(iter(self.envelopes(EnvelopeFilter(direction="out", message_id=message_id), limit=1)), None)

    def envelopes_around(self, message_ids: Collection[int]) -> list[EnvelopeRow]:
        """Return all envelopes that messages came in and went out in."""
        rows = self._among(envelope.c.carries, message_ids)
        return sorted(rows, key=lambda row: row.id)

    def envelopes_carrying(self, message_ids: Collection[int], direction: Direction) -> dict[int, EnvelopeRow]:
        """Return the first envelopes that messages came in, or the last ones they went out in, by message id."""
        return {
            row.carries: row
            for row in self._among(
                envelope.c.carries, message_ids, envelope.c.direction == direction, newest_first=direction == "in"
            )
            if row.carries is not None
        }

    def envelopes_of_deliveries(self, ids: Collection[int]) -> dict[int, EnvelopeRow]:
        """Return the last envelopes that were made for deliveries, in whatever state, by delivery id."""
        rows = self._among(envelope.c.delivery_id, ids)
        return {row.delivery_id: row for row in rows if row.delivery_id is not None}

    def answers_to(self, envelope_ids: Collection[int]) -> dict[int, EnvelopeRow]:
        """Return the last envelopes that answer envelopes, by the id of what they answer."""
        return {row.answers: row for row in self._among(envelope.c.answers, envelope_ids) if row.answers is not None}

    def conversation_of(self, thread: int, one_her: str, other_her: str) -> str | None:
        """Return the ConversationId of the last envelope between two in a thread, whichever way it went; or None."""
        pairs = ((one_her, other_her), (other_her, one_her))
        statement = (
            select(envelope.c.conversation_id)
            .join(message, message.c.id == envelope.c.carries)
            .where(message.c.thread == thread, envelope.c.conversation_id.is_not(None))
            .where(or_(*(and_(envelope.c.sender_her == one, envelope.c.receiver_her == other) for one, other in pairs)))
        )
        found: str | None = self._connection.scalar(statement.order_by(envelope.c.id.desc()).limit(1))
        return found

    def envelope_events(self, row: EnvelopeRow) -> list[EventRow]:
        """Return what happened to an envelope, and what issuers said of its signer, oldest first."""
        # Before it was opened it was about no message.
        about = or_(event.c.message_id.is_(None), event.c.message_id == row.carries)
        named = event.c.data.contains(f'"envelope":{row.id}')
        of_it = or_(event.c.name.startswith("envelope_", autoescape=True), event.c.name == "revocation_checked")
        statement = select(event).where(about, of_it, named)
        found = self._connection.execute(statement.order_by(event.c.seq)).mappings()
        events = (to_row(EventRow, item, data=json.loads(item["data"])) for item in found)
        return [item for item in events if item.data.get("envelope") == row.id]

    def forgettable_envelopes(
        self, states: Collection[EnvelopeState], before: datetime, limit: int, *, after: int = 0
    ) -> list[int]:
        """Return envelopes around no message, in these states and from before a moment, whose mails are kept.

        One that a person is to look at is left out, and so is an answer: it goes again, as it is, whenever what it
        answers comes again, and says nothing of anybody.
        """
        looked_at = select(task.c.envelope_id).where(task.c.state == "open", task.c.envelope_id.is_not(None))
        statement = (
            select(envelope.c.id)
            .join(body, body.c.sha256 == envelope.c.sha256)
            .where(envelope.c.id > after, envelope.c.state.in_(states))
            .where(envelope.c.carries.is_(None), envelope.c.answers.is_(None))
            .where(envelope.c.at < to_text(before), body.c.size > 0, envelope.c.id.not_in(looked_at))
        )
        return list(self._connection.scalars(statement.order_by(envelope.c.id).limit(limit)))

    def _among(
        self,
        column: ColumnElement[int | None],
        ids: Collection[int],
        *conditions: ColumnElement[bool],
        newest_first: bool = False,
    ) -> Iterator[EnvelopeRow]:
        order = envelope.c.id.desc() if newest_first else envelope.c.id
        for chunk in chunks(ids):
            yield from self._envelopes(_ROW.where(column.in_(chunk), *conditions).order_by(order))

    def _envelopes(self, statement: Select[Any]) -> list[EnvelopeRow]:
        return [
            to_row(
                EnvelopeRow,
                row,
                state=EnvelopeState(row["state"]),
                retry_interval=None if row["retry_interval"] is None else timedelta(seconds=row["retry_interval"]),
            )
            for row in self._connection.execute(statement).mappings()
        ]


def _conditions(wanted: EnvelopeFilter) -> Iterator[ColumnElement[bool]]:
    yield from equal(
        (envelope.c.id, wanted.id),
        (envelope.c.direction, wanted.direction),
        (envelope.c.state, wanted.state),
        (envelope.c.channel, wanted.channel),
        (envelope.c.key, None if wanted.message_id is None else wanted.message_id.lower()),
        (envelope.c.delivery_id, wanted.delivery_id),
    )
    if wanted.party_her is not None:
        yield or_(envelope.c.sender_her == wanted.party_her, envelope.c.receiver_her == wanted.party_her)
    if wanted.pending:
        yield and_(envelope.c.state.in_(_PENDING), envelope.c.delivery_id.is_not(None))
