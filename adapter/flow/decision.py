"""The decision about one message: values that say what shall be true afterwards."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from adapter.check.finding import Finding, Verdict
from adapter.flow.follow import ReceiptDeadlines
from adapter.flow.references import Role
from adapter.message.message import Message
from adapter.message.state import DeliveryState, MessageState
from adapter.values import value_class

#: The party of tasks that are for whoever runs the adapter.
OPERATOR = ""
#: The arrival's own bytes, unchanged.
RELAY = None


@value_class
class Made:
    """A message that the adapter itself makes: a receipt, or a draft for a person to approve."""

    data: bytes
    message: Message
    sender_party: str | None = None
    receiver_party: str | None = None
    state: MessageState = MessageState.ACCEPTED


@value_class
class Dispatch:
    """One file for one channel."""

    channel: str
    party: str | None
    #: File name; made of safe characters only.
    name: str
    due_at: datetime
    #: Position in `Decision.made`, or RELAY.
    made: int | None = RELAY
    #: Positions in `Decision.dispatches` that must be with their channels first.
    after: int | None = None
    #: Until when the receiver must have answered; None where no receipt is due.
    receipt_until: ReceiptDeadlines | None = None


@value_class
class Issued:
    """A receipt given: exactly one for each recipient, for ever (HITS 1168 5.1)."""

    #: The recipient's HER-id, or "" where the message names none.
    recipient: str
    status: str
    made: int


@value_class
class Settlement:
    """What a receipt that came in does to the delivery it answers for."""

    delivery: int
    to: DeliveryState
    #: The receiver answers, and none of those who got a copy: what waits for the answer ends with it.
    is_receivers: bool


@value_class
class Chore:
    """Something a person must do."""

    rule: str
    title: str
    party: str = OPERATOR
    due_at: datetime | None = None
    #: Position in `Decision.made` of a prepared answer.
    draft: int | None = None

    #: How urgent: 0 as usual, 1 reminded, 2 at once.
    priority: int = 0

    @classmethod
    def about(cls, finding: Finding, party: str = OPERATOR) -> Chore:
        """Return what a finding asks a party's people to do."""
        return cls(rule=finding.rule, title=finding.text, party=party)


@value_class
class Watch:
    """A deadline that begins with this message: when it passes, a party's people are told (domain rules E)."""

    #: Name of the deadline, one of `flow.deadlines`.
    rule: str
    due_at: datetime
    party: str = OPERATOR
    #: The message it is about; None for the one decided about.
    about: int | None = None


@value_class
class Ending:
    """Deadlines and tasks about an earlier message that are over because of this one."""

    #: Number of the earlier message.
    about: int
    #: Deadlines and tasks of these rules.
    rules: frozenset[str]
    #: True where they are over only when the receiver has answered this message positively (scenario 11).
    upon_receipt: bool = False


@value_class
class Urging:
    """A reminder: the open task about an earlier message becomes more urgent, instead of a second one (scenario 16)."""

    about: int
    rule: str
    priority: int = 1


@value_class
class Decision:
    """Everything that shall be true after one message, committed as one."""

    state: MessageState
    verdict: Verdict
    message: Message | None = None
    findings: tuple[Finding, ...] = ()
    sender_party: str | None = None
    receiver_party: str | None = None
    #: (role, key) pairs that later messages may name.
    references: tuple[tuple[Role, str], ...] = ()
    #: Threads it belongs to; more than one are merged.
    threads: tuple[int, ...] = ()
    made: tuple[Made, ...] = ()
    dispatches: tuple[Dispatch, ...] = ()
    issued: tuple[Issued, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    chores: tuple[Chore, ...] = ()
    watches: tuple[Watch, ...] = ()
    endings: tuple[Ending, ...] = ()
    urgings: tuple[Urging, ...] = ()
    #: Parked messages that waited for this one: they are decided about again.
    unparked: tuple[int, ...] = ()
    #: False where the payload must not be kept (a real person in a test environment).
    keeps_payload: bool = True
    #: What the event says, without personal data.
    data: dict[str, object] = field(default_factory=dict)
