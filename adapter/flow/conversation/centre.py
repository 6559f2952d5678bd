"""A frisklivssentral that is asked by dialogue message, and its answer (domain rules B.5, scenario 19)."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.flow import follow
from adapter.flow.conversation.parts import Part, ending, watch
from adapter.flow.conversation.turn import Turn
from adapter.partner.register import Partner

ROLE = "frisklivssentral"
#: Dialogue messages that may be agreed upon in place of a referral.
_REFERRALS = ("7322/6", "9152/")
_ANSWERED = follow.with_tasks(follow.SERVICE)


def parts(turn: Turn) -> Iterator[Part]:
    """Yield the agreed time for an answer, or its end where the centre writes in the conversation."""
    if _is_centre(turn.receiver):
        if turn.is_about(*_REFERRALS) and not turn.named():
            yield from watch(turn, follow.SERVICE, turn.context.timers.service, turn.to_id)
    elif _is_centre(turn.sender):
        for member in turn.thread.with_ids(turn.names):
            if member.facts.receiver_party == turn.from_id and (member.is_referral or member.is_about(*_REFERRALS)):
                yield ending(turn, member, _ANSWERED)


def _is_centre(partner: Partner | None) -> bool:
    return partner is not None and partner.role == ROLE
