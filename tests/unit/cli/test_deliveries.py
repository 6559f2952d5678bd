from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Budstikke = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("store")


def ids(out: str) -> set[int]:
    return {json.loads(line)["id"] for line in out.splitlines()}


def test_deliveries_are_listed_with_state_and_error(budstikke: Budstikke) -> None:
    out = budstikke("deliveries").out

    assert "abandoned" in out
    assert "outbox: no space" in out


@pytest.mark.parametrize(
    ("options", "expected"),
    [(["--state", "sent"], {1}), (["--channel", "gp-epj"], {2}), (["--party", "clinic"], {1}), ([], {1, 2})],
)
def test_deliveries_are_found_by(budstikke: Budstikke, options: list[str], expected: set[int]) -> None:
    assert ids(budstikke("deliveries", "--json", *options).out) == expected


def test_a_delivery_is_shown_with_its_attempts(budstikke: Budstikke) -> None:
    out = budstikke("deliveries", "show", 2).out

    assert "attempts" in out.splitlines()
    assert "failed" in out

    shown = json.loads(budstikke("deliveries", "show", 2, "--json").out)
    assert shown["attempts_made"][0]["outcome"] == "failed"


def test_a_delivery_that_is_not_there(budstikke: Budstikke) -> None:
    assert budstikke("deliveries", "show", 9).exit_code == 3
