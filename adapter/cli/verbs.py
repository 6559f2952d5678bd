"""The command `budstikke` out of its verbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

#: In the order of the help. `adapter.cli.NAME` holds each, as a function or a group called NAME.
VERBS = (
    *("init", "run", "demo", "simulate"),
    *("validate", "show", "build", "sign", "verify", "encrypt", "decrypt", "replay", "anonymise"),
    *("messages", "threads", "tasks", "drafts", "deliveries", "envelopes"),
    *("config", "certificates", "partner", "backup", "prune", "check", "version"),
)


class _Verbs(Mapping[str, TyperCommand | TyperGroup]):
    """The verbs by name, each imported when it is asked for: one answers without waiting for the others."""

    def __getitem__(self, name: str) -> TyperCommand | TyperGroup:
        if name not in VERBS:
            raise KeyError(name)
        verb = getattr(import_module(f"adapter.cli.{name}"), name)
        alone = typer.Typer(rich_markup_mode=None)
        if isinstance(verb, typer.Typer):
            alone.add_typer(verb, name=name)
        else:
            alone.command(name)(verb)
        return cast("TyperCommand | TyperGroup", typer.main.get_group(alone).commands[name])

    def __iter__(self) -> Iterator[str]:
        return iter(VERBS)

    def __len__(self) -> int:
        return len(VERBS)


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
