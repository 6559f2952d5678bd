"""The pages of docs/ that are generated from the code: `make docs` writes them, a test holds them true."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

import adapter
from adapter.cli.exits import code_of
from adapter.cli.output import cell
from adapter.cli.verbs import build
from adapter.errors import BudstikkeError

#: Help is laid out for this many columns, whatever the terminal of whoever generates the pages.
_COLUMNS = 100

_COMMANDS_INTRODUCTION = """\
# Commands

Generated from the command itself by `make docs`.

Exit codes: 0 all well; 1 at least one message is not accepted, or one check failed; 2 a mistake in the command or the
configuration; 3 it could not be done (files, folders, store).

Every option can be given as the environment variable that its help names.
"""

_CODES_INTRODUCTION = """\
# Codes

Generated from the code by `make docs`. Codes never change; texts may improve.

## Findings

What the checks can say about a message, and how much it matters by direction:
*reject* is answered with a negative receipt, *block* is not sent, *hold* waits for a person, *warn* goes on with a task
for a person, *info* is a remark. An empty cell: the rule does not apply in that direction.
"""

_NEEDING_INTRODUCTION = """
### Rules on ebXML that need more than the message

The rules of HITS 1172 that `budstikke validate --config FILE` checks by what the configuration gives: the register of
parties, and one's own keys. Nobody is asked. Where that is missing, the rule is told as not checked.
"""

_UNCHECKED_INTRODUCTION = """
### Rules on ebXML that are not checked
"""

_ERRORS_INTRODUCTION = """
## Errors

What the command and the daemon can fail with.
"""


_PROFILES_INTRODUCTION = """\
# Profiles

Generated from `schemas/profiles/` and `schemas/statements.toml` by `make docs`. What each kind of message should say,
by its standard and by who receives it. The files themselves hold all texts, words and codes; whoever knows the field
can review and change them there.

What is asked of the receiver's side of a message is in the column *inbound*, of the sender's in *outbound*; see
[codes](codes.md) for the severities. An inbound message is never rejected for what it says.
"""

_STATEMENTS_INTRODUCTION = """
## What the offers say of themselves

Every statement that the clinic, NAV and the frisklivssentral make about their offers, and what the adapter makes of it.
"""


def profiles_page() -> str:
    """Return the page of all profiles, and of the statements they act on."""
    from adapter.check.profile import every
    from adapter.check.statements import statements

    parts = [_PROFILES_INTRODUCTION]
    for profile in every():
        parts.append(f"\n## {profile.title}\n\n{profile.about}\n\nApplies to: {profile.applies}\n\n")
        parts.append(
            _table(
                ("code", "what the rule demands", "inbound", "outbound", "what the sender is asked for"),
                [(rule.id, rule.title, rule.inbound, rule.outbound, rule.question) for rule in profile.rules],
            )
        )
    acts = [
        (found.id, found.says, " ".join(found.rules), found.by or (found.not_acted and f"Nothing: {found.not_acted}"))
        for found in statements()
    ]
    parts += [_STATEMENTS_INTRODUCTION, "\n", _table(("row", "statement", "rules", "what else acts on it"), acts)]
    return "".join(parts)


def commands_page() -> str:
    """Return the page of all verbs, each with its help."""
    parts = [_COMMANDS_INTRODUCTION]
    parts += [f"## `{name}`\n\n```text\n{text}\n```\n" for name, text in _helps(typer.main.get_group(build()))]
    return "\n".join(parts)


def codes_page() -> str:
    """Return the page of all codes that findings and errors carry."""
    from adapter.check import rules
    from adapter.envelope.rules import table
    from adapter.flow import rules as more_rules

    # Every room's errors are known once its modules are.
    for module in pkgutil.walk_packages(adapter.__path__, "adapter."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    envelopes = table.load()
    found = sorted((*rules.every(), *more_rules.ALL, *envelopes.rules.values()), key=lambda rule: rule.id)
    findings = [
        (
            *(rule.id, rule.title, rule.inbound, rule.outbound),
            *(rule.apprec.value if rule.apprec else None, rule.hint, rule.source),
        )
        for rule in found
    ]
    known = [
        (kind.code, f"{kind.__name__}: {_first_line(kind)}", code_of(kind()), kind.can_retry, kind.hint)
        for kind in _error_classes(BudstikkeError)
    ]
    return "\n".join(
        (
            _CODES_INTRODUCTION,
            _table(
                ("code", "what the rule demands", "inbound", "outbound", "AppRec", "what to do", "source"), findings
            ),
            _NEEDING_INTRODUCTION,
            _table(
                ("code", "what the rule demands", "what it takes"),
                [(one.id, one.title, one.reason) for one in envelopes.needing.values()],
            ),
            _UNCHECKED_INTRODUCTION,
            _table(
                ("code", "what the rule demands", "why it is not checked"),
                [(one.id, one.title, one.reason) for one in envelopes.unchecked],
            ),
            _ERRORS_INTRODUCTION,
            _table(("code", "error", "exit code", "may succeed later", "what to do"), known),
        )
    )


def write_pages(folder: Path) -> None:
    """Write every generated page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages().items():
        (folder / name).write_text(page, encoding="utf-8")


def pages() -> dict[str, str]:
    """Return the generated pages by file name."""
    return {"commands.md": commands_page(), "codes.md": codes_page(), "profiles.md": profiles_page()}


def _helps(app: TyperGroup) -> Iterator[tuple[str, str]]:
    """Yield the name and help of the command and of all below it."""
    pending: deque[tuple[Any, str, Any]] = deque([(app, "budstikke", None)])
    while pending:
        command, path, parent = pending.popleft()
        name = path.rpartition(" ")[2]
        context = command.make_context(
            name, [], parent=parent, resilient_parsing=True, terminal_width=_COLUMNS, max_content_width=_COLUMNS
        )
        yield path, command.get_help(context).rstrip()
        children = command.commands if isinstance(command, TyperGroup) else {}
        pending.extendleft((child, f"{path} {verb}", context) for verb, child in reversed(list(children.items())))


def _error_classes(kind: type[BudstikkeError]) -> Iterator[type[BudstikkeError]]:
    """Yield every error with a code of its own, siblings by their codes: they are known in the order of imports."""
    for child in sorted(kind.__subclasses__(), key=lambda child: (child.code, child.__name__)):
        if "code" in vars(child):
            yield child
        yield from _error_classes(child)


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").splitlines()[0]


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(cell(value).replace('|', chr(92) + '|') for value in line)} |\n" for line in lines)


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
