"""From stored bytes to a decision, and the whole decision into the store as one.

A batch is decided in memory, its files are staged, and then everything is committed at once: states, receipts,
deliveries, timers, tasks and events of all its messages. Only after that does anything become visible outside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from adapter.check.finding import Direction, Finding, Report, Verdict
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.check.rule import Rule
from adapter.flow import rules
from adapter.flow.addressing import recipients_of, sender_of
from adapter.flow.answer import answerable
from adapter.flow.context import Arrival, Context
from adapter.flow.decide import decide
from adapter.flow.decision import RELAY, Chore, Decision, Dispatch
from adapter.flow.follow import RECEIPT_TIMERS
from adapter.flow.policy import policy_between
from adapter.flow.references import DEDUPE, DOCUMENT_ID, MSG_ID, ORIGINAL, keys_of, patient_digest, topic_of
from adapter.message.message import Kind, Message
from adapter.message.state import DeliveryState, MessageState
from adapter.service.post import Parcel, Post, finish
from adapter.service.timers import receipt_timers
from adapter.store.ledger import Ledger
from adapter.store.query import Query
from adapter.store.rows import (
    DecidedMessage,
    DeliveryMove,
    DeliveryRow,
    Facts,
    Known,
    NewDelivery,
    NewEvent,
    NewMessage,
    NewReceipt,
    NewReference,
    NewTask,
)
from adapter.store.store import Store

log = structlog.get_logger(__name__)

#: Who closes a task that settled itself.
BY_ITSELF = "adapter"
_ABOUT_RECEIPTS = {rules.REC_06.id, rules.REC_07.id}
#: After so many workers died over a message, it is put aside instead of taking the next one down.
MOST_ATTEMPTS = 3
#: Said of a dispatch that is not staged now.
LATER = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A message and what was decided about it."""

    arrival: Arrival
    decision: Decision
    #: What is written down about the message.
    row: DecidedMessage
    #: For each dispatch: None where it is staged, LATER where it is not yet, else why staging failed.
    staged: tuple[str | None, ...] = ()


class Desk:
    """Decides about batches of messages and writes the decisions down."""

    def __init__(self, store: Store, checker: Checker, context: Context, policies: Policies, post: Post) -> None:
        """Take what decisions need; all of it is loaded once for the life of a worker."""
        self._store = store
        self._checker = checker
        self._context = context
        self._policies = policies
        self._post = post

    def process(self, arrivals: Sequence[Arrival], now: datetime) -> dict[str, int]:
        """Decide about a batch and send what is due; return how many messages went each way."""
        cases = [self._staged(case, now) for case in self._decide(arrivals, now)]
        # What is staged stays when the commit fails: nobody can be sure that it did, and the same decision,
        # made again, stages the same names anew.
        with self._store.writing() as ledger:
            cases = self._without_late_doubles(ledger, cases, now)
            parcels = _commit(ledger, cases, now)
        self._post.publish(parcels, now)
        outcome: dict[str, int] = defaultdict(int)
        for case in cases:
            outcome[case.decision.verdict.value] += 1
        return dict(outcome)

    def release(self, arrival: Arrival, by: str, now: datetime) -> Decision:
        """Let a held message go on, as the person `by` decided; return what was decided.

        A decision whose state is still HELD was not written down: there is nowhere the message could go.
        Nothing is staged here: the process of a person's command must not stage beside a daemon that may be
        recovering. The deliveries wait in the queue.
        """
        report = self._report(arrival, now)
        with self._store.reading() as query:
            known = query.known(_keys(report))
            sendings = _sendings(query, [report], known)
            answered = bool(query.receipts_of(arrival.id))
        case = self._case(arrival, report, known, now, sendings=sendings, released=True, answered=answered)
        if case.decision.state is MessageState.HELD:
            return case.decision
        with self._store.writing() as ledger:
            # In the same transaction as what follows from it: no message goes on without a name to it.
            ledger.log([NewEvent(name="released", message_id=arrival.id, data={"by": by})], at=now)
            _commit(ledger, [replace(case, staged=(LATER,) * len(case.decision.dispatches))], now)
        return case.decision

    def preview(self, arrivals: Sequence[Arrival], now: datetime) -> list[Case]:
        """Decide about messages without doing anything."""
        return self._decide(arrivals, now)

    def _decide(self, arrivals: Sequence[Arrival], now: datetime) -> list[Case]:
        reports = [(arrival, self._report(arrival, now)) for arrival in arrivals]
        keys = {key for _, report in reports for key in _keys(report)}
        with self._store.reading() as query:
            known = query.known(keys)
            sendings = _sendings(query, [report for _, report in reports], known)
        cases = []
        for arrival, report in reports:
            case = self._case(arrival, report, known, now, sendings=sendings)
            # the next message of the batch may be a double of this one, belong to it, or answer the same
            for found in _known(case):
                known.setdefault(found.key, []).append(found)
            for settled in case.decision.settlements:
                for rows in sendings.values():
                    rows[:] = [replace(row, state=settled.to) if row.id == settled.delivery else row for row in rows]
            cases.append(case)
        return cases

    def _case(  # noqa: PLR0913 - what one decision needs
        self,
        arrival: Arrival,
        report: Report,
        known: Mapping[str, Sequence[Known]],
        now: datetime,
        *,
        sendings: Mapping[int, Sequence[DeliveryRow]] | None = None,
        released: bool = False,
        answered: bool = False,
    ) -> Case:
        earlier = [found for key in _keys(report) for found in known.get(key, ())]
        try:
            decision = decide(
                arrival,
                report,
                self._context,
                earlier=earlier,
                sendings=sendings,
                now=now,
                released=released,
                answered=answered,
            )
        except Exception:  # the one boundary: a defect of ours must not stop the messages behind it
            log.exception("A message could not be decided about", action="decide_failed", message=arrival.id)
            decision = _put_aside(report.message)
        return Case(arrival, decision, _decided(arrival, decision))

    def _report(self, arrival: Arrival, now: datetime) -> Report:
        try:
            return self._checker.check_by(arrival.data, self._policies.of, now=now)
        except Exception:  # the one boundary, as above
            log.exception("A message could not be checked", action="check_failed", message=arrival.id)
            return Report(message=None, findings=(_finding(rules.INT_01),), verdict=Verdict.QUARANTINE)

    def _staged(self, case: Case, now: datetime) -> Case:
        """Stage what is due now; what waits for another dispatch is staged with it."""
        errors: list[str | None] = []
        for dispatch in case.decision.dispatches:
            waits_in_vain = dispatch.after is not None and errors[dispatch.after] is not None
            if dispatch.due_at > now or waits_in_vain:
                errors.append(LATER)
                continue
            errors.append(self._post.stage(dispatch.channel, dispatch.name, _bytes(case, dispatch)))
        return replace(case, staged=tuple(errors))

    def _without_late_doubles(self, ledger: Ledger, cases: list[Case], now: datetime) -> list[Case]:
        """Decide again about messages that another worker took in the same moment."""
        claims = {key: case for case in cases for role, key in case.decision.references if role == DEDUPE}
        taken = ledger.known(claims)
        late = {
            id(claims[key])
            for key, rows in taken.items()
            if any(row.role == DEDUPE and row.message_id != claims[key].arrival.id for row in rows)
        }
        if not late:
            return cases
        checked = []
        for case in cases:
            if id(case) in late:
                self._post.unstage(_places([case]))
                checked.append(self._staged(self._case(case.arrival, self._report(case.arrival, now), taken, now), now))
            else:
                checked.append(case)
        return checked


class Policies:
    """Finds the policy that a message is checked by: the receiver's profiles, the sender's tolerance."""

    def __init__(self, base: Policy, context: Context) -> None:
        """Take the policy for unknown parties, and the register."""
        self._base = base
        self._context = context
        self._made: dict[tuple[str, str], Policy] = {}

    def of(self, message: Message | None) -> Policy:
        """Return the policy for a message; the base policy for what cannot be read."""
        if message is None:
            return self._base
        register = self._context.register
        sender = sender_of(message, register)
        receiver = next((item.partner for item in recipients_of(message, register) if item.partner), None)
        key = (sender.id if sender else "", receiver.id if receiver else "")
        if key not in self._made:
            self._made[key] = policy_between(self._base, sender=sender, receiver=receiver)
        return self._made[key]


def put_aside(ledger: Ledger, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Quarantine messages over which workers died again and again, without looking at them once more."""
    decision = _put_aside(None)
    _commit(ledger, [Case(arrival, decision, _decided(arrival, decision)) for arrival in arrivals], now)


def _put_aside(message: Message | None) -> Decision:
    said = _finding(rules.INT_01)
    return Decision(
        state=MessageState.QUARANTINED,
        verdict=Verdict.QUARANTINE,
        message=message,
        findings=(said,),
        chores=(Chore(rule=said.rule, title=said.text),),
    )


def _commit(ledger: Ledger, cases: Sequence[Case], now: datetime) -> list[Parcel]:
    """Write the decisions of a batch down; return the parcels that are staged and may be shown after the commit."""
    made = [(case, index) for case in cases for index in range(len(case.decision.made))]
    made_ids = ledger.add_messages([_made_row(case, index) for case, index in made], at=now)
    numbers = {(id(case), index): number for (case, index), number in zip(made, made_ids, strict=True)}
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
    ledger.add_receipts(
        [
            NewReceipt(
                message_id=case.arrival.id,
                recipient=issued.recipient,
                status=issued.status,
                receipt_message_id=numbers[id(case), issued.made],
            )
            for case in cases
            for issued in case.decision.issued
        ]
    )
    parcels = _add_deliveries(ledger, cases, numbers, now)
    _settle(ledger, cases, now)
    ledger.add_tasks(
        [
            NewTask(
                party=chore.party,
                rule=chore.rule,
                title=chore.title,
                message_id=case.arrival.id,
                due_at=chore.due_at,
                draft_message_id=None if chore.draft is None else numbers[id(case), chore.draft],
            )
            for case in cases
            for chore in case.decision.chores
        ],
        at=now,
    )
    return parcels


def _add_deliveries(
    ledger: Ledger, cases: Sequence[Case], numbers: Mapping[tuple[int, int], int], now: datetime
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
                )
            )
            origins.append((case, dispatch, error))
    ids = ledger.add_deliveries(rows, at=now)
    ledger.add_timers(
        [
            timer
            for number, (case, dispatch, _) in zip(ids, origins, strict=True)
            for timer in receipt_timers(dispatch.receipt_until, case.arrival.id, number)
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
    """Close deliveries whose receipt came in, and stop waiting for it."""
    settlements = [settlement for case in cases for settlement in case.decision.settlements]
    if not settlements:
        return
    numbers = [item.delivery for item in settlements]
    before = ledger.delivery_states(numbers)
    ledger.move_deliveries([DeliveryMove(id=item.delivery, to=item.to) for item in settlements], at=now)
    stopped = ledger.stop_timers(delivery_ids=numbers, rules=RECEIPT_TIMERS)
    if stopped < len(RECEIPT_TIMERS) * len(numbers):
        _close_tasks(ledger, {message for _, message in before.values()}, now)
    # The answer proves what nobody has written down yet, and nobody may live to do it: that the message got there.
    finish(ledger, {message for state, message in before.values() if state is DeliveryState.SENDING}, now)


def _sendings(
    query: Query, reports: Sequence[Report], known: Mapping[str, Sequence[Known]]
) -> dict[int, list[DeliveryRow]]:
    """Return the deliveries that receipts among the reports may answer, by the message they carried."""
    originals = {
        found.message_id
        for report in reports
        if report.message and report.message.kind is Kind.APPREC
        for key in _keys(report)
        for found in known.get(key, ())
        if found.role in {MSG_ID, DOCUMENT_ID}
    }
    sendings: dict[int, list[DeliveryRow]] = defaultdict(list)
    for row in query.deliveries_of(originals):
        if row.message_id == row.for_message_id:
            sendings[row.for_message_id].append(row)
    return sendings


def _close_tasks(ledger: Ledger, messages: Collection[int], now: datetime) -> None:
    """Close the tasks that asked where a receipt is: it has come, however late."""
    for message in sorted(messages):
        for task in ledger.tasks("open", message_id=message):
            if task.rule in _ABOUT_RECEIPTS:
                ledger.close_task(task.id, by=BY_ITSELF, at=now, note="the receipt has come")


def _keys(report: Report) -> frozenset[str]:
    """Return what to look up before deciding: also for a wreck, which may come twice like any other message."""
    message = answerable(report)
    return keys_of(message) if message else frozenset()


def _bytes(case: Case, dispatch: Dispatch) -> bytes:
    return case.arrival.data if dispatch.made is RELAY else case.decision.made[dispatch.made].data


def _places(cases: Sequence[Case]) -> list[tuple[str, str]]:
    return [
        (dispatch.channel, dispatch.name)
        for case in cases
        for dispatch, error in zip(case.decision.dispatches, case.staged, strict=True)
        if error is None
    ]


def _facts(message: Message | None, sender: str | None, receiver: str | None, thread: int | None) -> Facts:
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


def _decided(arrival: Arrival, decision: Decision) -> DecidedMessage:
    facts = _facts(
        decision.message,
        decision.sender_party,
        decision.receiver_party,
        decision.threads[0] if decision.threads else arrival.id,
    )
    rules_found = sorted({item.rule for item in decision.findings})
    return DecidedMessage(
        **{name: getattr(facts, name) for name in Facts.__dataclass_fields__},
        id=arrival.id,
        state=decision.state,
        verdict=decision.verdict.value,
        findings=tuple(item.as_dict() for item in decision.findings),
        data={"verdict": decision.verdict.value, "rules": rules_found, **decision.data},
    )


def _made_row(case: Case, index: int) -> NewMessage:
    made = case.decision.made[index]
    thread = case.decision.threads[0] if case.decision.threads else case.arrival.id
    facts = _facts(made.message, made.sender_party, made.receiver_party, thread)
    return NewMessage(
        **{name: getattr(facts, name) for name in Facts.__dataclass_fields__},
        channel=case.arrival.channel,
        source=f"made for {case.arrival.id}",
        data=made.data,
        direction="out",
        state=made.state,
    )


def _known(case: Case) -> list[Known]:
    """Return what later messages of the same batch must know of this one."""
    return [
        Known(
            key=key,
            role=role,
            message_id=case.arrival.id,
            direction="in",
            state=case.decision.state,
            **{name: getattr(case.row, name) for name in _KNOWN_FACTS},
        )
        for role, key in case.decision.references
        if role != ORIGINAL
    ]


_KNOWN_FACTS = tuple(
    name for name in Known.__dataclass_fields__ if name not in {"key", "role", "message_id", "direction", "state"}
)


def _finding(rule: Rule) -> Finding:
    return rule.finding(Direction.INBOUND)
