"""An installation on a clock of its own: messages go in, and what each party gets can be read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.message import Message
from adapter.message.receipt import Receipt
from adapter.replay.holdings import files
from adapter.replay.stage import Stage
from adapter.service.parts import Parts
from adapter.store.rows import MessageRow
from adapter.wire import read, write
from adapter.wire.spec import from_spec

START = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
FIXTURES = resources.fixtures()
_IDS = UUID(int=0)


@dataclass
class Installation:
    """The parties of a configuration, and the adapter between them."""

    parts: Parts
    stage: Stage

    def send(self, data: bytes, by: str = "referrer") -> MessageRow:
        """Put a message into a party's channel, do all there is to do, and return what the store says of it."""
        partner = self.parts.context.register.by_id(by)
        assert partner is not None
        label = self.stage.drop(partner.channel, data)
        self.stage.settle()
        with self.parts.store.reading() as query:
            return next(row for row in query.messages(limit=1000) if row.source == label)

    def wait(self, time: timedelta) -> None:
        """Let time pass, with all that happens meanwhile."""
        self.stage.move_to(self.stage.now + time)

    def held_by(self, party: str) -> list[bytes]:
        """Return the files in a party's outbox, by their names."""
        return [data for name, data in files(self.parts).items() if name.startswith(f"{party}/")]

    def receipts(self, party: str = "referrer") -> list[Message]:
        """Return the receipts a party has got."""
        return [message for data in self.held_by(party) if (message := read(data)).receipt is not None]

    def contents(self, party: str = "clinic") -> list[bytes]:
        """Return the messages a party has got that are no receipts."""
        return [data for data in self.held_by(party) if read(data).receipt is None]

    def tasks(self) -> list[tuple[str, str]]:
        """Return the open tasks, as rule and party."""
        with self.parts.store.reading() as query:
            return [(task.rule, task.party) for task in query.tasks(state="open")]


#: Makes an installation, as the fixture `install` does.
Install = Callable[..., Installation]


def fixture(name: str) -> bytes:
    """Return one of the synthetic messages."""
    return (FIXTURES / "messages" / name).read_bytes()


def built(spec: str, changes: Mapping[str, Any] | None = None) -> bytes:
    """Return the message of a specification, with some of its values changed."""
    table = tomllib.loads((FIXTURES / "specs" / f"{spec}.toml").read_text("utf-8")) | dict(changes or {})
    numbers = count(1)
    message = from_spec(
        table,
        now=START,
        new_id=lambda: str(uuid5(_IDS, f"{spec}/{next(numbers)}")),
        name_of=CodeLists.load().name_of,
        folder=FIXTURES / "specs",
    )
    return write(message)


def said(receipt: Message) -> tuple[str | None, list[str | None]]:
    """Return status and errors of a receipt."""
    content = receipt.receipt
    assert isinstance(content, Receipt)
    return (content.status.value if content.status else None), [error.value for error in content.errors]
