"""A referral, its changes and its cancellation: when its clock starts, and when all about it is over."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from adapter.check import rules as check_rules
from adapter.check.finding import Finding
from adapter.flow import conversation_rules as rules
from adapter.flow import follow
from adapter.flow.conversation import centre
from adapter.flow.conversation.parts import Part, ending, found, watch
from adapter.flow.conversation.thread import FORWARDING, Member
from adapter.flow.conversation.turn import Turn
from adapter.message.message import Kind
from adapter.message.state import MessageState

#: Statuses of a referral (list 9148), by what they say.
APPOINTED, FORWARDED = "9148/1", "9148/3"

#: What a status to the referrer ends.
ASSESSED = follow.with_tasks(follow.ASSESSMENT_NOTICE, follow.ASSESSMENT, follow.SERVICE)
#: What an epikrise ends besides.
DISCHARGED = ASSESSED | follow.with_tasks(follow.EPIKRISE_NOTICE, follow.EPIKRISE)


def is_follow_up(turn: Turn) -> bool:
    """Tell whether a message changes or cancels a referral."""
    referral = turn.message.henvisning
    return referral is not None and (referral.is_change or referral.is_cancellation)


def is_cancellation(turn: Turn) -> bool:
    """Tell whether a message takes a referral back."""
    referral = turn.message.henvisning
    return referral is not None and referral.is_cancellation


def originals(turn: Turn) -> tuple[Member, ...]:
    """Return the versions of the referral that a change or cancellation is about; only its sender may do that.

    The official examples name the original by MsgId or by document id (domain rules, conclusion 5).
    """
    return tuple(
        member
        for member in turn.thread.with_ids(turn.names | turn.document_ids)
        if member.is_referral and member.facts.sender_party == turn.from_id
    )


def was_rejected(turn: Turn) -> bool:
    """Tell whether the original of a change or cancellation came and was rejected."""
    wanted = turn.names | turn.document_ids
    return any(
        member.facts.state is MessageState.REJECTED and not wanted.isdisjoint(member.ids)
        for member in turn.thread.members
    )


def findings(turn: Turn) -> Iterator[Finding]:
    """Yield what is wrong with a referral that has come in its time."""
    if is_cancellation(turn):
        yield from _cancellation(turn)
    elif not is_follow_up(turn) and _doubles(turn):
        yield found(check_rules.MSG_10)


def clocks(turn: Turn) -> tuple[Part, ...]:
    """Return the deadlines that begin with a referral; a change does not start the clock anew (scenario 14)."""
    if turn.message.kind is not Kind.HENVISNING or turn.receiver is None or is_cancellation(turn):
        return ()
    if is_follow_up(turn) and originals(turn):
        return ()
    timers, party = turn.context.timers, turn.to_id
    if turn.receiver.role == "clinic":
        return (
            *watch(turn, follow.ASSESSMENT_NOTICE, timers.assessment_notice, party),
            *watch(turn, follow.ASSESSMENT, timers.assessment, party),
        )
    if turn.receiver.role == centre.ROLE:
        return watch(turn, follow.SERVICE, timers.service, party)
    return ()


def parts(turn: Turn) -> tuple[Part, ...]:
    """Return what a referral begins, or what its cancellation ends."""
    if is_cancellation(turn):
        return tuple(ending(turn, member, _whole_case()) for member in originals(turn))
    return clocks(turn)


def _cancellation(turn: Turn) -> Iterator[Finding]:
    """Yield what a person must know of a withdrawn referral: whether the patient has an appointment already."""
    ids = frozenset[str]().union(*(member.ids for member in originals(turn)))
    said = [member for member in turn.thread.naming(ids) if member.is_about("9148/")]
    if any(member.is_about(APPOINTED) for member in said):
        yield found(rules.CNV_03)
    elif any(member.is_about(FORWARDED) for member in said):
        yield found(rules.CNV_04)
    else:
        yield found(rules.CNV_07)


def _doubles(turn: Turn) -> bool:
    """Tell whether the document was referred before, and somebody has it.

    A referral that is sent on may keep its document; what its receiver rejected is no double of what is sent then.
    """
    is_forwarded = turn.message.type_code == FORWARDING
    return any(
        not turn.document_ids.isdisjoint(member.document_ids)
        and member.is_referral
        and not (is_forwarded and member.facts.sender_party != turn.from_id)
        and not turn.was_refused(member)
        for member in turn.thread.members
        if member.is_here
    )


@cache
def _whole_case() -> frozenset[str]:
    """Return all that a cancellation ends: deadlines, and tasks about what the referral lacks."""
    return DISCHARGED | {rule.id for rule in check_rules.every()}
