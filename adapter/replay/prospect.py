"""What would come of sending selected messages again, before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from adapter.replay.preview import Foreseen, Plan, foresee
from adapter.replay.source import Source
from adapter.replay.stored import LeftOut, Renewal, Repetition, renewals, repetitions
from adapter.service.parts import Parts
from adapter.store.rows import MessageRow
from adapter.values import value_class


@value_class
class Prospect:
    """What would be sent, and what would not."""

    going: tuple[Repetition | Renewal, ...]
    left_out: tuple[LeftOut, ...]
    #: What would become of each that comes in again; nothing of those that only go out once more.
    foreseen: tuple[Foreseen, ...] = ()


def once_more(parts: Parts, rows: Sequence[MessageRow], channel: str | None = None) -> Prospect:
    """Look at sending the same files again: to all channels that had them, or to one."""
    with parts.store.reading() as query:
        found = repetitions(query, rows, parts.channel_ids, channel)
    return Prospect(
        going=tuple(one for one in found if isinstance(one, Repetition)),
        left_out=tuple(one for one in found if isinstance(one, LeftOut)),
    )


def anew(parts: Parts, rows: Sequence[MessageRow], now: datetime) -> Prospect:
    """Look at letting messages come in again, with new ids."""
    with parts.store.reading() as query:
        found = renewals(query, rows, parts.channel_ids, now)
    going = tuple(one for one in found if isinstance(one, Renewal))
    plans = [
        Plan(source=Source.of(Path(f"message-{one.message.id}"), one.data), channel=one.message.channel)
        for one in going
    ]
    return Prospect(
        going=going,
        left_out=tuple(one for one in found if isinstance(one, LeftOut)),
        foreseen=tuple(foresee(parts.desk, plans, now)),
    )
