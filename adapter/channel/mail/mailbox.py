"""What a mailbox can do while somebody is logged in, whichever protocol it speaks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from adapter.channel.base import Incoming


class Mailbox(Protocol):
    """A mailbox that is open; every error it raises is a `Trouble`."""

    def listing(self, limit: int, now: datetime, *, without: Collection[str]) -> list[Incoming]:
        """Return what lies there, oldest first, at most `limit` of it, leaving out sources in `without`."""

    def fetch(self, source: str, size: int) -> bytes | None:
        """Return a mail's bytes, which should be about `size`; None when it is gone."""

    def remove(self, sources: Collection[str]) -> None:
        """Delete mails for good; what is gone already is no error."""

    def move(self, source: str) -> bool:
        """Move a mail to the folder for what cannot be received; False where there are no folders."""

    def close(self) -> None:
        """Leave, in peace or without a word; raises nothing."""
