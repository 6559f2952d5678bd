"""`budstikke prune`: forget what settled messages said."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from adapter.cli.opening import open_settings, open_store
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption


def prune(*, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Forget what settled messages said, as long after their receipt as `[retention]` says.

    That they were here, their ids, findings and events stay. The daemon may run meanwhile. What a replay begun as long
    ago has still to send is given up.
    """
    from adapter.service import purging

    retention = open_settings(config).retention
    now = datetime.now(UTC)
    with open_store(config) as store:
        for name, kept, states in (
            ("content", retention.content, purging.WELL),
            ("trouble", retention.trouble, purging.IN_TROUBLE),
        ):
            if not kept:
                typer.echo(f"{name}: kept for ever.")
                continue
            given_up = purging.prune_replays(store, states, now - kept, now)
            if given_up:
                typer.echo(f"{name}: {given_up} messages of replays that nobody ended are given up.")
            typer.echo(f"{name}: {purging.prune(store, states, now - kept, now)} messages are forgotten.")
