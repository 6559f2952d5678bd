"""What Adresseregisteret says of a message's receivers before it is sent (domain rules, scenario 6).

An address that is gone stops the message. That nobody could be asked stops nothing: it is said, and what was known
last holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from adapter.check.finding import Direction, Finding
from adapter.flow import rules
from adapter.partner.address import Answer, Presence


def listed(answers: Iterable[Answer], now: datetime) -> Iterator[Finding]:
    """Yield what speaks against the addresses of a message that is about to be sent."""
    for answer in answers:
        if answer.presence is Presence.GONE:
            yield rules.ADR_01.finding(Direction.OUTBOUND, her_id=answer.her_id)
        elif answer.presence is Presence.UNASKED:
            yield rules.ADR_02.finding(Direction.OUTBOUND, her_id=answer.her_id)
        age = answer.age(now)
        if answer.is_stale and age is not None:
            yield rules.ADR_03.finding(Direction.OUTBOUND, her_id=answer.her_id, days=age.days)
