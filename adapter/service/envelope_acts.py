"""What a person does with envelopes. Each act leaves an event with who did it; the daemon does the rest."""

from __future__ import annotations

from datetime import datetime

from adapter.flow import transport_rules as rules
from adapter.message.state import DeliveryState, EnvelopeState
from adapter.service.acts import NotPossible, requeue
from adapter.store.entries import EnvelopeMove
from adapter.store.ledger import Ledger
from adapter.store.rows import EnvelopeRow
from adapter.store.store import Store

#: Deliveries that have been sent, and may have to be again.
_SENT = frozenset({DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.OVERDUE})


def pause_envelope(store: Store, envelope: int, by: str, now: datetime) -> None:
    """Let an envelope that nobody has acknowledged wait: it does not go again until it is resumed.

    Raises:
        NotPossible: It does not wait for an acknowledgment, or is paused already.
    """
    with store.writing() as ledger:
        row = ledger.envelope(envelope)
        if row is not None and row.is_paused:
            raise NotPossible(f"Envelope {envelope} is paused already.")
        if row is None or not _is_waiting(ledger, row):
            raise NotPossible(f"Envelope {envelope} does not wait for an acknowledgment.")
        ledger.steer_envelope(envelope, "paused", is_paused=True, data={"by": by}, at=now)


def resume_envelope(store: Store, envelope: int, by: str, now: datetime) -> None:
    """Let a paused envelope go on; what became due meanwhile goes at once. Raises NotPossible."""
    with store.writing() as ledger:
        row = ledger.envelope(envelope)
        if row is None or not row.is_paused:
            raise NotPossible(f"Envelope {envelope} is not paused.")
        ledger.steer_envelope(envelope, "resumed", is_paused=False, data={"by": by}, at=now)


def resend_envelope(store: Store, envelope: int, by: str, now: datetime) -> None:
    """Send an envelope again now, the identical bytes; one that was given up is waited for again, with its delivery.

    How often it was sent stays counted: it goes this once, and is given up unless its acknowledgment comes.

    Raises:
        NotPossible: It was never sent, or is answered, or nothing is kept of it, or it has lived long enough.
    """
    with store.writing() as ledger:
        row = ledger.envelope(envelope)
        if row is None or row.sent_at is None or row.state not in {EnvelopeState.SENT, EnvelopeState.ABANDONED}:
            raise NotPossible(f"Envelope {envelope} is not one that was sent and not acknowledged.")
        if not ledger.envelope_bodies([envelope])[envelope]:
            raise NotPossible(f"Nothing is kept of envelope {envelope}.")
        if row.ends_at is not None and row.ends_at <= now:
            raise NotPossible(
                f"Envelope {envelope} has outlived the time its receiver may take it.",
                hint=f"`budstikke deliveries retry {row.delivery_id}` sends the message in a new one, once given up.",
            )
        delivery = None if row.delivery_id is None else ledger.delivery(row.delivery_id)
        if delivery is not None and delivery.state is DeliveryState.ABANDONED:
            requeue(ledger, delivery, {"by": by}, now)
        elif delivery is not None and delivery.state not in _SENT:
            raise NotPossible(f"Delivery {delivery.id} in envelope {envelope} is {delivery.state}.")
        again = EnvelopeMove(id=envelope, to=EnvelopeState.QUEUED, due_at=now, is_paused=False, data={"by": by})
        ledger.move_envelopes([again], at=now)


def release_envelope(store: Store, envelope: int, by: str, now: datetime) -> None:
    """Let an envelope in whose signer could not be checked; its tasks are done. Raises NotPossible."""
    with store.writing() as ledger:
        _held(ledger, envelope)
        if not ledger.envelope_bodies([envelope])[envelope]:
            raise NotPossible(f"Nothing is kept of envelope {envelope}.")
        released = EnvelopeMove(id=envelope, to=EnvelopeState.RECEIVED, data={"by": by})
        ledger.move_envelopes([released], at=now)
        _close_tasks(ledger, envelope, by, now)


def reject_envelope(store: Store, envelope: int, by: str, now: datetime) -> None:
    """Keep an envelope out whose signer could not be checked; its tasks are done. Raises NotPossible."""
    with store.writing() as ledger:
        _held(ledger, envelope)
        ledger.move_envelopes([EnvelopeMove(id=envelope, to=EnvelopeState.REFUSED, data={"by": by})], at=now)
        _close_tasks(ledger, envelope, by, now)


def _is_waiting(ledger: Ledger, row: EnvelopeRow) -> bool:
    """Tell whether an envelope is out and would go again by itself."""
    if row.delivery_id is None or row.state not in {EnvelopeState.SENT, EnvelopeState.QUEUED}:
        return False
    return ledger.delivery_states([row.delivery_id])[row.delivery_id][0] in _SENT


def _held(ledger: Ledger, envelope: int) -> None:
    row = ledger.envelope(envelope)
    if row is None or row.state is not EnvelopeState.HELD:
        raise NotPossible(f"Envelope {envelope} is not held.")


def _close_tasks(ledger: Ledger, envelope: int, by: str, now: datetime) -> None:
    for task in ledger.tasks(envelope_id=envelope):
        if task.rule == rules.TRA_09.id:
            ledger.close_task(task.id, by=by, at=now)
