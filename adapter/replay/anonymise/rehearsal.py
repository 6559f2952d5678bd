"""Whether an anonymised message is judged like its original: same verdict, same findings, same answer of NAV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from adapter.check.content import CONTENTS
from adapter.check.finding import Direction, Finding, Report, verdict_of
from adapter.check.ladder import Checker
from adapter.check.nav import answer_to
from adapter.check.policy import Policy

#: What depends on who signed, and on whether people are real: neither survives, and neither is meant to.
_LEFT_OUT = frozenset({"MSG-11", "MSG-14", "MSG-15", "NAVT-07"})
_PROFILES = ((), tuple(CONTENTS))


def differences(old: bytes, new: bytes, *, checker: Checker, now: datetime, offset: timedelta) -> tuple[str, ...]:
    """Return in one sentence each what is judged differently; nothing, as a rule.

    Both are judged in both directions, with and without all profiles, as in production: there, real people may be.
    The new one is judged as of `now` moved by the `offset` of its days.
    """
    return tuple(dict.fromkeys(_differences(old, new, checker, now, offset)))


def verdict(report: Report) -> str:
    """Return the verdict on a message as if nothing but what is compared counted."""
    return verdict_of(_compared(report)).value


def _differences(old: bytes, new: bytes, checker: Checker, now: datetime, offset: timedelta) -> Iterator[str]:
    for direction in Direction:
        for profiles in _PROFILES:
            policy = Policy(direction=direction, environment="prod", profiles=profiles)
            before = checker.check(old, policy, now=now)
            after = checker.check(new, policy, now=now + offset)
            if verdict(before) != verdict(after):
                yield f"{direction.value}: the verdict is {verdict(after)}, and was {verdict(before)}"
            were, are = Counter(map(_said, _compared(before))), Counter(map(_said, _compared(after)))
            yield from (f"{direction.value}: {_name(said)} is said no more" for said in were - are)
            yield from (f"{direction.value}: {_name(said)} is new" for said in are - were)
            if before.message is not None and after.message is not None:
                answers = [answer_to(report.message) for report in (before, after)]
                told = [answer and answer.as_dict() for answer in answers]
                if told[0] != told[1]:
                    yield "NAV's own answer is another one"


def _compared(report: Report) -> Iterable[Finding]:
    return [finding for finding in report.findings if finding.rule not in _LEFT_OUT]


def _said(finding: Finding) -> tuple[str, ...]:
    parts = (finding.rule, finding.severity.value, finding.path, finding.line, finding.text, finding.tolerance)
    return tuple(str(part) for part in parts)


def _name(said: tuple[str, ...]) -> str:
    return f"{said[0]} ({said[2]})" if said[2] != "None" else said[0]
