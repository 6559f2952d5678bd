"""A question about a referral, and its answer (Helsefaglig dialog, list 7322)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from adapter.check import facts
from adapter.check.facts import Presence
from adapter.check.finding import Direction, Finding
from adapter.flow import conversation_rules as rules
from adapter.flow import follow
from adapter.flow.conversation.parts import Part, ending, watch
from adapter.flow.conversation.thread import Member, Thread
from adapter.flow.conversation.turn import Turn
from adapter.message.henvisning import Henvisning, Reason
from adapter.message.message import Kind

_LIST = "7322/"
_PROFILE = "amo"
#: A telephone number in words: eight digits, in groups or not, with the country's code or without.
_PHONE = re.compile(r"(?<!\d)(?:(?:\+|00)47 ?)?[2-9](?: ?\d){7}(?!\d)")
_ANSWERED = follow.with_tasks(follow.SUPPLEMENT)


def is_about(turn: Turn) -> bool:
    """Tell whether a message belongs to the clinical dialogue."""
    return turn.is_about(_LIST)


def findings(turn: Turn) -> Iterator[Finding]:
    """Yield what an answer tells of what was asked for; it is never merged into the referral (scenario 3)."""
    if turn.receiver is None or _PROFILE not in turn.receiver.profiles or not _answered(turn):
        return
    for rule, name in _told(turn):
        yield rules.CNV_06.finding(Direction.INBOUND, fact=name, answered=rule)


def parts(turn: Turn) -> Iterator[Part]:
    """Yield the deadline of a question, or its end where this is the answer."""
    for member in _answered(turn):
        yield ending(turn, member, _ANSWERED)
    if turn.answered_here and _asks(turn.thread, turn.ids, turn.names, turn.from_id, turn.to_id):
        yield from watch(turn, follow.SUPPLEMENT, turn.context.timers.supplement, turn.from_id)


def is_open(thread: Thread, question: Member) -> bool:
    """Tell whether a message asks the sender of a referral something, and nobody has answered yet."""
    facts_of_it = question.facts
    return question.is_about(_LIST) and _asks(
        thread, question.ids, question.names, facts_of_it.sender_party or "", facts_of_it.receiver_party or ""
    )


def _asks(thread: Thread, ids: frozenset[str], names: frozenset[str], sender: str, receiver: str) -> bool:
    """Tell whether a message goes from the one who has a referral to the one who sent it, and waits for an answer."""
    near = names.union(*(member.ids | member.names for member in thread.with_ids(names)))
    if not any(member.facts.sender_party == receiver for member in thread.referrals_to(sender, near)):
        return False
    is_answered = any(_is_from(member, receiver, sender) for member in thread.naming(ids))
    return not is_answered and not _is_reply(thread, names, sender, receiver)


def _is_reply(thread: Thread, names: frozenset[str], sender: str, receiver: str) -> bool:
    """Tell whether a message answers what the other side asked first, who may want to know how things stand."""
    asked = [member.number for member in thread.with_ids(names) if _is_from(member, receiver, sender)]
    own = [member.number for member in thread.members if member.is_here and _is_from(member, sender, receiver)]
    return bool(asked) and min(asked) < min(own, default=max(asked) + 1)


def _is_from(member: Member, sender: str, receiver: str) -> bool:
    return member.is_about(_LIST) and member.is_between(sender, receiver)


def _answered(turn: Turn) -> tuple[Member, ...]:
    """Return the questions that a message answers: those of its receiver to its sender in the same conversation."""
    return tuple(member for member in turn.thread.linked(turn.names) if _is_from(member, turn.to_id, turn.from_id))


def _told(turn: Turn) -> Iterator[tuple[str, str]]:
    """Yield rule and name of each fact in the words of an answer, read as if they stood in a referral."""
    dialogue = turn.message.dialogmelding
    texts = [note.text.text for note in dialogue.notater if note.text] if dialogue else []
    words = Henvisning(version="2.0", reasons=tuple(Reason(text=text) for text in texts if text.strip()))
    read = facts.facts_of(replace(turn.message, kind=Kind.HENVISNING, documents=(), patient=None), words)
    if read.employment is not Presence.MISSING:
        yield "AMO-03", "arbeidsforhold"
    if read.sick_leave is not Presence.MISSING:
        yield "AMO-04", "sykemeldingsstatus"
    if read.earlier is not Presence.MISSING:
        yield "AMO-05", "tidligere utredning eller behandling"
    if any(_PHONE.search(text) for text in texts):
        yield "AMO-06", "telefonnummer"
