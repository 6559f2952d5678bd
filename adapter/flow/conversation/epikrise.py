"""The end of a case: a stay has ended, and its epikrise is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from adapter.flow import follow
from adapter.flow.context import Timers
from adapter.flow.conversation.parts import Part, ending
from adapter.flow.conversation.referral import DISCHARGED
from adapter.flow.conversation.turn import Turn
from adapter.flow.decision import Watch


def parts(turn: Turn) -> Iterator[Part]:
    """Yield the end of everything that a party still owed about a referral, once the epikrise is received."""
    letter = turn.message.epikrise
    if letter is not None and letter.is_cancellation:
        return
    for member in turn.thread.referrals_to(turn.from_id, turn.names):
        yield ending(turn, member, DISCHARGED)


def stay_ended(referral: int, ended: datetime, *, party: str, timers: Timers) -> tuple[Watch, ...]:
    """Return the deadlines of the epikrise, once a person has told when the stay ended (domain rules B.3).

    `referral` is the number of the referral, `party` who owes the epikrise.
    """
    spans = ((follow.EPIKRISE_NOTICE, timers.epikrise_notice), (follow.EPIKRISE, timers.epikrise))
    return tuple(
        Watch(rule=rule, due_at=span.after(ended), party=party, about=referral) for rule, span in spans if span
    )
