"""What a timer that ran out means."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.check.rule import Rule
from adapter.flow import rules
from adapter.message.state import DeliveryState

#: Rules of timers, in the order they fire.
RECEIPT_NOTICE = "receipt-notice"
RECEIPT_ALARM = "receipt-alarm"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows when a deadline has passed: a task, and maybe a new state of the delivery."""

    rule: Rule
    to: DeliveryState | None = None


def consequence(rule: str, state: DeliveryState | None) -> Consequence | None:
    """Decide what a fired timer of a delivery leads to; None where the matter settled itself.

    After 96 hours the sender must count the message as rejected, and still take a late positive receipt
    (HIS 80415:2012 3.3.4).
    """
    if state is None or state.is_final:
        return None
    if rule == RECEIPT_NOTICE:
        return Consequence(rules.REC_06)
    if rule == RECEIPT_ALARM:
        to = DeliveryState.OVERDUE if state.may_become(DeliveryState.OVERDUE) else None
        return Consequence(rules.REC_07, to)
    return None
