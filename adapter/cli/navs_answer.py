"""NAV's predicted answer to a message, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapter.check.finding import Report
    from adapter.check.nav import NavAnswer
    from adapter.check.policy import Policy


def predicted(report: Report, policy: Policy) -> NavAnswer | None:
    """Return what NAV would answer; None where other systems at NAV read the message."""
    from adapter.check.nav import Registers, answer_to

    return answer_to(report.message, registers=Registers(environment=policy.environment))


def lines(answer: NavAnswer | None) -> Iterator[str]:
    """Yield NAV's answer in its own words, and what it would lose."""
    if answer is None:
        yield "  NAV reads this kind of message by rules that are not known here."
        return
    if answer.silence is not None:
        yield f"  NAV would never answer: {answer.silence.text}"
    elif answer.errors:
        yield "  NAV would answer AppRec 1.0 with status 2 (Avvist):"
        yield from (f"    X99 {words}" for words in answer.errors)
    else:
        yield "  NAV would answer AppRec 1.0 with status 1 (OK), as far as the message alone tells."
    yield from (f"    and say nothing of this: {drop.text} ({drop.path})" for drop in answer.drops)
