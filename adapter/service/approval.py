"""A draft goes out: checked as what it is, a message we send, and from then on like any other one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from adapter.check.finding import Finding, Severity, Verdict
from adapter.flow import conversation
from adapter.flow.addressing import recipients_of, sender_of
from adapter.flow.conversation import Effects, Turn
from adapter.flow.decision import OPERATOR
from adapter.flow.drafts.changes import dated
from adapter.flow.follow import ReceiptDeadlines, receipt_deadlines
from adapter.flow.preflight import FINAL, preflight
from adapter.flow.references import references_of
from adapter.flow.routing import Transmission, destinations, file_name
from adapter.message.message import Message
from adapter.message.state import MessageState
from adapter.partner.register import Partner
from adapter.service import effects
from adapter.service.acts import NotPossible
from adapter.service.commit import facts_of
from adapter.service.drafting import Draft, draft, drafts
from adapter.service.earlier import earlier_messages
from adapter.service.parts import Parts
from adapter.service.timers import receipt_timers
from adapter.store.entries import DecidedMessage, NewDelivery, NewReference, NewTask
from adapter.store.facts import by_name
from adapter.store.ledger import Ledger
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow, Known
from adapter.values import value_class
from adapter.wire import write

#: Who sends what the configuration lets go without a person.
BY_SETTING = "[drafts] send_without_approval"


@value_class
class Way:
    """One channel a draft goes by."""

    channel: str
    party: Partner
    #: False where it is a copy that the configuration makes.
    is_own: bool
    due_at: datetime
    until: ReceiptDeadlines | None
    is_reliable: bool


def approve(parts: Parts, number: int, *, by: str, now: datetime, override: str | None = None) -> tuple[Finding, ...]:
    """Send a draft as it stands, written now; return what the checks say of it all the same.

    `override` is the reason for which a person sends it although a check speaks against it. The reason stays with
    the task, the event names the checks.

    Raises:
        NotPossible: It is no draft, it lacks something, a check stops it, or its receiver has no channel here.
    """
    with parts.store.writing() as ledger:
        found = draft(ledger, number)
        if found.missing:
            lacking = " ".join(f"--{option} …" for option in found.missing)
            raise NotPossible(
                f"Draft {number} is not written yet: it lacks {' and '.join(_WORDS[each] for each in found.missing)}.",
                hint=f"`budstikke drafts edit {number} {lacking}`",
            )
        message = dated(found.message, now)
        data = write(message)
        ways = _ways(parts, message, now)
        receiver = ways[0].party
        earlier = earlier_messages(ledger, message)
        turn = _turn(ledger, parts, message, earlier=earlier, receiver=receiver, now=now)
        flight = preflight(
            message,
            parts.judge.check_outbound(data, now),
            receiver=receiver,
            earlier=earlier,
            sendings=turn.sendings,
            context=parts.context,
        )
        findings = (*flight.findings, *conversation.judge(turn).findings)
        overridden = _stopping(findings)
        _refuse(number, overridden, override)
        ledger.replace_body(number, data)
        _decide(ledger, found, message, findings, by=by, overridden=overridden, now=now)
        _send(ledger, found, message, ways, now)
        ledger.close_task(found.task.id, by=by, at=now, note=override)
        _follow(ledger, number, conversation.consequences(turn), now)
    return findings


def send_unapproved(parts: Parts, now: datetime) -> int:
    """Send the drafts that the configuration lets go without a person; return how many.

    Those are what rules have drafted, where every warning that asks for it is named by the setting. What cannot be
    sent waits for a person like any other draft.
    """
    allowed = set(parts.settings.drafts.send_without_approval)
    if not allowed:
        return 0
    with parts.store.reading() as query:
        ready = [found.row.id for found in drafts(query) if _is_allowed(query, found, allowed)]
    sent = 0
    for number in ready:
        try:
            approve(parts, number, by=BY_SETTING, now=now)
        except NotPossible:
            continue
        sent += 1
    return sent


#: What a draft can lack, by the option that adds it.
_WORDS = {"text": "its text", "as": "the name and phone number of who answers for it"}


def _is_allowed(query: Query, found: Draft, allowed: set[str]) -> bool:
    if found.task.message_id is None or found.task.rule not in allowed or found.missing:
        return False
    about = query.message(found.task.message_id)
    warnings = {str(item["rule"]) for item in about.findings if item["severity"] == Severity.WARN} if about else set()
    return bool(warnings) and warnings <= allowed


def _ways(parts: Parts, message: Message, now: datetime) -> list[Way]:
    """Return by which channels the message goes to its receivers, each way once."""
    context = parts.context
    sender = sender_of(message, context.register)
    ways: dict[tuple[str, str], Way] = {}
    for item in recipients_of(message, context.register):
        partner = item.partner
        if partner is None:
            raise NotPossible(
                f"The receiver {item.party.her_id or ''} is no party of the configuration.",
                hint="Add it to the configuration, or discard the draft.",
            )
        places = sorted(
            destinations(Transmission(message, sender, partner), context, now),
            key=lambda place: place.channel != partner.channel,
        )
        for place in places:
            is_own = place is places[0]
            until = receipt_deadlines(message, partner, context.deadlines, now) if is_own else None
            way = Way(
                channel=place.channel,
                party=partner,
                is_own=is_own,
                due_at=place.due_at,
                until=until,
                is_reliable=place.channel in context.reliable_channels,
            )
            ways.setdefault(context.delivery_key(place.channel, partner.id if is_own else None), way)
    return list(ways.values())


def _turn(  # noqa: PLR0913 - a turn is made of exactly these
    ledger: Ledger,
    parts: Parts,
    message: Message,
    *,
    earlier: Sequence[Known],
    receiver: Partner,
    now: datetime,
) -> Turn:
    """Return what the message says in its conversation."""
    sendings: dict[int, list[DeliveryRow]] = defaultdict(list)
    for row in ledger.deliveries_carrying({row.message_id for row in earlier if row.direction == "out"}):
        sendings[row.message_id].append(row)
    return conversation.turn_of(
        message,
        earlier=earlier,
        sender=sender_of(message, parts.context.register),
        receiver=receiver,
        context=parts.context,
        now=now,
        answered_here=receiver.receipts == "adapter",
        sendings=sendings,
    )


def _stopping(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    stopping = {Severity.BLOCK, Severity.REJECT, Severity.HOLD}
    return tuple(item for item in findings if item.severity in stopping)


def _refuse(number: int, stopping: Sequence[Finding], override: str | None) -> None:
    final = [item for item in stopping if item.rule in FINAL]
    if stopping and (final or not override):
        first = (final or list(stopping))[0]
        raise NotPossible(
            f"Draft {number} is stopped by {first.rule}: {first.text}",
            hint=first.hint
            if final
            else f"{first.hint or 'Mend it.'} `budstikke drafts edit {number}` changes it; "
            f"`budstikke drafts approve {number} --override REASON` sends it all the same.",
        )


def _decide(  # noqa: PLR0913 - what is written down about one approval
    ledger: Ledger,
    found: Draft,
    message: Message,
    findings: Sequence[Finding],
    *,
    by: str,
    overridden: Sequence[Finding],
    now: datetime,
) -> None:
    row = found.row
    facts = facts_of(message, row.sender_party, row.receiver_party, row.thread)
    data: dict[str, object] = {"by": by}
    if overridden:
        data["overridden"] = sorted({item.rule for item in overridden})
    ledger.decide(
        [
            DecidedMessage(
                **by_name(facts),
                id=row.id,
                state=MessageState.ACCEPTED,
                verdict=Verdict.ACCEPT.value,
                findings=tuple(item.as_dict() for item in findings),
                data=data,
            )
        ],
        at=now,
    )
    ledger.add_references([NewReference(key=key, role=role, message_id=row.id) for role, key in references_of(message)])


def _send(ledger: Ledger, found: Draft, message: Message, ways: Sequence[Way], now: datetime) -> None:
    number = found.row.id
    ids = ledger.add_deliveries(
        [
            NewDelivery(
                message_id=number,
                for_message_id=number,
                channel=way.channel,
                party=way.party.id if way.is_own else "",
                name=file_name(message, number),
                due_at=way.due_at,
                receipt_due_at=way.until.alarm_at if way.until else None,
                is_reliable=way.is_reliable,
            )
            for way in ways
        ],
        at=now,
    )
    party = found.row.sender_party or OPERATOR
    ledger.add_timers(
        [
            timer
            for delivery, way in zip(ids, ways, strict=True)
            for timer in receipt_timers(way.until, number, delivery, party)
        ]
    )


def _follow(ledger: Ledger, number: int, followed: Effects, now: datetime) -> None:
    """Write down what the message begins and ends, and the tasks that it gives."""
    ledger.add_tasks(
        [
            NewTask(
                party=chore.party,
                rule=chore.rule,
                title=chore.title,
                message_id=number,
                due_at=chore.due_at,
                priority=chore.priority,
            )
            for chore in followed.chores
        ],
        at=now,
    )
    effects.write(
        ledger,
        number,
        watches=followed.watches,
        endings=followed.endings,
        urgings=followed.urgings,
        unparked=followed.unparked,
        now=now,
    )
