"""An installation in the test's own folder, and the synthetic messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapter import resources
from adapter.config import Settings, load
from adapter.config.move import moved
from adapter.replay.source import Source
from adapter.service.parts import Parts


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
