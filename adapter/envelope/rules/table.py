"""The rules of HITS 1172 by their numbers: what each demands, says and weighs, or why it cannot be checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from adapter import resources
from adapter.check.finding import Severity
from adapter.check.rule import Rule
from adapter.values import value_class

_FILE = "rules.toml"


@value_class
class Unchecked:
    """A rule that cannot be checked without asking somebody."""

    id: str
    title: str
    #: Why not.
    reason: str


@value_class(kw_only=False)
class Table:
    """Every rule, checked or not."""

    #: By number and case.
    rules: Mapping[tuple[str, str], Rule]
    unchecked: tuple[Unchecked, ...]


@cache
def load() -> Table:
    """Return the table, read once."""
    with (resources.schemas() / "ebxml" / _FILE).open("rb") as stream:
        rows: list[dict[str, Any]] = tomllib.load(stream)["rules"]
    return Table(
        MappingProxyType({(row["id"], row.get("case", "")): _rule(row) for row in rows if "unchecked" not in row}),
        tuple(
            Unchecked(id=code(row["id"]), title=row["title"], reason=row["unchecked"])
            for row in rows
            if "unchecked" in row
        ),
    )


def code(number: str) -> str:
    """Return the code of a rule by its number, or by its chapter where it has none."""
    return f"EB-{number}"


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        id=code(row["id"]),
        title=row["title"],
        inbound=Severity(row.get("inbound", "warn")),
        outbound=Severity(row.get("outbound", "block")),
        text=row["text"],
        hint=row["hint"],
        source=f"HITS 1172 {row['chapter']}",
    )
