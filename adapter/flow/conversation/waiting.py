"""What comes before its time, or does not belong where it says."""

from __future__ import annotations

from adapter.check import base
from adapter.check import rules as check_rules
from adapter.check.finding import Finding, Severity
from adapter.flow import conversation_rules as rules
from adapter.flow.conversation import nav
from adapter.flow.conversation.parts import Judgement, found
from adapter.flow.conversation.referral import is_cancellation, is_follow_up, originals, was_rejected
from adapter.flow.conversation.thread import Member
from adapter.flow.conversation.turn import Turn
from adapter.message.message import Kind
from adapter.message.state import MessageState

#: Topics that only answer something: list 9069, answers about meetings, and the reply about a patient who is ready.
_ANSWERS = ("9069/", "8126/", "7322/7")
_ANSWER_TYPE = "DIALOG_SVAR"


def another_patient(turn: Turn) -> Finding | None:
    """Return the finding of a message that names one about another patient (scenario 8)."""
    named = originals(turn) if is_follow_up(turn) else turn.named()
    patients = {
        member.facts.patient for member in named if member.facts.patient and member.facts.state is not MessageState.HELD
    }
    if not patients:
        return None
    mine = turn.patient()
    return found(rules.CNV_02) if mine is not None and mine not in patients else None


def too_early(turn: Turn) -> Judgement | None:
    """Judge a message that is about one that is not here; None where nothing is missing.

    Only what the adapter itself answers for waits: the system of a receiver that answers by itself knows best what it
    has. An emergency does not wait for anything.
    """
    if is_follow_up(turn):
        return _early_follow_up(turn)
    if turn.message.kind is not Kind.DIALOGMELDING or not _is_lost(turn):
        return None
    if not turn.answered_here:
        return Judgement((found(rules.CNV_01, severity=Severity.INFO),))
    if _may_wait(turn) and turn.names and _is_answer(turn):
        return Judgement((found(rules.CNV_01_WAITS),), waits=True)
    return Judgement((found(rules.CNV_01),))


def waited_for(turn: Turn) -> tuple[int, ...]:
    """Return the parked messages that waited for this one."""
    return tuple(member.number for member in turn.thread.members if member.is_parked and _waited(turn, member))


def _early_follow_up(turn: Turn) -> Judgement | None:
    if originals(turn):
        return None
    if was_rejected(turn):
        # what the receiver never took is new to it, and nothing is left to take back
        return Judgement() if is_cancellation(turn) else Judgement((found(check_rules.MSG_17_CHANGE),))
    waits = turn.answered_here and _may_wait(turn)
    rule = check_rules.MSG_17_CANCELLATION if is_cancellation(turn) else check_rules.MSG_17_CHANGE
    return Judgement((found(rule),), waits=waits)


def _is_answer(turn: Turn) -> bool:
    """Tell whether a dialogue message can be nothing but an answer."""
    return turn.message.type_code == _ANSWER_TYPE or turn.is_about(*_ANSWERS)


def _may_wait(turn: Turn) -> bool:
    return bool(turn.context.timers.park) and not base.is_emergency(turn.message)


def _is_lost(turn: Turn) -> bool:
    """Tell whether a dialogue message replies to nothing known; NAV names a conversation in all that it sends."""
    if nav.is_from_nav(turn):
        return turn.topic in nav.CONTINUING and not turn.thread.linked(turn.names)
    if not turn.names:
        return _is_answer(turn)
    return not turn.thread.linked(turn.names)


def _waited(turn: Turn, parked: Member) -> bool:
    facts = parked.facts
    if facts.kind == Kind.HENVISNING:
        referral = turn.message.henvisning
        return (
            referral is not None
            and not referral.is_cancellation
            and facts.sender_party == turn.from_id
            and not (parked.names | parked.document_ids).isdisjoint(turn.ids)
        )
    return not parked.names.isdisjoint(turn.ids | turn.names)
