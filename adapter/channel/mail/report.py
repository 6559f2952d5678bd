"""What mail servers report of a mail that they could not deliver, or not yet (RFC 3464, in the frame of RFC 6522).

Anybody can write such a report, and nobody signs it. Only ids and codes are read: its text may speak of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from adapter.envelope import mime
from adapter.errors import PackageUnreadable
from adapter.values import value_class

_FRAME = "multipart/report"
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_CODE = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
#: Of the mail itself, and of each of its receivers; ours have one.
_MOST_GROUPS = 20


@value_class
class Report:
    """What became of a mail."""

    #: The Message-IDs that it may have, without angle brackets, the likeliest first.
    about: tuple[str, ...]
    #: "failed", "delayed" …; None where it says nothing that is known, or different things of several receivers.
    action: str | None
    #: The enhanced status code (RFC 3463), such as "5.1.1".
    status: str | None

    @property
    def is_for_good(self) -> bool:
        """Tell whether no server tries any more, and trying again would lead to the same."""
        return self.action == "failed" and (self.status or "").startswith("5.")


def read(data: bytes, most_bytes: int) -> Report | None:
    """Return what a delivery report says; None for any other mail, and for one that cannot be read."""
    try:
        entity = mime.read(data, most_bytes)
        status = next((part for part in entity.parts if part.headers.media_type in _STATUS), None)
        if entity.headers.media_type != _FRAME or status is None:
            return None
        groups = list(_groups(status.octets))
        returned = [part.octets for part in entity.parts if part.headers.media_type in _RETURNED]
        named = [mime.header_block(octets)[0].get("Message-ID") for octets in returned[:1]]
    except PackageUnreadable:
        return None
    named += [group.get("Original-Message-ID") for group in groups]
    told = [group for group in groups if group.get("Action") is not None]
    return Report(
        about=tuple(dict.fromkeys(mime.bare_id(one) for one in named if one)),
        action=_one(map(_action, told)),
        status=_one(map(_code, told)),
    )


def _groups(octets: bytes) -> Iterator[mime.Headers]:
    """Yield the groups of fields, blank lines between them; what is no field ends them."""
    start = 0
    for _ in range(_MOST_GROUPS):
        group, end = mime.header_block(octets, start)
        if end == start:
            return
        start = end
        yield group


def _one(values: Iterable[str | None]) -> str | None:
    """Return what is said of every receiver; None where that differs."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _action(group: mime.Headers) -> str | None:
    words = (group.get("Action") or "").lower().split(maxsplit=1)
    return words[0] if words and words[0] in _ACTIONS else None


def _code(group: mime.Headers) -> str | None:
    found = _CODE.match(group.get("Status") or "")
    return found[0] if found else None
