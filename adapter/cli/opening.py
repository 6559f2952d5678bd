"""Open what a verb works on: the configuration and the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adapter.errors import ConfigError, StoreError

if TYPE_CHECKING:  # both are slow to import, and most verbs need one of them at most
    from adapter.config import Settings
    from adapter.store import Store

_SQLITE = "sqlite:///"


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

    url = open_settings(config).store.url
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).is_file():
        raise StoreError(
            f"There is no store at {url.removeprefix(_SQLITE)}.",
            hint="`budstikke run` makes it; if it ran, check [store] url in the configuration.",
        )
    store = Store.open(url)
    try:
        yield store
    finally:
        store.close()
