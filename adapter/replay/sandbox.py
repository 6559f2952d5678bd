"""What would be sent, as files in a folder of its own: one folder for each channel, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from pathlib import Path

from adapter.errors import BudstikkeError
from adapter.flow.decision import RELAY, Decision
from adapter.replay.prospect import Prospect
from adapter.replay.stored import Repetition
from adapter.store.query import Query
from adapter.values import value_class


class FolderInUse(BudstikkeError):
    """The folder holds something already."""

    code = "RPL-03"
    hint = "Name an empty folder, or one that is not there yet."


@value_class
class Copy:
    """A file that a channel would get."""

    channel: str
    name: str
    data: bytes = field(repr=False)


def copies(query: Query, prospect: Prospect) -> Iterator[Copy]:
    """Yield the files that would go out; of messages that come in anew those that they lead to, receipts included."""
    for one in prospect.going:
        if isinstance(one, Repetition):
            data = query.bodies([one.message.id])[one.message.id]
            yield Copy(channel=one.delivery.channel, name=one.name, data=data)
    for position, (one, seen) in enumerate(zip(prospect.going, prospect.foreseen, strict=False), start=1):
        if seen.decision is not None:
            yield from _led_to(seen.plan.source.data, seen.decision, -position, one.message.id)


def _led_to(data: bytes, decision: Decision, foreseen: int, number: int) -> Iterator[Copy]:
    """Yield the files of a decision. In their names stands the number of the message that is replayed."""
    for dispatch in decision.dispatches:
        yield Copy(
            channel=dispatch.channel,
            name=dispatch.name.replace(f"_{foreseen}", f"_{number}"),
            data=data if dispatch.made is RELAY else decision.made[dispatch.made].data,
        )


def write(folder: Path, copies: Iterable[Copy]) -> int:
    """Write files into a folder that is empty or not there yet; return how many.

    Raises:
        FolderInUse: It holds something.
        OSError: It cannot be written.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise FolderInUse(f"{folder} is not empty.")
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for copy in copies:
        place = folder / copy.channel
        place.mkdir(exist_ok=True)
        (place / copy.name).write_bytes(copy.data)
        number += 1
    return number
