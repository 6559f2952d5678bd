"""What was sent again and is to be sent again: batches and their messages."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select

from adapter.message.state import MessageState
from adapter.store.facts import ItemState
from adapter.store.moment import to_text
from adapter.store.reader import Reader, chunks, equal, to_row
from adapter.store.rows import BatchRow, EventRow, ItemRow
from adapter.store.tables import batch, batch_item, body, event, message


class Batches(Reader):
    """Reads batches, the newest first, and their messages in the order in which they go."""

    def batches(self, limit: int = 100) -> list[BatchRow]:
        """Return batches."""
        rows = self._connection.execute(select(batch).order_by(batch.c.id.desc()).limit(limit)).mappings()
        return [to_row(BatchRow, row, wanted=json.loads(row["wanted"])) for row in rows]

    def batch(self, id: int) -> BatchRow | None:  # noqa: A002 - the column's own name
        """Return one batch, or None."""
        row = self._connection.execute(select(batch).where(batch.c.id == id)).mappings().one_or_none()
        return None if row is None else to_row(BatchRow, row, wanted=json.loads(row["wanted"]))

    def items(self, batch_id: int, state: ItemState | None = None, limit: int | None = None) -> list[ItemRow]:
        """Return the messages of a batch."""
        statement = select(batch_item).where(*equal((batch_item.c.batch_id, batch_id), (batch_item.c.state, state)))
        rows = self._connection.execute(statement.order_by(batch_item.c.position).limit(limit)).mappings()
        return [to_row(ItemRow, row) for row in rows]

    def item(self, batch_id: int, position: int) -> ItemRow | None:
        """Return one message of a batch, or None."""
        statement = select(batch_item).where(batch_item.c.batch_id == batch_id, batch_item.c.position == position)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else to_row(ItemRow, row)

    def item_counts(self, batch_ids: Collection[int]) -> dict[int, dict[ItemState, int]]:
        """Return how many messages of each batch are in each state."""
        found: dict[int, dict[ItemState, int]] = {id_: {} for id_ in batch_ids}
        for chunk in chunks(batch_ids):
            statement = select(batch_item.c.batch_id, batch_item.c.state, func.count()).where(
                batch_item.c.batch_id.in_(chunk)
            )
            for id_, state, number in self._connection.execute(
                statement.group_by(batch_item.c.batch_id, batch_item.c.state).order_by(batch_item.c.state)
            ):
                found[id_][state] = number
        return found

    def repeats_of(self, message_ids: Collection[int]) -> list[ItemRow]:
        """Return where messages were sent again, and where they are themselves what was sent again."""
        return [
            to_row(ItemRow, row)
            for chunk in chunks(message_ids)
            for row in self._connection.execute(
                select(batch_item)
                .where(or_(batch_item.c.message_id.in_(chunk), batch_item.c.new_message_id.in_(chunk)))
                .order_by(batch_item.c.batch_id, batch_item.c.position)
            ).mappings()
        ]

    def planned_bodies(self, items: Collection[ItemRow]) -> dict[str, bytes]:
        """Return the bytes that messages of a batch will go with, by digest."""
        return {
            digest: data
            for chunk in chunks(item.sha256 for item in items if item.sha256 is not None)
            for digest, data in self._connection.execute(
                select(body.c.sha256, body.c.data).where(body.c.sha256.in_(chunk))
            )
        }

    def forgettable_items(self, states: Collection[MessageState], before: datetime, limit: int) -> list[ItemRow]:
        """Return what batches begun before a moment have still to send of messages in these states."""
        statement = (
            select(batch_item)
            .join(batch, batch.c.id == batch_item.c.batch_id)
            .join(message, message.c.id == batch_item.c.message_id)
            .where(batch_item.c.state == "pending", batch.c.created_at < to_text(before), message.c.state.in_(states))
            .order_by(batch_item.c.batch_id, batch_item.c.position)
        )
        return [to_row(ItemRow, row) for row in self._connection.execute(statement.limit(limit)).mappings()]

    def batch_events(self, batch_id: int) -> list[EventRow]:
        """Return what was done with a batch, oldest first."""
        statement = select(event).where(
            event.c.message_id.is_(None), event.c.name.startswith("batch_", autoescape=True)
        )
        found = self._connection.execute(statement.order_by(event.c.seq)).mappings()
        events = (to_row(EventRow, row, data=json.loads(row["data"])) for row in found)
        return [item for item in events if item.data.get("batch") == batch_id]
