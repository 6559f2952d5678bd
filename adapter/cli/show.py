"""`budstikke show`: a message for a person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.opening import is_configured, open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, OutputOption
from adapter.cli.output import write_out
from adapter.cli.validate import Profile, build_checker, build_policy

if TYPE_CHECKING:
    from adapter.check.finding import Finding


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A message.")],
    *,
    as_html: Annotated[
        bool, typer.Option("--html", envvar="BUDSTIKKE_SHOW_HTML", help="Write a page for browsers and printers.")
    ] = False,
    as_json: JsonOption = False,
    is_checked: Annotated[
        bool, typer.Option("--check", help="Tell what the checks find, each finding by what it is about.")
    ] = False,
    profile: Annotated[
        list[Profile] | None,
        typer.Option("--profile", metavar="NAME", help="With --check: this content profile too: amo, fri, navt."),
    ] = None,
    output: OutputOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show a message as a person reads it.

    What is not known here is shown as far as it can be. What `--json` writes, `build` reads.
    """
    if as_html and as_json:
        raise typer.BadParameter("choose one of --html and --json")
    if as_json and is_checked:
        raise typer.BadParameter("--json shows the message alone; `validate --json` tells what the checks find")
    if profile and not is_checked:
        raise typer.BadParameter("--profile goes with --check")
    from adapter import show as render
    from adapter.wire import read

    data = file.read_bytes()
    message = read(data)
    findings = _findings(file, profile or (), config) if is_checked else ()
    if as_html:
        text = render.html(message, findings, data=data)
    elif as_json:
        text = json.dumps(render.as_json(message, data=data), ensure_ascii=False) + "\n"
    else:
        text = render.text(message, findings, data=data)
    write_out(text.encode(), output)


def _findings(file: Path, profiles: Iterable[Profile], config: Path) -> tuple[Finding, ...]:
    settings = open_settings(config) if is_configured(config) else None
    policy = build_policy(settings, direction="inbound", partner=None, to=None, profiles=profiles, is_strict=False)
    with build_checker(settings) as checker:
        return checker.check(file.read_bytes(), policy, now=datetime.now(UTC)).findings


def text_of(data: bytes) -> str:
    """Return a message as a person reads it, or why it cannot be read."""
    from adapter import show as render
    from adapter.errors import FormError
    from adapter.wire import read

    try:
        return render.text(read(data), data=data)
    except FormError as error:
        return f"{error.code}: {error}"
