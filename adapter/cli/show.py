"""`budstikke show`: a message for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapter.cli.options import JsonOption
from adapter.cli.output import write_out


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A message.")],
    *,
    html: Annotated[bool, typer.Option("--html", help="Write a page for browsers and printers.")] = False,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; standard output when left out.")
    ] = None,
) -> None:
    """Show a message as a person reads it.

    What is not known here is shown as far as it can be.
    """
    if html and as_json:
        raise typer.BadParameter("choose one of --html and --json")
    from adapter.show import as_html, as_text, json_of
    from adapter.wire import read

    message = read(file.read_bytes())
    text = as_html(message) if html else json_of(message) if as_json else as_text(message)
    write_out(text.encode(), output)


def text_of(data: bytes) -> str:
    """Return a message as a person reads it, or why it cannot be read."""
    from adapter.errors import FormError
    from adapter.show import as_text
    from adapter.wire import read

    try:
        return as_text(read(data))
    except FormError as error:
        return f"{error.code}: {error}"
