"""`budstikke threads`: messages that belong together."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.envelopes import envelopes_section
from adapter.cli.filters import check_party, none_of
from adapter.cli.opening import found, open_parts, open_store
from adapter.cli.options import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    PartyOption,
    SinceOption,
    is_for_a_verb_below,
    person,
)
from adapter.cli.output import cell, json_line, section, table

if TYPE_CHECKING:
    from adapter.store import MessageRow, Query, TaskRow, TimerRow

threads = typer.Typer(
    help="List and show messages that belong together; tell when a stay ended.",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@threads.callback()
def list_threads(
    context: typer.Context,
    *,
    party: PartyOption = None,
    since: SinceOption = None,
    limit: LimitOption = 500,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List the threads of the newest messages."""
    if is_for_a_verb_below(context):
        return
    from adapter.store import MessageFilter

    wanted = MessageFilter(party=party, since=since)
    with open_store(config) as store, store.reading() as query:
        check_party(query, config, party)
        rows = query.messages(wanted, limit=limit, newest_first=True)
    members: defaultdict[int, list[MessageRow]] = defaultdict(list)
    for row in rows:
        if row.thread is not None:
            members[row.thread].append(row)
    summaries = [_summary(thread, rows) for thread, rows in members.items()]
    if as_json:
        for summary in summaries:
            json_line(summary)
    else:
        table(
            ("thread", "messages", "first", "last", "kinds"),
            [tuple(s.values()) for s in summaries],
            empty=none_of("threads", is_filtered=wanted != MessageFilter()),
        )


@threads.command("show")
def show_thread(
    thread: Annotated[int, typer.Argument(metavar="ID", help="The thread's number.")],
    *,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show the messages of one thread in order, their envelopes, the deadlines that run, and the open tasks."""
    from adapter.cli import agenda

    now = datetime.now(UTC)
    with open_store(config) as store, store.reading() as query:
        rows = found(query.thread(thread) or None, "thread", thread)
        numbers = [row.id for row in rows]
        timers, tasks = query.timers_of(numbers), query.tasks_of(numbers)
        if as_json:
            for row in rows:
                json_line(dataclasses.asdict(row) | _around(query, row.id, timers, tasks))
            return
        agenda.thread_table(query, rows)
        envelopes_section(query, numbers)
        section("deadlines")
        agenda.timer_table(timers, now)
        section("open tasks")
        agenda.task_table(tasks, now, empty="None.")


@threads.command("stay-ended")
def end_stay(
    message_id: Annotated[int, typer.Argument(metavar="MESSAGE", help="The number of the referral.")],
    *,
    on: Annotated[
        datetime, typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="The day the patient left.")
    ],
    by: ByOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Say when the stay ended that a message referred to: from then on the epikrise is due."""
    from adapter.service.stays import end_stay as end

    with open_parts(config) as parts:
        due_at = end(parts, message_id, on.date(), person(by), datetime.now(UTC))
    typer.echo(f"The epikrise for message {message_id} is due {cell(due_at)}.")


def _around(query: Query, message_id: int, timers: Sequence[TimerRow], tasks: Sequence[TaskRow]) -> dict[str, object]:
    """Return what the store ties to a message of a thread."""
    return {
        "receipts": query.receipts_of(message_id),
        "deliveries": query.deliveries_carrying([message_id]),
        "envelopes": query.envelopes_around([message_id]),
        "deadlines": [timer for timer in timers if timer.message_id == message_id],
        "tasks": [task for task in tasks if task.message_id == message_id],
    }


def _summary(thread: int, rows: list[MessageRow]) -> dict[str, object]:
    times = [row.received_at for row in rows]
    kinds = sorted({row.type or row.kind or "?" for row in rows})
    return {
        "thread": thread,
        "messages": len(rows),
        "first": min(times),
        "last": max(times),
        "kinds": ", ".join(kinds),
    }
