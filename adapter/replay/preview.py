"""What would become of messages: decided as the adapter decides, with nothing written and nothing sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import datetime

from adapter.check.finding import Finding, Severity
from adapter.flow.context import Arrival
from adapter.flow.decision import RELAY, Decision
from adapter.message.receipt import Receipt
from adapter.partner.register import Register
from adapter.replay.source import Source
from adapter.service.desk import Desk
from adapter.values import value_class


@value_class
class Plan:
    """A file and the channel it goes in by."""

    source: Source
    #: None where nobody can tell.
    channel: str | None


@value_class(kw_only=False)
class Place:
    """A channel that would get the message."""

    channel: str
    due_at: datetime


@value_class(kw_only=False)
class Answered:
    """A receipt that would be given."""

    #: HER-id.
    recipient: str
    version: str
    #: List 8258.
    status: str
    #: Codes of list 8221.
    errors: tuple[str, ...] = ()

    def __str__(self) -> str:
        codes = f" {','.join(self.errors)}" if self.errors else ""
        return f"{self.recipient or '-'}: {self.status}{codes}"


@value_class
class Foreseen:
    """What would become of one file."""

    plan: Plan
    type: str | None = None
    version: str | None = None
    msg_id: str | None = None
    #: None where the file has no way in.
    verdict: str | None = None
    receipts: tuple[Answered, ...] = ()
    places: tuple[Place, ...] = ()
    #: At warn or worse.
    findings: tuple[Finding, ...] = ()
    #: How many questions to the sender would be drafted.
    drafts: int = 0
    #: All that would follow.
    decision: Decision | None = field(default=None, repr=False)


def plan(sources: Iterable[Source], register: Register, channel: str | None = None) -> list[Plan]:
    """Find the channel of each file: the one its sender belongs to, or the one given."""
    plans = []
    for source in sources:
        sender = source.sender(register)
        plans.append(Plan(source=source, channel=channel or (sender.channel if sender else None)))
    return plans


def foresee(desk: Desk, plans: Sequence[Plan], now: datetime) -> list[Foreseen]:
    """Return what the adapter would decide now, file after file; files without a channel are left out of it.

    Nothing is written: the desk may work on a store that is open for reading only. Each is decided as if those before
    it had been sent.
    """
    # Numbers that no message in the store has.
    arrivals = {
        -number: Arrival(id=-number, channel=one.channel, data=one.source.data, received_at=now)
        for number, one in enumerate(plans, start=1)
        if one.channel is not None
    }
    cases = desk.preview(tuple(arrivals.values()), now)
    decisions = {case.arrival.id: case.decision for case in cases}
    return [_foreseen(one, decisions.get(-number)) for number, one in enumerate(plans, start=1)]


def counts(foreseen: Iterable[Foreseen]) -> dict[str, Counter[str]]:
    """Count files by verdict and by destination, and receipts by status."""
    verdicts: Counter[str] = Counter()
    places: Counter[str] = Counter()
    receipts: Counter[str] = Counter()
    for one in foreseen:
        verdicts[one.verdict or "no channel"] += 1
        places.update(place.channel for place in one.places)
        receipts.update("positive" if item.status == "1" else "negative" for item in one.receipts)
    return {"verdicts": verdicts, "destinations": places, "receipts": receipts}


def _foreseen(one: Plan, decision: Decision | None) -> Foreseen:
    message = one.source.message
    if decision is None:
        return Foreseen(
            plan=one,
            type=message.type_code if message else None,
            version=message.version if message else None,
            msg_id=message.msg_id if message else None,
        )
    known = decision.message or message
    return Foreseen(
        plan=one,
        type=known.type_code if known else None,
        version=known.version if known else None,
        msg_id=known.msg_id if known else None,
        verdict=decision.verdict.value,
        receipts=tuple(
            _answered(
                item.recipient, decision.made[item.made].message.version, decision.made[item.made].message.receipt
            )
            for item in decision.issued
        ),
        places=tuple(Place(item.channel, item.due_at) for item in decision.dispatches if item.made is RELAY),
        findings=tuple(item for item in decision.findings if item.severity.weight >= Severity.WARN.weight),
        drafts=sum(chore.draft is not None for chore in decision.chores),
        decision=decision,
    )


def _answered(recipient: str, version: str | None, receipt: Receipt | None) -> Answered:
    if receipt is None or receipt.status is None:
        raise ValueError("a receipt without a status is none")
    codes = tuple(error.value or "" for error in receipt.errors)
    return Answered(recipient, version or "", receipt.status.value or "", codes)
