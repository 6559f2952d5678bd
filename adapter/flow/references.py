"""The ids by which messages find each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from adapter.flow.context import Earlier
from adapter.message.message import Kind, Message

Role = Literal["dedupe", "msg_id", "document_id", "parent", "conversation", "original"]

#: Under this role an id says: this message has been here. One message only may hold it.
DEDUPE: Literal["dedupe"] = "dedupe"
MSG_ID: Literal["msg_id"] = "msg_id"
DOCUMENT_ID: Literal["document_id"] = "document_id"
PARENT: Literal["parent"] = "parent"
CONVERSATION: Literal["conversation"] = "conversation"
#: The message that a receipt answers for.
ORIGINAL: Literal["original"] = "original"


def references_of(message: Message) -> tuple[tuple[Role, str], ...]:
    """Return (role, key) for every id a message has or names; keys are compared without regard to case."""
    return tuple(dict.fromkeys((role, key.strip().lower()) for role, key in _named(message) if key and key.strip()))


def keys_of(message: Message) -> frozenset[str]:
    """Return every key to look up before deciding about a message."""
    return frozenset(key for _, key in references_of(message))


def dedupe_key(message: Message) -> str | None:
    """Return the key that is the same when the same message comes again, or None without a MsgId.

    Receipts count per sender: their ids are not UUIDs everywhere (NAV), so they may clash between parties.
    """
    msg_id = (message.msg_id or "").strip().lower()
    if not msg_id:
        return None
    if message.kind is Kind.APPREC:
        return f"apprec:{message.sender.her_id if message.sender else ''}:{msg_id}"
    return f"message:{msg_id}"


def threads_of(earlier: Iterable[Earlier]) -> tuple[int, ...]:
    """Return the threads that a message joins, oldest first."""
    return tuple(sorted({found.thread for found in earlier if found.thread is not None and found.role != DEDUPE}))


def _named(message: Message) -> Iterator[tuple[Role, str | None]]:
    yield DEDUPE, dedupe_key(message)
    yield MSG_ID, message.msg_id
    yield DOCUMENT_ID, message.document_id
    if message.conversation:
        yield PARENT, message.conversation.parent
        yield CONVERSATION, message.conversation.conversation
    if message.receipt and message.receipt.original:
        yield ORIGINAL, message.receipt.original.id
