"""An installation in the test's own folder, and the synthetic messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter import resources
from adapter.config import Settings, load
from adapter.config.move import moved
from adapter.replay.source import Source
from adapter.replay.stage import Stage
from adapter.service.parts import Parts
from adapter.store import MessageFilter, MessageRow


@pytest.fixture(scope="session")
def messages() -> Path:
    """Return the folder of synthetic messages."""
    return resources.fixtures() / "messages"


@pytest.fixture
def source(messages: Path) -> Callable[[str], Source]:
    """Return what reads one of the synthetic messages."""
    return lambda name: Source.of(messages / name, (messages / name).read_bytes())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the example configuration, on folders of the test's own."""
    return moved(load(resources.example_config()), tmp_path / "installation")


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    """Return the rooms of that installation, with its folders made."""
    with closing(Parts.build(settings)) as made:
        for channel in made.channels.values():
            channel.create_folders()
        yield made


@pytest.fixture
def stage(parts: Parts) -> Stage:
    """Return that installation on a clock that stands still."""
    return Stage(parts, datetime(2026, 3, 2, 9, tzinfo=UTC))


@pytest.fixture
def carry(stage: Stage, messages: Path) -> Callable[..., None]:
    """Return what carries synthetic messages of the referrer's, or of another channel's, through the adapter."""

    def run(*names: str, channel: str = "referrer-epj") -> None:
        for name in names:
            stage.drop(channel, (messages / name).read_bytes())
            stage.settle()

    return run


@pytest.fixture
def rows(parts: Parts) -> Callable[..., list[MessageRow]]:
    """Return what reads messages of the store: those with these numbers, or all that came in."""

    def read(*ids: int) -> list[MessageRow]:
        with parts.store.reading() as query:
            return query.messages_of(ids) if ids else query.messages(MessageFilter(direction="in"), limit=1000)

    return read
