"""The part of a transaction that everything written leaves a trace in: the event log, and the ids of new rows."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Table

from adapter.errors import StoreError
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.store import chain, statements
from adapter.store.entries import NewEvent
from adapter.store.facts import EventData
from adapter.store.moment import to_text
from adapter.store.query import Query
from adapter.store.rows import ChainVerdict, EnvelopeRow, EventRow, TaskRow

_State = TypeVar("_State", MessageState, DeliveryState, EnvelopeState)


class Journal(Query):
    """Reads that see this transaction's writes, and the log of what happens.

    While a transaction writes nobody else does: the event log is a chain, and its end belongs to one writer. So the
    journal also hands out the ids itself, which lets many rows go in with one statement.
    """

    def __init__(self, connection: Connection) -> None:
        """Write through a connection whose transaction holds the store's write lock."""
        super().__init__(connection)
        self._ids: dict[str, int] = {}
        self._chain: chain.Chain | None = None
        self._events: list[tuple[object, ...]] = []

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

    def task_events(self, row: TaskRow) -> list[EventRow]:
        """Return what happened to a task, in this transaction too."""
        self.flush()
        return super().task_events(row)

    def envelope_events(self, row: EnvelopeRow) -> list[EventRow]:
        """Return what happened to an envelope, in this transaction too."""
        self.flush()
        return super().envelope_events(row)

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


def check_known(noun: str, ids: Sequence[int], known: AbstractSet[int]) -> None:
    """Raise StoreError where a row that is to be changed is not there."""
    unknown = sorted(set(ids) - known)
    if unknown:
        raise StoreError(f"There is no {noun} {unknown[0]}.")


def check_step(noun: str, id_: int, before: _State, after: _State) -> None:
    """Raise StoreError where a step is no part of a row's life."""
    if not before.may_become(after):
        raise StoreError(f"A{'n' * (noun[0] in 'aeiou')} {noun} that is {before} cannot become {after} ({noun} {id_}).")
