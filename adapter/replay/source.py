"""The files to replay: what they hold as far as it can be read, and the order in which they belong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from pathlib import Path

from adapter.errors import FormError
from adapter.files import messages_below
from adapter.flow.addressing import sender_of
from adapter.flow.references import CONVERSATION, DEDUPE, ORIGINAL, PARENT, references_of
from adapter.message.message import Message
from adapter.partner.register import Partner, Register
from adapter.values import value_class
from adapter.wire import read, rescue

_NAMED = frozenset({PARENT, CONVERSATION, ORIGINAL})


@value_class
class Source:
    """A file with a message."""

    path: Path
    data: bytes = field(repr=False)
    #: Its head only where it is no well-formed XML; None where nothing can be told.
    message: Message | None = field(repr=False)

    @classmethod
    def of(cls, path: Path, data: bytes) -> Source:
        """Return bytes as a source, read as far as they can be."""
        return cls(path=path, data=data, message=glance(data))

    def sender(self, register: Register) -> Partner | None:
        """Return the party that sends such a message, or None where the register has none."""
        return sender_of(self.message, register) if self.message else None


def sources(paths: Iterable[Path]) -> list[Source]:
    """Read files in the order they are named, and folders' `*.xml` in the order in which they belong.

    Raises OSError for what cannot be read.
    """
    found: list[Source] = []
    for path in paths:
        if path.is_dir():
            found += in_order([Source.of(file, file.read_bytes()) for file in messages_below(path)])
        else:
            found.append(Source.of(path, path.read_bytes()))
    return found


def glance(data: bytes) -> Message | None:
    """Return what bytes say of themselves: the message, the head of a wreck, or None."""
    try:
        return read(data)
    except FormError:
        rescued = rescue(data)
    if rescued is None:
        return None
    return Message(
        envelope=rescued.envelope,
        kind=rescued.kind,
        version=rescued.version,
        msg_id=rescued.msg_id,
        sender=rescued.sender,
        receiver=rescued.receiver,
    )


def in_order(found: Sequence[Source]) -> list[Source]:
    """Return sources so that each comes after those it refers to; all else stays as it is.

    A receipt comes after its message, an answer after its question, a change or a cancellation after the referral.
    """
    owners: dict[str, list[int]] = {}
    for position, source in enumerate(found):
        for key in _own(source.message):
            owners.setdefault(key, []).append(position)
    needed = [[owner for key in _needed(source.message) for owner in owners.get(key, ())] for source in found]
    placed: dict[int, None] = {}
    for position in range(len(found)):
        # Depth first, without recursion: a thread may be long. What refers to itself in a circle keeps its order.
        path, entered = [position], {position}
        while path:
            last = path[-1]
            before = next((owner for owner in needed[last] if owner not in placed and owner not in entered), None)
            if before is None:
                placed[path.pop()] = None
            else:
                entered.add(before)
                path.append(before)
    return [found[position] for position in placed]


def _own(message: Message | None) -> Iterator[str]:
    """Yield the ids that others name when they mean this message."""
    if message is None:
        return
    for key in (message.msg_id, None if _follows(message) else message.document_id):
        if key:
            yield key.strip().lower()


def _needed(message: Message | None) -> Iterator[str]:
    if message is None:
        return
    own = (message.msg_id or "").strip().lower()
    for role, key in references_of(message):
        if key != own and role != DEDUPE and (role in _NAMED or (_follows(message) and role == "document_id")):
            yield key


def _follows(message: Message) -> bool:
    """Tell whether a message changes or cancels another one with the same document id."""
    referral = message.henvisning
    return referral is not None and (referral.is_change or referral.is_cancellation)
