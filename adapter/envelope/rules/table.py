"""The rules of HITS 1172 by their numbers: what each demands, says and weighs, and what it takes to check it."""

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
class Open:
    """A rule of which it is open whether it is broken."""

    id: str
    title: str
    #: What it would take to know, or why nobody can here.
    reason: str


@value_class(kw_only=False)
class Table:
    """Every rule, checked or not."""

    #: By number and case.
    rules: Mapping[tuple[str, str], Rule]
    #: Of these rules, what those take that need more than the message, by number and case.
    needing: Mapping[tuple[str, str], Open]
    #: The rules that are never checked.
    unchecked: tuple[Open, ...]


@cache
def load() -> Table:
    """Return the table, read once."""
    with (resources.schemas() / "ebxml" / _FILE).open("rb") as stream:
        rows: list[dict[str, Any]] = tomllib.load(stream)["rules"]
    return Table(
        MappingProxyType({_key(row): _rule(row) for row in rows if "unchecked" not in row}),
        MappingProxyType({_key(row): _open(row, "needs") for row in rows if "needs" in row}),
        tuple(_open(row, "unchecked") for row in rows if "unchecked" in row),
    )


def code(number: str) -> str:
    """Return the code of a rule by its number, or by its chapter where it has none."""
    return f"EB-{number}"


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["id"], row.get("case", "")


def _open(row: Mapping[str, Any], reason: str) -> Open:
    return Open(id=code(row["id"]), title=row["title"], reason=row[reason])


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
