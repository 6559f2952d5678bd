"""What goes into the store: what is kept, and what becomes of it. Times are aware datetimes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from hashlib import sha256

from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.store.facts import (
    Direction,
    EnvelopeFacts,
    EventData,
    Facts,
    Ids,
    ReferenceRole,
)
from adapter.values import value_class


@value_class
class NewMessage(Facts):
    """A message to keep: one that came in, or one the adapter made."""

    channel: str
    #: Where on the channel it was found, such as a file name.
    source: str
    data: bytes
    #: Hexadecimal digest of `data`; computed where the caller has not done so already.
    sha256: str = ""
    direction: Direction = "in"
    state: MessageState = MessageState.RECEIVED

    def __post_init__(self) -> None:
        """Compute the digest."""
        if not self.sha256:
            object.__setattr__(self, "sha256", sha256(self.data).hexdigest())


@value_class
class DecidedMessage(Facts):
    """What was decided about a message, with all that is now known of it."""

    id: int
    state: MessageState
    verdict: str | None = None
    #: Plain dictionaries, kept as JSON.
    findings: Sequence[Mapping[str, object]] = ()
    data: EventData = field(default_factory=dict)


@value_class
class NewReference:
    """An id by which a message can be found again. The key is kept in lower case."""

    key: str
    role: ReferenceRole
    message_id: int


@value_class
class NewReceipt:
    """A receipt we issue: one per message and recipient, ever."""

    message_id: int
    #: HER-id.
    recipient: str
    #: List 8258.
    status: str
    receipt_message_id: int


@value_class
class NewDelivery:
    """Bytes to bring to a channel."""

    #: Whose bytes.
    message_id: int
    #: The inbound message it belongs to: itself for a relay, the answered one for a receipt.
    for_message_id: int
    channel: str
    party: str
    #: File name on the channel.
    name: str
    state: DeliveryState = DeliveryState.QUEUED
    #: Not before; None is at once.
    due_at: datetime | None = None
    #: Id of the delivery it waits for.
    after_delivery: int | None = None
    #: The same for one added in the same call: its position there.
    after_index: int | None = None
    #: True where the bytes already lie on the channel under a name nobody looks for.
    staged: bool = False
    #: When a missing receipt becomes a matter for a person; None where none is expected.
    receipt_due_at: datetime | None = None
    #: True where the channel acknowledges what it brought to its receiver.
    is_reliable: bool = False


@value_class
class NewEnvelope(EnvelopeFacts):
    """An envelope to keep: one that came in, or one that goes out."""

    direction: Direction
    channel: str
    #: The whole mail.
    data: bytes
    #: Where on the channel it was found.
    source: str = ""
    state: EnvelopeState
    #: Id of the message in it.
    carries: int | None = None
    #: Id of the delivery it brings; None for a signal.
    delivery_id: int | None = None
    #: Id of the envelope it answers.
    answers: int | None = None
    #: EDI mail address it goes to.
    address: str | None = None
    #: Not before; None is at once.
    due_at: datetime | None = None
    #: When it has lived long enough (TimeToLive).
    ends_at: datetime | None = None
    #: How often it goes again without an Acknowledgment, and how long after it went.
    retries: int = 0
    retry_interval: timedelta | None = None


@value_class
class MessageMove:
    """A step in a message's life."""

    id: int
    to: MessageState
    data: EventData = field(default_factory=dict)


@value_class
class DeliveryMove:
    """A step in a delivery's life. What is None stays as it is."""

    id: int
    to: DeliveryState
    error: str | None = None
    due_at: datetime | None = None
    staged: bool | None = None
    receipt_due_at: datetime | None = None
    data: EventData = field(default_factory=dict)


@value_class
class EnvelopeMove:
    """A step in an envelope's life. What is None stays as it is."""

    id: int
    to: EnvelopeState
    due_at: datetime | None = None
    error: str | None = None
    is_paused: bool | None = None
    data: EventData = field(default_factory=dict)


@value_class
class NewAttempt:
    """How one try to deliver went."""

    delivery_id: int
    at: datetime
    outcome: str
    error: str | None = None


@value_class
class NewTimer:
    """A moment at which a rule looks at a message again."""

    rule: str
    message_id: int
    due_at: datetime
    delivery_id: int | None = None
    #: Whose people are told.
    party: str = ""


@value_class
class NewTask:
    """Something a person must do."""

    party: str
    rule: str
    title: str
    message_id: int | None = None
    due_at: datetime | None = None
    note: str | None = None
    #: A message written for the person to look over and send.
    draft_message_id: int | None = None
    #: 0 as usual, 1 reminded, 2 at once.
    priority: int = 0
    #: It is over when this message is answered positively.
    ends_with: int | None = None
    #: The envelope it is about.
    envelope_id: int | None = None


@value_class
class NewBatch:
    """Messages to send again, as one act of a person."""

    by: str
    ids: Ids
    #: What was asked for, by the names of the options.
    wanted: Mapping[str, object] = field(default_factory=dict)
    #: Seconds from one to the next.
    pause: float = 0.0
    items: Sequence[NewItem]


@value_class
class NewItem:
    """One message of a batch: an earlier delivery once more, or other bytes as a new message."""

    message_id: int
    delivery_id: int | None = None
    data: bytes | None = None


@value_class
class NewEvent:
    """Something that happened and is no transition."""

    #: Lower-case words, joined by underscores.
    name: str
    message_id: int | None = None
    delivery_id: int | None = None
    data: EventData = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a name that is no plain word: it is hashed as it stands."""
        if not (self.name.isascii() and self.name.isidentifier()):
            raise ValueError("an event's name is lower-case words joined by underscores")
