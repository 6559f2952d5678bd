"""Timers that ran out: what follows is decided by `flow.follow` and written down here."""

from __future__ import annotations

from datetime import datetime

from adapter.check.finding import Direction
from adapter.flow.decision import OPERATOR
from adapter.flow.follow import RECEIPT_ALARM, RECEIPT_NOTICE, ReceiptDeadlines, consequence
from adapter.store.rows import DeliveryMove, NewTask, NewTimer
from adapter.store.store import Store

#: Timers handled in one transaction.
BATCH = 200


def receipt_timers(until: ReceiptDeadlines | None, message: int, delivery: int) -> list[NewTimer]:
    """Return the timers that watch for the receipt of a delivery; none where none is due."""
    if until is None:
        return []
    due = ((RECEIPT_NOTICE, until.notice_at), (RECEIPT_ALARM, until.alarm_at))
    return [NewTimer(rule=rule, message_id=message, due_at=at, delivery_id=delivery) for rule, at in due]


def fire_due(store: Store, now: datetime) -> int:
    """Handle every timer whose time has come; return how many fired.

    A daemon that was stopped for days finds all of them due, and handles each once.
    """
    fired = 0
    while True:
        with store.reading() as query:
            if not query.due_timers(now, 1):
                return fired
        with store.writing() as ledger:
            timers = ledger.due_timers(now, BATCH)
            deliveries = {row.id: row for row in ledger.deliveries_of({timer.message_id for timer in timers})}
            messages = {row.id: row for row in ledger.messages_of({timer.message_id for timer in timers})}
            for timer in timers:
                delivery = deliveries.get(timer.delivery_id) if timer.delivery_id is not None else None
                followed = consequence(timer.rule, delivery.state if delivery else None)
                if followed is None:
                    continue
                if followed.to is not None and delivery is not None:
                    ledger.move_deliveries([DeliveryMove(id=delivery.id, to=followed.to)], at=now)
                said = followed.rule.finding(Direction.INBOUND)
                party = messages[timer.message_id].sender_party or OPERATOR
                ledger.add_tasks(
                    [NewTask(party=party, rule=said.rule, title=said.text, message_id=timer.message_id)], at=now
                )
            ledger.fire_timers([timer.id for timer in timers], at=now)
            fired += len(timers)
