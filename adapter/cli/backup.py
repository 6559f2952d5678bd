"""`budstikke backup`: a consistent copy of the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapter.cli.opening import open_store
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption


def backup(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The file to write; it must not exist yet.")],
    *,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Copy the store to a file.

    The adapter may run meanwhile; the copy is whole and needs nothing else.
    """
    if target.exists():
        raise typer.BadParameter(f"{target} exists already; a backup never overwrites")
    with open_store(config) as store:
        store.backup(target)
    typer.echo(f"The store is copied to {target} ({target.stat().st_size} bytes).")
