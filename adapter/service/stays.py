"""The end of a stay: no message tells it, so a person does, and from then on an epikrise is owed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from adapter.flow import follow
from adapter.flow.conversation import stay_ended
from adapter.flow.schedule import OSLO
from adapter.message.message import Kind
from adapter.message.state import MessageState
from adapter.service import effects
from adapter.service.acts import NotPossible
from adapter.service.effects import BY_ITSELF
from adapter.service.parts import Parts
from adapter.store.entries import NewEvent
from adapter.store.ledger import Ledger
from adapter.store.rows import MessageRow

_EPIKRISE = (follow.EPIKRISE_NOTICE, follow.EPIKRISE)
#: Nobody was admitted by these.
_VOID = frozenset({MessageState.REJECTED, MessageState.QUARANTINED, MessageState.IGNORED})


def end_stay(parts: Parts, referral: int, on: date, by: str, now: datetime) -> datetime:
    """Start the deadlines of the epikrise, counted from the end of a day in Norway; return when it is due.

    Told again, the new day counts.

    Raises:
        NotPossible: It is no referral that somebody took, the day is still to come, or the epikrise has been sent.
    """
    if on > now.astimezone(OSLO).date():
        raise NotPossible(f"{on} is still to come.")
    ended = datetime.combine(on + timedelta(days=1), datetime.min.time(), OSLO)
    with parts.store.writing() as ledger:
        row = ledger.message(referral)
        if row is None or row.kind != Kind.HENVISNING or row.receiver_party is None or row.state in _VOID:
            raise NotPossible(f"Message {referral} is no referral that a party took.")
        if _has_epikrise(ledger, row):
            raise NotPossible(f"The epikrise for message {referral} has been sent.")
        watches = stay_ended(referral, ended, party=row.receiver_party, timers=parts.context.timers)
        ledger.end(referral, follow.with_tasks(*_EPIKRISE), by=BY_ITSELF, at=now, note="the stay ended on another day")
        ledger.log([NewEvent(name="stay_ended", message_id=referral, data={"on": on.isoformat(), "by": by})], at=now)
        effects.write(ledger, referral, watches=watches, now=now)
    return max(watch.due_at for watch in watches)


def _has_epikrise(ledger: Ledger, referral: MessageRow) -> bool:
    """Tell whether the party that took a referral has sent an epikrise in its thread."""
    if referral.thread is None:
        return False
    return any(
        row.kind == Kind.EPIKRISE and row.sender_party == referral.receiver_party and row.state not in _VOID
        for row in ledger.thread(referral.thread)
    )
