"""`budstikke tasks`: what a person must do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from adapter.cli.opening import found, open_parts, open_store
from adapter.cli.options import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    PartyOption,
    is_for_a_verb_below,
    person,
)
from adapter.cli.output import fields, json_line, table

tasks = typer.Typer(
    help="List, show and close tasks; send their drafts.", invoke_without_command=True, rich_markup_mode=None
)

IdArgument = Annotated[int, typer.Argument(metavar="ID", help="The task's number, as `budstikke tasks` prints it.")]
NoteOption = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What was done; no personal data.")]


@tasks.callback()
def list_tasks(
    context: typer.Context,
    *,
    state: Annotated[Literal["open", "done", "all"], typer.Option("--state", help="Which ones.")] = "open",
    party: PartyOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List tasks; the open ones when nothing else is said."""
    if is_for_a_verb_below(context):
        return
    with open_store(config) as store, store.reading() as query:
        rows = query.tasks(state=None if state == "all" else state, party=party)
    if as_json:
        for row in rows:
            json_line(row)
    else:
        table(
            ("id", "state", "due", "party", "rule", "message", "title"),
            [(row.id, row.state, row.due_at, row.party, row.rule, row.message_id, row.title) for row in rows],
            empty="No tasks.",
        )


@tasks.command("show")
def show_task(task_id: IdArgument, *, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Show one task and its draft."""
    with open_store(config) as store, store.reading() as query:
        row = found(query.task(task_id), "task", task_id)
        draft = None if row.draft_message_id is None else query.bodies([row.draft_message_id])[row.draft_message_id]
    if as_json:
        json_line(row)
        return
    fields((name, getattr(row, name)) for name in type(row).__dataclass_fields__)
    if draft is not None:
        from adapter.cli.show import text_of

        typer.echo(f"\n{text_of(draft)}")


@tasks.command("done")
def close_task(
    task_id: IdArgument, *, note: NoteOption = None, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Close a task."""
    with open_store(config) as store, store.writing() as ledger:
        found(ledger.task(task_id), "task", task_id)
        ledger.close_task(task_id, by=person(by), note=note, at=datetime.now(UTC))
    typer.echo(f"Task {task_id} is done.")


@tasks.command("send")
def send_draft(task_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Send a task's draft as it stands."""
    with open_parts(config) as parts:
        from adapter.service.acts import approve_draft

        draft = approve_draft(parts, task_id, person(by), datetime.now(UTC))
    typer.echo(f"Message {draft} goes out; task {task_id} is done.")


@tasks.command("discard")
def discard_draft(task_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Close a task without sending its draft."""
    from adapter.service.acts import discard_draft as discard

    with open_store(config) as store:
        discard(store, task_id, person(by), datetime.now(UTC))
    typer.echo(f"The draft is discarded; task {task_id} is done.")


@tasks.command("reopen")
def reopen_task(task_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Open a task again."""
    with open_store(config) as store, store.writing() as ledger:
        found(ledger.task(task_id), "task", task_id)
        ledger.reopen_task(task_id, by=person(by), at=datetime.now(UTC))
    typer.echo(f"Task {task_id} is open.")
