"""The command `budstikke`: its verbs, and the one place where a known error becomes a sentence."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from adapter.cli.exits import code_of, say
from adapter.errors import BudstikkeError

#: In the order of the help. `adapter.cli.NAME` holds each, as a function or a group called NAME.
_VERBS = (
    *("init", "run", "demo", "simulate"),
    *("validate", "show", "build", "sign", "verify", "encrypt", "decrypt", "replay", "anonymise"),
    *("messages", "threads", "tasks", "drafts", "deliveries", "envelopes"),
    *("config", "certificates", "partner", "backup", "prune", "check", "version"),
)


@dataclass(slots=True)
class Invocation:
    """What the error boundary must know of one run of the command."""

    #: Show the trace of a known error too.
    is_verbose: bool = False


class _Verbs(Mapping[str, TyperCommand | TyperGroup]):
    """The verbs by name, each imported when it is asked for: one answers without waiting for the others."""

    def __getitem__(self, name: str) -> TyperCommand | TyperGroup:
        if name not in _VERBS:
            raise KeyError(name)
        verb = getattr(import_module(f"adapter.cli.{name}"), name)
        alone = typer.Typer(rich_markup_mode=None)
        if isinstance(verb, typer.Typer):
            alone.add_typer(verb, name=name)
        else:
            alone.command(name)(verb)
        return cast("TyperCommand | TyperGroup", typer.main.get_group(alone).commands[name])

    def __iter__(self) -> Iterator[str]:
        return iter(_VERBS)

    def __len__(self) -> int:
        return len(_VERBS)


class _Command(TyperGroup):
    """The command itself."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - typer's own, handed on
        super().__init__(**settings | {"commands": _Verbs()})


def build() -> typer.Typer:
    """Return the command with all its verbs."""
    app = typer.Typer(
        name="budstikke",
        cls=_Command,
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
            import traceback

            traceback.print_exception(error)
        with contextlib.suppress(BrokenPipeError):
            say(error)
        sys.exit(code_of(error))
