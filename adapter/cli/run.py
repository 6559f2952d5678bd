"""`budstikke run`: the daemon."""

from __future__ import annotations

from typing import Annotated

import typer

from adapter.cli.opening import open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption


def run(
    *,
    once: Annotated[bool, typer.Option("--once", help="Work until there is nothing left to do, then end.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=64, help="Worker processes, instead of the configured number.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Run the adapter.

    SIGTERM or Ctrl-C finishes the current batch and ends.
    """
    settings = open_settings(config)
    from adapter.service.daemon import run as run_daemon

    raise typer.Exit(run_daemon(settings, once=once, workers=workers))
