"""Installations for the national tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from installed import FIXTURES, START, Install, Installation

from adapter import resources
from adapter.config import load
from adapter.config.move import moved
from adapter.replay.stage import Stage
from adapter.service.parts import Parts


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    """Return what makes an installation of a configuration.

    `systems` are parties whose own systems answer; the rest are settings of `[receipts]`.
    """
    opened: list[Parts] = []

    def installing(config: str | None = None, *, systems: tuple[str, ...] = (), **receipts: object) -> Installation:
        path = FIXTURES / "scenarios" / "config" / config if config else resources.example_config()
        settings = moved(load(path), tmp_path / str(len(opened)))
        parties = tuple(
            party.model_copy(update={"receipts": "system"}) if party.id in systems else party
            for party in settings.party
        )
        changed = {"receipts": settings.receipts.model_copy(update=receipts), "party": parties}
        opened.append(Parts.build(settings.model_copy(update=changed)))
        return Installation(opened[-1], Stage(opened[-1], START))

    yield installing
    for parts in opened:
        parts.close()


@pytest.fixture
def house(install: Install) -> Installation:
    """Return an installation as the example configuration describes it."""
    return install()
