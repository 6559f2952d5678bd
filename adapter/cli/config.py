"""`budstikke config`: the configuration as the adapter understands it."""

from __future__ import annotations

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.opening import open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from adapter.cli.output import json_line

config = typer.Typer(help="Check and show the configuration.", no_args_is_help=True, rich_markup_mode=None)


@config.command("check")
def check_config(*, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Report every mistake at once.

    Exit code 2 when there is one.
    """
    if as_json:
        from adapter.config import check

        problems = check(config)
        for problem in problems:
            json_line(problem)
        raise typer.Exit(ExitCode.USAGE if problems else ExitCode.WELL)
    settings = open_settings(config)
    counts = (len(settings.party), len(settings.channel), len(settings.route))
    typer.echo("{} is right: [[party]] {}, [[channel]] {}, [[route]] {}.".format(config, *counts))


@config.command("show")
def show_config(*, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Print what is in force.

    As TOML, defaults included and paths as they are used; secrets are masked.
    """
    settings = open_settings(config)
    if as_json:
        json_line(settings.model_dump(mode="json", by_alias=True, exclude_none=True))
        return
    from adapter.config import show

    typer.echo(show(settings), nl=False)
