"""The store as it was before something happened, as far as decisions ask: what was known, and how it stood.

The event log tells it: a message or a delivery was in the state that its last event before that names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from adapter.message.state import DeliveryState, MessageState
from adapter.store.query import Query
from adapter.store.reader import chunks
from adapter.store.rows import DeliveryRow, Known
from adapter.store.tables import batch_item, event


class Past(Query):
    """Reads what was known before an event; the rest of the store is seen as it is."""

    def __init__(self, connection: Connection, before: int) -> None:
        """Read through a connection whose transaction has begun, before the event of that number."""
        super().__init__(connection)
        self._before = before

    def known(self, keys: Collection[str]) -> dict[str, list[Known]]:
        """Return the messages that carried any of these ids then."""
        found = super().known(keys)
        past = {key: self._then(rows) for key, rows in found.items()}
        return {key: rows for key, rows in past.items() if rows}

    def in_threads(self, threads: Collection[int]) -> list[Known]:
        """Return the messages that threads had then; threads that were merged later count as one."""
        return self._then(super().in_threads(threads))

    def deliveries_of(self, for_message_ids: Collection[int]) -> list[DeliveryRow]:
        """Return the deliveries that belonged to messages then; what was sent again is left out."""
        rows = super().deliveries_of(for_message_ids)
        states = {number: name for _, number, name in self._steps(for_message_ids, DeliveryState) if number is not None}
        again = {
            number
            for chunk in chunks(row.message_id for row in rows)
            for number in self._connection.scalars(
                select(batch_item.c.new_delivery_id).where(
                    batch_item.c.message_id.in_(chunk), batch_item.c.new_delivery_id != batch_item.c.delivery_id
                )
            )
        }
        return [
            replace(row, state=DeliveryState(states.get(row.id, DeliveryState.SENDING)))
            for row in rows
            if row.id not in again
        ]

    def answered(self, message_ids: Collection[int]) -> set[int]:  # noqa: ARG002 - the answer is the same for all
        """Return nothing: what is decided again is answered again."""
        return set()

    def _then(self, rows: Sequence[Known]) -> list[Known]:
        states = {
            message: name
            for message, delivery, name in self._steps({row.message_id for row in rows}, MessageState)
            if delivery is None
        }
        return [
            replace(row, state=MessageState(states[row.message_id]))
            for row in rows
            if states.get(row.message_id, MessageState.RECEIVED) != MessageState.RECEIVED
        ]

    def _steps(self, message_ids: Collection[int], names: Iterable[str]) -> Iterator[tuple[int, int | None, str]]:
        """Yield what messages and their deliveries came to before the event, in that order."""
        for chunk in chunks(message_ids):
            for row in self._connection.execute(
                select(event.c.message_id, event.c.delivery_id, event.c.name)
                .where(event.c.message_id.in_(chunk), event.c.name.in_(names), event.c.seq < self._before)
                .order_by(event.c.seq)
            ):
                yield row.message_id, row.delivery_id, row.name
