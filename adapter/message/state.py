"""The states of a message and of a delivery. Each knows whether it is final and what may follow it."""

from __future__ import annotations

from enum import StrEnum


class MessageState(StrEnum):
    """What has become of a message that came in, or that the adapter made."""

    #: The bytes are safe; nothing is decided.
    RECEIVED = "received"
    #: Nobody can tell what it is or whom it is for; a person looks.
    QUARANTINED = "quarantined"
    #: The same message came before; nothing is done twice.
    IGNORED = "ignored"
    #: It waits for a message that it belongs to and that has not come yet; after a while a person decides.
    PARKED = "parked"
    #: A person must decide before it goes on.
    HELD = "held"
    #: Answered with a negative receipt.
    REJECTED = "rejected"
    #: Checked, answered and routed; deliveries are under way.
    ACCEPTED = "accepted"
    #: With every party it was meant for.
    DELIVERED = "delivered"
    #: At least one delivery was given up; the payload is kept, and a task is open.
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more happens by itself."""
        return self not in {MessageState.RECEIVED, MessageState.ACCEPTED}

    def may_become(self, other: MessageState) -> bool:
        """Tell whether a transition is part of a message's life."""
        return other in _MESSAGE_STEPS[self]


class DeliveryState(StrEnum):
    """How far the bytes are on their way to one channel."""

    #: Released when another delivery is done (a positive receipt waits for its message).
    WAITING = "waiting"
    #: Goes out when it is due.
    QUEUED = "queued"
    #: Handed to the channel; whether it got there is known after the next look.
    SENDING = "sending"
    #: With the channel.
    SENT = "sent"
    #: The receiver answered with a positive receipt.
    COMPLETED = "completed"
    #: The receiver answered with a negative receipt.
    REJECTED = "rejected"
    #: No receipt in time; a late positive one is still welcome.
    OVERDUE = "overdue"
    #: Given up after the last attempt, or by a person.
    ABANDONED = "abandoned"
    #: The process died between sending and knowing, on a channel that cannot be asked.
    AMBIGUOUS = "ambiguous"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more happens by itself."""
        return self in {DeliveryState.COMPLETED, DeliveryState.REJECTED, DeliveryState.ABANDONED}

    @property
    def is_under_way(self) -> bool:
        """Tell whether the bytes are not with the channel yet."""
        return self in {DeliveryState.WAITING, DeliveryState.QUEUED, DeliveryState.SENDING}

    def may_become(self, other: DeliveryState) -> bool:
        """Tell whether a transition is part of a delivery's life."""
        return other in _DELIVERY_STEPS[self]


_MESSAGE_STEPS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.RECEIVED: frozenset(MessageState) - {MessageState.RECEIVED, MessageState.FAILED},
    MessageState.QUARANTINED: frozenset({MessageState.RECEIVED}),
    MessageState.IGNORED: frozenset(),
    MessageState.PARKED: frozenset({MessageState.RECEIVED, MessageState.HELD}),
    MessageState.HELD: frozenset({MessageState.ACCEPTED, MessageState.REJECTED, MessageState.RECEIVED}),
    MessageState.REJECTED: frozenset(),
    MessageState.ACCEPTED: frozenset({MessageState.DELIVERED, MessageState.FAILED}),
    MessageState.DELIVERED: frozenset(),
    MessageState.FAILED: frozenset({MessageState.ACCEPTED, MessageState.DELIVERED}),
}

_DELIVERY_STEPS: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.WAITING: frozenset(
        {DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.ABANDONED}
    ),
    DeliveryState.QUEUED: frozenset({DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.ABANDONED}),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.QUEUED,
            DeliveryState.AMBIGUOUS,
            DeliveryState.ABANDONED,
            # a receipt can be here before the sender has written down that it sent
            DeliveryState.COMPLETED,
            DeliveryState.REJECTED,
        }
    ),
    DeliveryState.SENT: frozenset({DeliveryState.COMPLETED, DeliveryState.REJECTED, DeliveryState.OVERDUE}),
    DeliveryState.COMPLETED: frozenset(),
    DeliveryState.REJECTED: frozenset(),
    DeliveryState.OVERDUE: frozenset({DeliveryState.COMPLETED, DeliveryState.REJECTED}),
    DeliveryState.ABANDONED: frozenset({DeliveryState.QUEUED}),
    DeliveryState.AMBIGUOUS: frozenset({DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.ABANDONED}),
}
