"""The command `budstikke`: its verbs, and the one place where a known error becomes a sentence."""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from adapter.cli import backup, check, config, demo, init, replay, run, show, simulate, validate, version
from adapter.cli import build as building
from adapter.cli.deliveries import deliveries
from adapter.cli.exits import code_of, say
from adapter.cli.messages import messages
from adapter.cli.tasks import tasks
from adapter.cli.threads import threads
from adapter.errors import BudstikkeError


@dataclass(slots=True)
class Invocation:
    """What the error boundary must know of one run of the command."""

    #: Show the trace of a known error too.
    is_verbose: bool = False


def build() -> typer.Typer:
    """Return the command with all its verbs."""
    app = typer.Typer(
        name="budstikke",
        help="Carry Norwegian health messages between referrer, clinic and NAV.",
        epilog="Exit codes: 0 all well, 1 a message is not accepted or a check failed, "
        "2 a mistake in the command or the configuration, 3 it could not be done (files, folders, store).",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "BUDSTIKKE"},
    )
    app.callback()(_budstikke)
    app.command("init")(init.init)
    app.command("run")(run.run)
    app.command("demo")(demo.demo)
    app.command("simulate")(simulate.simulate)
    app.command("validate")(validate.validate)
    app.command("show")(show.show)
    app.command("build")(building.build)
    app.command("replay")(replay.replay)
    app.add_typer(messages, name="messages")
    app.add_typer(threads, name="threads")
    app.add_typer(tasks, name="tasks")
    app.add_typer(deliveries, name="deliveries")
    app.add_typer(config.config, name="config")
    app.command("backup")(backup.backup)
    app.command("check")(check.check)
    app.command("version")(version.version)
    return app


def _budstikke(
    context: typer.Context,
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the trace of an error.")] = False,
) -> None:
    context.obj.is_verbose = verbose


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # Norwegian letters must not stop the command on a terminal that has none.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    invocation = Invocation()
    try:
        build()(args=arguments, prog_name="budstikke", obj=invocation)
    except (BudstikkeError, OSError) as error:
        if invocation.is_verbose:
            traceback.print_exception(error)
        with contextlib.suppress(BrokenPipeError):
            say(error)
        sys.exit(code_of(error))
