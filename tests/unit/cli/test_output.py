from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter.cli.output import cell, fields, json_line, table
from adapter.message.state import MessageState


@dataclass(frozen=True, slots=True)
class Row:
    """A row with every kind of value."""

    at: datetime
    state: MessageState
    path: Path
    rules: frozenset[str]


SUMMER = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


def test_times_are_shown_on_the_norwegian_wall_clock() -> None:
    assert cell(SUMMER) == "2026-07-01 12:00:00"


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (True, "yes"), (False, "no"), (MessageState.HELD, "held")])
def test_a_value_is_shown_as_people_read_it(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_json_writes_times_in_utc_and_letters_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    json_line(Row(SUMMER, MessageState.HELD, Path("æøå"), frozenset({"b", "a"})))
    line = capsys.readouterr().out

    assert "æøå" in line
    assert json.loads(line) == {
        "at": "2026-07-01T10:00:00+00:00",
        "state": "held",
        "path": "æøå",
        "rules": ["a", "b"],
    }


def test_json_refuses_what_it_cannot_write() -> None:
    with pytest.raises(TypeError, match="object"):
        json_line({"what": object()})


def test_columns_are_as_wide_as_their_content(capsys: pytest.CaptureFixture[str]) -> None:
    table(("id", "name"), [(1, "short"), (1000, None)], empty="None.")

    assert capsys.readouterr().out == "id    name\n1     short\n1000\n"


def test_unknown_values_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    fields([("state", MessageState.HELD), ("msg_id", None), ("to", "")])

    assert capsys.readouterr().out == "state  held\n"
