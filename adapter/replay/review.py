"""The same decision made again by today's rules and configuration, held against what was decided then.

What was known then is known again, and what came later is not: see `store.past`. What is compared is what others saw,
verdict, findings, receipts and destinations; tasks, timers and threads are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff

from adapter.errors import FormError
from adapter.flow.context import Arrival
from adapter.flow.decision import RELAY, Decision
from adapter.message.message import Message
from adapter.message.state import MessageState
from adapter.replay.stored import NOT_KEPT, OURS, UNDECIDED
from adapter.service.desk import Desk
from adapter.store.query import Query
from adapter.store.rows import EventRow, MessageRow
from adapter.store.store import Store
from adapter.values import value_class
from adapter.wire import read

_RELEASED = "released"


@value_class
class Review:
    """What became of a message then, and what would become of it today."""

    message: MessageRow
    then: tuple[str, ...] = ()
    today: tuple[str, ...] = ()
    #: Why nothing can be compared; "" where it was.
    why_not: str = ""

    @property
    def is_same(self) -> bool:
        """Tell whether nothing differs."""
        return self.then == self.today

    def difference(self) -> str:
        """Return the difference in the form of `diff -u`; "" where there is none."""
        name = f"message {self.message.id}"
        lines = unified_diff(self.then, self.today, f"{name} then", f"{name} today", n=len(self.then), lineterm="")
        return "".join(f"{line}\n" for line in lines)


def reviews(store: Store, desk: Desk, rows: Sequence[MessageRow]) -> Iterator[Review]:
    """Decide about each message once more, as if it had come then; nothing is written."""
    for row in rows:
        with store.reading() as query:
            data = query.bodies([row.id])[row.id]
            decided = _decided(query, row)
            if decided is None or not data:
                why = OURS if row.direction == "out" else UNDECIDED if decided is None else NOT_KEPT
                yield Review(message=row, why_not=why)
                continue
            then = tuple(_then(query, row))
            released = any(event.name == _RELEASED for event in query.events(row.id))
        arrival = Arrival(id=row.id, channel=row.channel, data=data, received_at=row.received_at)
        with store.reading_past(decided.seq) as past:
            case = desk.look(past, arrival, decided.at, released=released)
        yield Review(message=row, then=then, today=tuple(_today(case.decision)))


def _decided(query: Query, row: MessageRow) -> EventRow | None:
    """Return the event with which the last decision about a message that came in was written down."""
    if row.direction == "out" or row.state is MessageState.RECEIVED:
        return None
    return next((event for event in reversed(query.events(row.id)) if "verdict" in event.data), None)


def _then(query: Query, row: MessageRow) -> Iterator[str]:
    yield f"verdict: {row.verdict}"
    yield from sorted({f"finding: {item['rule']} {item['severity']}" for item in row.findings})
    receipts = query.receipts_of(row.id)
    bodies = query.bodies([receipt.receipt_message_id for receipt in receipts])
    yield from sorted(
        _receipt(receipt.recipient, receipt.status, _message(bodies[receipt.receipt_message_id]))
        for receipt in receipts
    )
    yield from sorted({f"to: {sent.channel}" for sent in query.deliveries_of([row.id]) if sent.message_id == row.id})


def _today(decision: Decision) -> Iterator[str]:
    yield f"verdict: {decision.verdict.value}"
    yield from sorted({f"finding: {item.rule} {item.severity.value}" for item in decision.findings})
    yield from sorted(
        _receipt(issued.recipient, issued.status, decision.made[issued.made].message) for issued in decision.issued
    )
    yield from sorted({f"to: {item.channel}" for item in decision.dispatches if item.made is RELAY})


def _receipt(recipient: str, status: str, message: Message | None) -> str:
    """Return a receipt in codes; without those of errors where its content is not kept."""
    errors = message.receipt.errors if message and message.receipt else ()
    codes = ",".join(error.value or "" for error in errors)
    return f"receipt: {recipient or '-'} {status} {codes}".rstrip()


def _message(data: bytes) -> Message | None:
    try:
        return read(data)
    except FormError:
        return None
