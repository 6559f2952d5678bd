"""`budstikke show`: a message for a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from adapter.cli.options import JsonOption
from adapter.cli.output import write_out


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A message.")],
    *,
    as_html: Annotated[
        bool, typer.Option("--html", envvar="BUDSTIKKE_SHOW_HTML", help="Write a page for browsers and printers.")
    ] = False,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; standard output when left out.")
    ] = None,
) -> None:
    """Show a message as a person reads it.

    What is not known here is shown as far as it can be. What `--json` writes, `build` reads.
    """
    if as_html and as_json:
        raise typer.BadParameter("choose one of --html and --json")
    from adapter import show as render
    from adapter.wire import read

    message = read(file.read_bytes())
    if as_html:
        text = render.html(message)
    elif as_json:
        text = json.dumps(render.as_json(message), ensure_ascii=False) + "\n"
    else:
        text = render.text(message)
    write_out(text.encode(), output)


def text_of(data: bytes) -> str:
    """Return a message as a person reads it, or why it cannot be read."""
    from adapter import show as render
    from adapter.errors import FormError
    from adapter.wire import read

    try:
        return render.text(read(data))
    except FormError as error:
        return f"{error.code}: {error}"
