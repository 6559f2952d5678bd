"""The states of a message, of a delivery and of an envelope. Each knows whether it is final and what may follow it."""

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

    @property
    def can_be_released(self) -> bool:
        """Tell whether it waits for something without which a person may let it go on."""
        return self in {MessageState.PARKED, MessageState.HELD}

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
    #: The receiver's server has it, and says so (channels that acknowledge what they carry).
    ACKNOWLEDGED = "acknowledged"
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

    @property
    def has_arrived(self) -> bool:
        """Tell whether the receiver has said that it has it."""
        return self in {DeliveryState.ACKNOWLEDGED, DeliveryState.COMPLETED, DeliveryState.REJECTED}

    def may_become(self, other: DeliveryState) -> bool:
        """Tell whether a transition is part of a delivery's life."""
        return other in _DELIVERY_STEPS[self]


class EnvelopeState(StrEnum):
    """What has become of an ebXML message that came in, or goes out, around one of ours or by itself."""

    #: The mail is safe; nothing is decided.
    RECEIVED = "received"
    #: What was in it is a message now.
    OPENED = "opened"
    #: It was about another envelope, and has been taken note of.
    SIGNAL = "signal"
    #: The same came before; its answer goes once more.
    DUPLICATE = "duplicate"
    #: Something else came before under the same MessageId.
    CONFLICT = "conflict"
    #: Its signer cannot be checked now; a person decides, unless its issuer answers first.
    HELD = "held"
    #: Not accepted: one that came in by us, one that went out by its receiver.
    REFUSED = "refused"
    #: No envelope, as far as can be told; a person looks.
    UNREADABLE = "unreadable"
    #: Sealed; goes out when it is due.
    QUEUED = "queued"
    #: Being handed over; whether it was is not known.
    SENDING = "sending"
    #: Handed over; one that asks for an Acknowledgment goes again until that comes.
    SENT = "sent"
    #: The receiver's server has it.
    ACKNOWLEDGED = "acknowledged"
    #: Given up without an Acknowledgment.
    ABANDONED = "abandoned"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more happens by itself."""
        return self not in {
            EnvelopeState.RECEIVED,
            EnvelopeState.QUEUED,
            EnvelopeState.SENDING,
            EnvelopeState.SENT,
        }

    def may_become(self, other: EnvelopeState) -> bool:
        """Tell whether a transition is part of an envelope's life."""
        return other in _ENVELOPE_STEPS[self]


_MESSAGE_STEPS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.RECEIVED: frozenset(MessageState) - {MessageState.RECEIVED, MessageState.FAILED},
    MessageState.QUARANTINED: frozenset({MessageState.RECEIVED}),
    MessageState.IGNORED: frozenset(),
    MessageState.PARKED: frozenset(
        {MessageState.RECEIVED, MessageState.HELD, MessageState.ACCEPTED, MessageState.REJECTED}
    ),
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
    DeliveryState.QUEUED: frozenset(
        {
            DeliveryState.SENDING,
            DeliveryState.SENT,
            DeliveryState.ABANDONED,
            # a try that failed may have got there all the same
            DeliveryState.ACKNOWLEDGED,
            DeliveryState.COMPLETED,
            DeliveryState.REJECTED,
        }
    ),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.QUEUED,
            DeliveryState.AMBIGUOUS,
            DeliveryState.ABANDONED,
            # an answer can be here before the sender has written down that it sent
            DeliveryState.ACKNOWLEDGED,
            DeliveryState.COMPLETED,
            DeliveryState.REJECTED,
        }
    ),
    DeliveryState.SENT: frozenset(
        {
            DeliveryState.ACKNOWLEDGED,
            DeliveryState.COMPLETED,
            DeliveryState.REJECTED,
            DeliveryState.OVERDUE,
            # never acknowledged, or refused by the receiver's server
            DeliveryState.ABANDONED,
        }
    ),
    DeliveryState.ACKNOWLEDGED: frozenset({DeliveryState.COMPLETED, DeliveryState.REJECTED, DeliveryState.OVERDUE}),
    DeliveryState.COMPLETED: frozenset(),
    DeliveryState.REJECTED: frozenset(),
    # One that nobody acknowledged either may have to be given up.
    DeliveryState.OVERDUE: frozenset({DeliveryState.COMPLETED, DeliveryState.REJECTED, DeliveryState.ABANDONED}),
    # An Acknowledgment or a receipt that comes after all tells that it got there.
    DeliveryState.ABANDONED: frozenset(
        {DeliveryState.QUEUED, DeliveryState.ACKNOWLEDGED, DeliveryState.COMPLETED, DeliveryState.REJECTED}
    ),
    DeliveryState.AMBIGUOUS: frozenset({DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.ABANDONED}),
}

#: What an envelope that is out, or may be, can come to besides being sent.
_ANSWERED = frozenset({EnvelopeState.ACKNOWLEDGED, EnvelopeState.REFUSED, EnvelopeState.ABANDONED})

_ENVELOPE_STEPS: dict[EnvelopeState, frozenset[EnvelopeState]] = {
    EnvelopeState.RECEIVED: frozenset(
        {
            EnvelopeState.OPENED,
            EnvelopeState.SIGNAL,
            EnvelopeState.DUPLICATE,
            EnvelopeState.CONFLICT,
            EnvelopeState.HELD,
            EnvelopeState.REFUSED,
            EnvelopeState.UNREADABLE,
        }
    ),
    EnvelopeState.HELD: frozenset({EnvelopeState.RECEIVED, EnvelopeState.REFUSED}),
    EnvelopeState.QUEUED: _ANSWERED | {EnvelopeState.SENDING},
    EnvelopeState.SENDING: _ANSWERED | {EnvelopeState.SENT, EnvelopeState.QUEUED},
    EnvelopeState.SENT: _ANSWERED | {EnvelopeState.SENDING, EnvelopeState.QUEUED},
    EnvelopeState.ABANDONED: frozenset({EnvelopeState.QUEUED, EnvelopeState.ACKNOWLEDGED}),
    EnvelopeState.OPENED: frozenset(),
    EnvelopeState.SIGNAL: frozenset(),
    EnvelopeState.DUPLICATE: frozenset(),
    EnvelopeState.CONFLICT: frozenset(),
    EnvelopeState.REFUSED: frozenset(),
    EnvelopeState.UNREADABLE: frozenset(),
    EnvelopeState.ACKNOWLEDGED: frozenset(),
}
