"""A conversation told message by message: decisions one after the other, with a memory in place of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from building import CLINIC, NAV, NOW, REFERRER, Earlier, Sending, apprec, party, referral, report

from adapter.check.finding import Finding
from adapter.flow.context import Arrival, Context
from adapter.flow.decide import decide
from adapter.flow.decision import RELAY, Decision, Ending, Settlement
from adapter.flow.references import keys_of, needs_thread, patient_digest, threads_of, topic_of
from adapter.message import (
    Code,
    ConversationRef,
    Dialogmelding,
    Document,
    Envelope,
    Foresporsel,
    FreeText,
    Identifier,
    Kind,
    Message,
    Moment,
    Notat,
    OriginalMessage,
    Patient,
    Receipt,
    coded,
)
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.register import Partner, Register

PROVIDER = ("8990400", "8990401")
CENTRE = ("8990300", "8990301")
ADDRESSES = {"referrer": REFERRER, "clinic": CLINIC, "provider": PROVIDER, "centre": CENTRE, "nav": NAV}
PATIENT = Patient(
    family_name="Blomst", given_name="Vakker", identifiers=(Identifier("14838400052", coded(8116, "FNR")),)
)
OTHER_PATIENT = replace(PATIENT, identifiers=(Identifier("02917100171", coded(8116, "FNR")),))


def house(**changes: object) -> Context:
    """Return an installation with a GP, a clinic, a provider, a centre and NAV; the last three answer by themselves."""
    parties = [
        _partner("referrer", "referrer"),
        _partner("clinic", "clinic", profiles=("amo",)),
        _partner("provider", "clinic", receipts="system"),
        _partner("centre", "frisklivssentral"),
        _partner("nav", "nav", receipts="system"),
    ]
    return replace(Context(register=Register(parties)), **changes)


def with_system(context: Context, *names: str) -> Context:
    """Return the same installation where some parties' own systems give the receipts."""
    parties = [replace(each, receipts="system") if each.id in names else each for each in context.register]
    return replace(context, register=Register(parties))


def _partner(name: str, role: str, **changes: object) -> Partner:
    address = ADDRESSES[name]
    parent = address[0] if len(address) > 1 else None
    return replace(
        Partner(id=name, role=role, name=name, her_ids=(address[-1],), parent_her_id=parent, channel=f"{name}-epj"),
        **changes,
    )


def refers(name: str = "m1", *, by: str = "referrer", to: str = "clinic", **changes: object) -> Message:
    """Return a referral with a MsgId, from a party to another."""
    plain = {"document_id": "d1", "patient": PATIENT, **changes}
    return referral(msg_id=name, sender=party(*ADDRESSES[by]), receiver=party(*ADDRESSES[to]), **plain)


def forwards(name: str = "m2", *, original: str = "m1") -> Message:
    """Return the clinic's referral of somebody else's patient to a provider."""
    return replace(
        refers(name, by="clinic", to="provider", document_id="d2"),
        envelope=Envelope.HODEMELDING,
        version="2.0",
        type=Code("HENVISNING_VIDERE"),
        conversation=ConversationRef(parent=original, conversation=original),
    )


def says(
    topic: str,
    name: str,
    *,
    by: str = "clinic",
    to: str = "referrer",
    parent: str | None = "m1",
    conversation: str | None = "m1",
    text: str = "Tekst.",
    **changes: object,
) -> Message:
    """Return a note of a topic such as "9148/2", in a conversation unless that is None."""
    number, _, value = topic.partition("/")
    content = Dialogmelding(notater=(Notat(theme=coded(number, value), text=FreeText(text=text)),))
    return _dialogue(content, _TYPES.get(number, "DIALOG_NOTAT"), name, (by, to), (parent, conversation), **changes)


def asks(
    topic: str,
    name: str,
    *,
    by: str = "nav",
    to: str = "referrer",
    parent: str | None = "c1",
    conversation: str | None = "c1",
    text: str = "Spørsmål.",
    **changes: object,
) -> Message:
    """Return a question of a topic such as "8129/1"."""
    number, _, value = topic.partition("/")
    content = Dialogmelding(foresporsler=(Foresporsel(kind=coded(number, value), question=FreeText(text=text)),))
    return _dialogue(content, "DIALOG_FORESPORSEL", name, (by, to), (parent, conversation), **changes)


_TYPES = {
    "9148": "DIALOG_STATUS_HENVISNING",
    "7322": "DIALOG_HELSEFAGLIG",
    "8117": "DIALOG_AVVIK",
    "9069": "DIALOG_SVAR",
    "8126": "DIALOG_SVAR",
}


def _dialogue(
    content: Dialogmelding, kind: str, name: str, way: tuple[str, str], named: Sequence[str | None], **changes: object
) -> Message:
    parent, conversation = named
    plain = Message(
        envelope=Envelope.HODEMELDING,
        kind=Kind.DIALOGMELDING,
        version="1.1" if kind in {"DIALOG_STATUS_HENVISNING", "DIALOG_HELSEFAGLIG"} else "1.0",
        type=Code(kind),
        generated=Moment("2026-03-02T09:00:00"),
        msg_id=name,
        sender=party(*ADDRESSES[way[0]]),
        receiver=party(*ADDRESSES[way[1]]),
        patient=PATIENT,
        conversation=ConversationRef(parent=parent, conversation=conversation) if parent or conversation else None,
        documents=(Document(content=(content,)),),
    )
    return replace(plain, **changes)


def answers(original: str, *, by: str, to: str, status: str = "1", code: str = "X99") -> Message:
    """Return a receipt from a party's system."""
    return apprec(
        msg_id=f"receipt for {original} by {by}",
        sender=party(*ADDRESSES[by]),
        receiver=party(*ADDRESSES[to]),
        receipt=Receipt(
            status=Code(status),
            errors=(coded(8221, code),) if status == "2" else (),
            original=OriginalMessage(id=original),
        ),
    )


@dataclass
class Telling:
    """What the store would know, and what people would see, after one message and the next."""

    context: Context = field(default_factory=house)
    states: dict[str, MessageState] = field(default_factory=dict)
    #: Running deadlines: (message, name) to when.
    timers: dict[tuple[str, str], datetime] = field(default_factory=dict)
    #: Open tasks: (message, rule) to priority.
    tasks: dict[tuple[str, str], int] = field(default_factory=dict)
    rows: list[Earlier] = field(default_factory=list)
    sendings: dict[int, list[Sending]] = field(default_factory=dict)
    _marks: list[tuple[int, Ending]] = field(default_factory=list)
    _said: dict[int, tuple[Message, Sequence[Finding], datetime]] = field(default_factory=dict)

    def tell(self, message: Message, *findings: Finding, at: datetime = NOW) -> Decision:
        """Decide about a message that has come by its sender's channel, and about all that waited for it."""
        number = len(self._said) + 1
        self._said[number] = (message, findings, at)
        return self._decide(number)

    def release(self, name: str) -> Decision:
        """Let a held message go on."""
        number = next(n for n, (message, _, _) in self._said.items() if message.msg_id == name)
        self.tasks = {about: urgency for about, urgency in self.tasks.items() if about[0] != name}
        return self._decide(number, released=True, answered=True)

    def overdue(self, name: str) -> None:
        """Let the receipt of a message be too late."""
        number = next(n for n, (message, _, _) in self._said.items() if message.msg_id == name)
        self.sendings[number] = [replace(row, state=DeliveryState.OVERDUE) for row in self.sendings[number]]

    def _decide(self, number: int, *, released: bool = False, answered: bool = False) -> Decision:
        message, findings, at = self._said[number]
        sender = self.context.register.by_her(message.sender.her_id) if message.sender else None
        arrival = Arrival(id=number, channel=sender.channel if sender else "", data=b"<x/>", received_at=at)
        decision = decide(
            arrival,
            report(message, *findings),
            self.context,
            earlier=self._earlier(message),
            sendings=self.sendings,
            now=at,
            released=released,
            answered=answered,
        )
        self._keep(number, decision)
        for freed in decision.unparked:
            self._decide(freed, answered=True)
        return decision

    def _earlier(self, message: Message) -> list[Earlier]:
        keys = keys_of(message)
        sharing = [row for row in self.rows if row.key in keys]
        threads = set(threads_of(sharing)) if needs_thread(message) else set()
        return [*sharing, *(row for row in self.rows if row.thread in threads)]

    def _keep(self, number: int, decision: Decision) -> None:
        message = self._said[number][0]
        name = message.msg_id or ""
        self.states[name] = decision.state
        self.rows = [row for row in self.rows if row.message_id != number]
        thread = min((*decision.threads, number))
        self.rows = [replace(row, thread=thread) if row.thread in decision.threads else row for row in self.rows]
        referred = message.henvisning
        self.rows += [
            Earlier(
                key=key,
                role=role,
                message_id=number,
                thread=thread,
                state=decision.state,
                kind=message.kind.value,
                type=message.type_code,
                service_type=referred.service_type.value if referred and referred.service_type else None,
                topic=topic_of(message),
                patient=patient_digest(message),
                sender_party=decision.sender_party,
                receiver_party=decision.receiver_party,
                generated_at=message.generated.instant if message.generated else None,
            )
            for role, key in decision.references
        ]
        relayed = [dispatch for dispatch in decision.dispatches if dispatch.made is RELAY]
        self.sendings[number] = [
            Sending(100 * number + place, dispatch.party, channel=dispatch.channel)
            for place, dispatch in enumerate(relayed)
        ]
        self._follow(number, decision)

    def _follow(self, number: int, decision: Decision) -> None:
        for ending in decision.endings:
            if ending.upon_receipt:
                self._marks.append((number, ending))
            else:
                self._end(ending)
        for settled in decision.settlements:
            self._settle(settled)
        for watch in decision.watches:
            self.timers.setdefault((self._name(watch.about or number), watch.rule), watch.due_at)
        for chore in decision.chores:
            self.tasks[self._name(number), chore.rule] = chore.priority
        for urging in decision.urgings:
            about = (self._name(urging.about), urging.rule)
            if about in self.tasks:
                self.tasks[about] = max(urging.priority, self.tasks[about])
        for freed in decision.unparked:
            self.timers.pop((self._name(freed), "park"), None)

    def _settle(self, settled: Settlement) -> None:
        answered = settled.delivery // 100
        self.sendings[answered] = [
            replace(row, state=settled.to) if row.id == settled.delivery else row for row in self.sendings[answered]
        ]
        over = [ending for marker, ending in self._marks if marker == answered]
        self._marks = [mark for mark in self._marks if mark[0] != answered]
        for ending in over if settled.to is DeliveryState.COMPLETED else ():
            self._end(ending)

    def _end(self, ending: Ending) -> None:
        name = self._name(ending.about)
        self.timers = {key: due for key, due in self.timers.items() if key[0] != name or key[1] not in ending.rules}
        self.tasks = {
            key: urgency for key, urgency in self.tasks.items() if key[0] != name or key[1] not in ending.rules
        }

    def _name(self, number: int) -> str:
        return self._said[number][0].msg_id or ""
