"""`budstikke demo`: referrer, clinic and NAV on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.stopping import told_to_stop


def demo(
    *,
    ebxml: Annotated[
        bool, typer.Option("--ebxml", help="Three message servers that exchange it all as ebXML by mail.")
    ] = False,
    without: Annotated[
        Literal["legekontor", "klinikk", "nav"] | None,
        typer.Option("--without", metavar="NAME", help="With --ebxml: play nothing, and leave one server to you."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--keep",
            metavar="DIR",
            file_okay=False,
            help="Where everything is left; an earlier demo there is replaced. `demo` or `demo-ebxml` without it.",
        ),
    ] = None,
    seconds_limit: Annotated[
        float | None,
        typer.Option("--seconds-limit", min=5, metavar="N", help="Give up after so many seconds: 60, or 120."),
    ] = None,
) -> None:
    """Play a day with referrer, clinic and NAV: real processes, files and receipts.

    A referral lacks something, a question is asked and answered, NAV is written to, one message is rejected, one
    comes twice, one cannot be read, and the daemon is killed in the middle. The exit code is 0 when everything
    arrived all the same, 1 otherwise.

    With --ebxml each party has its own adapter, with its own store and keys, and all of it goes signed and encrypted
    through a mail server, which is killed too. With --without NAME (legekontor, klinikk, nav) the mail server and the
    other two run until they are told to stop: a partner to try one's own configuration with.
    """
    if without and not ebxml:
        raise typer.BadParameter("--without needs --ebxml")
    if without:
        from adapter.simulate.rehearsal import rehearse

        with told_to_stop() as stop:
            rehearse(folder or Path("demo-ebxml"), without, stop, typer.echo)
        return
    if ebxml:
        from adapter.simulate.demo_ebxml import play as play_ebxml

        is_well = play_ebxml(folder or Path("demo-ebxml"), seconds_limit=seconds_limit or 120.0)
    else:
        from adapter.simulate.demo import play

        is_well = play(folder or Path("demo"), seconds_limit=seconds_limit or 60.0)
    raise typer.Exit(ExitCode.WELL if is_well else ExitCode.REJECTED)
