"""Parties of a scenario that are played by a script, on the clock of the scenario.

Each has folders of its own: what the adapter brings is copied to it, so that it stays to be told about, and what it
sends is taken from it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

#: Between two files that came at the same moment, in nanoseconds: an actor reads them in this order.
_APART = 1_000
#: What an actor's files begin with.
_NUMBER = re.compile(r"^[0-9]+-")


class Counterpart(Protocol):
    """A party that plays a script."""

    @property
    def next_due(self) -> datetime | None:
        """Return when it does something of its own accord, or None."""

    def step(self) -> bool:
        """Look once at its folder, and send what is due; return whether anything happened."""


Clock = Callable[[], datetime]
NewId = Callable[[], str]
#: Makes a counterpart of a script, where files come to it, where its own go, the clock and what makes its ids.
Engage = Callable[[Path, Path, Path, Clock, NewId], Counterpart]


class Actor:
    """One party and its folders."""

    def __init__(self, party: str, counterpart: Counterpart, *, outbox: Path, inbox: Path, sent: Path) -> None:
        """Take who plays it, and the folders: where the adapter delivers, where the party reads and where it writes."""
        self.party = party
        self._counterpart = counterpart
        self._outbox = outbox
        self._inbox = inbox
        self._sent = sent
        self._seen: set[str] = set()

    @classmethod
    def engaged(  # noqa: PLR0913 - a party, who makes it, its folders, and what it knows of the world
        cls, party: str, script: Path, engage: Engage, *, outbox: Path, folder: Path, clock: Clock, new_id: NewId
    ) -> Actor:
        """Return a party that plays a script; its own folders are made below `folder`."""
        inbox, sent = folder / "inbox", folder / "sent"
        for place in (inbox, sent):
            place.mkdir(parents=True)
        (folder / "read").mkdir()
        counterpart = engage(script, inbox, sent, clock, new_id)
        return cls(party, counterpart, outbox=outbox, inbox=inbox, sent=sent)

    @property
    def next_due(self) -> datetime | None:
        """Return when it does something of its own accord, or None."""
        return self._counterpart.next_due

    def act(self, now: datetime) -> Iterator[tuple[str, bytes]]:
        """Let it read what has come; yield what it sends, by name."""
        self._bring(now)
        while self._counterpart.step():
            pass
        for path in sorted(self._sent.iterdir()):
            data = path.read_bytes()
            path.unlink()
            yield f"{self.party}/{_NUMBER.sub('', path.stem)}", data

    def _bring(self, now: datetime) -> None:
        for place, path in enumerate(sorted(self._outbox.iterdir())):
            if path.name not in self._seen:
                self._seen.add(path.name)
                copied = self._inbox / path.name
                copied.write_bytes(path.read_bytes())
                stamp = int(now.timestamp()) * 1_000_000_000 + place * _APART
                os.utime(copied, ns=(stamp, stamp))
