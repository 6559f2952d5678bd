"""What the offers say of themselves, and what the adapter makes of each sentence: `schemas/statements.toml`."""

from __future__ import annotations

import tomllib

from adapter import resources
from adapter.values import value_class


@value_class
class Statement:
    """One sentence, and what acts on it."""

    #: Row of the table of statements, such as "S1.15".
    id: str
    says: str
    #: Rules that act on it.
    rules: tuple[str, ...] = ()
    #: What else acts on it, such as a timer.
    by: str = ""
    #: Why nothing does.
    not_acted: str = ""


def statements() -> tuple[Statement, ...]:
    """Return all statements, in their order."""
    table = tomllib.loads((resources.schemas() / "statements.toml").read_text(encoding="utf-8"))
    return tuple(Statement(**{**row, "rules": tuple(row.get("rules", ()))}) for row in table["statement"])
