"""`budstikke anonymise`: real messages into fixtures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.options import JsonOption
from adapter.cli.output import json_line
from adapter.errors import ConfigError
from adapter.files import messages_below

if TYPE_CHECKING:
    from adapter.check.ladder import Checker
    from adapter.replay.anonymise.fixture import Fixture


def anonymise(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", exists=True, help="Files, and folders with *.xml at any depth.")
    ],
    *,
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", file_okay=False, help="A new or empty folder for the fixtures.")
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            envvar="BUDSTIKKE_ANONYMISE_KEY",
            help="A secret: with the same one, the same person gets the same pseudonym in later runs.",
        ),
    ] = None,
    numbers: Annotated[
        Path | None,
        typer.Option(
            "--map",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help='TOML with the numbers of a test register to use: "80001" = "8990101".',
        ),
    ] = None,
    keep_nav: Annotated[
        bool, typer.Option("--keep-nav/--replace-nav", help="Whether NAV's public numbers stay as they are.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Turn real messages into fixtures.

    Everything that could tell of somebody is replaced, the same way in all of them; verdict and findings stay the
    same. Exit code 1 when a message was refused, or is judged differently from its original.
    """
    from adapter.replay.anonymise import Anonymiser, Key
    from adapter.replay.anonymise.fixture import fixtures_of, write
    from adapter.replay.anonymise.pseudonyms import NAV
    from adapter.replay.anonymise.report import lines

    files = [file for path in paths for file in (messages_below(path) if path.is_dir() else [path])]
    if not files:
        raise typer.BadParameter(f"no *.xml in {', '.join(str(path) for path in paths)}")
    if into.exists() and any(into.iterdir()):
        raise typer.BadParameter(f"{into} is not empty", param_hint="--into")
    messages = [file.read_bytes() for file in files]
    anonymiser = Anonymiser(
        messages,
        Key.load(key) if key else Key.random(),
        known=_numbers(numbers) if numbers else None,
        kept=NAV if keep_nav else (),
    )
    with _checker() as checker:
        fixtures = fixtures_of(messages, anonymiser, checker, now=datetime.now(UTC))
    report = "\n".join(lines(fixtures)) + "\n"
    write(fixtures, into, report)
    if as_json:
        for file, fixture in zip(files, fixtures, strict=True):
            json_line({"file": str(file), **fixture.as_dict()})
    else:
        for file, fixture in zip(files, fixtures, strict=True):
            typer.echo(_line(file, fixture))
        typer.echo(f"\n{report}", nl=False)
    if not all(fixture.is_good for fixture in fixtures):
        raise typer.Exit(ExitCode.REJECTED)


def _line(file: Path, fixture: Fixture) -> str:
    if fixture.refused:
        return f"refused   {file}: {fixture.refused}"
    return f"{'differs' if fixture.differences else 'made':<8}  {file} -> {fixture.name}"


def _numbers(path: Path) -> dict[str, str]:
    """Read the operator's numbers, in one table or in several."""
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The map {path} is no valid TOML: {error}.") from error
    found: dict[str, str] = {}
    for name, value in table.items():
        found.update(_pairs(path, value if isinstance(value, dict) else {name: value}))
    return found


def _pairs(path: Path, table: dict[str, Any]) -> dict[str, str]:
    for old, new in table.items():
        if not (old.isdigit() and isinstance(new, str) and new.isdigit()):
            raise ConfigError(
                f"The map {path} has an entry that is no pair of numbers.",
                hint='Write one pair a line, both in quotes: "80001" = "8990101".',
            )
    return table


def _checker() -> Checker:
    from adapter.check.codelists import CodeLists
    from adapter.check.ladder import Checker
    from adapter.check.schema import SchemaSet

    return Checker(SchemaSet.load(), CodeLists.load(), explain=False)
