"""The hash chain of the event log: whoever changes, drops or slips in an event breaks every hash after it.

The hash of an event is SHA-256 over the previous hash and the event as canonical JSON
`[seq, at, message_id, delivery_id, name, data]`: compact, keys sorted, UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

#: What the first event follows.
GENESIS = "0" * 64

#: Compact JSON with sorted keys: the one form in which JSON is stored.
encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode

#: The columns that are hashed, as they are stored: seq, at, message_id, delivery_id, name, data.
Link = tuple[int, str, int | None, int | None, str, str]


class Chain:
    """The end of the log, to which events are added."""

    __slots__ = ("head", "seq")

    def __init__(self, seq: int = 0, head: str = GENESIS) -> None:
        """Start after the event `seq` whose hash is `head`."""
        self.seq = seq
        self.head = head

    def add(
        self, at: str, message_id: int | None, delivery_id: int | None, name: str, data: Mapping[str, object]
    ) -> tuple[int, str, int | None, int | None, str, str, str, str]:
        """Return the row of the next event, in the order of the table."""
        previous = self.head
        self.seq = seq = self.seq + 1
        text = encode(data) if data else "{}"
        self.head = head = digest(previous, (seq, at, message_id, delivery_id, name, text))
        return seq, at, message_id, delivery_id, name, text, previous, head


def digest(previous: str, link: Link) -> str:
    """Return the hash of an event that follows the hash `previous`."""
    seq, at, message_id, delivery_id, name, data = link
    message = "null" if message_id is None else message_id
    delivery = "null" if delivery_id is None else delivery_id
    # Quoted by hand: ten times as fast as an encoder, and `at` and `name` are plain words of this program.
    return sha256(f'{previous}[{seq},"{at}",{message},{delivery},"{name}",{data}]'.encode()).hexdigest()


def first_broken(rows: Iterable[tuple[Link, str, str]]) -> tuple[int | None, int, str]:
    """Look through (link, previous, hash) in order; return the first seq that does not fit, the length and the head."""
    length, head = 0, GENESIS
    for link, previous, stored in rows:
        length += 1
        if link[0] != length or previous != head or digest(head, link) != stored:
            return link[0], length, head
        head = stored
    return None, length, head
