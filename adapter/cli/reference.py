"""The pages of docs/ that are generated from the code: `make docs` writes them, a test holds them true."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from adapter import errors
from adapter.cli.exits import code_of
from adapter.cli.main import build

#: Help is laid out for this many columns, whatever the terminal of whoever generates the pages.
_COLUMNS = 100


def commands_page() -> str:
    """Return the page of all verbs, each with its help."""
    parts = [
        "# Commands\n",
        "Generated from the command itself by `make docs`.\n",
        "Exit codes: 0 all well; 1 at least one message is not accepted, or one check failed; 2 a mistake in the\n"
        "command or the configuration; 3 it could not be done (files, folders, store).\n",
    ]
    for name, text in _helps(typer.main.get_command(build()), "budstikke"):
        parts.append(f"## `{name}`\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def codes_page() -> str:
    """Return the page of all codes that findings and errors carry."""
    from adapter.check.rules import RULES

    parts = [
        "# Codes\n",
        "Generated from the code by `make docs`. Codes never change; texts may improve.\n",
        "## Findings\n",
        "What a check of a message can say. Severity inbound and outbound: *reject* is answered with a negative\n"
        "receipt, *hold* waits for a person, *block* is not sent, *warn* is flagged, *info* is only told.\n",
        "| code | inbound | outbound | what it means | source |\n|---|---|---|---|---|",
    ]
    parts[-1] += "".join(f"\n{_row(*_rule_cells(rule))}" for rule in RULES)
    parts += ["\n## Errors\n", "| code | error | exit code | try again | what to do |\n|---|---|---|---|---|"]
    parts[-1] += "".join(f"\n{_row(*_error_cells(kind))}" for kind in _known_errors()) + "\n"
    return "\n".join(parts)


def write_pages(folder: Path) -> None:
    """Write every generated page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages().items():
        (folder / name).write_text(page, encoding="utf-8")


def pages() -> dict[str, str]:
    """Return the generated pages by file name."""
    return {"commands.md": commands_page(), "codes.md": codes_page()}


def _helps(command: Any, path: str, parent: typer.Context | None = None) -> Iterator[tuple[str, str]]:
    """Yield the path and help of a command and of all below it."""
    with command.make_context(
        path.rsplit(" ", 1)[-1], [], parent=parent, resilient_parsing=True, terminal_width=_COLUMNS
    ) as context:
        yield path, command.get_help(context).rstrip()
        for name, child in getattr(command, "commands", {}).items():
            yield from _helps(child, f"{path} {name}", context)


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
