"""What a decision begins, ends, hastens and frees beside its own message, written down."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from adapter.flow.decision import Ending, Urging, Watch
from adapter.flow.follow import PARK
from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.store.entries import EnvelopeMove, MessageMove, NewTimer
from adapter.store.ledger import Ledger

#: Who closes a task that settled itself.
BY_ITSELF = "adapter"


def write(  # noqa: PLR0913 - the effects a decision may have
    ledger: Ledger,
    message_id: int,
    *,
    watches: Sequence[Watch] = (),
    endings: Sequence[Ending] = (),
    urgings: Sequence[Urging] = (),
    unparked: Sequence[int] = (),
    now: datetime,
) -> int:
    """Write the effects of a message; return how many parked messages wait to be decided about again.

    What it ends it ends before anything begins: a deadline may be begun anew.
    """
    for ending in endings:
        if ending.upon_receipt:
            ledger.end_with(ending.about, ending.rules, message_id)
        else:
            ledger.end(ending.about, ending.rules, by=BY_ITSELF, at=now, note=f"ended by message {message_id}")
    for urging in urgings:
        ledger.urge_tasks(urging.about, urging.rule, urging.priority, by=BY_ITSELF, at=now)
    ledger.begin(
        [
            NewTimer(
                rule=watch.rule,
                message_id=message_id if watch.about is None else watch.about,
                due_at=watch.due_at,
                party=watch.party,
            )
            for watch in watches
        ]
    )
    return _unpark(ledger, message_id, unparked, now)


def answered(ledger: Ledger, positive: Sequence[int], negative: Sequence[int], now: datetime) -> None:
    """End what ends with messages that their receivers have answered positively; the others end nothing."""
    ledger.answer(positive, positive=True, by=BY_ITSELF, at=now, note="the answer has been received")
    ledger.answer(negative, positive=False, by=BY_ITSELF, at=now)


def answer_again(ledger: Ledger, messages: Collection[int], now: datetime) -> None:
    """Send the receipts of messages again that came twice, where nobody has acknowledged them (rule MSG-09)."""
    receipts = [
        row.id
        for row in (ledger.deliveries_of(messages) if messages else ())
        if row.is_reliable and row.message_id != row.for_message_id and row.state is DeliveryState.SENT
    ]
    envelopes = ledger.envelopes_of_deliveries(receipts).values()
    again = [row.id for row in envelopes if row.state is EnvelopeState.SENT]
    moves = [EnvelopeMove(id=number, to=EnvelopeState.QUEUED, due_at=now) for number in again]
    ledger.move_envelopes(moves, at=now)


def _unpark(ledger: Ledger, message_id: int, parked: Sequence[int], now: datetime) -> int:
    """Let parked messages be taken up again; one that somebody else has freed meanwhile stays as it is."""
    if not parked:
        return 0
    states = ledger.states_of(parked)
    free = [id_ for id_ in parked if states.get(id_) is MessageState.PARKED]
    moves = [MessageMove(id=id_, to=MessageState.RECEIVED, data={"because_of": message_id}) for id_ in free]
    ledger.move_messages(moves, at=now)
    ledger.stop_timers(free, {PARK})
    return len(free)
