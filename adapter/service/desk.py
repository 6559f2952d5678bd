"""From stored bytes to a decision, and every decision of a batch into the store as one.

A batch is decided in memory, its files are staged, and then everything is committed at once: states, receipts,
deliveries, timers, tasks and events of all its messages. Only after that does anything become visible outside.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from adapter.check.finding import Direction, Finding, Verdict
from adapter.check.rule import Rule
from adapter.errors import FormError, StoreError
from adapter.flow import rules
from adapter.flow.context import Arrival, Context
from adapter.flow.conversation.thread import FORWARDING
from adapter.flow.decide import decide
from adapter.flow.decision import RELAY, Chore, Decision, Dispatch
from adapter.flow.follow import PARK
from adapter.flow.references import CONTENT, DEDUPE, DOCUMENT_ID, MSG_ID, ORIGINAL
from adapter.message.message import Message
from adapter.message.state import DeliveryState, MessageState
from adapter.partner.address_register import AddressRegister
from adapter.service.commit import Case, commit
from adapter.service.earlier import add_threads, earlier_of, remember
from adapter.service.judge import Judge, Reading
from adapter.service.post import Post
from adapter.service.witness import Witness
from adapter.store.entries import NewEvent
from adapter.store.ledger import Ledger
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow, Known
from adapter.store.store import Store
from adapter.wire import read

log = structlog.get_logger(__name__)

#: After so many workers died over a message, it is put aside instead of taking the next one down.
MOST_ATTEMPTS = 3
#: Said of a dispatch that is not staged now.
LATER = ""
#: More than one message has.
_MOST_DISPATCHES = 1000
#: What a receipt names a message by.
_OWN = frozenset({MSG_ID, DOCUMENT_ID})
#: What two messages share of which the one may be the other, written anew.
_SAME = frozenset({CONTENT, DOCUMENT_ID})
#: What the messages are counted under that wait to be decided about again.
UNPARKED = "unparked"


class Desk:
    """Decides about batches of messages and writes the decisions down."""

    def __init__(  # noqa: PLR0913 - the rooms that a decision needs
        self,
        store: Store,
        judge: Judge,
        context: Context,
        post: Post,
        *,
        addresses: AddressRegister,
        witness: Witness | None = None,
    ) -> None:
        """Take what decisions need; all of it is loaded once, before the first.

        The witness is the one by whom the checker judges signatures; what it saw is written down with the decision.
        """
        self._witness = witness
        self._addresses = addresses
        self._store = store
        self._judge = judge
        self._context = context
        self._post = post

    def knowing(self, judge: Judge, context: Context) -> Desk:
        """Return the same desk with another knowledge of who is who."""
        return Desk(self._store, judge, context, self._post, addresses=self._addresses, witness=self._witness)

    def process(self, arrivals: Sequence[Arrival], now: datetime) -> dict[str, int]:
        """Decide about a batch and send what is due.

        Returns:
            How many messages went each way, and how many parked ones are free to be taken up.
        """
        cases = self._secured([self._staged(case, now) for case in self._decide(arrivals, now)])
        # What is staged stays when the commit fails: nobody can be sure that it did, and the same decision,
        # made again, stages the same names anew.
        with self._store.writing() as ledger:
            cases = self._current(ledger, cases, now)
            committed = commit(ledger, cases, now, reliable_channels=self._context.reliable_channels)
            if self._witness is not None:
                seen = ((case.arrival.id, case.arrival.data) for case in cases)
                ledger.log(list(self._witness.events(seen)), at=now)
        self._post.publish(committed.parcels, now)
        for case in cases:
            self._doubt_addresses(case)
        outcome = Counter(case.decision.verdict.value for case in cases)
        return {**outcome, UNPARKED: committed.unparked} if committed.unparked else dict(outcome)

    def release(self, arrival: Arrival, by: str, now: datetime) -> Decision:
        """Let a held or parked message go on, as the person `by` decided; return what was decided.

        A decision whose state is still HELD was not written down: there is nowhere the message could go.
        Nothing is staged here: the process of a person's command must not stage beside a daemon that may be
        recovering. The deliveries wait in the queue.
        """
        with self._store.reading() as query:
            case = self.look(query, arrival, now, released=True)
        if case.decision.state is MessageState.HELD:
            return case.decision
        with self._store.writing() as ledger:
            if not ledger.states_of([arrival.id])[arrival.id].can_be_released:
                raise StoreError(f"Message {arrival.id} has gone on meanwhile.")
            # In the same transaction as what follows from it: no message goes on without a name to it.
            ledger.log([NewEvent(name="released", message_id=arrival.id, data={"by": by})], at=now)
            # A route asks for nothing but this; what other rules ask for may not be done yet.
            ledger.end(arrival.id, {rules.RTE_01.id, PARK}, by=by, at=now, note="released")
            unstaged = replace(case, staged=(LATER,) * len(case.decision.dispatches))
            commit(ledger, [unstaged], now, reliable_channels=self._context.reliable_channels)
        return case.decision

    def _doubt_addresses(self, case: Case) -> None:
        """Have a partner's addresses looked up anew when it says that one of them is none (E21)."""
        if all(found.rule != rules.REC_09.id for found in case.decision.findings):
            return
        partner = self._context.register.by_id(case.row.sender_party or "")
        for her_id in partner.her_ids if partner else ():
            self._addresses.doubt(her_id)

    def look(self, query: Query, arrival: Arrival, now: datetime, *, released: bool = False) -> Case:
        """Decide about one message by what a query knows, without doing anything."""
        reading = self._judge.read(arrival)
        known = query.known(reading.keys)
        add_threads(query, [(reading.report.message, reading.keys)], known)
        sendings = _sendings(query, [reading], known)
        answered = bool(query.answered([arrival.id]))
        return self._case(reading, known, now, sendings=sendings, released=released, answered=answered)

    def preview(self, arrivals: Sequence[Arrival], now: datetime) -> list[Case]:
        """Decide about messages without doing anything, each as if those before it had been sent."""
        return self._decide(arrivals, now, as_if_sent=True)

    def _decide(self, arrivals: Sequence[Arrival], now: datetime, *, as_if_sent: bool = False) -> list[Case]:
        readings = [self._judge.read(arrival) for arrival in arrivals]
        with self._store.reading() as query:
            known = query.known({key for reading in readings for key in reading.keys})
            add_threads(query, [(reading.report.message, reading.keys) for reading in readings], known)
            sendings = _sendings(query, readings, known)
            # Answered when it was parked: nobody gets two receipts.
            answered = query.answered([arrival.id for arrival in arrivals])
        cases = []
        for reading in readings:
            case = self._case(reading, known, now, sendings=sendings, answered=reading.arrival.id in answered)
            # the next message of the batch may be a double of this one, belong to it, or answer the same
            remember(_known(case), known)
            if as_if_sent:
                sendings[case.arrival.id] = _as_if_sent(case)
            for settled in case.decision.settlements:
                for rows in sendings.values():
                    rows[:] = [replace(row, state=settled.to) if row.id == settled.delivery else row for row in rows]
            cases.append(case)
        return cases

    def _case(  # noqa: PLR0913 - what one decision needs
        self,
        reading: Reading,
        known: Mapping[str, Sequence[Known]],
        now: datetime,
        *,
        sendings: Mapping[int, Sequence[DeliveryRow]] | None = None,
        released: bool = False,
        answered: bool = False,
    ) -> Case:
        arrival, report = reading.arrival, reading.report
        earlier = earlier_of(report.message, reading.keys, known)
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
                as_sent=self._judge.as_sent(arrival, report, now),
                says_the_same=lambda first: self._says_the_same(arrival, first),
            )
        except Exception:  # the one boundary: a defect of ours must not stop the messages behind it
            log.exception("A message could not be decided about", action="decide_failed", message=arrival.id)
            decision = _put_aside(report.message)
        return Case.of(arrival, decision, keys=reading.keys, earlier=earlier)

    def _says_the_same(self, arrival: Arrival, first: int) -> bool:
        """Tell whether an earlier message is this one, however it is written and signed.

        What cannot be compared counts as the same: the earlier one cannot be read, or is not, or not any more, in the
        store.
        """
        with self._store.reading() as query:
            data = query.bodies([first]).get(first, b"")
        if data in {b"", arrival.data}:
            return True
        try:
            return _content(read(data)) == _content(read(arrival.data))
        except FormError:
            return True

    def _staged(self, case: Case, now: datetime) -> Case:
        """Stage what is due now; what waits for another dispatch is staged with it. Mail is never staged."""
        errors: list[str | None] = []
        for dispatch in case.decision.dispatches:
            waits_in_vain = dispatch.after is not None and errors[dispatch.after] is not None
            if dispatch.due_at > now or waits_in_vain or dispatch.channel in self._context.reliable_channels:
                errors.append(LATER)
                continue
            errors.append(self._post.stage(dispatch.channel, dispatch.name, _bytes(case, dispatch)))
        return replace(case, staged=tuple(errors))

    def _secured(self, cases: list[Case]) -> list[Case]:
        """Make what is staged durable; what cannot be made so counts as not staged."""
        failed = self._post.secure({channel for channel, _ in _places(cases)})
        if not failed:
            return cases
        return [
            replace(
                case,
                staged=tuple(
                    failed.get(dispatch.channel) if error is None else error
                    for dispatch, error in zip(case.decision.dispatches, case.staged, strict=True)
                ),
            )
            for case in cases
        ]

    def _current(self, ledger: Ledger, cases: list[Case], now: datetime) -> list[Case]:
        """Decide again about messages that another worker's messages of the same moment have changed.

        That are doubles of what it took, what was parked although that which it waits for is there now, and what
        somebody has parked a message for.
        """
        keys = {key for case in cases for role, key in case.decision.references if role == DEDUPE}
        is_waited_for = ledger.has_parked()
        keys.update(
            key for case in cases if is_waited_for or case.decision.state is MessageState.PARKED for key in case.keys
        )
        known = ledger.known(keys)
        return [self._anew(ledger, case, known, now) if _is_overtaken(case, known) else case for case in cases]

    def _anew(self, ledger: Ledger, case: Case, known: Mapping[str, Sequence[Known]], now: datetime) -> Case:
        """Decide about a message once more, with all that is known now and what its own batch had told it."""
        self._post.unstage(_places([case]))
        found = {key: list(rows) for key, rows in known.items()}
        stored = {row.message_id for rows in known.values() for row in rows}
        for row in case.earlier:
            if row.message_id not in stored:
                found.setdefault(row.key, []).append(row)
        reading = self._judge.read(case.arrival)
        add_threads(ledger, [(reading.report.message, reading.keys)], found)
        sendings = _sendings(ledger, [reading], found)
        answered = bool(ledger.answered([case.arrival.id]))
        again = self._staged(self._case(reading, found, now, sendings=sendings, answered=answered), now)
        return self._secured([again])[0]


def put_aside(ledger: Ledger, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Quarantine messages over which workers died again and again, without looking at them once more."""
    decision = _put_aside(None)
    commit(ledger, [Case.of(arrival, decision) for arrival in arrivals], now)


def _put_aside(message: Message | None) -> Decision:
    said = _finding(rules.INT_01)
    return Decision(
        state=MessageState.QUARANTINED,
        verdict=Verdict.QUARANTINE,
        message=message,
        findings=(said,),
        chores=(Chore(rule=said.rule, title=said.text),),
    )


def _is_overtaken(case: Case, known: Mapping[str, Sequence[Known]]) -> bool:
    """Tell whether a decision might have been another one, had it known what is in the store now."""
    seen = {row.message_id for row in case.earlier} | {case.arrival.id}
    news = [row for key in case.keys for row in known.get(key, ()) if row.message_id not in seen]
    return any(row.role == DEDUPE or MessageState.PARKED in {row.state, case.decision.state} for row in news)


def _sendings(
    query: Query, readings: Sequence[Reading], known: Mapping[str, Sequence[Known]]
) -> dict[int, list[DeliveryRow]]:
    """Return the deliveries, by message, that a decision may ask about.

    Of messages that a receipt may answer, of those with the same content, of the same document, which its receiver may
    have rejected, and of forwarded referrals: who tells the referrer must know how they fare.
    """
    wanted = {
        found.message_id
        for reading in readings
        for key in reading.keys
        for found in known.get(key, ())
        if found.type == FORWARDING or found.role in _SAME or (reading.is_receipt and found.role in _OWN)
    }
    sendings: dict[int, list[DeliveryRow]] = defaultdict(list)
    for row in query.deliveries_of(wanted):
        if row.message_id == row.for_message_id:
            sendings[row.for_message_id].append(row)
    return sendings


def _as_if_sent(case: Case) -> list[DeliveryRow]:
    """Return the deliveries of a message as they will be once they are sent, under numbers that no delivery has."""
    return [
        DeliveryRow(
            id=-(abs(case.arrival.id) * _MOST_DISPATCHES + position),
            message_id=case.arrival.id,
            for_message_id=case.arrival.id,
            channel=dispatch.channel,
            party=dispatch.party or "",
            name=dispatch.name,
            state=DeliveryState.SENT,
            attempts=1,
            due_at=dispatch.due_at,
            after_delivery=None,
            staged=False,
            last_error=None,
            sent_at=dispatch.due_at,
            receipt_due_at=None,
        )
        for position, dispatch in enumerate(case.decision.dispatches)
        if dispatch.made is RELAY
    ]


def _bytes(case: Case, dispatch: Dispatch) -> bytes:
    return case.arrival.data if dispatch.made is RELAY else case.decision.made[dispatch.made].data


def _places(cases: Sequence[Case]) -> list[tuple[str, str]]:
    return [
        (dispatch.channel, dispatch.name)
        for case in cases
        for dispatch, error in zip(case.decision.dispatches, case.staged, strict=True)
        if error is None
    ]


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


def _content(message: Message) -> Message:
    """Return what a message says, without who vouches for it."""
    return replace(message, opaque=None)


def _finding(rule: Rule) -> Finding:
    return rule.finding(Direction.INBOUND)
