"""The values that go into the store and come out of it. Times are aware datetimes; ids are the store's own integers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.values import value_class

Direction = Literal["in", "out"]
ReferenceRole = Literal["dedupe", "msg_id", "document_id", "parent", "conversation", "original", "content", "patient"]
TimerState = Literal["running", "fired", "stopped"]
TaskState = Literal["open", "done"]
#: Whether what is sent again keeps its ids (the same message once more) or gets new ones (a new message).
Ids = Literal["kept", "new"]
BatchState = Literal["open", "done", "cancelled"]
ItemState = Literal["pending", "done", "left out", "cancelled"]

#: What an event tells besides its name: ids, codes and counts. The log is never erased, so nothing about a person.
EventData = Mapping[str, object]


@value_class
class Facts:
    """What is known of a message once it has been read."""

    kind: str | None = None
    #: Version of the content's standard.
    version: str | None = None
    #: List 8279.
    type: str | None = None
    #: As written by the sender; references hold the lower-case form that is searched.
    msg_id: str | None = None
    document_id: str | None = None
    generated_at: datetime | None = None
    service_type: str | None = None
    sender_her: str | None = None
    receiver_her: str | None = None
    #: Ids of parties in the register.
    sender_party: str | None = None
    receiver_party: str | None = None
    #: The thread's number: the id of its first message.
    thread: int | None = None
    #: What a dialogue message is about, as list and code: "9148/2".
    topic: str | None = None
    #: Digest of the patient's identity number: messages about the same person have the same.
    patient: str | None = None


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
class EnvelopeFacts:
    """What is known of an envelope once its header has been read, or written."""

    #: As written by its sender; searched in lower case.
    message_id: str | None = None
    conversation_id: str | None = None
    cpa_id: str | None = None
    service: str | None = None
    service_type: str | None = None
    action: str | None = None
    sender_her: str | None = None
    receiver_her: str | None = None
    sender_role: str | None = None
    receiver_role: str | None = None
    #: The MessageId that a signal is about (RefToMessageId).
    refers_to: str | None = None
    #: Hexadecimal SHA-256 over what its signature covers: two with one MessageId and one digest are the same.
    digest: str | None = None


def by_name(facts: Facts | EnvelopeFacts) -> dict[str, Any]:
    """Return facts by their names, for a row that holds them and more."""
    return {item.name: getattr(facts, item.name) for item in fields(facts)}


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


@value_class
class MessageRow(Facts):
    """A message as it stands."""

    id: int
    direction: Direction
    channel: str
    source: str
    sha256: str
    size: int
    received_at: datetime
    state: MessageState
    #: How often a worker has taken it up without finishing.
    attempts: int
    worker: str | None
    verdict: str | None
    findings: tuple[dict[str, object], ...]
    decided_at: datetime | None


@value_class
class Known:
    """A message that carries a searched id."""

    key: str
    role: ReferenceRole
    message_id: int
    thread: int | None
    direction: Direction
    state: MessageState
    kind: str | None
    type: str | None
    topic: str | None
    patient: str | None
    service_type: str | None
    msg_id: str | None
    document_id: str | None
    sender_party: str | None
    receiver_party: str | None
    sender_her: str | None
    receiver_her: str | None
    generated_at: datetime | None


@value_class
class ReferenceRow:
    """An id a message is found by."""

    key: str
    role: ReferenceRole
    message_id: int


@value_class
class ReceiptRow:
    """A receipt we issued."""

    message_id: int
    recipient: str
    status: str
    receipt_message_id: int


@value_class
class DeliveryRow:
    """A delivery as it stands."""

    id: int
    message_id: int
    for_message_id: int
    channel: str
    party: str
    name: str
    state: DeliveryState
    attempts: int
    due_at: datetime | None
    after_delivery: int | None
    staged: bool
    last_error: str | None
    sent_at: datetime | None
    receipt_due_at: datetime | None
    is_reliable: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether the channel may still have to bring it, or to bring it again."""
        return self.state.is_under_way or (self.is_reliable and self.state is DeliveryState.SENT)


@value_class
class EnvelopeRow(EnvelopeFacts):
    """An envelope as it stands."""

    id: int
    direction: Direction
    channel: str
    source: str
    sha256: str
    size: int
    #: When it came in, or was made.
    at: datetime
    state: EnvelopeState
    #: How often a worker has taken it up without finishing, or how often it was sent.
    attempts: int
    worker: str | None
    carries: int | None
    delivery_id: int | None
    answers: int | None
    address: str | None
    due_at: datetime | None
    ends_at: datetime | None
    retries: int
    retry_interval: timedelta | None
    #: A person lets it wait.
    is_paused: bool
    #: A person lets it in although its signer was not checked.
    is_released: bool
    #: When it was last handed over.
    sent_at: datetime | None
    acknowledged_at: datetime | None
    last_error: str | None


@value_class
class AttemptRow:
    """One try to deliver."""

    id: int
    delivery_id: int
    at: datetime
    outcome: str
    error: str | None


@value_class
class TimerRow:
    """A timer as it stands."""

    id: int
    rule: str
    message_id: int
    delivery_id: int | None
    due_at: datetime
    state: TimerState
    fired_at: datetime | None
    party: str
    ends_with: int | None


@value_class
class TaskRow:
    """A task as it stands."""

    id: int
    party: str
    rule: str
    title: str
    message_id: int | None
    due_at: datetime | None
    state: TaskState
    created_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    note: str | None
    draft_message_id: int | None
    priority: int
    #: The person who has taken it on.
    assignee: str | None
    ends_with: int | None
    envelope_id: int | None


@value_class
class BatchRow:
    """A batch as it stands."""

    id: int
    created_at: datetime
    created_by: str
    ids: Ids
    wanted: dict[str, object]
    pause: float
    state: BatchState
    ended_at: datetime | None


@value_class
class ItemRow:
    """One message of a batch as it stands."""

    batch_id: int
    position: int
    #: What is sent again.
    message_id: int
    delivery_id: int | None
    #: Digest of the bytes to send, while no message has them.
    sha256: str | None
    state: ItemState
    ended_at: datetime | None
    #: What came of it.
    new_message_id: int | None
    new_delivery_id: int | None
    #: Why it was left out.
    note: str | None


@value_class
class EventRow:
    """One line of the event log."""

    seq: int
    at: datetime
    message_id: int | None
    delivery_id: int | None
    name: str
    data: dict[str, object]
    previous: str
    hash: str


@value_class
class MessageFilter:
    """Which messages to list; what is None does not matter."""

    id: int | None = None
    #: Any of these.
    ids: tuple[int, ...] | None = None
    state: MessageState | None = None
    direction: Direction | None = None
    kind: str | None = None
    type: str | None = None
    #: Sender or receiver.
    party: str | None = None
    sender: str | None = None
    receiver: str | None = None
    #: Something was found by this rule.
    rule: str | None = None
    #: Received at this moment or later.
    since: datetime | None = None
    #: Received before this moment.
    until: datetime | None = None
    #: In any case of letters.
    msg_id: str | None = None
    thread: int | None = None


@value_class
class EnvelopeFilter:
    """Which envelopes to list; what is None does not matter."""

    id: int | None = None
    direction: Direction | None = None
    state: EnvelopeState | None = None
    channel: str | None = None
    #: In any case of letters.
    message_id: str | None = None
    delivery_id: int | None = None
    #: Sender's or receiver's HER-id.
    party_her: str | None = None
    #: Brings a delivery, and no Acknowledgment has come yet.
    pending: bool = False


@value_class
class ChainVerdict:
    """Whether the event log is as it was written."""

    ok: bool
    #: Number of events that were looked at.
    length: int
    #: The first event that does not fit the ones before it.
    broken_seq: int | None
    #: Hash of the last event: written down elsewhere, it also shows a log that was cut short.
    head: str


@value_class
class Counts:
    """How many rows there are, by state; states without rows are left out."""

    messages: dict[str, int]
    deliveries: dict[str, int]
    envelopes: dict[str, int]
    timers: dict[str, int]
    tasks: dict[str, int]


@value_class
class Oldest:
    """How far back the oldest pending work goes; None where there is none."""

    #: Receipt of the oldest message nothing is decided about.
    received_at: datetime | None
    #: Due time of the oldest delivery in the queue.
    due_at: datetime | None
    #: When the oldest delivery without its receipt was sent.
    sent_at: datetime | None
