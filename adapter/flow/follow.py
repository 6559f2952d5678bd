"""What a timer that ran out means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapter.check.rule import Rule
from adapter.flow import rules
from adapter.flow.context import Deadlines
from adapter.message.message import Kind, Message
from adapter.message.state import DeliveryState
from adapter.partner.register import Partner

#: Rules of timers, in the order they fire.
RECEIPT_NOTICE = "receipt-notice"
RECEIPT_ALARM = "receipt-alarm"
RECEIPT_TIMERS = (RECEIPT_NOTICE, RECEIPT_ALARM)


@dataclass(frozen=True, slots=True)
class ReceiptDeadlines:
    """When the missing receipt of a message is noticed, and when alarmed."""

    notice_at: datetime
    alarm_at: datetime


def receipt_deadlines(
    message: Message, receiver: Partner, deadlines: Deadlines, received_at: datetime
) -> ReceiptDeadlines | None:
    """Return until when a party's system must have answered; None where it answers nothing.

    They count from GenDate (HIS 80415:2012 3.3.4), but a clock that runs ahead gives no more time.
    """
    if receiver.receipts != "system" or message.kind is Kind.APPREC:
        return None
    generated = message.generated.instant if message.generated else None
    base = min(generated or received_at, received_at)
    return ReceiptDeadlines(base + deadlines.notice_after, base + deadlines.alarm_after)


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
