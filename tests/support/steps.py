"""What takes only the steps of its life: every step from a state is tried, and what is none leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest

from adapter.errors import StoreError
from adapter.message.state import DeliveryState, EnvelopeState, MessageState

_State = TypeVar("_State", MessageState, DeliveryState, EnvelopeState)


def tried(
    noun: str, before: _State, ids: Sequence[int], move: Callable[[int, _State], None]
) -> Iterator[tuple[int, _State, list[str]]]:
    """Try to move each row to another state; tell the state it must be in then, and the steps it has taken.

    There are as many rows as states, all of them in the state before; an error calls one by the noun.
    """
    for id_, after in zip(ids, type(before), strict=True):
        if before.may_become(after):
            move(id_, after)
            yield id_, after, [str(after)]
        else:
            with pytest.raises(StoreError, match=f"^{noun} that is {before} cannot become {after}"):
                move(id_, after)
            yield id_, before, []
