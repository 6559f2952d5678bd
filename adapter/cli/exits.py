"""The exit codes, which known error ends in which, and how an error is told."""

from __future__ import annotations

from enum import IntEnum

import typer

from adapter.errors import BudstikkeError, ConfigError, FormError, KeyUnusable, SnapshotUnreadable, SpecError


class ExitCode(IntEnum):
    """What the command says to the shell."""

    #: All well.
    WELL = 0
    #: At least one message is not accepted, or one check failed.
    REJECTED = 1
    #: The command or the configuration has a mistake.
    USAGE = 2
    #: It could not be done: a file, a folder or the store does not answer.
    FAILED = 3


def code_of(error: BudstikkeError | OSError) -> ExitCode:
    """Return the exit code that tells a script what kind of error this is."""
    if isinstance(error, ConfigError | SpecError | KeyUnusable | SnapshotUnreadable):
        return ExitCode.USAGE
    return ExitCode.REJECTED if isinstance(error, FormError) else ExitCode.FAILED


def say(error: BudstikkeError | OSError) -> None:
    """Tell a known error in one sentence, and the next step."""
    if isinstance(error, BudstikkeError):
        typer.echo(f"{error.code}: {error}", err=True)
        if error.advice:
            typer.echo(f"  {error.advice}", err=True)
    else:
        where = f"{error.filename}: " if error.filename else ""
        typer.echo(f"{where}{error.strerror or type(error).__name__}", err=True)
