"""What NAV asks of a doctor, and what answers it (domain rules A.5 and A.6, scenarios 16 and 18).

NAV's messages are told apart by the list of their topic: 8129 requests and reminders, 8125 summons to meetings, 8127
notes. Answers name the conversation, else the message, else nothing but the patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from adapter.check.rule import Rule
from adapter.flow import conversation_rules as rules
from adapter.flow import follow
from adapter.flow.conversation.parts import Part, ending, task, watch
from adapter.flow.conversation.thread import Member
from adapter.flow.conversation.turn import Turn
from adapter.flow.decision import Ending, Urging
from adapter.message.message import Kind

NAV = "nav"
REQUEST, REMINDER, RETURNED = "8129/1", "8129/2", "8127/3"
_SUMMONS, _MOVED, _CALLED_OFF = "8125/1", "8125/2", "8127/4"
#: What waits for a written answer, and what for one about a meeting.
_REQUESTS = (REQUEST, REMINDER, RETURNED)
_MEETINGS = ("8125/",)
#: What only makes sense after something else.
CONTINUING = (REMINDER, RETURNED, _CALLED_OFF)

_REQUEST_RULES = {REQUEST: rules.CNV_11, REMINDER: rules.CNV_12, RETURNED: rules.CNV_13}
_REQUEST_ENDS = follow.with_tasks(*follow.NAV_REMINDERS, follow.NAV_LIMIT) | {
    rule.id for rule in _REQUEST_RULES.values()
}
_MEETING_ENDS = frozenset({rules.CNV_14.id})
#: All that a doctor owes NAV about a message of its.
OWED = _REQUEST_ENDS | _MEETING_ENDS
#: So long NAV looks back for the request that a statement without reference answers.
_LOOKS_BACK = timedelta(days=62)

_STATEMENT = re.compile(r"\bL\s?40\b|legeerklæring ved arbeidsuførhet", re.IGNORECASE)
_INFORMATION = re.compile(r"\bL\s?8\b|tilleggsopplysning", re.IGNORECASE)


def is_from_nav(turn: Turn) -> bool:
    """Tell whether NAV sent it; others use some of the same lists."""
    return turn.sender is not None and turn.sender.role == NAV


def request(turn: Turn) -> Iterator[Part]:
    """Yield the task that a request or a summons gives the doctor it is for, unless it is answered already."""
    if not is_from_nav(turn) or _is_answered(turn):
        return
    if turn.is_about("8125/"):
        yield from _summons(turn)
    elif turn.topic == REMINDER:
        yield from _reminder(turn)
    else:
        if not any(member.is_about(REMINDER) for member in _asked(turn, _REQUESTS)):
            yield task(_kind_of_request(turn), turn.to_id, due_at=_limit(turn))
        yield from _limits(turn)


def note(turn: Turn) -> Iterator[Part]:
    """Yield what a note of NAV asks for; most ask for nothing."""
    if not is_from_nav(turn):
        return
    if turn.topic == RETURNED:
        yield task(rules.CNV_13, turn.to_id, priority=follow.REMINDED, due_at=_limit(turn))
        yield from _limits(turn)
    elif turn.topic == _CALLED_OFF:
        for member in _asked(turn, _MEETINGS):
            yield ending(turn, member, _MEETING_ENDS)


def answer(turn: Turn) -> Iterator[Part]:
    """Yield the end of the requests that a message to NAV answers, once NAV has it."""
    if turn.receiver is None or turn.receiver.role != NAV:
        return
    is_about_meeting = turn.is_about("8126/")
    topics = _MEETINGS if is_about_meeting else _REQUESTS
    ends = _MEETING_ENDS if is_about_meeting else _REQUEST_ENDS
    for member in _asked_by_nav(turn, topics) or _latest_about_patient(turn, topics):
        yield ending(turn, member, ends)


def _limit(turn: Turn) -> datetime | None:
    span = turn.context.timers.nav_limit
    return span.after(turn.now) if span else None


def _limits(turn: Turn) -> Iterator[Part]:
    timers = turn.context.timers
    for name, span in zip(follow.NAV_REMINDERS, timers.nav_reminders, strict=False):
        yield from watch(turn, name, span, turn.to_id)
    yield from watch(turn, follow.NAV_LIMIT, timers.nav_limit, turn.to_id)


def _summons(turn: Turn) -> Iterator[Part]:
    """Yield the task of a summons; a changed one takes the place of the first."""
    for member in _asked(turn, _MEETINGS):
        yield Ending(about=member.number, rules=_MEETING_ENDS)
    yield task(rules.CNV_14_MOVED if turn.topic == _MOVED else rules.CNV_14, turn.to_id)


def _reminder(turn: Turn) -> Iterator[Part]:
    """Yield that the task of the request becomes urgent; a task of its own where the request is not known."""
    asked = [member for member in _asked(turn, _REQUESTS) if not member.is_about(REMINDER)]
    for member in asked:
        yield Urging(about=member.number, rule=_REQUEST_RULES[member.facts.topic or ""].id, priority=follow.REMINDED)
    if not asked:
        yield task(rules.CNV_12, turn.to_id, priority=follow.REMINDED)


def _kind_of_request(turn: Turn) -> Rule:
    """Return what a request asks for; only its words tell (domain rules A.5)."""
    dialogue = turn.message.dialogmelding
    asked = " ".join(item.question.text for item in dialogue.foresporsler if item.question) if dialogue else ""
    if _STATEMENT.search(asked):
        return rules.CNV_11_L40
    return rules.CNV_11_L8 if _INFORMATION.search(asked) else rules.CNV_11


def _asked(turn: Turn, topics: tuple[str, ...]) -> tuple[Member, ...]:
    """Return what NAV has asked the same doctor in this conversation."""
    return tuple(
        member
        for member in turn.thread.linked(turn.names | turn.ids)
        if member.is_about(*topics) and member.is_between(turn.from_id, turn.to_id)
    )


def _asked_by_nav(turn: Turn, topics: tuple[str, ...]) -> tuple[Member, ...]:
    """Return what NAV has asked the sender in the conversation that an answer names."""
    return tuple(
        member
        for member in turn.thread.linked(turn.names)
        if member.is_about(*topics) and member.is_between(turn.to_id, turn.from_id)
    )


def _latest_about_patient(turn: Turn, topics: tuple[str, ...]) -> tuple[Member, ...]:
    """Return NAV's latest question to the sender about the patient, for answers that name nothing known."""
    patient = turn.patient()
    asked = [
        member
        for member in turn.thread.members
        if patient is not None
        and member.facts.patient == patient
        and member.is_here
        and member.is_about(*topics)
        and member.is_between(turn.to_id, turn.from_id)
        and (member.facts.generated_at is None or member.facts.generated_at > turn.now - _LOOKS_BACK)
    ]
    return tuple(asked[-1:])


def _is_answered(turn: Turn) -> bool:
    """Tell whether an answer is on its way that came here first: one that names this very message."""
    return any(
        member.is_between(turn.to_id, turn.from_id)
        and (member.is_about("9069/", "8126/") or member.facts.kind == Kind.LEGEERKLAERING)
        for member in turn.thread.naming(turn.msg_ids)
    )
