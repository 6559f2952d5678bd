"""`budstikke demo`: referrer, clinic and NAV on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapter.cli.exits import ExitCode


def demo(
    *,
    folder: Annotated[
        Path,
        typer.Option(
            "--keep",
            metavar="DIR",
            file_okay=False,
            help="Where everything is left; an earlier demo there is replaced.",
        ),
    ] = Path("demo"),
    seconds_limit: Annotated[
        float, typer.Option("--seconds-limit", min=5, metavar="N", help="Give up after so many seconds.")
    ] = 60.0,
) -> None:
    """Play a day with referrer, clinic and NAV: real processes, files and receipts.

    A referral lacks something, a question is asked and answered, NAV is written to, one message is rejected, one
    comes twice, one cannot be read, and the daemon is killed in the middle. The exit code is 0 when everything
    arrived all the same, 1 otherwise.
    """
    from adapter.simulate.demo import play

    raise typer.Exit(ExitCode.WELL if play(folder, seconds_limit=seconds_limit) else ExitCode.REJECTED)
