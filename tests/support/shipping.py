"""A message under way by a channel that acknowledges, as the store has it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from adapter.message.state import DeliveryState, EnvelopeState
from adapter.store import Ledger, NewDelivery, NewEnvelope


def shipped(ledger: Ledger, message: int, at: datetime, *, party: str = "gp", **changes: Any) -> tuple[int, int]:
    """Bring a message to a party; return the delivery, and its envelope, which is being sent."""
    delivery = NewDelivery(
        message_id=message,
        for_message_id=message,
        channel="edi",
        party=party,
        name="a",
        state=DeliveryState.SENT,
        is_reliable=True,
    )
    (number,) = ledger.add_deliveries([delivery], at=at)
    plain: dict[str, Any] = {"channel": "edi", "data": b"mail", "state": EnvelopeState.SENDING}
    envelope = NewEnvelope(direction="out", carries=message, delivery_id=number, **plain | changes)
    (out,) = ledger.add_envelopes([envelope], at=at)
    return number, out
