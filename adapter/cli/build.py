"""`budstikke build`: a specification to a message."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.options import OutputOption
from adapter.cli.output import finding_lines, write_out


def build(
    spec: Annotated[
        Path, typer.Argument(metavar="SPEC", exists=True, dir_okay=False, help="A specification, TOML or JSON.")
    ],
    *,
    output: OutputOption = None,
) -> None:
    """Write the message of a specification.

    The message is checked as one that is about to be sent. What
    the check finds goes to standard error; exit code 1 when the message must not be sent as it is.
    """
    from adapter import validate
    from adapter.check.codelists import CodeLists
    from adapter.wire import write
    from adapter.wire.spec import load_spec

    now = datetime.now(UTC)
    data = write(load_spec(spec, now=now, name_of=CodeLists.load().name_of))
    write_out(data, output)
    report = validate(data, direction="outbound", now=now)
    for finding in report.findings:
        for line in finding_lines(finding):
            typer.echo(line, err=True)
    if report.verdict.value not in {"accept", "tolerated"}:
        raise typer.Exit(ExitCode.REJECTED)
