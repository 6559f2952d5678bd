"""To which channels a message goes, and when."""

from __future__ import annotations

import re
from datetime import datetime

from adapter.flow.context import Context, Route
from adapter.message.message import Message
from adapter.partner.register import Partner
from adapter.values import value_class

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


@value_class(kw_only=False)
class Destination:
    """One channel, and the moment it may have the message."""

    channel: str
    due_at: datetime
    is_held: bool = False


@value_class(kw_only=False)
class Transmission:
    """A message on its way between two parties."""

    message: Message
    sender: Partner | None
    receiver: Partner
    #: What the checks found the message to be about.
    tags: tuple[str, ...] = ()


def destinations(transmission: Transmission, context: Context, now: datetime) -> tuple[Destination, ...]:
    """Return where a message for a party goes: by the first route that fits, else the party's own channel at once."""
    for route in context.routes:
        if _fits(route, transmission):
            due = route.schedule.due(now)
            return tuple(Destination(channel, due, route.is_held) for channel in route.channels)
    return (Destination(transmission.receiver.channel, now),)


def file_name(message: Message, number: int, *, suffix: str = "") -> str:
    """Return a file name of safe characters that says what the file is: type, id and the store's number."""
    type_code = _UNSAFE.sub("-", message.type_code or message.kind.value)[:40]
    msg_id = _UNSAFE.sub("-", message.msg_id or "")[:40]
    return "_".join(part for part in (type_code, msg_id, f"{number}{suffix}") if part) + ".xml"


def _fits(route: Route, transmission: Transmission) -> bool:
    if route.to and transmission.receiver.id not in route.to:
        return False
    if route.sent_by and (transmission.sender is None or transmission.sender.id not in route.sent_by):
        return False
    if route.tags and not route.tags.intersection(transmission.tags):
        return False
    return not route.types or transmission.message.type_code in route.types
