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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--channel", "gp-epi"], 'there is no channel "gp-epi"; did you mean "gp-epj"?'),
        (["--party", "zz"], 'there is no party "zz". There are clinic, gp;'),
    ],
)
def test_what_is_not_configured_is_refused_by_name(budstikke: Budstikke, options: list[str], said: str) -> None:
    ran = budstikke("deliveries", *options)

    assert (ran.exit_code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


def test_where_no_delivery_matches_it_is_said(budstikke: Budstikke) -> None:
    assert budstikke("deliveries", "--state", "overdue").out == "No deliveries match.\n"


def test_the_newest_delivery_comes_first(budstikke: Budstikke) -> None:
    assert [json.loads(line)["id"] for line in budstikke("deliveries", "--json").out.splitlines()] == [2, 1]
    assert ids(budstikke("deliveries", "--json", "--limit", 1).out) == {2}


def test_a_delivery_is_shown_with_its_attempts(budstikke: Budstikke) -> None:
    out = budstikke("deliveries", "show", 2).out

    assert "attempts" in out.splitlines()
    assert "failed" in out

    shown = json.loads(budstikke("deliveries", "show", 2, "--json").out)
    assert shown["attempts_made"][0]["outcome"] == "failed"


def test_a_delivery_that_is_not_there(budstikke: Budstikke) -> None:
    assert budstikke("deliveries", "show", 9).exit_code == 3


def test_a_delivery_that_was_given_up_goes_out_again(budstikke: Budstikke) -> None:
    assert budstikke("deliveries", "retry", 2, "--by", "Kari").exit_code == 0
    assert ids(budstikke("deliveries", "--json", "--state", "queued").out) == {2}

    assert budstikke("deliveries", "abandon", 2).exit_code == 0
    assert ids(budstikke("deliveries", "--json", "--state", "abandoned").out) == {2}


@pytest.mark.parametrize("verb", ["retry", "abandon"])
def test_a_delivery_that_is_sent_is_left_alone(budstikke: Budstikke, verb: str) -> None:
    ran = budstikke("deliveries", verb, 1)

    assert ran.exit_code == 3
    assert ran.err.startswith("ACT-01: ")
