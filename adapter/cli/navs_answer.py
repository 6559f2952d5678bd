"""NAV's predicted answer to a message, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapter.check.finding import Report
    from adapter.check.nav import NavAnswer
    from adapter.check.policy import Policy
    from adapter.wire.fellesformat import Reception


def predicted(data: bytes, report: Report, policy: Policy) -> NavAnswer | None:
    """Return what NAV would answer; None where other systems at NAV read the message.

    A copy in NAV's own wrapper says by which Service and Action it came and who signed it; of others the content tells.
    """
    from adapter.check.nav import Registers, answer_to

    noted = _reception(data) if b"MottakenhetBlokk" in data else None
    registers = Registers(environment=policy.environment)
    if noted is None:
        return answer_to(report.message, registers=registers)
    return answer_to(report.message, coupling=noted.coupling, registers=registers, signer=noted.signer)


def _reception(data: bytes) -> Reception | None:
    from adapter.errors import FormError
    from adapter.wire import fellesformat
    from adapter.wire.parse import parse

    try:
        root = parse(data)
    except FormError:
        return None
    return fellesformat.reception(root) if fellesformat.is_wrapper(root) else None


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
