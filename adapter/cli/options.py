"""The options that several verbs take."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_CONFIG = Path("budstikke.toml")

ConfigOption = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="BUDSTIKKE_CONFIG", help="The configuration file.", dir_okay=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object per line, for machines.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="At most so many, the newest first.")]
ByOption = Annotated[
    str | None,
    typer.Option("--by", help="Who does it, for the event log; the user of this machine when left out."),
]


def person(by: str | None) -> str:
    """Return who acts: the name given, or the user the command runs as."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        return "unknown"
