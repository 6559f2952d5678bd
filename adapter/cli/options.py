"""The options that several verbs take, and how their texts are read."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_CONFIG = Path("budstikke.toml")

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_AGE = re.compile(r"(\d{1,6})([mhd])")


def moment(text: str) -> datetime:
    """Read a date, a time or an age (`30m`, `12h`, `7d` ago); what has no zone is Norwegian time."""
    if age := _AGE.fullmatch(text):
        return datetime.now(UTC) - timedelta(**{_UNITS[age[2]]: int(age[1])})
    from adapter.message.code import OSLO

    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a date (2026-03-09), a time (2026-03-09T08:00) or an age (7d)") from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=OSLO)).astimezone(UTC)


def one_of(states: Iterable[str]) -> str:
    """Return the help of an option that takes a state."""
    return f"Only those in this state: {', '.join(states)}."


ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config", "-c", envvar="BUDSTIKKE_CONFIG", metavar="FILE", dir_okay=False, help="The configuration."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", envvar="BUDSTIKKE_JSON", help="Print one JSON object per line, for machines.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="Print at most so many.")]
PartyOption = Annotated[str | None, typer.Option("--party", metavar="ID", help="Only those of this party.")]
SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", parser=moment, metavar="TIME", help="Received at this time (2026-03-09, 7d) or later."),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option("--until", parser=moment, metavar="TIME", help="Received before this time."),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        envvar="BUDSTIKKE_BY",
        metavar="NAME",
        help="Who does it, for the event log; the user of this machine when left out.",
    ),
]


def is_for_a_verb_below(context: typer.Context) -> bool:
    """Tell whether `messages show` was asked for, not `messages`; its options stand after `show`."""
    if context.invoked_subcommand is None:
        return False
    sources = [context.get_parameter_source(name) for name in context.params]
    if any(source is not None and source.name == "COMMANDLINE" for source in sources):
        raise typer.BadParameter(f"write the options after `{context.invoked_subcommand}`")
    return True


def person(by: str | None) -> str:
    """Return who acts: the name given, or the user the command runs as."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        return "unknown"


PassphraseOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Holds the key's passphrase; BUDSTIKKE_KEY_PASSPHRASE holds it otherwise.",
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file to write; standard output when left out.")
]
