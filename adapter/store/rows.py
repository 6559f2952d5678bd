"""What comes out of the store, and how it is asked for. Times are aware datetimes; ids are the store's own integers."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapter.message.state import DeliveryState, EnvelopeState, MessageState
from adapter.store.facts import (
    BatchState,
    Direction,
    EnvelopeFacts,
    Facts,
    Ids,
    ItemState,
    ReferenceRole,
    TaskState,
    TimerState,
)
from adapter.values import value_class


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
