"""Timers that ran out: what follows is decided by `flow.follow` and written down here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from adapter.check.finding import Direction
from adapter.flow.follow import (
    ASSESSMENT,
    ASSESSMENT_NOTICE,
    EPIKRISE,
    EPIKRISE_NOTICE,
    NAV_LIMIT,
    NAV_REMINDERS,
    RECEIPT_ALARM,
    RECEIPT_NOTICE,
    ReceiptDeadlines,
    consequence,
)
from adapter.message.state import DeliveryState, MessageState
from adapter.store.entries import DeliveryMove, MessageMove, NewTask, NewTimer
from adapter.store.ledger import Ledger
from adapter.store.rows import TimerRow
from adapter.store.store import Store

#: Timers handled in one transaction.
BATCH = 200
#: The deadline that a notice is the notice of: until then there is time to do what it asks for.
_LIMITS = {
    RECEIPT_NOTICE: RECEIPT_ALARM,
    ASSESSMENT_NOTICE: ASSESSMENT,
    **dict.fromkeys(NAV_REMINDERS, NAV_LIMIT),
    EPIKRISE_NOTICE: EPIKRISE,
}
#: Message, delivery and rule.
_Key = tuple[int, int | None, str]


def receipt_timers(until: ReceiptDeadlines | None, message: int, delivery: int, party: str) -> list[NewTimer]:
    """Return the timers that watch for the receipt of a delivery, for the people of `party`; none where none is due."""
    if until is None:
        return []
    due = ((RECEIPT_NOTICE, until.notice_at), (RECEIPT_ALARM, until.alarm_at))
    return [NewTimer(rule=rule, message_id=message, due_at=at, delivery_id=delivery, party=party) for rule, at in due]


def fire_due(store: Store, now: datetime) -> int:
    """Handle every timer whose time has come, in the order they were due; return how many fired.

    A daemon that was stopped for days finds all of them due, and handles each once: of a notice and its limit that
    both passed meanwhile, people hear of the limit only.
    """
    fired = 0
    while True:
        with store.reading() as query:
            if not query.due_timers(now, 1):
                return fired
        with store.writing() as ledger:
            timers = ledger.due_timers(now, BATCH)
            about = {timer.message_id for timer in timers}
            limits = {_key(row, row.rule): row.due_at for row in ledger.timers_of(about)}
            for timer in timers:
                _follow(ledger, timer, limits, now)
            ledger.fire_timers([timer.id for timer in timers], at=now)
            fired += len(timers)


def _key(timer: TimerRow, rule: str) -> _Key:
    """Return what a deadline of a rule is known by, where it is about the same as a timer."""
    return timer.message_id, timer.delivery_id, rule


def _follow(ledger: Ledger, timer: TimerRow, limits: Mapping[_Key, datetime], now: datetime) -> None:
    """Write down what follows from one timer, as things stand after those before it.

    A notice that comes no sooner than the limit it warns of asks for nothing more.
    """
    until = limits.get(_key(timer, _LIMITS[timer.rule])) if timer.rule in _LIMITS else None
    if until is not None and until <= now:
        return
    followed = consequence(timer.rule, delivery=_delivery(ledger, timer), message=_message(ledger, timer))
    if followed is None:
        return
    if followed.to is not None and timer.delivery_id is not None:
        ledger.move_deliveries([DeliveryMove(id=timer.delivery_id, to=followed.to)], at=now)
    if followed.message_to is not None:
        ledger.move_messages([MessageMove(id=timer.message_id, to=followed.message_to)], at=now)
    said = followed.rule.finding(Direction.INBOUND)
    task = NewTask(
        party=timer.party,
        rule=said.rule,
        title=said.text,
        message_id=timer.message_id,
        due_at=until or timer.due_at,
        priority=followed.priority,
        ends_with=timer.ends_with,
    )
    ledger.add_tasks([task], at=now)


def _delivery(ledger: Ledger, timer: TimerRow) -> DeliveryState | None:
    if timer.delivery_id is None:
        return None
    return ledger.delivery_states([timer.delivery_id])[timer.delivery_id][0]


def _message(ledger: Ledger, timer: TimerRow) -> MessageState:
    return ledger.states_of([timer.message_id])[timer.message_id]
