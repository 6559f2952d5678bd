"""`budstikke check`: whether this installation is whole."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.opening import open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from adapter.cli.output import json_line
from adapter.errors import BudstikkeError
from adapter.values import value_class

if TYPE_CHECKING:
    from adapter.config import Settings


@value_class(kw_only=False)
class Check:
    """One thing that was looked at."""

    name: str
    is_well: bool
    text: str


def check(
    *,
    mail: Annotated[bool, typer.Option("--mail", help="Log in at the servers of mail channels too.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Check the installation.

    Looks at configuration, schemas, certificates, folders and store, and with --mail at mail servers; exit code 1 when
    something is not well.
    """
    settings = open_settings(config)
    made = [
        Check("configuration", is_well=True, text=str(config)),
        *_schemas(settings),
        *_certificates(settings),
        *_folders(settings),
        *_mailboxes(settings, asks=mail),
        *_store(settings),
    ]
    for one in made:
        if as_json:
            json_line(dataclasses.asdict(one))
        else:
            typer.echo(f"{'ok' if one.is_well else 'FAILED':<6}  {one.name}: {one.text}")
    if not all(one.is_well for one in made):
        raise typer.Exit(ExitCode.REJECTED)


def _schemas(settings: Settings) -> Iterator[Check]:
    from adapter.check.schema import SchemaSet

    try:
        namespaces = SchemaSet.load(settings.schemas.directory).namespaces
    except BudstikkeError as error:
        yield Check("schemas", is_well=False, text=str(error))
    else:
        yield Check("schemas", is_well=True, text=f"{len(namespaces)} namespaces compiled")


def _certificates(settings: Settings) -> Iterator[Check]:
    """Look whether certificates can be read, and messages signed and opened where they go by mail."""
    from adapter.config import build

    now = datetime.now(UTC)
    try:
        known = build.certificates(settings)
    except BudstikkeError as error:
        yield Check("certificates", is_well=False, text=". ".join(filter(None, (str(error).rstrip("."), error.advice))))
        return
    if build.mail_channels(settings) and known.signing(now) is None:
        yield Check("certificates", is_well=False, text="none of our own is valid for signing now, and mail is signed")
    elif build.mail_channels(settings) and not known.opening():
        yield Check("certificates", is_well=False, text="none of our own can open what comes by mail")
    else:
        told = f"{len(known.own)} our own, {len(known.partners)} of partners; `budstikke certificates check` has more"
        yield Check("certificates", is_well=True, text=told)


def _folders(settings: Settings) -> Iterator[Check]:
    from adapter.config.build import channels

    for channel in channels(settings).values():
        problems = channel.self_test()
        name = f"channel {channel.id}"
        yield from (Check(name, is_well=False, text=problem) for problem in problems)
        if not problems:
            yield Check(name, is_well=True, text="its folders can be read and written")


def _mailboxes(settings: Settings, *, asks: bool) -> Iterator[Check]:
    from adapter.config.build import mail_channels

    for channel in mail_channels(settings).values():
        problems = channel.self_test() if asks else []
        name = f"channel {channel.id}"
        yield from (Check(name, is_well=False, text=problem) for problem in problems)
        if not problems:
            text = "both its servers let us in" if asks else "its servers are asked with --mail only"
            yield Check(name, is_well=True, text=text)


def _store(settings: Settings) -> Iterator[Check]:
    from adapter.store import Store

    path = settings.store_file()
    if not path.is_file():
        yield Check("store", is_well=True, text=f"none yet; `budstikke run` makes {path}")
        return
    try:
        problems = _integrity(path)
        yield Check("store", is_well=problems == ["ok"], text=f"{path}: {'; '.join(problems)}")
        with Store.open(settings.store.url) as store, store.reading() as query:
            chain = query.verify_chain()
            counts = query.counts()
    except BudstikkeError as error:
        yield Check("store", is_well=False, text=str(error))
        return
    broken = "" if chain.ok else f"; event {chain.broken_seq} does not fit the ones before it"
    yield Check("event log", is_well=chain.ok, text=f"{chain.length} events{broken}; head {chain.head}")
    for noun, states in (
        ("messages", counts.messages),
        ("deliveries", counts.deliveries),
        ("envelopes", counts.envelopes),
        ("tasks", counts.tasks),
    ):
        told = ", ".join(f"{number} {state}" for state, number in states.items())
        yield Check(noun, is_well=True, text=told or "none")


def _integrity(path: Path) -> list[str]:
    """Return what SQLite finds wrong with the file's pages and indexes, "ok" when nothing is."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return [str(problem) for (problem,) in connection.execute("PRAGMA integrity_check(10)")]
    except sqlite3.Error as error:
        return [str(error)]
