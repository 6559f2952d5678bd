from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Budstikke = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("store")


def test_threads_are_listed_with_their_size(budstikke: Budstikke) -> None:
    header, line = budstikke("threads").out.splitlines()

    assert header.split() == ["thread", "messages", "first", "last", "kinds"]
    assert line.split()[:2] == ["1", "2"]
    assert "HENVISNING, apprec" in line


def test_threads_in_json(budstikke: Budstikke) -> None:
    (line,) = budstikke("threads", "--json").out.splitlines()

    assert json.loads(line)["messages"] == 2


def test_a_thread_shows_its_messages_in_order(budstikke: Budstikke) -> None:
    ran = budstikke("threads", "show", 1, "--json")

    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [1, 3]


def test_a_thread_that_is_not_there_cannot_be_shown(budstikke: Budstikke) -> None:
    assert budstikke("threads", "show", 9).exit_code == 3
