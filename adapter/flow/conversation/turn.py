"""One message in its conversation, with everything needed to say what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime

from adapter.flow.context import Context, Earlier, Sending
from adapter.flow.conversation.thread import Member, Thread, is_among
from adapter.flow.references import (
    CONVERSATION,
    DOCUMENT_ID,
    MSG_ID,
    PARENT,
    ids_of,
    patient_digest,
    topic_of,
)
from adapter.message.message import Message
from adapter.message.state import DeliveryState
from adapter.partner.register import Partner
from adapter.values import value_class


@value_class
class Turn:
    """A message, and what was said before it."""

    message: Message
    #: List and code of a dialogue message, as "9148/2"; "" for others.
    topic: str
    msg_ids: frozenset[str]
    document_ids: frozenset[str]
    #: Ids of other messages that it names, and of its conversation.
    names: frozenset[str]
    thread: Thread
    sender: Partner | None
    receiver: Partner | None
    context: Context
    #: When it was received: what deadlines count from.
    now: datetime
    #: The adapter answers for its receiver, so that it is answered as soon as it is taken.
    answered_here: bool
    sendings: Mapping[int, Sequence[Sending]] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[str]:
        """Return every id that others may name it by."""
        return self.msg_ids | self.document_ids

    @property
    def from_id(self) -> str:
        """Return the party that sent it, "" where nobody knows it."""
        return self.sender.id if self.sender else ""

    @property
    def to_id(self) -> str:
        """Return the party it is for, "" where nobody knows it."""
        return self.receiver.id if self.receiver else ""

    def is_about(self, *topics: str) -> bool:
        """Tell whether it is a dialogue message of one of the topics."""
        return is_among(self.topic, topics)

    def named(self) -> tuple[Member, ...]:
        """Return the messages it names, or else the oldest one that names the same conversation."""
        if not self.names:
            return ()
        return self.thread.with_ids(self.names) or self.thread.naming(self.names)[:1]

    def was_refused(self, member: Member) -> bool:
        """Tell whether the system of everybody who got a message has rejected it."""
        sendings = self.sendings.get(member.number, ())
        return bool(sendings) and all(sending.state is DeliveryState.REJECTED for sending in sendings)

    def patient(self) -> str | None:
        """Return a digest of the patient's number."""
        return patient_digest(self.message)


def turn_of(  # noqa: PLR0913 - a turn is made of exactly these
    message: Message,
    *,
    earlier: Sequence[Earlier],
    sender: Partner | None,
    receiver: Partner | None,
    context: Context,
    now: datetime,
    answered_here: bool,
    sendings: Mapping[int, Sequence[Sending]] | None = None,
) -> Turn:
    """Return a message's turn. `earlier` is what shares an id with it, and the rest of the threads of these."""
    keys: dict[str, set[str]] = {}
    for role, key in ids_of(message):
        keys.setdefault(role, set()).add(key)
    msg_ids = frozenset(keys.get(MSG_ID, ()))
    document_ids = frozenset(keys.get(DOCUMENT_ID, ()))
    return Turn(
        message=message,
        topic=topic_of(message) or "",
        msg_ids=msg_ids,
        document_ids=document_ids,
        # some systems name the message itself
        names=frozenset((*keys.get(PARENT, ()), *keys.get(CONVERSATION, ()))) - msg_ids,
        thread=Thread.of(earlier),
        sender=sender,
        receiver=receiver,
        context=context,
        now=now,
        answered_here=answered_here,
        sendings=sendings or {},
    )
