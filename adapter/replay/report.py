"""What a replay came to, in numbers, and whether that is well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime

from adapter.message.state import DeliveryState
from adapter.replay.index import expected_verdict
from adapter.replay.live import Outcome
from adapter.values import value_class

#: Verdicts by which a message does not go on.
STOPPED = frozenset({"reject", "hold", "quarantine"})

_FAILED = frozenset({DeliveryState.ABANDONED, DeliveryState.AMBIGUOUS})


@value_class
class Summary:
    """The outcome of a replay."""

    verdicts: Counter[str] = field(default_factory=Counter)
    #: Messages that arrived, by channel; receipts are counted apart.
    arrived: Counter[str] = field(default_factory=Counter)
    #: Messages that wait for their route's schedule, or for another attempt.
    waiting: Counter[str] = field(default_factory=Counter)
    #: Messages that could not be delivered.
    failed: Counter[str] = field(default_factory=Counter)
    receipts: Counter[str] = field(default_factory=Counter)
    #: Files that were stopped although nobody expected it, or could not be delivered.
    surprises: tuple[Outcome, ...] = ()
    #: Files the adapter is not through with.
    unfinished: tuple[Outcome, ...] = ()


def summary(outcomes: Sequence[Outcome], now: datetime) -> Summary:
    """Count outcomes. A stopped message is a surprise unless the `index.toml` beside its file says so."""
    told = Summary(
        surprises=tuple(one for one in outcomes if _is_surprise(one)),
        unfinished=tuple(one for one in outcomes if not one.is_settled(now)),
    )
    for one in outcomes:
        if one.message is None:
            continue
        told.verdicts[one.message.verdict or one.message.state.value] += 1
        for row in one.deliveries:
            if row.message_id == one.message.id:
                where = (
                    told.waiting if row.state.is_under_way else told.failed if row.state in _FAILED else told.arrived
                )
                where[row.channel] += 1
        told.receipts.update("positive" if status == "1" else "negative" for _, status in one.receipts)
    return told


def _is_surprise(one: Outcome) -> bool:
    verdict = one.message.verdict if one.message else None
    if any(row.state in _FAILED for row in one.deliveries):
        return True
    return verdict in STOPPED and expected_verdict(one.put.plan.source.path) != verdict
