"""What a timer that ran out means."""

from __future__ import annotations

from datetime import datetime

from adapter.check.rule import Rule
from adapter.flow import conversation_rules, rules
from adapter.flow.context import Deadlines
from adapter.message.message import Kind, Message
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Partner
from adapter.values import value_class

#: How urgent a task is.
AS_USUAL, REMINDED, AT_ONCE = 0, 1, 2

#: Names of deadlines, each group in the order they pass.
RECEIPT_NOTICE = "receipt-notice"
RECEIPT_ALARM = "receipt-alarm"
RECEIPT_TIMERS = (RECEIPT_NOTICE, RECEIPT_ALARM)
#: A referral is assessed, and its referrer told.
ASSESSMENT_NOTICE = "assessment-notice"
ASSESSMENT = "assessment"
#: A referral to a frisklivssentral is answered.
SERVICE = "service"
#: A question to a referrer is answered.
SUPPLEMENT = "supplement"
#: NAV has its answer.
NAV_REMINDERS = ("nav-reminder-1", "nav-reminder-2")
NAV_LIMIT = "nav-limit"
#: After a stay its epikrise is sent.
EPIKRISE_NOTICE = "epikrise-notice"
EPIKRISE = "epikrise"
#: What a parked message waits for comes.
PARK = "park"


@value_class(kw_only=False)
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


@value_class
class Consequence:
    """What follows when a deadline has passed: a task, and maybe a new state of the delivery or the message."""

    rule: Rule
    to: DeliveryState | None = None
    message_to: MessageState | None = None
    #: How urgent the task is.
    priority: int = AS_USUAL


def consequence(
    rule: str, *, delivery: DeliveryState | None = None, message: MessageState | None = None
) -> Consequence | None:
    """Decide what a fired timer leads to; None where the matter settled itself.

    `delivery` and `message` are the states of what the timer is about, as they are now.
    """
    if rule in RECEIPT_TIMERS:
        return _missing_receipt(rule, delivery)
    if rule == PARK:
        waits = message is MessageState.PARKED
        return Consequence(rule=conversation_rules.TIM_10, message_to=MessageState.HELD) if waits else None
    if message is MessageState.REJECTED:
        return None
    return _CONSEQUENCES.get(rule)


def _missing_receipt(rule: str, state: DeliveryState | None) -> Consequence | None:
    """After 96 hours the sender must count the message as rejected, and still take a late positive receipt.

    HIS 80415:2012 3.3.4.
    """
    if state is None or state.is_final:
        return None
    if rule == RECEIPT_NOTICE:
        return Consequence(rule=rules.REC_06)
    to = DeliveryState.OVERDUE if state.may_become(DeliveryState.OVERDUE) else None
    return Consequence(rule=rules.REC_07, to=to)


_CONSEQUENCES = {
    ASSESSMENT_NOTICE: Consequence(rule=conversation_rules.TIM_01),
    ASSESSMENT: Consequence(rule=conversation_rules.TIM_02, priority=AT_ONCE),
    SUPPLEMENT: Consequence(rule=conversation_rules.TIM_03),
    NAV_REMINDERS[0]: Consequence(rule=conversation_rules.TIM_04),
    NAV_REMINDERS[1]: Consequence(rule=conversation_rules.TIM_05, priority=REMINDED),
    NAV_LIMIT: Consequence(rule=conversation_rules.TIM_06, priority=AT_ONCE),
    SERVICE: Consequence(rule=conversation_rules.TIM_07, priority=REMINDED),
    EPIKRISE_NOTICE: Consequence(rule=conversation_rules.TIM_08),
    EPIKRISE: Consequence(rule=conversation_rules.TIM_09, priority=AT_ONCE),
}


def with_tasks(*watches: str) -> frozenset[str]:
    """Return deadlines together with the rules of the tasks that they leave behind."""
    return frozenset(watches) | {_CONSEQUENCES[name].rule.id for name in watches if name in _CONSEQUENCES}
