"""The decision about one message, from its report and what is known from before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from adapter.check import rules as check_rules
from adapter.check.finding import Direction, Finding, Report, Verdict
from adapter.flow import rules
from adapter.flow.addressing import sender_of
from adapter.flow.answer import answerable
from adapter.flow.context import Arrival, Context, Earlier, Sending
from adapter.flow.decision import Chore, Decision
from adapter.flow.follow import AT_ONCE
from adapter.flow.matter import finding
from adapter.flow.references import DEDUPE, dedupe_key, threads_of
from adapter.flow.relaying import Relaying
from adapter.flow.taking import Taking
from adapter.message.message import Kind, Message
from adapter.message.state import MessageState
from adapter.partner.register import Partner


def decide(  # noqa: PLR0913 - a decision depends on exactly these
    arrival: Arrival,
    report: Report,
    context: Context,
    *,
    earlier: Sequence[Earlier] = (),
    sendings: Mapping[int, Sequence[Sending]] | None = None,
    now: datetime,
    released: bool = False,
    answered: bool = False,
    as_sent: tuple[Finding, ...] | None = None,
    says_the_same: Callable[[int], bool] | None = None,
) -> Decision:
    """Decide what becomes of a message.

    `earlier` are the messages that share or name one of its ids (`references.keys_of`), and those of their threads
    where these matter too (`references.needs_thread`), `sendings` the deliveries of those whose receipts matter.
    `released` says that a person has let a held message go on: holds count no more.
    `answered` says that its sender has its receipt already. `as_sent` is what the sender's own checks find, where it
    wants any. `says_the_same` is asked whether an earlier message, by its number, is this one; without it every
    message is that has the same id.
    """
    message = answerable(report)
    report = replace(report, message=message)
    if message is None or message.kind is Kind.EBXML or report.verdict is Verdict.QUARANTINE:
        return _quarantined(report)
    sender = sender_of(message, context.register)
    if message.sender is None or not message.sender.her_ids():
        return _quarantined(report, finding(rules.MSG_18))
    if not released and (sender is None or sender not in context.register.by_channel(arrival.channel)):
        return _stranger(report, sender)
    first = _first_copy(arrival, message, earlier)
    if first is not None:
        is_other = says_the_same is not None and not says_the_same(first)
        return _repeated(report, message, sender, earlier, first, is_other=is_other)
    others = tuple(found for found in earlier if found.message_id != arrival.id)
    known = sendings or {}
    if message.kind is Kind.APPREC:
        relaying = Relaying(arrival, report, context, others, known, now, sender, released=released, answered=answered)
        return relaying.pass_on() or _quarantined(report, finding(rules.REC_01))
    return Taking(
        arrival, report, context, others, known, now, sender, released=released, answered=answered, as_sent=as_sent
    ).take()


def _quarantined(report: Report, *more: Finding) -> Decision:
    """Put aside what cannot be identified. It is never answered, and never claims a MsgId."""
    found = (*report.findings, *more)
    worst = max(found, key=lambda item: item.severity.weight, default=finding(rules.MSG_18))
    return Decision(
        state=MessageState.QUARANTINED,
        verdict=Verdict.QUARANTINE,
        message=report.message,
        findings=found,
        chores=(Chore.about(worst),),
        keeps_payload=all(item.rule != "MSG-15" for item in found),
    )


def _stranger(report: Report, sender: Partner | None) -> Decision:
    """Hold a message that came by a channel its sender does not belong to. It claims no id: it may be forged."""
    said = finding(rules.MSG_19)
    return Decision(
        state=MessageState.HELD,
        verdict=Verdict.HOLD,
        message=report.message,
        findings=(*report.findings, said),
        sender_party=sender.id if sender else None,
        chores=(Chore.about(said),),
    )


def _first_copy(arrival: Arrival, message: Message, earlier: Sequence[Earlier]) -> int | None:
    """Return the message that came before with the same id from the same kind of sender, or None."""
    key = dedupe_key(message)
    copies = (found for found in earlier if found.role == DEDUPE and found.key == key)
    return next((found.message_id for found in copies if found.message_id != arrival.id), None)


def _repeated(  # noqa: PLR0913 - a decision depends on exactly these
    report: Report,
    message: Message,
    sender: Partner | None,
    earlier: Sequence[Earlier],
    first: int,
    *,
    is_other: bool,
) -> Decision:
    """Ignore what came before: no delivery, no second receipt (HITS 1168 5.4).

    A person hears of another message under the same id: what it says reaches nobody.
    """
    said = rules.MSG_20.finding(Direction.INBOUND, first=first) if is_other else finding(check_rules.MSG_09)
    return Decision(
        state=MessageState.IGNORED,
        verdict=Verdict.IGNORE,
        message=message,
        findings=(*report.findings, said),
        sender_party=sender.id if sender else None,
        threads=threads_of(earlier),
        chores=(replace(Chore.about(said), priority=AT_ONCE),) if is_other else (),
        data={"first": first},
    )
