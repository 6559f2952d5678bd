from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter.store import NewTimer, Store

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


def test_threads_of_a_party_that_there_is_not_are_refused_by_name(budstikke: Budstikke) -> None:
    ran = budstikke("threads", "--party", "clinc")

    assert (ran.exit_code, ran.out) == (2, "")
    assert 'there is no party "clinc"; did you mean "clinic"?' in " ".join(ran.err.split())
    assert budstikke("threads", "--since", "2099-01-01").out == "No threads match.\n"


def test_a_thread_shows_its_messages_in_order(budstikke: Budstikke) -> None:
    ran = budstikke("threads", "show", 1, "--json")

    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [1, 3]


def test_a_thread_that_is_not_there_cannot_be_shown(budstikke: Budstikke) -> None:
    assert budstikke("threads", "show", 9).exit_code == 3


def _with_deadline(store: Path) -> None:
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        due = datetime(2099, 1, 1, tzinfo=UTC)
        ledger.add_timers([NewTimer(rule="assessment", message_id=1, due_at=due, party="clinic")])


def test_a_thread_shows_receipts_deliveries_deadlines_and_open_tasks(budstikke: Budstikke, store: Path) -> None:
    _with_deadline(store)
    messages, deadlines, tasks = budstikke("threads", "show", 1).out.split("\n\n")

    assert "clinic: sent" in messages
    assert "1 to gp" in messages
    assert "gp: abandoned" in messages
    assert "2099-01-01 01:00:00" in deadlines
    assert "assessment" in deadlines
    assert "Ask for sick leave" in tasks


def test_a_thread_without_deadlines_and_tasks_says_so(budstikke: Budstikke) -> None:
    budstikke("tasks", "done", 1)
    _, deadlines, tasks = budstikke("threads", "show", 1).out.split("\n\n")

    assert deadlines == "deadlines\nNone runs."
    assert tasks == "open tasks\nNone.\n"


def test_a_thread_in_json_has_everything_beside_its_message(budstikke: Budstikke, store: Path) -> None:
    _with_deadline(store)
    first, receipt = (json.loads(line) for line in budstikke("threads", "show", 1, "--json").out.splitlines())

    assert [one["status"] for one in first["receipts"]] == ["1"]
    assert [one["state"] for one in first["deliveries"]] == ["sent"]
    assert [one["rule"] for one in first["deadlines"]] == ["assessment"]
    assert [one["id"] for one in first["tasks"]] == [1]
    assert (receipt["receipts"], receipt["deadlines"], receipt["tasks"]) == ([], [], [])


def test_a_person_says_when_a_stay_ended(budstikke: Budstikke) -> None:
    ran = budstikke("threads", "stay-ended", 1, "--on", "2026-03-09", "--by", "Kari")

    assert ran.out == "The epikrise for message 1 is due 2026-03-17 00:00:00.\n"
    assert "epikrise-notice" in budstikke("threads", "show", 1).out
    assert "by=Kari" in budstikke("messages", "show", 1).out


def test_a_stay_that_a_message_does_not_lead_to_is_refused(budstikke: Budstikke) -> None:
    ran = budstikke("threads", "stay-ended", 3, "--on", "2026-03-09")

    assert ran.exit_code != 0
    assert "no referral" in ran.err
