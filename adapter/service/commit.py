"""A batch of decisions into the store as one: states, receipts, deliveries, timers, tasks and events."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Self

from adapter.flow import rules
from adapter.flow.context import Arrival
from adapter.flow.decision import OPERATOR, RELAY, Decision, Dispatch, Made
from adapter.flow.follow import RECEIPT_TIMERS
from adapter.flow.references import patient_digest, topic_of
from adapter.message.message import Message
from adapter.message.state import DeliveryState, EnvelopeState
from adapter.service import effects
from adapter.service.arrived import NOT_THERE, close_tasks
from adapter.service.effects import BY_ITSELF
from adapter.service.post import Parcel, finish, release
from adapter.service.timers import receipt_timers
from adapter.store.entries import (
    DecidedMessage,
    DeliveryMove,
    EnvelopeMove,
    NewDelivery,
    NewMessage,
    NewReceipt,
    NewReference,
    NewTask,
)
from adapter.store.facts import Facts, by_name
from adapter.store.ledger import Ledger
from adapter.store.rows import Known
from adapter.values import value_class

#: By a reliable channel: handed over, or seemingly not, and until it is answered nobody can tell.
_UNPROVED = {DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.OVERDUE}
#: By any channel: not known to have got there until somebody answers.
_UNPROVED_ANYWHERE = {DeliveryState.SENDING, DeliveryState.ABANDONED}
_ABOUT_RECEIPTS = {rules.REC_06.id, rules.REC_07.id}
#: The messages that cases made, in the store: by the case, and which of those it made.
_Numbers = Mapping[tuple[int, int], int]


@value_class
class Case:
    """A message and what was decided about it."""

    arrival: Arrival
    decision: Decision
    #: What is written down about the message, and the messages that were made for it.
    row: DecidedMessage
    made: tuple[NewMessage, ...]
    #: What was looked up before deciding, and what was found.
    keys: frozenset[str] = frozenset()
    earlier: tuple[Known, ...] = ()
    #: For each dispatch: None where it is staged, LATER where it is not yet, else why staging failed.
    staged: tuple[str | None, ...] = ()

    @classmethod
    def of(
        cls, arrival: Arrival, decision: Decision, *, keys: frozenset[str] = frozenset(), earlier: Sequence[Known] = ()
    ) -> Self:
        """Put together all that will be written, before anybody has to wait for the one who writes it."""
        thread = decision.threads[0] if decision.threads else arrival.id
        return cls(
            arrival=arrival,
            decision=decision,
            row=_decided_row(arrival, decision, thread),
            made=tuple(_made_row(arrival, made, thread) for made in decision.made),
            keys=keys,
            earlier=tuple(earlier),
        )


@value_class(kw_only=False)
class Committed:
    """What follows a commit."""

    #: What is staged and may be shown now.
    parcels: list[Parcel]
    #: How many parked messages wait to be decided about again.
    unparked: int


def commit(
    ledger: Ledger, cases: Sequence[Case], now: datetime, *, reliable_channels: Collection[str] = ()
) -> Committed:
    """Write the decisions of a batch down.

    Deliveries to reliable channels are with their receivers only when these have acknowledged them.
    """
    made = [(id(case), index) for case in cases for index in range(len(case.made))]
    made_ids = ledger.add_messages([row for case in cases for row in case.made], at=now)
    numbers = dict(zip(made, made_ids, strict=True))
    ledger.decide([case.row for case in cases], at=now)
    for case in cases:
        threads = case.decision.threads
        if len(threads) > 1:
            ledger.merge_threads(threads[0], threads[1:])
    ledger.drop_bodies([case.arrival.id for case in cases if not case.decision.keeps_payload])
    ledger.add_references(
        [
            NewReference(key=key, role=role, message_id=case.arrival.id)
            for case in cases
            for role, key in case.decision.references
        ]
    )
    ledger.add_receipts([row for case in cases for row in _receipts(case, numbers)])
    parcels = _add_deliveries(ledger, cases, numbers, reliable_channels, now)
    _settle(ledger, cases, now)
    ledger.add_tasks([row for case in cases for row in _tasks(case, numbers)], at=now)
    # One after the other: a message may end what another one of the batch has begun.
    unparked = sum(
        effects.write(
            ledger,
            case.arrival.id,
            watches=case.decision.watches,
            endings=case.decision.endings,
            urgings=case.decision.urgings,
            unparked=case.decision.unparked,
            now=now,
        )
        for case in cases
    )
    effects.answer_again(
        ledger, [first for case in cases if isinstance(first := case.decision.data.get("first"), int)], now
    )
    return Committed(parcels, unparked)


def _receipts(case: Case, numbers: _Numbers) -> Iterator[NewReceipt]:
    for issued in case.decision.issued:
        yield NewReceipt(
            message_id=case.arrival.id,
            recipient=issued.recipient,
            status=issued.status,
            receipt_message_id=numbers[id(case), issued.made],
        )


def _tasks(case: Case, numbers: _Numbers) -> Iterator[NewTask]:
    for chore in case.decision.chores:
        yield NewTask(
            party=chore.party,
            rule=chore.rule,
            title=chore.title,
            message_id=case.arrival.id,
            due_at=chore.due_at,
            draft_message_id=None if chore.draft is None else numbers[id(case), chore.draft],
            priority=chore.priority,
        )


def _add_deliveries(
    ledger: Ledger,
    cases: Sequence[Case],
    numbers: _Numbers,
    reliable_channels: Collection[str],
    now: datetime,
) -> list[Parcel]:
    rows: list[NewDelivery] = []
    origins: list[tuple[Case, Dispatch, str | None]] = []
    for case in cases:
        offset = len(rows)
        for dispatch, error in zip(case.decision.dispatches, case.staged, strict=True):
            waits = dispatch.after is not None
            state = DeliveryState.WAITING if waits else DeliveryState.QUEUED
            rows.append(
                NewDelivery(
                    message_id=case.arrival.id if dispatch.made is RELAY else numbers[id(case), dispatch.made],
                    for_message_id=case.arrival.id,
                    channel=dispatch.channel,
                    party=dispatch.party or "",
                    name=dispatch.name,
                    state=DeliveryState.SENDING if error is None and not waits else state,
                    due_at=dispatch.due_at,
                    after_index=None if dispatch.after is None else offset + dispatch.after,
                    staged=error is None,
                    receipt_due_at=dispatch.receipt_until.alarm_at if dispatch.receipt_until else None,
                    is_reliable=dispatch.channel in reliable_channels,
                )
            )
            origins.append((case, dispatch, error))
    ids = ledger.add_deliveries(rows, at=now)
    ledger.add_timers(
        [
            timer
            for number, (case, dispatch, _) in zip(ids, origins, strict=True)
            for timer in receipt_timers(
                dispatch.receipt_until, case.arrival.id, number, case.decision.sender_party or OPERATOR
            )
        ]
    )
    return [
        Parcel(
            id=number,
            message=row.message_id,
            for_message=case.arrival.id,
            channel=dispatch.channel,
            name=dispatch.name,
            state=row.state,
            after=None if row.after_index is None else ids[row.after_index],
        )
        for number, row, (case, dispatch, error) in zip(ids, rows, origins, strict=True)
        if error is None
    ]


def _settle(ledger: Ledger, cases: Sequence[Case], now: datetime) -> None:
    """Close deliveries whose receipt came in, stop waiting for it, and end what ends with it."""
    settlements = [settlement for case in cases for settlement in case.decision.settlements]
    if not settlements:
        return
    numbers = [item.delivery for item in settlements]
    before = ledger.delivery_states(numbers)
    ledger.move_deliveries([DeliveryMove(id=item.delivery, to=item.to) for item in settlements], at=now)
    stopped = ledger.stop_timers(delivery_ids=numbers, rules=RECEIPT_TIMERS)
    if stopped < len(RECEIPT_TIMERS) * len(numbers):
        _close_tasks(ledger, {message for _, message in before.values()}, now)
    main = [item for item in settlements if item.is_receivers]
    effects.answered(
        ledger,
        [before[item.delivery][1] for item in main if item.to is DeliveryState.COMPLETED],
        [before[item.delivery][1] for item in main if item.to is DeliveryState.REJECTED],
        now,
    )
    # The answer proves what nobody has written down yet, and nobody may live to do it: that the message got there.
    reliable = ledger.reliable(numbers)
    arrived = {
        message
        for number, (state, message) in before.items()
        if state in _UNPROVED_ANYWHERE or (number in reliable and state in _UNPROVED)
    }
    if reliable:
        _acknowledge(ledger, reliable, now)
    told = reliable.union(number for number, (state, _) in before.items() if state is DeliveryState.ABANDONED)
    there = [row for number in sorted(told) if (row := ledger.delivery(number)) is not None]
    close_tasks(ledger, there, NOT_THERE, "the receiver has answered", now)
    finish(ledger, arrived, now)


def _acknowledge(ledger: Ledger, deliveries: Collection[int], now: datetime) -> None:
    """Send no more of what was answered, and let go what waited for it: no Acknowledgment could say more."""
    envelopes = ledger.envelopes_of_deliveries(deliveries).values()
    pending = [row.id for row in envelopes if row.state.may_become(EnvelopeState.ACKNOWLEDGED)]
    ledger.move_envelopes([EnvelopeMove(id=number, to=EnvelopeState.ACKNOWLEDGED) for number in pending], at=now)
    release(ledger, deliveries, now)


def _close_tasks(ledger: Ledger, messages: Collection[int], now: datetime) -> None:
    """Close the tasks that asked where a receipt is: it has come, however late."""
    for message in sorted(messages):
        for task in ledger.tasks("open", message_id=message):
            if task.rule in _ABOUT_RECEIPTS:
                ledger.close_task(task.id, by=BY_ITSELF, at=now, note="the receipt has come")


def facts_of(message: Message | None, sender: str | None, receiver: str | None, thread: int | None) -> Facts:
    """Return what the store knows of a message, its parties and its thread."""
    if message is None:
        return Facts(thread=thread)
    henvisning = message.henvisning
    service = henvisning.service_type if henvisning else None
    return Facts(
        kind=message.kind.value,
        version=message.version,
        type=message.type_code,
        msg_id=message.msg_id,
        document_id=message.document_id,
        generated_at=message.generated.instant if message.generated else None,
        service_type=service.value if service else None,
        sender_her=message.sender.her_id if message.sender else None,
        receiver_her=message.receiver.her_id if message.receiver else None,
        sender_party=sender,
        receiver_party=receiver,
        thread=thread,
        topic=topic_of(message),
        patient=patient_digest(message),
    )


def _decided_row(arrival: Arrival, decision: Decision, thread: int) -> DecidedMessage:
    facts = facts_of(decision.message, decision.sender_party, decision.receiver_party, thread)
    rules_found = sorted({item.rule for item in decision.findings})
    return DecidedMessage(
        **by_name(facts),
        id=arrival.id,
        state=decision.state,
        verdict=decision.verdict.value,
        findings=tuple(item.as_dict() for item in decision.findings),
        data={"verdict": decision.verdict.value, "rules": rules_found, **decision.data},
    )


def _made_row(arrival: Arrival, made: Made, thread: int) -> NewMessage:
    facts = facts_of(made.message, made.sender_party, made.receiver_party, thread)
    return NewMessage(
        **by_name(facts),
        channel=arrival.channel,
        source=f"made for {arrival.id}",
        data=made.data,
        direction="out",
        state=made.state,
    )
