"""What the store knows of messages and envelopes, going in and coming out, and the words it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Literal

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
