"""Whose turn it is among kinds of work: however much there is of one, it keeps none of the others waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Sources that are asked one after the other: the one that gave something is asked last from then on."""

    def __init__(self, sources: Iterable[Callable[[], T | None]]) -> None:
        """Take what gives the next piece of each kind, or None where there is none; the first is asked first."""
        self._sources = list(sources)

    def next(self) -> T | None:
        """Return the next piece of the kind whose turn it is, or None where no kind has any."""
        for index, source in enumerate(self._sources):
            piece = source()
            if piece is not None:
                self._sources.append(self._sources.pop(index))
                return piece
        return None
