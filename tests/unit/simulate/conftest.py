"""Scripts in folders of their own, messages to react to, and an actor on a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapter import resources
from adapter.message.message import ConversationRef, Message
from adapter.simulate.actor import Actor
from adapter.simulate.script import Script, load_script
from adapter.wire import read

BEGUN = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


@dataclass
class StoppedClock:
    """A clock that moves when it is told to."""

    now: datetime = BEGUN

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Room:
    """An actor with its folders, and what it told."""

    actor: Actor
    inbox: Path
    outbox: Path
    kept: Path
    told: list[str] = field(default_factory=list)

    def deliver(self, data: bytes, name: str = "message.xml") -> None:
        (self.inbox / name).write_bytes(data)

    def sent(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.outbox.iterdir())}


@pytest.fixture
def clock() -> StoppedClock:
    """Return a clock that stands at the beginning."""
    return StoppedClock()


@pytest.fixture
def messages() -> Path:
    """Return the folder with synthetic messages."""
    return resources.fixtures() / "messages"


@pytest.fixture
def example(messages: Path) -> Callable[..., Message]:
    """Return what reads a synthetic message, with fields changed."""

    def load(name: str, **changes: Any) -> Message:
        parent = changes.pop("about", None)
        found = replace(read((messages / f"{name}.xml").read_bytes()), **changes)
        return replace(found, conversation=ConversationRef(parent=parent, conversation=parent)) if parent else found

    return load


@pytest.fixture
def script(tmp_path: Path, messages: Path) -> Callable[[str], Script]:
    """Return what reads a script from its text; MESSAGES in it is the folder of synthetic messages."""

    def load(text: str) -> Script:
        path = tmp_path / "script.toml"
        path.write_text(text.replace("MESSAGES", str(messages)), "utf-8")
        return load_script(path)

    return load


@pytest.fixture
def room(tmp_path: Path, clock: StoppedClock) -> Callable[[Script], Room]:
    """Return what puts an actor into empty folders."""

    def build(played: Script) -> Room:
        folders = [tmp_path / name for name in ("inbox", "outbox", "kept")]
        for folder in folders:
            folder.mkdir()
        told: list[str] = []
        ids = iter(f"00000000-0000-4000-8000-{number:012}" for number in range(1, 100))
        actor = Actor(
            played,
            inbox=folders[0],
            outbox=folders[1],
            kept=folders[2],
            tell=told.append,
            clock=clock,
            new_id=lambda: next(ids),
        )
        return Room(actor, *folders, told)

    return build
