"""The conversation that a message belongs to, below the letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapter.message.code import OSLO
from adapter.message.state import MessageState
from adapter.show.labels import STATES
from adapter.show.page import Block, Table, block, plain
from adapter.values import value_class

_HEADS = ("Når", "Melding", "Fra", "Til", "Status")


@value_class
class Entry:
    """One message of a conversation."""

    #: When it came or was made; aware.
    at: datetime
    #: What it is, in words.
    what: str
    sender: str
    receiver: str
    state: MessageState
    #: It is the one that the letter shows.
    is_shown: bool = False


def thread_block(entries: Sequence[Entry]) -> tuple[Block, ...]:
    """Return the conversation in the order given, or nothing where the message is the only one."""
    if len(entries) < 2:  # noqa: PLR2004 - it takes two to converse
        return ()
    return block("Samtalen", Table(_HEADS, tuple(map(_row, entries))))


def _row(entry: Entry) -> tuple[str, ...]:
    return (
        f"{entry.at.astimezone(OSLO):%d.%m.%Y kl. %H.%M}",
        plain(entry.what) + (" (denne meldingen)" if entry.is_shown else ""),
        plain(entry.sender),
        plain(entry.receiver),
        STATES[entry.state],
    )
