"""The small values that every part of a conversation speaks in."""

from __future__ import annotations

from datetime import datetime

from adapter.check.finding import Direction, Finding, Severity
from adapter.check.rule import Rule
from adapter.flow.conversation.thread import Member
from adapter.flow.conversation.turn import Turn
from adapter.flow.decision import Chore, Ending, Urging, Watch
from adapter.flow.follow import AS_USUAL
from adapter.flow.span import Span
from adapter.values import value_class

Part = Watch | Ending | Urging | Chore


@value_class(kw_only=False)
class Judgement:
    """What is wrong with a message in its conversation."""

    findings: tuple[Finding, ...] = ()
    #: It came before a message that it needs, and is kept until that comes.
    waits: bool = False


def found(rule: Rule, severity: Severity | None = None) -> Finding:
    """Return the finding of a rule about a message that came in."""
    return rule.finding(Direction.INBOUND, severity=severity)


def task(rule: Rule, party: str, priority: int = AS_USUAL, due_at: datetime | None = None) -> Chore:
    """Return what a rule asks a party's people to do."""
    return Chore(rule=rule.id, title=rule.text, party=party, priority=priority, due_at=due_at)


def watch(turn: Turn, rule: str, span: Span, party: str) -> tuple[Watch, ...]:
    """Return a deadline that begins with a message; none where it is set to nothing."""
    return (Watch(rule=rule, due_at=span.after(turn.now), party=party),) if span else ()


def ending(turn: Turn, member: Member, rules: frozenset[str]) -> Ending:
    """Return that matters of an earlier message are over, as soon as the receiver has this one."""
    return Ending(about=member.number, rules=rules, upon_receipt=not turn.answered_here)
