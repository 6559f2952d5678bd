"""`budstikke replay stored`: messages of the store once more, to where they went, into a folder, or only compared."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.exits import ExitCode
from adapter.cli.filters import check_channel, check_messages, check_party, check_rule, check_thread, check_type
from adapter.cli.messages import print_messages
from adapter.cli.opening import open_settings
from adapter.cli.options import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    PartyOption,
    SinceOption,
    UntilOption,
    one_of,
    person,
)
from adapter.cli.output import json_line
from adapter.cli.pacing import RateOption
from adapter.cli.prospects import print_left_out, print_overview, print_prospect
from adapter.cli.replay_batches import send
from adapter.cli.replay_files import parts_for_looking
from adapter.errors import StoreError
from adapter.message.state import MessageState

if TYPE_CHECKING:
    from adapter.config import Settings
    from adapter.replay.prospect import Prospect
    from adapter.service.parts import Parts
    from adapter.store import MessageFilter, MessageRow


class Direction(StrEnum):
    """Which way messages go."""

    IN = "in"
    OUT = "out"


class Ids(StrEnum):
    """What becomes of the ids of messages that are sent again."""

    KEPT = "kept"
    NEW = "new"


def stored(
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    sender: Annotated[str | None, typer.Option("--from", metavar="ID", help="Only those this party sent.")] = None,
    receiver: Annotated[str | None, typer.Option("--to", metavar="ID", help="Only those for this party.")] = None,
    party: PartyOption = None,
    type_: Annotated[
        str | None,
        typer.Option(
            "--type",
            envvar="BUDSTIKKE_REPLAY_STORED_TYPE",
            metavar="CODE",
            help="Only this type (list 8279), such as HENVISNING.",
        ),
    ] = None,
    state: Annotated[MessageState | None, typer.Option("--state", metavar="STATE", help=one_of(MessageState))] = None,
    rule: Annotated[
        str | None, typer.Option("--finding", metavar="CODE", help="Only those with a finding of this rule.")
    ] = None,
    thread: Annotated[int | None, typer.Option("--thread", metavar="ID", help="Only those of this thread.")] = None,
    numbers: Annotated[
        list[int] | None,
        typer.Option(
            "--id",
            envvar="BUDSTIKKE_REPLAY_STORED_ID",
            metavar="ID",
            help="Only the message with this number; may be repeated.",
        ),
    ] = None,
    direction: Annotated[
        Direction | None,
        typer.Option("--direction", metavar="WAY", help="Only what came in, or what the adapter made: in, out."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="N", help="Refuse to replay more than so many.")
    ] = 1000,
    real: Annotated[
        bool, typer.Option("--real", help="Send them to where they belong, as a batch; needs --ids.")
    ] = False,
    into: Annotated[
        Path | None,
        typer.Option(
            "--into", metavar="DIR", file_okay=False, help="Write what would be sent into this folder instead."
        ),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Only decide again, and print what differs from what was decided then.")
    ] = False,
    id_choice: Annotated[
        Ids | None,
        typer.Option(
            "--ids",
            envvar="BUDSTIKKE_REPLAY_STORED_IDS",
            metavar="CHOICE",
            help="kept: the same files again to the channels that had them; "
            "new: new messages, which come in again and are judged and answered anew.",
        ),
    ] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", metavar="ID", help="With ids kept: to this channel only.")
    ] = None,
    rate: RateOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending.")] = False,
    by: ByOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Replay messages of the store.

    Choose the messages, then what to do with them: --real, --into or --compare. Without a choice they are listed.
    All that would be sent is shown first, with what is left out and why.

    With --real they become a batch: `replay batches` and `replay show` tell how far it is, `replay cancel` ends it,
    and `replay resume` goes on with one that was stopped by Ctrl-C or a crash. The daemon sends what a batch queues.
    Exit code 1 when a message is left out, or --compare finds a difference; 130 after Ctrl-C.
    """
    _check_choice(real=real, into=into, compare=compare, ids=id_choice, channel=channel)
    from adapter.replay.prospect import anew, once_more
    from adapter.replay.select import select
    from adapter.store import MessageFilter

    wanted = MessageFilter(
        ids=tuple(numbers) if numbers else None,
        state=state,
        # what the adapter made, its receipts above all, goes along only where somebody asks for it
        direction=direction.value if direction else None if numbers else "in",
        type=type_,
        party=party,
        sender=sender,
        receiver=receiver,
        rule=rule,
        since=since,
        until=until,
        thread=thread,
    )
    settings = open_settings(config)
    if not settings.store_file().is_file():
        raise StoreError(f"There is no store at {settings.store_file()}.", hint="`budstikke run` makes it.")
    with parts_for_looking(settings) as parts:
        with parts.store.reading() as query:
            check_type(query, type_)
            check_party(query, config, party)
            check_party(query, config, sender, "--from")
            check_party(query, config, receiver, "--to")
            check_rule(query, rule)
            check_channel(query, config, channel)
            check_thread(query, thread)
            check_messages(query, numbers or ())
            rows = select(query, wanted, limit)
        if not rows and not as_json:
            typer.echo("No messages match.")
            return
        if compare:
            raise typer.Exit(_compare(parts, rows, as_json=as_json))
        if not real and into is None:
            _list(rows, as_json=as_json)
            return
        prospect = anew(parts, rows, datetime.now(UTC)) if id_choice is Ids.NEW else once_more(parts, rows, channel)
        print_prospect(prospect, as_json=as_json)
        is_sure = bool(prospect.going) and (yes or _asked(len(prospect.going), into))
        if into is not None and is_sure:
            _write(parts, prospect, into)
    if id_choice is not None and real and is_sure:
        _send(settings, prospect, ids=id_choice, wanted=wanted, pause=rate or 0.0, by=person(by), as_json=as_json)
    if prospect.left_out:
        raise typer.Exit(ExitCode.REJECTED)


def _check_choice(*, real: bool, into: Path | None, compare: bool, ids: Ids | None, channel: str | None) -> None:
    """Refuse what does not go together, and what somebody must say."""
    if real + (into is not None) + compare > 1:
        raise typer.BadParameter("choose one of --real, --into and --compare")
    if real and ids is None:
        raise typer.BadParameter(
            "say what becomes of the ids: --ids kept for the same messages again, --ids new for new messages"
        )
    if channel is not None and ids is Ids.NEW:
        raise typer.BadParameter("messages with new ids find their own way; --channel goes with --ids kept")


def _list(rows: Sequence[MessageRow], *, as_json: bool) -> None:
    print_messages(rows, as_json=as_json, empty="No messages match.")
    if not as_json:
        typer.echo()
        print_overview(rows)
        typer.echo("Choose what to do with them: --real, --into or --compare.")


def _asked(number: int, into: Path | None) -> bool:
    """Ask whether to go on; where nobody is there to answer, it was only a look."""
    if not sys.stdin.isatty():
        typer.echo("Nothing is done without --yes.", err=True)
        return False
    what = f"Write what would be sent to {into}?" if into else f"Send {number} messages again?"
    return typer.confirm(f"\n{what}")


def _write(parts: Parts, prospect: Prospect, into: Path) -> None:
    from adapter.replay.sandbox import copies, write

    with parts.store.reading() as query:
        number = write(into, copies(query, prospect))
    typer.echo(f"{number} files are written to {into}. Nothing is sent.", err=True)


def _send(
    settings: Settings,
    prospect: Prospect,
    *,
    ids: Ids,
    wanted: MessageFilter,
    pause: float,
    by: str,
    as_json: bool,
) -> None:
    from adapter.replay.batch import begin
    from adapter.store import Store

    asked = {name: str(value) for name, value in asdict(wanted).items() if value is not None}
    with Store.open(settings.store.url, busy_timeout=settings.store.busy_timeout.total_seconds()) as store:
        number = begin(store, prospect.going, ids=ids.value, wanted=asked, pause=pause, by=by, now=datetime.now(UTC))
        send(store, number, by=by, as_json=as_json)


def _compare(parts: Parts, rows: Sequence[MessageRow], *, as_json: bool) -> ExitCode:
    """Print what would be decided otherwise today."""
    from adapter.replay.review import reviews
    from adapter.replay.stored import LeftOut

    same = different = 0
    left_out = []
    for one in reviews(parts.store, parts.desk, rows):
        if as_json:
            json_line(
                {"message": one.message.id, "then": one.then, "today": one.today, "left_out": one.why_not or None}
            )
        if one.why_not:
            left_out.append(LeftOut(message=one.message, why=one.why_not))
        elif one.is_same:
            same += 1
        else:
            different += 1
            if not as_json:
                typer.echo(one.difference())
    if not as_json:
        print_left_out(left_out)
        typer.echo(f"{same} decided as then, {different} otherwise, {len(left_out)} not compared.")
    return ExitCode.REJECTED if different else ExitCode.WELL
