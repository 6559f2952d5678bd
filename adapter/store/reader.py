"""How rows are read: from columns to values, in pieces that the database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection

from adapter.store.driver import Driver
from adapter.store.moment import from_text_or_none
from adapter.store.rows import (
    AttemptRow,
    BatchRow,
    DeliveryRow,
    EnvelopeRow,
    EventRow,
    ItemRow,
    Known,
    MessageRow,
    TaskRow,
    TimerRow,
)
from adapter.store.tables import attempt, batch, batch_item, delivery, envelope, event, message, task, timer

#: How many values one IN list takes.
_CHUNK = 500

_MOMENTS = frozenset(
    column.name
    for table in (message, delivery, envelope, attempt, timer, task, batch, batch_item, event)
    for column in table.columns
    if column.name == "at" or column.name.endswith("_at")
)

_Row = TypeVar(
    "_Row", MessageRow, Known, DeliveryRow, EnvelopeRow, AttemptRow, TimerRow, TaskRow, BatchRow, ItemRow, EventRow
)
_Item = TypeVar("_Item")


class Reader:
    """A connection whose transaction has begun."""

    def __init__(self, connection: Connection) -> None:
        """Read through a connection whose transaction has begun."""
        self._connection = connection
        self._driver = Driver(connection)


def to_row(kind: type[_Row], row: Mapping[Any, Any], **converted: object) -> _Row:
    """Return a row as a value; what is not plain is given as it was converted."""
    values: dict[str, Any] = {**row, **converted}
    for name in _MOMENTS & values.keys():
        values[name] = from_text_or_none(values[name])
    return kind(**values)


def equal(*pairs: tuple[ColumnElement[Any], object]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that columns have these values; what is None does not matter."""
    return (column == value for column, value in pairs if value is not None)


def chunks(values: Iterable[_Item]) -> Iterator[Sequence[_Item]]:
    """Yield values, each once, in pieces that one statement takes."""
    listed = list(dict.fromkeys(values))
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))
