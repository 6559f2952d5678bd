"""`budstikke threads`: messages that belong together."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.messages import print_messages
from adapter.cli.opening import found, open_store
from adapter.cli.options import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    LimitOption,
    PartyOption,
    SinceOption,
    is_for_a_verb_below,
)
from adapter.cli.output import json_line, table

if TYPE_CHECKING:
    from adapter.store import MessageRow

threads = typer.Typer(
    help="List and show messages that belong together.", invoke_without_command=True, rich_markup_mode=None
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

    with open_store(config) as store, store.reading() as query:
        rows = query.messages(MessageFilter(party=party, since=since), limit=limit, newest_first=True)
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
            empty="No threads.",
        )


@threads.command("show")
def show_thread(
    thread: Annotated[int, typer.Argument(metavar="ID", help="The thread's number.")],
    *,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show the messages of one thread."""
    with open_store(config) as store, store.reading() as query:
        rows = query.thread(thread)
    print_messages(found(rows or None, "thread", thread), as_json=as_json)


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
