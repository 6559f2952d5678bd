from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter.message.state import MessageState
from adapter.store import NewMessage, NewTask, Store

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)

Budstikke = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("store")


def test_open_tasks_are_listed(budstikke: Budstikke) -> None:
    out = budstikke("tasks").out

    assert "Ask for sick leave" in out
    assert "AMO-04" in out


@pytest.mark.parametrize(("state", "number"), [("open", 1), ("done", 0), ("all", 1)])
def test_tasks_are_listed_by_state(budstikke: Budstikke, state: str, number: int) -> None:
    assert len(budstikke("tasks", "--json", "--state", state).out.splitlines()) == number


def test_tasks_of_another_party_are_left_out(budstikke: Budstikke) -> None:
    assert budstikke("tasks", "--party", "gp").out == "No tasks.\n"


def test_a_task_is_closed_with_name_and_note_and_opened_again(budstikke: Budstikke) -> None:
    assert budstikke("tasks", "done", 1, "--note", "Asked by phone", "--by", "Kari").exit_code == 0

    task = json.loads(budstikke("tasks", "show", 1, "--json").out)
    assert (task["state"], task["closed_by"], task["note"]) == ("done", "Kari", "Asked by phone")

    assert budstikke("tasks", "reopen", 1).exit_code == 0
    assert json.loads(budstikke("tasks", "show", 1, "--json").out)["state"] == "open"


def test_a_task_is_closed_by_the_user_when_no_name_is_given(
    budstikke: Budstikke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "drift")
    budstikke("tasks", "done", 1)

    assert "drift" in budstikke("tasks", "show", 1).out


def test_a_user_without_a_name_can_still_act(budstikke: Budstikke, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise OSError("no such user")

    monkeypatch.setattr("getpass.getuser", nameless)
    budstikke("tasks", "done", 1)

    assert "unknown" in budstikke("tasks", "show", 1).out


@pytest.mark.parametrize("verb", ["show", "done", "reopen"])
def test_a_task_that_is_not_there(budstikke: Budstikke, verb: str) -> None:
    ran = budstikke("tasks", verb, 7)

    assert ran.exit_code == 3
    assert "no task 7" in ran.err


def test_a_task_shows_the_draft_that_was_written_for_it(budstikke: Budstikke, store: Path, specs: Path) -> None:
    draft = store.parent / "draft.xml"
    budstikke("build", specs / "dialogmelding-1.1-helsefaglig.toml", "-o", draft)
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        (number,) = ledger.add_messages(
            [NewMessage(channel="", source="", data=draft.read_bytes(), direction="out", state=MessageState.HELD)],
            at=NOON,
        )
        task = NewTask(party="clinic", rule="AMO-04", title="Ask", message_id=1, draft_message_id=number)
        (task_id,) = ledger.add_tasks([task], at=NOON)
    out = budstikke("tasks", "show", task_id).out

    assert "AMO-04" in out
    assert "Helsefaglig dialog" in out
