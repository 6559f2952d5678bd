"""`budstikke simulate`: one counterpart at its folders."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from adapter import duration, resources
from adapter.cli.exits import ExitCode


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """Give the event that SIGTERM and Ctrl-C set."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _duration(text: str) -> timedelta:
    try:
        return duration.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def simulate(
    role: Annotated[
        Literal["referrer", "clinic", "nav", "frisklivssentral", "other"],
        typer.Argument(metavar="ROLE", help="referrer, clinic, nav, frisklivssentral, other."),
    ],
    *,
    inbox: Annotated[
        Path, typer.Option("--inbox", metavar="DIR", file_okay=False, help="Where the adapter delivers to the party.")
    ],
    outbox: Annotated[
        Path, typer.Option("--outbox", metavar="DIR", file_okay=False, help="Where the adapter fetches from the party.")
    ],
    script: Annotated[
        Path | None,
        typer.Option("--script", metavar="FILE", dir_okay=False, help="What the party does; the demo's without it."),
    ] = None,
    kept: Annotated[
        Path | None,
        typer.Option("--kept", metavar="DIR", file_okay=False, help="For read files; `read` beside INBOX without it."),
    ] = None,
    until_idle: Annotated[
        timedelta | None,
        typer.Option("--until-idle", parser=_duration, metavar="TIME", help="End when nothing happens so long (3s)."),
    ] = None,
    length: Annotated[
        timedelta | None, typer.Option("--for", parser=_duration, metavar="TIME", help="End after so long (30s).")
    ] = None,
) -> None:
    """Play a counterpart: the system of a referrer, a clinic, NAV, a frisklivssentral, or another provider.

    It sends, answers, asks and gives receipts by its script, until it is told to stop. The exit code is 0 when
    everything in the script has happened and nothing else, 1 otherwise.
    """
    from adapter.simulate.actor import UNFULFILLED, Actor
    from adapter.simulate.script import ScriptError, load_script

    path = script or resources.fixtures() / "simulate" / f"{role}.toml"
    loaded = load_script(path)
    if loaded.role != role:
        raise ScriptError(f"The script {path} is for the role {loaded.role}, not for {role}.")
    actor = Actor(loaded, inbox=inbox, outbox=outbox, kept=kept or inbox.parent / "read", tell=typer.echo)
    with _told_to_stop() as stop:
        actor.run(stop, until_idle=until_idle, length=length)
    if actor.missing:
        typer.echo(UNFULFILLED)
        for line in actor.missing:
            typer.echo(f"  {line}")
        raise typer.Exit(ExitCode.REJECTED)
    typer.echo("Everything in the script has happened.")
