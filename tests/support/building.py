"""Builders with sane defaults: a register of four parties, messages between them, and reports about those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from adapter.check.finding import Finding, Report, Severity, Verdict, verdict_of
from adapter.flow.decision import Decision
from adapter.flow.references import references_of
from adapter.message import (
    Code,
    Dialogmelding,
    Document,
    Envelope,
    Henvisning,
    Identifier,
    Kind,
    Message,
    Moment,
    Notat,
    Organisation,
    OriginalMessage,
    Party,
    Patient,
    Receipt,
    coded,
)
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Partner

#: Decides about a report, as the fixture `decided` does.
Decide = Callable[..., Decision]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MSG_ID = "0b9f2f0e-6b0a-4a5c-9d51-8f1f4f1d0b5e"
DOCUMENT_ID = "1c2d3e4f-0000-4000-8000-000000000001"


def organisation(*her_ids: str, name: str = "Enhet") -> Organisation:
    """Return nested organisations with HER-ids, outermost first."""
    inner = organisation(*her_ids[1:], name=name) if len(her_ids) > 1 else None
    return Organisation(
        name=name,
        identifiers=(Identifier(her_ids[0], coded(9051, "HER", "HER-id")),),
        units=(inner,) if inner else (),
    )


def party(*her_ids: str, role: str | None = None) -> Party:
    """Return a party with HER-ids, outermost first."""
    return Party(role=Code(role) if role else None, organisation=organisation(*her_ids))


REFERRER = ("8990200", "8990201")
CLINIC = ("8990100", "8990101")
NAV = ("79768",)


def partner(name: str, *, role: str | None = None, **changes: object) -> Partner:
    """Return a party of the register, with a channel of its own unless said otherwise."""
    plain = Partner(id=name, role=role or name, name=name.title(), her_ids=(f"1{len(name)}",), channel=f"{name}-epj")
    return replace(plain, **changes)


@dataclass(frozen=True)
class Earlier:
    """A message known from before."""

    key: str
    role: str
    message_id: int
    thread: int | None = None
    direction: str = "in"
    state: MessageState = MessageState.DELIVERED
    kind: str | None = "henvisning"
    type: str | None = "HENVISNING"
    service_type: str | None = "N"
    topic: str | None = None
    patient: str | None = None
    sender_party: str | None = "referrer"
    receiver_party: str | None = "clinic"
    generated_at: datetime | None = NOW


@dataclass(frozen=True)
class Sending:
    """A delivery that a receipt may answer."""

    id: int
    party: str | None
    state: DeliveryState = DeliveryState.SENT
    channel: str = "clinic-epj"


def referral(**changes: object) -> Message:
    """Return a new referral 1.1 from the referrer to the clinic."""
    payload = Henvisning(
        version="1.1",
        service_type=Code(str(changes.pop("service_type", "N"))),
        document_id=str(changes.pop("document_id", DOCUMENT_ID)),
    )
    plain = Message(
        envelope=Envelope.MESSAGE,
        kind=Kind.HENVISNING,
        version="1.1",
        type=Code("HENVISNING", "Henvisning"),
        mig_version="v1.1 2012-02-15",
        generated=Moment("2026-03-02T09:00:00"),
        msg_id=MSG_ID,
        sender=party(*REFERRER),
        receiver=party(*CLINIC),
        patient=Patient(
            full_name="Blomst, Vakker", identifiers=(Identifier("14838400052", coded(8116, "FNR", "Fødselsnummer")),)
        ),
        documents=(Document(content=(payload,)),),
    )
    return replace(plain, **changes)


def dialogue(**changes: object) -> Message:
    """Return a dialogue message 1.0 from the referrer to NAV."""
    plain = Message(
        envelope=Envelope.HODEMELDING,
        kind=Kind.DIALOGMELDING,
        version="1.0",
        type=Code("DIALOG_NOTAT", "Notat"),
        mig_version="v1.2 2006-05-24",
        generated=Moment("2026-03-02T09:00:00"),
        msg_id=MSG_ID,
        sender=party(*REFERRER),
        receiver=party(*NAV),
        documents=(Document(content=(Dialogmelding(notater=(Notat(theme=coded(8128, "1")),)),)),),
    )
    return replace(plain, **changes)


def apprec(*, status: str = "1", original: str = MSG_ID, **changes: object) -> Message:
    """Return a receipt from NAV to the referrer."""
    plain = Message(
        envelope=Envelope.APPREC,
        kind=Kind.APPREC,
        version="1.0",
        type=Code("APPREC"),
        generated=Moment("2026-03-02T09:01:00"),
        msg_id="1901162157lege21826.1",
        sender=party(*NAV),
        receiver=party(*REFERRER),
        receipt=Receipt(
            status=Code(status),
            errors=(coded(8221, "X99", "tekst"),) if status == "2" else (),
            original=OriginalMessage(kind=Code("DIALOG_NOTAT"), issued=Moment("2026-03-02T09:00:00"), id=original),
        ),
    )
    return replace(plain, **changes)


def finding(severity: Severity, rule: str = "AMO-04", **changes: object) -> Finding:
    """Return a finding."""
    return replace(Finding(rule=rule, severity=severity, text="Something."), **changes)


def report(message: Message | None, *findings: Finding, verdict: Verdict | None = None) -> Report:
    """Return a report with findings and the verdict that follows from them."""
    return Report(message=message, findings=findings, verdict=verdict or verdict_of(findings))


def known(message: Message, number: int = 1, **changes: object) -> list[Earlier]:
    """Return a message as it is found by all its ids later."""
    return [replace(Earlier(key=key, role=role, message_id=number), **changes) for role, key in references_of(message)]


def rules(decision: Decision) -> set[str]:
    """Return the rules that had something to say."""
    return {item.rule for item in decision.findings}
