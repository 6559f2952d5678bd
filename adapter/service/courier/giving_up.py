"""What follows when a message does not reach its receiver's server: a delivery given up, and a person who knows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import structlog

from adapter.check.finding import Direction, Finding
from adapter.errors import BudstikkeError
from adapter.flow import transport_rules as rules
from adapter.flow.decision import OPERATOR
from adapter.flow.follow import RECEIPT_TIMERS
from adapter.message.state import DeliveryState, EnvelopeState
from adapter.service.arrived import close_tasks
from adapter.service.effects import BY_ITSELF
from adapter.service.post import finish
from adapter.store.entries import DeliveryMove, EnvelopeMove, NewTask
from adapter.store.ledger import Ledger
from adapter.store.rows import DeliveryRow, TaskRow

log = structlog.get_logger(__name__)

_PAGE = 1_000
#: What those who run the adapter can mend.
_OPERATORS = frozenset({rules.TRA_08.id, rules.TRA_12.id})


def not_sent(error: BudstikkeError | str) -> Finding:
    """Return what to tell of something that could not be sealed or handed over."""
    reason = error if isinstance(error, str) else " ".join(filter(None, (str(error), error.advice)))
    return rules.TRA_08.finding(Direction.OUTBOUND, reason=reason)


def not_acknowledged() -> Finding:
    """Return what to tell of a message that was sent often enough."""
    return rules.TRA_03.finding(Direction.OUTBOUND)


def not_delivered(code: str) -> Finding:
    """Return what to tell of a mail that a mail server sends back for good."""
    return rules.TRA_12.finding(Direction.OUTBOUND, code=code)


def tell_down(ledger: Ledger, channel: str, reason: str, now: datetime) -> None:
    """Tell the operator that a channel's server takes no mail; once, until `tell_up`."""
    if not _told_down(ledger, channel):
        said = _down(channel)
        ledger.add_tasks([NewTask(party=OPERATOR, rule=said.rule, title=said.text, note=reason)], at=now)


def tell_up(ledger: Ledger, channel: str, now: datetime) -> None:
    """Take back what `tell_down` told: the server takes mail again."""
    for task in _told_down(ledger, channel):
        ledger.close_task(task.id, by=BY_ITSELF, at=now)


def give_up(  # noqa: PLR0913 - what is given up, and what is told of it
    ledger: Ledger, delivery: DeliveryRow, said: Finding, error: str, now: datetime, *, envelope: int | None = None
) -> None:
    """Give a delivery up, and tell people: those who run the adapter, or its sender's where the receiver is silent.

    A receipt is not waited for any more. What the receiver has answered stays as it is. `envelope` is what the task is
    about, where it was sent.
    """
    log.warning("A delivery is given up", action="delivery_abandoned", delivery=delivery.id, rule=said.rule)
    if delivery.state.may_become(DeliveryState.ABANDONED):
        ledger.move_deliveries([DeliveryMove(id=delivery.id, to=DeliveryState.ABANDONED, error=error)], at=now)
        ledger.stop_timers(delivery_ids=[delivery.id], rules=RECEIPT_TIMERS)
    party = OPERATOR if said.rule in _OPERATORS else _sender(ledger, delivery)
    about = delivery.for_message_id
    task = NewTask(party=party, rule=said.rule, title=said.text, message_id=about, envelope_id=envelope)
    ledger.add_tasks([task], at=now)
    finish(ledger, {delivery.message_id}, now)


def came_back(  # noqa: PLR0913 - what came back, and what is told of it
    ledger: Ledger, envelope: int, delivery: DeliveryRow | None, code: str, now: datetime, *, error: str
) -> None:
    """Send a mail no more that a server cannot deliver, and tell the operator; the task it may have had is done."""
    said = not_delivered(code)
    ledger.move_envelopes([EnvelopeMove(id=envelope, to=EnvelopeState.ABANDONED, error=error)], at=now)
    close_tasks_of(ledger, envelope, delivery, {said.rule}, now, note="it came back once more")
    if delivery is None:
        ledger.add_tasks([NewTask(party=OPERATOR, rule=said.rule, title=said.text, envelope_id=envelope)], at=now)
    else:
        give_up(ledger, delivery, said, error, now, envelope=envelope)


def close_tasks_of(  # noqa: PLR0913 - which tasks are done, and why
    ledger: Ledger, envelope: int, delivery: DeliveryRow | None, ended: Collection[str], now: datetime, *, note: str
) -> None:
    """Close the open tasks of some rules about what went in an envelope: a delivery, or nothing but a signal."""
    if delivery is not None:
        close_tasks(ledger, [delivery], ended, note, now)
        return
    for task in ledger.tasks("open", envelope_id=envelope):
        if task.rule in ended:
            ledger.close_task(task.id, by=BY_ITSELF, at=now, note=note)


def _down(channel: str) -> Finding:
    return rules.TRA_13.finding(Direction.OUTBOUND, channel=channel)


def _told_down(ledger: Ledger, channel: str) -> list[TaskRow]:
    said = _down(channel)
    return [task for task in _open_tasks(ledger) if (task.rule, task.title) == (said.rule, said.text)]


def _open_tasks(ledger: Ledger) -> list[TaskRow]:
    found: list[TaskRow] = []
    while page := ledger.tasks("open", OPERATOR, limit=_PAGE, offset=len(found)):
        found += page
        if len(page) < _PAGE:
            break
    return found


def _sender(ledger: Ledger, delivery: DeliveryRow) -> str:
    """Return the party whose message it is; what the adapter wrote is the operator's."""
    if delivery.message_id != delivery.for_message_id:
        return OPERATOR
    row = ledger.message(delivery.for_message_id)
    return (row.sender_party if row else None) or OPERATOR
