"""What can happen in a scenario, as values: what systems send, what people do, and what befalls the adapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from adapter.flow.drafts.kinds import DraftKind
from adapter.values import value_class

#: Who acts where the scenario does not say.
SOMEBODY = "somebody"


@value_class
class SendFile:
    """A party's system sends a file as it is."""

    name: str
    #: Id of the party whose channel it goes by; not always the one the message names as its sender.
    party: str
    file: Path


@value_class
class SendSpec:
    """A party's system sends a message that is built from a specification, with changes."""

    name: str
    party: str
    spec: Path
    #: New values by dotted path; "$name.msg_id" and "$name.document_id" stand for ids of earlier steps.
    change: Mapping[str, object] = field(default_factory=dict)
    #: Dotted paths to leave out.
    without: tuple[str, ...] = ()


@value_class
class SendAgain:
    """A party's system sends once more what was sent before."""

    name: str
    party: str
    message: str
    #: As a new message: with new ids, written now.
    has_new_ids: bool = False


@value_class
class GiveReceipt:
    """A party's own system answers a message, or says again what it said."""

    name: str
    party: str
    message: str
    #: Codes of list 8221; without any the receipt is positive.
    errors: tuple[str, ...] = ()


@value_class
class Release:
    """Somebody lets a held message go on."""

    message: str
    by: str = SOMEBODY


@value_class
class Approve:
    """Somebody sends what is drafted about a message, with words of their own where they have any."""

    name: str
    message: str
    by: str = SOMEBODY
    text: str | None = None
    #: Who answers for it, as "name, profession, HPR, phone".
    author: str | None = None
    #: Why it goes although a check speaks against it.
    override: str | None = None


@value_class
class WriteDraft:
    """Somebody writes a draft about a message and sends it."""

    name: str
    message: str
    kind: DraftKind
    #: What is told, by the names of `service.composing.Options`.
    told: Mapping[str, object] = field(default_factory=dict)
    by: str = SOMEBODY
    override: str | None = None


@value_class
class Discard:
    """Somebody closes the task about a message without sending its draft."""

    message: str
    by: str = SOMEBODY


@value_class
class CloseTasks:
    """Somebody closes an open task about a message."""

    message: str
    by: str = SOMEBODY


@value_class
class Assign:
    """Somebody takes on the open task about a message, or gives it to another."""

    message: str
    to: str
    by: str = SOMEBODY


@value_class
class Reopen:
    """Somebody opens the task about a message again that was closed last."""

    message: str
    by: str = SOMEBODY


@value_class
class EndStay:
    """Somebody tells when the stay ended that a referral was about."""

    message: str
    on: date
    by: str = SOMEBODY


@value_class
class Purge:
    """Somebody has the content of a message forgotten."""

    message: str
    reason: str
    by: str = SOMEBODY


@value_class
class Retry:
    """Somebody has a message sent once more whose delivery was given up, or judged anew that was put aside."""

    message: str
    by: str = SOMEBODY


@value_class
class Configure:
    """The adapter is started anew with another configuration, such as a changed address book."""

    config: Path


class Daemon(StrEnum):
    """What becomes of the adapter's daemon."""

    STOPS = "stops"
    STARTS = "starts"


@value_class
class Operate:
    """The daemon is stopped, and time passes with nothing running; or it is started again."""

    daemon: Daemon


@value_class
class Outage:
    """What is brought to a party cannot be left there for a time, as when its server is down."""

    party: str
    is_over: bool = False


class CrashPoint(StrEnum):
    """Where the process of a worker dies the next time it gets there."""

    #: The message is stored, and nothing is decided.
    UNDECIDED = "before the decision"
    #: The decision is stored, and nobody has got anything.
    UNSENT = "before delivery"
    #: The receiver has the message, the sender no receipt.
    UNANSWERED = "between delivery and receipt"
    #: Both have got theirs, and that is not stored.
    UNRECORDED = "after the receipt"


@value_class
class Crash:
    """The process of the worker dies soon, and another one takes its place."""

    point: CrashPoint


@value_class
class SetBack:
    """Somebody sets the clock back."""

    by: timedelta


@value_class
class Pass:
    """Nothing but time passes."""


#: What comes in by a channel.
Sending = SendFile | SendSpec | SendAgain | GiveReceipt
#: What people do.
Deed = Release | Approve | WriteDraft | Discard | CloseTasks | Assign | Reopen | EndStay | Purge | Retry
#: What befalls the adapter.
Event = Configure | Operate | Outage | Crash | SetBack | Pass
Act = Sending | Deed | Event
