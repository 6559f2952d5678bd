"""`budstikke drafts`: messages that are written for a person to read, change and send."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.opening import open_parts, open_store
from adapter.cli.options import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    is_for_a_verb_below,
    moment,
    person,
)
from adapter.cli.output import json_line, table, write_out
from adapter.flow.drafts.kinds import DraftKind

if TYPE_CHECKING:
    from adapter.message import HealthcareProfessional
    from adapter.service.drafting import Draft

drafts = typer.Typer(
    help="List, show, write, send and discard drafts.", invoke_without_command=True, rich_markup_mode=None
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a date, such as 2026-03-09") from None


def _author(text: str) -> HealthcareProfessional:
    from adapter.check.codelists import CodeLists
    from adapter.flow.drafts.author import author_from

    try:
        return author_from(text, CodeLists.load().name_of)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


IdArgument = Annotated[int, typer.Argument(metavar="ID", help="The draft's number, as `budstikke drafts` prints it.")]
TextOption = Annotated[str | None, typer.Option("--text", metavar="TEXT", help="What it says.")]
TextFileOption = Annotated[
    Path | None,
    typer.Option("--text-file", metavar="FILE", exists=True, dir_okay=False, help="The same, from a UTF-8 file."),
]
AuthorOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        envvar="BUDSTIKKE_AUTHOR",
        metavar="PERSON",
        help='Who answers for it: "name, profession, HPR, phone"; the party\'s contact when left out.',
    ),
]


@drafts.callback()
def list_drafts(context: typer.Context, *, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """List the drafts that wait for somebody."""
    if is_for_a_verb_below(context):
        return
    from adapter.service import drafting

    with open_store(config) as store, store.reading() as query:
        found = drafting.drafts(query)
    if as_json:
        for item in found:
            json_line(_facts(item))
    else:
        rows = [tuple(_facts(item).values()) for item in found]
        table(("id", "type", "topic", "from", "to", "about", "task", "missing"), map(_cells, rows), empty="No drafts.")


@drafts.command("show")
def show_draft(
    draft_id: IdArgument,
    *,
    as_html: Annotated[bool, typer.Option("--html", help="Write a page for browsers and printers.")] = False,
    as_xml: Annotated[bool, typer.Option("--xml", help="Write the message itself.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show a draft as its reader will see it."""
    if as_html + as_xml + as_json > 1:
        raise typer.BadParameter("choose one of --html, --json and --xml")
    from adapter import show as render
    from adapter.service import drafting
    from adapter.wire import write

    with open_store(config) as store, store.reading() as query:
        found = drafting.draft(query, draft_id)
    if as_xml:
        write_out(write(found.message), None)
    elif as_html:
        write_out(render.html(found.message).encode(), None)
    elif as_json:
        typer.echo(json.dumps({**_facts(found), "message": render.as_json(found.message)}, ensure_ascii=False))
    else:
        typer.echo(render.text(found.message))
        _tell_missing(draft_id, found.missing)


@drafts.command("new")
def new_draft(
    kind: Annotated[DraftKind, typer.Argument(metavar="KIND", help=f"One of {', '.join(DraftKind)}.")],
    message: Annotated[int, typer.Argument(metavar="MESSAGE", help="The number of the message it is about.")],
    *,
    code: Annotated[
        str | None,
        typer.Option(
            "--code",
            metavar="CODE",
            help="status: list 9148; avvik: 8117; svar: 9069, or 8126 to a summons; behov: 8128.",
        ),
    ] = None,
    text: TextOption = None,
    text_file: TextFileOption = None,
    place: Annotated[
        str, typer.Option("--place", metavar="TEXT", help="status: where to come, or where the referral went.")
    ] = "",
    appointment: Annotated[
        datetime | None, typer.Option("--appointment", metavar="TIME", parser=moment, help="status: when to come.")
    ] = None,
    seniority: Annotated[
        date | None,
        typer.Option(
            "--seniority", metavar="DATE", parser=_day, help="Ansiennitetsdato; viderehenvisning: the day it came."
        ),
    ] = None,
    assessed: Annotated[
        date | None, typer.Option("--assessed", metavar="DATE", parser=_day, help="viderehenvisning: vurderingsdato.")
    ] = None,
    deadline: Annotated[
        date | None, typer.Option("--deadline", metavar="DATE", parser=_day, help="Frist for nødvendig helsehjelp.")
    ] = None,
    waiting_ended: Annotated[
        date | None,
        typer.Option("--waiting-ended", metavar="DATE", parser=_day, help="viderehenvisning: ventetid sluttdato."),
    ] = None,
    waiting_end: Annotated[
        str | None, typer.Option("--waiting-end", metavar="CODE", help="viderehenvisning: why it ended, list 8445.")
    ] = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="CODE", help="viderehenvisning: outcome, list 8485.")
    ] = None,
    is_entitled: Annotated[
        bool | None, typer.Option("--entitled/--not-entitled", help="viderehenvisning: rett til helsehjelp.")
    ] = None,
    pathway: Annotated[
        list[str] | None,
        typer.Option("--pathway", metavar="TEXT", help='viderehenvisning: a pakkeforløp, as "A16A Name"; repeat it.'),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="ID", help="viderehenvisning: the party it goes to.")
    ] = None,
    party: Annotated[
        str | None, typer.Option("--party", metavar="ID", help="Who writes, where the message was for several.")
    ] = None,
    author: AuthorOption = None,
    by: ByOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write a draft about a message, with a task to send it.

    question asks the referrer for what is missing, one line an item; avvik is for messages that went wrong, never for
    missing clinical content. svar answers what was asked, behov tells NAV about a need for measures.
    """
    from adapter.service import drafting
    from adapter.service.composing import Options

    dates = {"1": seniority, "2": assessed, "3": deadline, "4": waiting_ended}
    options = Options(
        text=_words(text, text_file) or "",
        code=code,
        place=place,
        appointment=appointment,
        dates={code: day for code, day in dates.items() if day},
        outcome=outcome,
        waiting_end=waiting_end,
        is_entitled=is_entitled,
        pathways=tuple(pathway or ()),
        to=to,
        party=party,
        author=_author(author) if author else None,
    )
    with open_parts(config) as parts:
        begun = drafting.new_draft(parts, kind, message, options, by=person(by), now=datetime.now(UTC))
    typer.echo(f"Draft {begun.draft} waits for approval; task {begun.task}.")
    for her_id in begun.uncopied:
        typer.echo(
            f"HER-id {her_id} should have a copy and is no party of the configuration: tell them by other means."
        )
    _tell_missing(begun.draft, begun.missing)


@drafts.command("edit")
def edit_draft(
    draft_id: IdArgument,
    *,
    text: TextOption = None,
    text_file: TextFileOption = None,
    author: AuthorOption = None,
    by: ByOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Change what a draft says, or who answers for it."""
    words = _words(text, text_file)
    if words is None and author is None:
        raise typer.BadParameter("nothing to change: give --text, --text-file or --as")
    from adapter.service import drafting

    signed = _author(author) if author else None
    with open_store(config) as store:
        missing = drafting.edit(store, draft_id, text=words, author=signed, by=person(by), now=datetime.now(UTC))
    typer.echo(f"Draft {draft_id} is changed.")
    _tell_missing(draft_id, missing)


@drafts.command("approve")
def approve_draft(
    draft_id: IdArgument,
    *,
    override: Annotated[
        str | None,
        typer.Option("--override", metavar="REASON", help="Send it although a check stops it; no personal data."),
    ] = None,
    by: ByOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Send a draft as it stands."""
    with open_parts(config) as parts:
        from adapter.service.approval import approve

        findings = approve(parts, draft_id, by=person(by), now=datetime.now(UTC), override=override)
    typer.echo(f"Message {draft_id} goes out.")
    for item in findings:
        typer.echo(f"  {item.rule} {item.severity.value}: {item.text}")


@drafts.command("discard")
def discard_draft(
    draft_id: IdArgument,
    *,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why; no personal data.")] = None,
    by: ByOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put a draft aside for good."""
    from adapter.service import drafting

    with open_store(config) as store:
        drafting.discard(store, draft_id, by=person(by), now=datetime.now(UTC), note=note)
    typer.echo(f"Draft {draft_id} is discarded.")


def _words(text: str | None, file: Path | None) -> str | None:
    if text is not None and file is not None:
        raise typer.BadParameter("choose one of --text and --text-file")
    if file is None:
        return text
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is not UTF-8") from None


def _facts(draft: Draft) -> dict[str, object]:
    row, task = draft.row, draft.task
    return {
        "id": row.id,
        "type": row.type,
        "topic": row.topic,
        "from": row.sender_party,
        "to": row.receiver_party,
        "about": task.message_id,
        "task": task.id,
        "missing": list(draft.missing),
    }


def _cells(values: Iterable[object]) -> list[object]:
    return [", ".join(value) if isinstance(value, list) else value for value in values]


def _tell_missing(draft: int, missing: Iterable[str]) -> None:
    options = " ".join(f"--{option} …" for option in missing)
    if options:
        typer.echo(f"It is not complete yet: budstikke drafts edit {draft} {options}")
