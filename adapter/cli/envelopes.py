"""`budstikke envelopes`: the ebXML messages that came and go by mail, and who has acknowledged what."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adapter.cli.filters import check_channel, none_of
from adapter.cli.opening import found, open_store
from adapter.cli.options import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    is_for_a_verb_below,
    one_of,
    person,
)
from adapter.cli.output import cell, fields, json_line, section, table
from adapter.message.state import EnvelopeState

if TYPE_CHECKING:
    from adapter.store import EnvelopeRow, Query, Store

envelopes = typer.Typer(
    help="List and show envelopes; pause, resume and resend what nobody has acknowledged; release and reject.",
    invoke_without_command=True,
    rich_markup_mode=None,
)

IdArgument = Annotated[
    int, typer.Argument(metavar="ID", help="The envelope's number, as `budstikke envelopes` prints it.")
]

_HEADINGS = (
    "id",
    "time",
    "way",
    "state",
    "action",
    "from",
    "to",
    "message",
    "attempts",
    "due",
    "acknowledged",
    "error",
)

#: Of an event: the envelope is the one that is shown, and what an issuer signed is for `--json`.
_UNTOLD = frozenset({"envelope", "statement"})


@envelopes.callback()
def list_envelopes(
    context: typer.Context,
    *,
    pending: Annotated[
        bool, typer.Option("--pending", help="Only messages of ours that nobody has acknowledged yet.")
    ] = False,
    way: Annotated[Literal["in", "out"] | None, typer.Option("--way", help="Only those that came, or go.")] = None,
    state: Annotated[EnvelopeState | None, typer.Option("--state", metavar="STATE", help=one_of(EnvelopeState))] = None,
    channel: Annotated[str | None, typer.Option("--channel", metavar="ID", help="Only those of this channel.")] = None,
    her_id: Annotated[
        str | None, typer.Option("--her-id", metavar="ID", help="Only those from or to this HER-id.")
    ] = None,
    message_id: Annotated[
        str | None, typer.Option("--message-id", metavar="ID", help="Only those with this ebXML MessageId.")
    ] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List envelopes, the newest first."""
    if is_for_a_verb_below(context):
        return
    from adapter.store import EnvelopeFilter

    wanted = EnvelopeFilter(
        pending=pending, direction=way, state=state, channel=channel, party_her=her_id, message_id=message_id
    )
    with open_store(config) as store, store.reading() as query:
        check_channel(query, config, channel)
        rows = query.envelopes(wanted, limit=limit, newest_first=True)
    if as_json:
        for row in rows:
            json_line(row)
    else:
        is_filtered = any((way, state, channel, her_id, message_id))
        envelope_table(rows, empty=none_of("envelopes", is_filtered=is_filtered))


@envelopes.command("show")
def show_envelope(
    envelope_id: IdArgument,
    *,
    raw: Annotated[bool, typer.Option("--raw", help="Print the mail as it came or goes, and nothing else.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show one envelope: what its header says, what answers it, and what happened to it."""
    if raw and as_json:
        raise typer.BadParameter("choose one of --json and --raw")
    with open_store(config) as store, store.reading() as query:
        row = found(query.envelope(envelope_id), "envelope", envelope_id)
        if raw:
            typer.get_binary_stream("stdout").write(query.envelope_bodies([envelope_id])[envelope_id])
        elif as_json:
            json_line(dataclasses.asdict(row) | _around(query, row))
        else:
            _print_envelope(query, row)


@envelopes.command("pause")
def pause_envelope(envelope_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Do not send an envelope again for now, although nobody has acknowledged it."""
    from adapter.service import envelope_acts

    _act(envelope_acts.pause_envelope, envelope_id, by, config)
    typer.echo(f"Envelope {envelope_id} waits until it is resumed.")


@envelopes.command("resume")
def resume_envelope(envelope_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Let a paused envelope go on."""
    from adapter.service import envelope_acts

    _act(envelope_acts.resume_envelope, envelope_id, by, config)
    typer.echo(f"Envelope {envelope_id} goes on.")


@envelopes.command("resend")
def resend_envelope(envelope_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Send an envelope once more, as it is: one that waits for its acknowledgment, or was given up without it."""
    from adapter.service import envelope_acts

    _act(envelope_acts.resend_envelope, envelope_id, by, config)
    typer.echo(f"Envelope {envelope_id} goes out again.")


@envelopes.command("release")
def release_envelope(envelope_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Let an envelope in that is held because its signer could not be checked."""
    from adapter.service import envelope_acts

    _act(envelope_acts.release_envelope, envelope_id, by, config)
    typer.echo(f"Envelope {envelope_id} is released; the daemon opens it.")


@envelopes.command("reject")
def reject_envelope(envelope_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Keep an envelope out that is held. Its sender is not told."""
    from adapter.service import envelope_acts

    _act(envelope_acts.reject_envelope, envelope_id, by, config)
    typer.echo(f"Envelope {envelope_id} is rejected.")


def envelope_table(rows: Sequence[EnvelopeRow], *, empty: str = "No envelopes.") -> None:
    """Print envelopes, one a line."""
    table(
        _HEADINGS,
        [
            (
                *(row.id, row.at, row.direction, _state(row), row.action, row.sender_her, row.receiver_her),
                *(row.carries, row.attempts, _due(row), row.acknowledged_at, row.last_error),
            )
            for row in rows
        ],
        empty=empty,
    )


def envelopes_section(query: Query, message_ids: Collection[int]) -> None:
    """Print the envelopes that messages came in and went out in; nothing where their channels have none."""
    rows = query.envelopes_around(message_ids)
    if rows:
        section("envelopes")
        envelope_table(rows)


def _act(act: Callable[[Store, int, str, datetime], None], number: int, by: str | None, config: Path) -> None:
    with open_store(config) as store:
        act(store, number, person(by), datetime.now(UTC))


def _state(row: EnvelopeRow) -> str:
    return f"{row.state.value}, paused" if row.is_paused else row.state.value


def _due(row: EnvelopeRow) -> datetime | None:
    """Return when an envelope goes by itself, or its signer is checked again; a signal goes once."""
    if row.state is EnvelopeState.HELD:
        return row.due_at
    is_over = row.state.is_final or (row.delivery_id is None and row.state is EnvelopeState.SENT)
    return None if is_over or row.is_paused else row.due_at


def _around(query: Query, row: EnvelopeRow) -> dict[str, object]:
    """Return everything the store ties to an envelope."""
    answer = query.answers_to([row.id]).get(row.id)
    return {
        "answer": None if answer is None else answer.id,
        "tasks": [task.id for task in query.tasks(None, envelope_id=row.id)],
        "events": [dataclasses.asdict(event) for event in query.envelope_events(row)],
    }


def _print_envelope(query: Query, row: EnvelopeRow) -> None:
    known = dataclasses.asdict(row)
    order = dict.fromkeys(("id", "direction", "state", *known))
    fields((name, known[name]) for name in order if name != "worker")
    answer = query.answers_to([row.id])
    if answer:
        section("answered with")
        envelope_table(list(answer.values()))
    tasks = query.tasks(None, envelope_id=row.id)
    if tasks:
        section("tasks")
        table(("id", "state", "rule", "title"), [(one.id, one.state, one.rule, one.title) for one in tasks], empty="")
    section("events")
    for event in query.envelope_events(row):
        told = "  ".join(f"{name}={cell(value)}" for name, value in event.data.items() if name not in _UNTOLD)
        typer.echo(f"{cell(event.at)}  {event.name}  {told}".rstrip())
