"""What is seen of a message without reading it: its ids, and whether it is a receipt. And messages nobody has seen."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

UUID = re.compile(rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MSG_ID = re.compile(rb"<MsgId>([^<]+)</MsgId>")
_ORIGINAL = re.compile(rb"<OriginalMsgId>.*?<Id>([^<]+)</Id>", re.DOTALL)
_APPREC = re.compile(rb"<([a-z0-9]+:)?AppRec[ >]")
_GENERATED = re.compile(rb'(<GenDate(?:>| V="))[^<"]+')


def ids_of(data: bytes) -> frozenset[bytes]:
    """Return the UUIDs in a message; a receipt names one of them."""
    return frozenset(UUID.findall(data))


def msg_id_of(data: bytes) -> bytes | None:
    """Return the MsgId of a message; a receipt has none."""
    found = _MSG_ID.search(data)
    return found[1] if found else None


def is_receipt(data: bytes) -> bool:
    """Tell whether a message is an AppRec."""
    return _APPREC.search(data) is not None


def original_of(receipt: bytes) -> bytes:
    """Return the id of the message that a receipt answers."""
    found = _ORIGINAL.search(receipt)
    assert found
    return found[1]


def with_new_ids(data: bytes, new_id: Callable[[], uuid.UUID] = uuid.uuid4) -> bytes:
    """Return a message as nobody has seen it."""
    for old in dict.fromkeys(UUID.findall(data)):
        data = data.replace(old, str(new_id()).encode())
    return data


def renewed(data: bytes, new_id: Callable[[], uuid.UUID] = uuid.uuid4) -> bytes:
    """Return a message as nobody has seen it, written now: an old one would be overdue before it is sent."""
    now = datetime.now(UTC).isoformat(timespec="seconds").encode()
    return _GENERATED.sub(rb"\g<1>" + now, with_new_ids(data, new_id))
