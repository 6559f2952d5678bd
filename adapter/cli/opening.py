"""Open what a verb works on: the configuration and the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from adapter.cli.options import DEFAULT_CONFIG
from adapter.errors import ConfigError, StoreError

if TYPE_CHECKING:  # slow to import, and most verbs need one of them at most
    from adapter.config import Settings
    from adapter.service.parts import Parts
    from adapter.store import Store

Row = TypeVar("Row")


def found(row: Row | None, noun: str, number: int) -> Row:
    """Return a row that must be there; StoreError where it is not."""
    if row is None:
        raise StoreError(
            f"There is no {noun} {number} in the store.", hint="The listing without a number prints the numbers."
        )
    return row


def is_configured(path: Path) -> bool:
    """Tell whether a verb that needs no configuration has one: it was named, or it lies here."""
    return path != DEFAULT_CONFIG or path.is_file()


def open_settings(path: Path) -> Settings:
    """Read the configuration, or say how to make one."""
    from adapter.config import load

    if not path.is_file():
        raise ConfigError(
            f"There is no configuration at {path}.",
            hint="Name it with --config or BUDSTIKKE_CONFIG, or make one with `budstikke init DIR`.",
        )
    return load(path)


@contextmanager
def open_store(config: Path) -> Iterator[Store]:
    """Open the store the configuration names; never make a new one by a wrong path.

    Raises ConfigError, or StoreError where there is no store yet.
    """
    from adapter.store import Store

    settings = _with_store(config)
    with Store.open(settings.store.url, busy_timeout=settings.store.busy_timeout.total_seconds()) as store:
        yield store


@contextmanager
def open_parts(config: Path) -> Iterator[Parts]:
    """Build all that decides about messages, on a store that is there. Raises like `open_store`."""
    settings = _with_store(config)
    from adapter.service.parts import Parts

    with closing(Parts.build(settings)) as parts:
        yield parts


def _with_store(config: Path) -> Settings:
    settings = open_settings(config)
    if not settings.store_file().is_file():
        raise StoreError(
            f"There is no store at {settings.store_file()}.",
            hint="`budstikke run` makes it; if it ran, check [store] url in the configuration.",
        )
    return settings
