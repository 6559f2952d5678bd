"""`budstikke replay batches|show|resume|cancel`: what is sent again as one act, and how far it is."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.opening import found, open_store
from adapter.cli.options import DEFAULT_CONFIG, ByOption, ConfigOption, JsonOption, LimitOption, person
from adapter.cli.output import cell, fields, json_line, section, table
from adapter.cli.pacing import progress, stopping
from adapter.cli.stopping import STOPPED_BY_HAND

if TYPE_CHECKING:
    from adapter.store import BatchRow, Query, Store

BatchArgument = Annotated[
    int, typer.Argument(metavar="BATCH", help="The batch's number, as `budstikke replay batches` prints it.")
]


def list_batches(
    *, limit: LimitOption = 50, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """List batches, the newest first."""
    with open_store(config) as store, store.reading() as query:
        rows = [_facts(query, row) for row in query.batches(limit)]
    if as_json:
        for row in rows:
            json_line(row)
        return
    headings = ("id", "state", "ids", "begun", "by", "pending", "done", "left out", "cancelled")
    table(headings, [tuple(row[name] for name in headings) for row in rows], empty="No batches.")


def show_batch(batch: BatchArgument, *, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Show one batch: what was asked for, and what came of each message."""
    with open_store(config) as store, store.reading() as query:
        row = found(query.batch(batch), "batch", batch)
        facts, items, events = _facts(query, row), query.items(batch), query.batch_events(batch)
    if as_json:
        json_line(facts | {"messages": items, "events": events})
        return
    fields(facts.items())
    section("messages")
    table(
        ("message", "delivery", "state", "at", "as message", "as delivery", "note"),
        [
            (
                *(item.message_id, item.delivery_id, item.state, item.ended_at),
                *(item.new_message_id, item.new_delivery_id, item.note),
            )
            for item in items
        ],
        empty="None.",
    )
    section("events")
    for event in events:
        typer.echo(f"{cell(event.at)}  {event.name}  by={event.data['by']}")


def resume_batch(
    batch: BatchArgument, *, by: ByOption = None, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Go on with a batch that was stopped by Ctrl-C or a crash. Nothing is sent twice."""
    from adapter.replay.batch import resume

    with open_store(config) as store:
        resume(store, batch, person(by), datetime.now(UTC))
        send(store, batch, by=person(by), as_json=as_json)


def cancel_batch(batch: BatchArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Stop a batch: what is left is not sent, and what is queued is withdrawn. What is sent stays sent."""
    from adapter.replay.batch import cancel

    with open_store(config) as store:
        left, withdrawn = cancel(store, batch, person(by), datetime.now(UTC))
    typer.echo(f"Batch {batch} is cancelled: {left} messages are not sent, {withdrawn} deliveries are withdrawn.")


def send(store: Store, batch: int, *, by: str, as_json: bool) -> None:
    """Send what a batch has left, and report; exit with 1 where something was left out, with 130 after Ctrl-C."""
    from adapter.replay.batch import go_on
    from adapter.replay.live import is_daemon_at_work
    from adapter.service.parts import utc_now

    stop = threading.Event()
    with store.reading() as query:
        left = len(query.items(batch, "pending"))
    if not as_json:
        typer.echo(f"Batch {batch}: {left} to send.")
    with stopping(stop), progress("messages", left) as tell:
        for item in go_on(store, batch, by=by, stop=stop, clock=utc_now):
            tell()
            if as_json:
                json_line(item)
    with store.reading() as query:
        row = found(query.batch(batch), "batch", batch)
        facts = _facts(query, row)
    if not as_json:
        _report(facts)
        if not is_daemon_at_work(store.path) and facts["done"]:
            typer.echo("No daemon runs: what is queued waits for `budstikke run`.")
    if row.state == "open":
        raise typer.Exit(STOPPED_BY_HAND)
    if facts["left out"] or row.state == "cancelled":
        raise typer.Exit(ExitCode.REJECTED)


def _report(facts: dict[str, object]) -> None:
    number = facts["id"]
    typer.echo(f"Batch {number} is {facts['state']}: {facts['done']} done, {facts['left out']} left out.")
    if facts["state"] == "open":
        typer.echo(
            f"{facts['pending']} are not sent: `budstikke replay resume {number}` goes on, "
            f"`budstikke replay cancel {number}` ends it."
        )


def _facts(query: Query, row: BatchRow) -> dict[str, object]:
    """Return a batch in the words of its table."""
    counts = query.item_counts([row.id])[row.id]
    asked = ", ".join(f"{name} {value}" for name, value in row.wanted.items())
    return {
        "id": row.id,
        "state": row.state,
        "ids": row.ids,
        "begun": row.created_at,
        "by": row.created_by,
        "ended": row.ended_at,
        "asked for": asked,
        **{name: counts.get(name, 0) for name in ("pending", "done", "left out", "cancelled")},
    }
