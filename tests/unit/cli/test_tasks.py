from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter import wire
from adapter.message.state import MessageState
from adapter.store import DecidedMessage, NewMessage, NewTask, NewTimer, Store

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
    assert budstikke("tasks", "--party", "gp").out == "No tasks match.\n"


def test_tasks_of_a_party_that_there_is_not_are_refused_by_name(budstikke: Budstikke) -> None:
    ran = budstikke("tasks", "--party", "clinc")

    assert (ran.exit_code, ran.out) == (2, "")
    assert 'there is no party "clinc"; did you mean "clinic"?' in " ".join(ran.err.split())


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


@pytest.mark.parametrize("arguments", [("show", 7), ("done", 7), ("reopen", 7), ("assign", 7, "Kari")])
def test_a_task_that_is_not_there(budstikke: Budstikke, arguments: tuple[object, ...]) -> None:
    ran = budstikke("tasks", *arguments)

    assert ran.exit_code == 3
    assert "no task 7" in ran.err


def test_what_is_closed_or_open_already_says_so(budstikke: Budstikke) -> None:
    opened = budstikke("tasks", "reopen", 1)
    budstikke("tasks", "done", 1)
    closed = [budstikke("tasks", "done", 1), budstikke("tasks", "assign", 1, "Kari")]

    assert (opened.exit_code, opened.err) == (3, "ACT-01: Task 1 is open already.\n")
    for ran in closed:
        assert ran.exit_code == 3
        assert "ACT-01: Task 1 is done already." in ran.err
        assert "budstikke tasks reopen 1" in ran.err


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


def _add(store: Path, *rows: NewTask) -> None:
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        ledger.add_tasks(rows, at=NOON)


def test_the_most_urgent_tasks_come_first_and_what_is_late_says_so(budstikke: Budstikke, store: Path) -> None:
    _add(
        store,
        NewTask(party="clinic", rule="TIM-01", title="Soon", due_at=datetime(2099, 1, 1, tzinfo=UTC)),
        NewTask(party="clinic", rule="TIM-03", title="Late", due_at=NOON),
        NewTask(party="clinic", rule="TIM-02", title="At once", priority=2),
    )

    lines = budstikke("tasks").out.splitlines()[1:]

    assert [line.split()[0] for line in lines] == ["4", "3", "2", "1"]
    assert "at once" in lines[0]
    assert "2026-03-09 13:00:00 OVERDUE" in lines[1]
    assert "OVERDUE" not in lines[2]
    assert [json.loads(line)["overdue"] for line in budstikke("tasks", "--json").out.splitlines()] == [
        False,
        True,
        False,
        False,
    ]


def test_what_is_done_is_not_late(budstikke: Budstikke, store: Path) -> None:
    _add(store, NewTask(party="clinic", rule="TIM-03", title="Late", due_at=NOON))
    budstikke("tasks", "done", 2)

    assert "OVERDUE" not in budstikke("tasks", "--state", "all").out


def test_a_task_is_assigned_by_name_and_given_back(budstikke: Budstikke) -> None:
    assert budstikke("tasks", "assign", 1, "Grønn Vits", "--by", "Kari").out == "Task 1 is Grønn Vits's.\n"
    assert json.loads(budstikke("tasks", "show", 1, "--json").out)["assignee"] == "Grønn Vits"
    assert "Grønn Vits" in budstikke("tasks").out

    assert budstikke("tasks", "assign", 1, "").out == "Task 1 is nobody's.\n"
    assert json.loads(budstikke("tasks", "show", 1, "--json").out)["assignee"] is None


def test_a_task_tells_who_did_what_with_it_and_when(budstikke: Budstikke) -> None:
    budstikke("tasks", "assign", 1, "Grønn Vits", "--by", "Kari")
    budstikke("tasks", "done", 1, "--by", "Grønn Vits")
    budstikke("tasks", "reopen", 1, "--by", "Ola")

    history = budstikke("tasks", "show", 1).out.partition("\nhistory\n")[2].partition("\n\n")[0].splitlines()

    assert [line.split("  ", 1)[1] for line in history] == [
        "opened",
        "assigned  to Grønn Vits  by Kari",
        "closed  by Grønn Vits",
        "reopened  by Ola",
    ]
    told = json.loads(budstikke("tasks", "show", 1, "--json").out)["history"]
    assert [event["data"].get("by") for event in told] == [None, "Kari", "Grønn Vits", "Ola"]


def test_a_task_shows_its_message_what_was_found_and_what_runs(budstikke: Budstikke, store: Path) -> None:
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        due = datetime(2099, 1, 1, tzinfo=UTC)
        ledger.add_timers([NewTimer(rule="assessment", message_id=1, due_at=due, party="clinic")])
    out = budstikke("tasks", "show", 1).out

    assert "11111111-1111-4111-8111-111111111111" in out
    assert "AMO-04 warn  Sick leave is not described." in out
    assert "2099-01-01 01:00:00" in out
    assert "\nconversation\n" in out
    page = json.loads(budstikke("tasks", "show", 1, "--json").out)
    assert (page["about"]["type"], page["thread"]) == ("HENVISNING", [1, 3])
    assert [timer["rule"] for timer in page["deadlines"]] == ["assessment"]


def test_running_deadlines_are_listed_below_the_tasks_the_first_due_first(budstikke: Budstikke, store: Path) -> None:
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        ledger.add_timers(
            [
                NewTimer(rule=rule, message_id=1, due_at=datetime(2099, month, 1, tzinfo=UTC), party=party)
                for rule, month, party in (("epikrise", 3, "clinic"), ("assessment", 2, "clinic"), ("park", 1, "gp"))
            ]
        )

    def deadlines(*arguments: object) -> list[str]:
        lines = budstikke("tasks", *arguments).out.partition("\ndeadlines\n")[2].splitlines()[1:]
        return [line.split()[3] if line.startswith("2099") else line for line in lines]

    assert deadlines() == ["park", "assessment", "epikrise"]
    assert deadlines("--party", "clinic") == ["assessment", "epikrise"]
    assert deadlines("--deadlines", 1) == ["park", "There are more; --deadlines prints them."]
    assert deadlines("--deadlines", 0) == []
    assert deadlines("--state", "done") == []
    assert "2099-01-01 01:00:00" in budstikke("tasks").out


def test_a_task_names_the_patient_to_the_people_who_must_find_the_record(
    budstikke: Budstikke, store: Path, specs: Path
) -> None:
    referral = store.parent / "referral.xml"
    budstikke("build", specs / "henvisning-1.1.toml", "-o", referral)
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        (number,) = ledger.receive([NewMessage(channel="gp-epj", source="a", data=referral.read_bytes())], at=NOON)
        ledger.add_tasks([NewTask(party="clinic", rule="TIM-01", title="Assess", message_id=number)], at=NOON)
    patient = wire.read(referral.read_bytes()).patient
    assert patient is not None
    family = patient.family_name or (patient.full_name or "").partition(",")[0]

    assert family in budstikke("tasks", "show", 2).out.partition("patient")[2].splitlines()[0]
    assert family not in budstikke("tasks").out
    assert family not in budstikke("tasks", "show", 2, "--json").out


@pytest.mark.parametrize(
    ("task", "steps"),
    [
        (
            {"message_id": 1},
            [
                "deliveries retry 2",
                "messages show 1",
                "threads show 1",
                "tasks assign 2 NAME",
                "tasks done 2 --note TEXT",
            ],
        ),
        (
            {"message_id": 2},
            ["messages release 2", "messages show 2", "tasks assign 2 NAME", "tasks done 2 --note TEXT"],
        ),
        (
            {"draft_message_id": 3},
            [
                "drafts edit 3",
                "drafts approve 3",
                "drafts discard 3",
                "tasks assign 2 NAME",
                "tasks done 2 --note TEXT",
            ],
        ),
        ({}, ["tasks assign 2 NAME", "tasks done 2 --note TEXT"]),
    ],
)
def test_a_task_says_what_can_be_done_next(
    budstikke: Budstikke, store: Path, task: dict[str, Any], steps: list[str]
) -> None:
    _add(store, NewTask(party="clinic", rule="R", title="T", **task))

    out = budstikke("tasks", "show", 2).out

    assert out.partition("what can be done\n")[2].splitlines() == [f"budstikke {step}" for step in steps]


@pytest.mark.parametrize(
    ("state", "step"),
    [(MessageState.QUARANTINED, "retry"), (MessageState.PARKED, "release"), (MessageState.ACCEPTED, "show")],
)
def test_a_task_says_how_its_message_is_taken_up_again(
    budstikke: Budstikke, store: Path, state: MessageState, step: str
) -> None:
    with Store.open(f"sqlite:///{store.parent}/var/budstikke.db") as opened, opened.writing() as ledger:
        (number,) = ledger.receive([NewMessage(channel="gp-epj", source="a", data=b"<odd/>")], at=NOON)
        ledger.decide([DecidedMessage(id=number, state=state)], at=NOON)
        ledger.add_tasks([NewTask(party="clinic", rule="INT-01", title="T", message_id=number)], at=NOON)

    first, *_ = budstikke("tasks", "show", 2).out.partition("what can be done\n")[2].splitlines()

    assert first == f"budstikke messages {step} {number}"


def test_a_task_that_is_done_can_be_opened_again(budstikke: Budstikke) -> None:
    budstikke("tasks", "done", 1)

    assert "budstikke tasks reopen 1" in budstikke("tasks", "show", 1).out


def test_a_task_about_a_message_whose_content_is_gone_is_still_shown(budstikke: Budstikke) -> None:
    budstikke("messages", "purge", 1, "--reason", "wrong patient")
    out = budstikke("tasks", "show", 1).out

    assert "Ask for sick leave" in out
    assert "patient" not in out
