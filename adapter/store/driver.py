"""The short way to the database: SQL text and plain tuples, past the layers that build and describe statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, text

#: How many values one IN list takes.
_CHUNK = 500


class Driver:
    """A connection's driver, for the statements of `statements`."""

    __slots__ = ("_cursor", "_dialect")

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._cursor = connection.connection.cursor()
        self._dialect = connection.dialect

    def run(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Run a statement once per row of values."""
        if rows:
            self._cursor.executemany(_translated(sql, self._dialect), rows)

    def one(self, sql: str) -> tuple[Any, ...] | None:
        """Return the first row of a query without values."""
        self._cursor.execute(sql)
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row

    def among(self, sql: str, values: Iterable[int | str]) -> list[tuple[Any, ...]]:
        """Return the rows of a query whose one placeholder `:wanted` stands for many values."""
        wanted = list(dict.fromkeys(values))
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            self._cursor.execute(_expanded(sql, len(chunk), self._dialect), chunk)
            rows += self._cursor.fetchall()
        return rows


@cache
def _translated(sql: str, dialect: Dialect) -> str:
    return str(text(sql).compile(dialect=dialect))


@cache
def _expanded(sql: str, number: int, dialect: Dialect) -> str:
    return _translated(sql.replace(":wanted", ", ".join(f":wanted{index}" for index in range(number))), dialect)
