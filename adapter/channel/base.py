"""What channels can do, whatever carries the bytes.

In: `listing`, `read`, then `settle_many` once the bytes are safe in the store.
Out: `stage` and `secure`, note in the store that it is staged, `publish`, note that it is sent. After a crash the
question "did it get there?" has one answer: it did if `is_staged` says no.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from typing import Protocol

from adapter.values import value_class


@value_class(kw_only=False)
class Incoming:
    """Something that waits to be read."""

    #: How the channel finds it again; often a file name, which may name a patient: never log it.
    source: str = field(repr=False)
    #: Bytes.
    size: int
    #: When it was last written, UTC.
    modified: datetime
    #: Tells one writing of the same source from the next; "" when the channel cannot.
    version: str = ""

    @property
    def label(self) -> str:
        """Return a name for logs that tells nothing about anyone."""
        return hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()[:12]


class Inlet(Protocol):
    """A way in; every error it raises is a `ChannelError`, save `LimitExceeded` from `read`."""

    @property
    def id(self) -> str:
        """Return the channel's name in the configuration."""

    def listing(self, limit: int, now: datetime) -> list[Incoming]:
        """Return what is complete, oldest first, at most `limit` of it."""

    def read(self, incoming: Incoming) -> bytes:
        """Return the bytes, exactly as they lie there."""

    def settle(self, incoming: Incoming) -> None:
        """Take one away that is safe in the store."""

    def settle_many(self, items: Iterable[Incoming]) -> None:
        """Take many away that are safe in the store; what is gone already is no error."""

    def set_aside(self, incoming: Incoming) -> None:
        """Move one that cannot be received out of the way, where a person finds it."""

    def self_test(self) -> list[str]:
        """Return what would keep the channel from working, in sentences for an operator."""


class Outlet(Protocol):
    """A way out in two steps; every error it raises is a `ChannelError`."""

    def stage(self, name: str, data: bytes) -> None:
        """Bring the bytes to the far side without showing them to anyone; durable after `secure`."""

    def secure(self) -> None:
        """Make all that was staged durable."""

    def publish(self, names: Iterable[str]) -> None:
        """Show what was staged, all names at once; what is shown already is no error."""

    def is_staged(self, name: str) -> bool:
        """Tell whether a name waits to be shown."""

    def staged(self) -> list[str]:
        """Return the names that wait to be shown."""

    def unstage(self, name: str) -> None:
        """Remove what was staged and shall not be shown after all."""


class Channel(Inlet, Outlet, Protocol):
    """A way in and out."""
