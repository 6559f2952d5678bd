"""`budstikke tasks`: what a person must do."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adapter.cli.filters import check_party, none_of
from adapter.cli.opening import found, open_store
from adapter.cli.options import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    PartyOption,
    is_for_a_verb_below,
    person,
)
from adapter.cli.output import json_line, section

if TYPE_CHECKING:
    from adapter.store.facts import TaskState
    from adapter.store.rows import TaskRow

tasks = typer.Typer(help="List, show, assign and close tasks.", invoke_without_command=True, rich_markup_mode=None)

IdArgument = Annotated[int, typer.Argument(metavar="ID", help="The task's number, as `budstikke tasks` prints it.")]
NoteOption = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What was done; no personal data.")]


@tasks.callback()
def list_tasks(
    context: typer.Context,
    *,
    state: Annotated[Literal["open", "done", "all"], typer.Option("--state", help="Which ones.")] = "open",
    party: PartyOption = None,
    deadlines: Annotated[
        int, typer.Option("--deadlines", min=0, metavar="N", help="Print at most so many running deadlines below.")
    ] = 20,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List tasks, the most urgent first, and running deadlines; the open ones when nothing else is said."""
    if is_for_a_verb_below(context):
        return
    from adapter.cli import agenda

    now = datetime.now(UTC)
    with open_store(config) as store, store.reading() as query:
        check_party(query, config, party)
        rows = query.tasks(state=None if state == "all" else state, party=party)
        running = [] if as_json or state == "done" else query.upcoming_timers(party, limit=deadlines + 1)
    if as_json:
        for row in agenda.by_urgency(rows):
            json_line(dataclasses.asdict(row) | {"overdue": agenda.is_overdue(row, now)})
        return
    agenda.task_table(rows, now, empty=none_of("tasks", is_filtered=party is not None))
    if running and deadlines:
        section("deadlines")
        agenda.timer_table(running[:deadlines], now)
        if len(running) > deadlines:
            typer.echo("There are more; --deadlines prints them.")


@tasks.command("show")
def show_task(task_id: IdArgument, *, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Show one task with all that is needed to do it.

    Its message and what was found, the conversation, running deadlines, the draft, what happened so far, and what
    can be done next.
    """
    from adapter.cli import task_page

    with open_store(config) as store, store.reading() as query:
        page = task_page.read(query, found(query.task(task_id), "task", task_id))
        if as_json:
            json_line(task_page.as_json(page, datetime.now(UTC)))
        else:
            task_page.show(query, page, datetime.now(UTC))


@tasks.command("assign")
def assign_task(
    task_id: IdArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help='Who does it; "" gives it back to everybody.')],
    *,
    by: ByOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say who does a task."""
    with open_store(config) as store, store.writing() as ledger:
        _must_be("open", found(ledger.task(task_id), "task", task_id))
        ledger.assign_task(task_id, name.strip() or None, by=person(by), at=datetime.now(UTC))
    typer.echo(f"Task {task_id} is {name.strip()}'s." if name.strip() else f"Task {task_id} is nobody's.")


@tasks.command("done")
def close_task(
    task_id: IdArgument, *, note: NoteOption = None, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Close a task."""
    with open_store(config) as store, store.writing() as ledger:
        _must_be("open", found(ledger.task(task_id), "task", task_id))
        ledger.close_task(task_id, by=person(by), note=note, at=datetime.now(UTC))
    typer.echo(f"Task {task_id} is done.")


@tasks.command("reopen")
def reopen_task(task_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Open a task again."""
    with open_store(config) as store, store.writing() as ledger:
        _must_be("done", found(ledger.task(task_id), "task", task_id))
        ledger.reopen_task(task_id, by=person(by), at=datetime.now(UTC))
    typer.echo(f"Task {task_id} is open.")


def _must_be(state: TaskState, task: TaskRow) -> None:
    if task.state != state:
        from adapter.service.acts import NotPossible

        hint = f"`budstikke tasks reopen {task.id}` opens it again." if state == "open" else ""
        raise NotPossible(f"Task {task.id} is {task.state} already.", hint=hint)
