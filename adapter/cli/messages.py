"""`budstikke messages`: what came in and what the adapter made."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.envelopes import envelopes_section
from adapter.cli.filters import check_party, check_thread, check_type, none_of
from adapter.cli.opening import found, open_parts, open_settings, open_store
from adapter.cli.options import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    PartyOption,
    SinceOption,
    UntilOption,
    is_for_a_verb_below,
    one_of,
    person,
)
from adapter.cli.output import cell, fields, json_line, section, table, write_out
from adapter.errors import StoreError
from adapter.message.kind import Kind
from adapter.message.state import MessageState

if TYPE_CHECKING:
    from adapter.store import MessageRow, Query

messages = typer.Typer(
    help="List, show, release and purge messages.", invoke_without_command=True, rich_markup_mode=None
)

IdArgument = Annotated[
    int, typer.Argument(metavar="ID", help="The message's number, as `budstikke messages` prints it.")
]

#: What a list tells about a message. File names and findings stay out: they are shown one message at a time.
_HEADINGS = ("id", "received", "way", "state", "kind", "type", "from", "to", "thread", "msg_id")


@messages.callback()
def list_messages(
    context: typer.Context,
    *,
    state: Annotated[MessageState | None, typer.Option("--state", metavar="STATE", help=one_of(MessageState))] = None,
    kind: Annotated[
        Kind | None, typer.Option("--kind", metavar="KIND", help="Only this kind, such as henvisning.")
    ] = None,
    type_: Annotated[
        str | None,
        typer.Option(
            "--type",
            envvar="BUDSTIKKE_MESSAGES_TYPE",
            metavar="CODE",
            help="Only this type (list 8279), such as HENVISNING.",
        ),
    ] = None,
    party: PartyOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    msg_id: Annotated[str | None, typer.Option("--msg-id", metavar="ID", help="Only the one with this MsgId.")] = None,
    thread: Annotated[int | None, typer.Option("--thread", metavar="ID", help="Only those of this thread.")] = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List messages, the newest first."""
    if is_for_a_verb_below(context):
        return
    from adapter.store import MessageFilter

    wanted = MessageFilter(
        state=state, kind=kind, type=type_, party=party, since=since, until=until, msg_id=msg_id, thread=thread
    )
    with open_store(config) as store, store.reading() as query:
        check_type(query, type_)
        check_party(query, config, party)
        check_thread(query, thread)
        rows = query.messages(wanted, limit=limit, newest_first=True)
    print_messages(rows, as_json=as_json, empty=none_of("messages", is_filtered=wanted != MessageFilter()))


@messages.command("show")
def show_message(
    message_id: IdArgument,
    *,
    raw: Annotated[bool, typer.Option("--raw", help="Print the bytes as they came, and nothing else.")] = False,
    as_html: Annotated[
        bool, typer.Option("--html", help="Write a letter with its conversation, for browsers and printers.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show one message.

    What was found, what was answered, where it went, and its content.
    """
    if raw + as_html + as_json > 1:
        raise typer.BadParameter("choose one of --html, --json and --raw")
    with open_store(config) as store, store.reading() as query:
        row = found(query.message(message_id), "message", message_id)
        data = query.bodies([message_id])[message_id]
        if raw:
            typer.get_binary_stream("stdout").write(data)
        elif as_html:
            from adapter.cli.letter import letter
            from adapter.config import build

            if not data:
                raise StoreError(f"The content of message {message_id} is not kept.")
            write_out(letter(query, row, data, build.register(open_settings(config))).encode(), None)
        elif as_json:
            json_line(dataclasses.asdict(row) | _around(query, row))
        else:
            _print_message(query, row)
            section("content")
            from adapter.cli.show import text_of

            typer.echo(text_of(data) if data else "It is not kept.")


@messages.command("release")
def release_message(message_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Let a message go on that is held, or parked until one comes that it belongs to."""
    with open_parts(config) as parts:
        from adapter.service.acts import release_message as release

        state = release(parts, message_id, person(by), datetime.now(UTC))
        with parts.store.reading() as query:
            tasks = query.tasks_of([message_id])
    typer.echo(f"Message {message_id} is released and now {state}.")
    for task in tasks:
        typer.echo(f"Task {task.id} about it is still open ({task.rule}): `budstikke tasks done {task.id}` closes it.")


@messages.command("purge")
def purge_message(
    message_id: IdArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; no personal data: it is never erased.")],
    force: Annotated[bool, typer.Option("--force", help="Give up deliveries that wait to be sent.")] = False,
    by: ByOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Forget what a message says, such as one about the wrong patient.

    The drafts about it, and replays of it, are forgotten too. That it was here, its ids and its history stay. Channels'
    archives, backups and whoever has received it are not touched.
    """
    from adapter.service.purging import purge

    with open_store(config) as store:
        purged = purge(store, message_id, by=person(by), reason=reason, force=force, now=datetime.now(UTC))
    typer.echo(f"The content of {', '.join(map(str, purged))} is gone.")


@messages.command("retry")
def retry_message(message_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Have a quarantined message judged anew.

    For when what was wrong is mended: the register, the configuration, the adapter. The daemon takes it up. The tasks
    about it are closed; what is still wrong opens new ones.
    """
    from adapter.service.acts import retry_message as retry

    with open_store(config) as store:
        retry(store, message_id, person(by), datetime.now(UTC))
    typer.echo(f"Message {message_id} will be judged anew.")


def print_messages(rows: Sequence[MessageRow], *, as_json: bool, empty: str) -> None:
    """Print messages as a table, or one line of JSON each; `empty` is said where there are none."""
    if as_json:
        for row in rows:
            json_line(row)
    else:
        table(_HEADINGS, [_summary(row) for row in rows], empty=empty)


def _summary(row: MessageRow) -> tuple[object, ...]:
    sender, receiver = row.sender_party or row.sender_her, row.receiver_party or row.receiver_her
    return (
        *(row.id, row.received_at, row.direction, row.state, row.kind, row.type),
        *(sender, receiver, row.thread, row.msg_id),
    )


def _around(query: Query, row: MessageRow) -> dict[str, object]:
    """Return everything the store ties to a message."""
    return {
        "receipts": [dataclasses.asdict(receipt) for receipt in query.receipts_of(row.id)],
        "deliveries": [dataclasses.asdict(delivery) for delivery in query.deliveries_of([row.id])],
        "envelopes": [dataclasses.asdict(envelope) for envelope in query.envelopes_around([row.id])],
        "replays": [dataclasses.asdict(item) for item in query.repeats_of([row.id])],
        "events": [dataclasses.asdict(event) for event in query.events(message_id=row.id)],
    }


def _print_message(query: Query, row: MessageRow) -> None:
    known = dataclasses.asdict(row)
    order = dict.fromkeys(("id", "state", "verdict", *known))
    fields((name, known[name]) for name in order if name not in {"findings", "worker"})
    for finding in row.findings:
        if finding is row.findings[0]:
            section("findings")
        where = f"  line {finding['line']}" if finding.get("line") else ""
        typer.echo(f"{finding.get('rule')} {finding.get('severity')}{where}  {finding.get('text')}")
    section("receipts")
    table(
        ("recipient", "status", "message"),
        [(receipt.recipient, receipt.status, receipt.receipt_message_id) for receipt in query.receipts_of(row.id)],
        empty="None given.",
    )
    section("deliveries")
    table(
        ("id", "message", "channel", "party", "state", "attempts", "sent", "error"),
        [
            (
                sent.id,
                sent.message_id,
                sent.channel,
                sent.party,
                sent.state,
                sent.attempts,
                sent.sent_at,
                sent.last_error,
            )
            for sent in query.deliveries_of([row.id])
        ],
        empty="None.",
    )
    envelopes_section(query, [row.id])
    _print_replays(query, row.id)
    section("events")
    for event in query.events(message_id=row.id):
        # what an issuer signed is for `--json`
        told = "  ".join(f"{name}={cell(value)}" for name, value in event.data.items() if name != "statement")
        typer.echo(f"{cell(event.at)}  {event.name}  {told}".rstrip())


def _print_replays(query: Query, number: int) -> None:
    """Print what a message is a replay of, and what it was replayed as; nothing where it is neither."""
    for position, item in enumerate(query.repeats_of([number])):
        if not position:
            section("replays")
        as_what = f"message {item.new_message_id}" if item.new_message_id else f"delivery {item.new_delivery_id}"
        if item.new_message_id == number:
            told = f"It replays message {item.message_id}."
        elif item.state == "done":
            told = f"Replayed as {as_what}."
        else:
            told = f"To be replayed: {item.state}{f', {item.note}' if item.note else ''}."
        typer.echo(f"{told} Batch {item.batch_id}.")
