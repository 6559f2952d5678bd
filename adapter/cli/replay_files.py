"""`budstikke replay PATH...`: files through the adapter, looked at first."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from adapter import duration
from adapter.cli.exits import ExitCode
from adapter.cli.opening import open_settings
from adapter.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from adapter.cli.output import json_line, section, table
from adapter.cli.pacing import RateOption, progress, stopping
from adapter.cli.prospects import count, place
from adapter.cli.stopping import STOPPED_BY_HAND
from adapter.errors import ChannelError

if TYPE_CHECKING:
    from adapter.config import Settings
    from adapter.replay.live import Outcome, Pace, Put
    from adapter.replay.preview import Foreseen, Plan
    from adapter.replay.report import Summary
    from adapter.replay.source import Source
    from adapter.service.parts import Parts
    from adapter.store import Store


def _duration(text: str) -> timedelta:
    try:
        return duration.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def files(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            exists=True,
            help="Files, and folders with *.xml at any depth; scenarios with --isolated.",
        ),
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and end.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before running.")] = False,
    channel: Annotated[
        str | None,
        typer.Option("--channel", metavar="ID", help="Put all files into this channel's inbox, whoever sent them."),
    ] = None,
    new_ids: Annotated[
        bool,
        typer.Option(
            "--new-ids", help="Give the messages new ids, the same wherever they name each other, and new dates."
        ),
    ] = False,
    rate: RateOption = None,
    wait: Annotated[
        timedelta | None,
        typer.Option(
            "--wait", parser=_duration, metavar="TIME", help="Wait so long for the daemon to be through (60s)."
        ),
    ] = None,
    isolated: Annotated[
        bool,
        typer.Option(
            "--isolated",
            help="Run scenarios or files in a folder and a store of their own, on a clock that stands still.",
        ),
    ] = False,
    expect: Annotated[
        Path | None,
        typer.Option("--expect", metavar="DIR", file_okay=False, help="Compare an isolated run with the files in DIR."),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Write what an isolated run comes to as what is expected from now on.")
    ] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Send messages through the adapter again.

    First it shows what would become of each: nothing is written for that. Then it puts the files into the inboxes of
    the channels their senders belong to, as the other systems would. A daemon that runs takes them; where none runs,
    they are worked off at once, as by `run --once`.

    Ctrl-C stops between two files and says what was done: exit code 130. Exit code 1 when a message is rejected, held
    or put aside that an `index.toml` beside the files does not expect so, or a file has no channel; 3 when the adapter
    is not through with all of them in time.

    With --isolated nothing of the installation is touched: the messages of a scenario (*.toml), or files one after the
    other, run through an adapter of their own in one process. What everyone has in the end is compared with what the
    scenario, or the folder --expect, says; any difference is printed, with exit code 1.
    """
    if isolated:
        if new_ids or channel is not None or rate is not None or dry_run:
            raise typer.BadParameter("an isolated run takes neither --new-ids, --channel, --rate nor --dry-run")
        from adapter.cli.isolated import run_isolated

        run_isolated(paths, config=config, expected=expect, is_update=update)
        return
    if expect is not None or update:
        raise typer.BadParameter("--expect and --update belong to --isolated")
    from adapter.replay.preview import plan
    from adapter.replay.source import sources

    settings = open_settings(config)
    found = sources(paths)
    if not found:
        raise typer.BadParameter(f"no *.xml in {', '.join(str(path) for path in paths)}")
    if new_ids:
        found = _reminted(found)
    with parts_for_looking(settings) as parts:
        if channel is not None and channel not in parts.channels:
            raise typer.BadParameter(f"there is no channel {channel}; there are {', '.join(parts.channels)}")
        plans = plan(found, parts.context.register, channel)
        _preview(parts, plans, as_json=as_json)
    if dry_run:
        return
    if not yes:
        _ask(plans)
    _run(settings, plans, between=rate or 0.0, wait=timedelta(seconds=60) if wait is None else wait, as_json=as_json)


def _reminted(found: Sequence[Source]) -> list[Source]:
    from adapter.replay.remint import remint
    from adapter.replay.source import Source

    messages = remint([source.data for source in found], now=datetime.now(UTC))
    return [Source.of(source.path, data) for source, data in zip(found, messages, strict=True)]


@contextmanager
def parts_for_looking(settings: Settings) -> Iterator[Parts]:
    """Build what decides, on the store as it is but for reading only; on an empty one where there is none yet."""
    from adapter.service.parts import Parts
    from adapter.store import Store

    with ExitStack() as stack:
        if settings.store_file().is_file():
            store = stack.enter_context(view(settings))
        else:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="budstikke-")))
            store = stack.enter_context(Store.open(f"sqlite:///{folder / 'empty.db'}"))
        yield stack.enter_context(closing(Parts.build(settings, store=store)))


def view(settings: Settings) -> Store:
    from adapter.store import Store

    return Store.view(settings.store.url, busy_timeout=settings.store.busy_timeout.total_seconds())


def _preview(parts: Parts, plans: Sequence[Plan], *, as_json: bool) -> None:
    from adapter.replay.preview import counts, foresee

    now = datetime.now(UTC)
    foreseen = foresee(parts.desk, plans, now)
    if as_json:
        for one in foreseen:
            json_line(_as_json(one))
        return
    table(
        ("file", "type", "msg id", "verdict", "receipts", "to", "findings"),
        [
            (
                one.plan.source.path.name,
                " ".join(part for part in (one.type, one.version) if part),
                one.msg_id,
                one.verdict or "no channel",
                "; ".join(map(str, one.receipts)),
                ", ".join(place(item, now) for item in one.places),
                ", ".join(dict.fromkeys(item.rule for item in one.findings)),
            )
            for one in foreseen
        ],
        empty="",
    )
    typer.echo()
    for name, counted in counts(foreseen).items():
        count(name, counted)
    if any(one.plan.channel is None for one in foreseen):
        typer.echo(
            "Files without a channel are left out: no party of the configuration sends them. Name one: --channel."
        )


def _as_json(one: Foreseen) -> dict[str, object]:
    return {
        "file": str(one.plan.source.path),
        "channel": one.plan.channel,
        "type": one.type,
        "version": one.version,
        "msg_id": one.msg_id,
        "verdict": one.verdict,
        "receipts": one.receipts,
        "destinations": one.places,
        "findings": [item.as_dict() for item in one.findings],
        "drafts": one.drafts,
    }


def _ask(plans: Sequence[Plan]) -> None:
    """Ask whether to go on; end where nobody is there to answer, or says no."""
    ready = sum(one.channel is not None for one in plans)
    if not ready:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is there to ask; write --yes to run, or --dry-run to look only")
    typer.confirm(f"\nPut {ready} of {len(plans)} files into the inboxes?", abort=True)


def _run(settings: Settings, plans: Sequence[Plan], *, between: float, wait: timedelta, as_json: bool) -> None:
    from adapter.replay.live import Pace, await_outcomes, is_daemon_at_work
    from adapter.replay.report import summary

    ready = [one for one in plans if one.channel is not None]
    has_daemon = is_daemon_at_work(settings.store_file())
    if not has_daemon:
        from adapter.config.build import channels

        for channel in channels(settings).values():
            channel.create_folders()
    since = datetime.now(UTC)
    stop = threading.Event()
    puts, trouble = _put(settings, ready, Pace(between), stop)
    if not has_daemon and puts and not stop.is_set():
        from adapter.service.daemon import run as run_daemon

        run_daemon(settings, once=True)
    with stopping(stop):
        outcomes = await_outcomes(
            lambda: view(settings), puts, since=since, wait=wait if has_daemon else timedelta(), stop=stop
        )
    told = summary(outcomes, datetime.now(UTC))
    left = len(plans) - len(outcomes)
    if as_json:
        for one in outcomes:
            json_line(_outcome_as_json(one))
    else:
        _report(plans, outcomes, told)
        if stop.is_set():
            typer.echo(f"Stopped by hand: {left} files were not put.")
        if told.unfinished and not has_daemon:
            typer.echo("No daemon runs: what lies in the inboxes waits for `budstikke run`.")
    if trouble is not None:
        raise trouble
    raise typer.Exit(STOPPED_BY_HAND if stop.is_set() else _exit_code(told, left))


def _put(
    settings: Settings, ready: Sequence[Plan], pace: Pace, stop: threading.Event
) -> tuple[list[Put], ChannelError | None]:
    """Put files into the inboxes; return those that lie there, and what stopped it where something did."""
    from adapter.replay.live import put_all

    inboxes = {channel.id: channel.inbox for channel in settings.folders()}
    puts: list[Put] = []
    with stopping(stop), progress("files", len(ready)) as tell:
        try:
            for put in put_all(ready, inboxes, pace=pace, stop=stop):
                puts.append(put)
                tell()
        except ChannelError as error:
            return puts, error
    return puts, None


def _exit_code(told: Summary, left: int) -> ExitCode:
    if told.unfinished:
        return ExitCode.FAILED
    return ExitCode.REJECTED if told.surprises or left else ExitCode.WELL


def _outcome_as_json(one: Outcome) -> dict[str, object]:
    return {
        "file": str(one.put.plan.source.path),
        "channel": one.put.channel,
        "message": one.message and one.message.id,
        "state": one.message and one.message.state.value,
        "verdict": one.message and one.message.verdict,
        "deliveries": [{"channel": row.channel, "name": row.name, "state": row.state.value} for row in one.deliveries],
        "receipts": [{"recipient": recipient, "status": status} for recipient, status in one.receipts],
    }


def _report(plans: Sequence[Plan], outcomes: Sequence[Outcome], told: Summary) -> None:
    section("report")
    typer.echo(f"{len(outcomes)} of {len(plans)} files were put into the inboxes.")
    for name, counted in (
        ("verdicts", told.verdicts),
        ("arrived", told.arrived),
        ("waiting", told.waiting),
        ("failed", told.failed),
        ("receipts", told.receipts),
    ):
        count(name, counted)
    for one in told.surprises:
        if one.message is not None:
            typer.echo(
                f"stopped: {one.put.plan.source.path.name} is message {one.message.id}, {one.message.state.value}"
            )
    for one in told.unfinished:
        typer.echo(f"not through: {one.put.plan.source.path.name}, in the inbox of {one.put.channel} as {one.put.name}")
