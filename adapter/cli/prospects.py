"""How a look at what would be sent again is printed: each message, what is left out and why, and the numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from adapter.cli.output import cell, json_line, table

if TYPE_CHECKING:
    from adapter.replay.preview import Foreseen, Place
    from adapter.replay.prospect import Prospect
    from adapter.replay.stored import LeftOut, Repetition
    from adapter.store import MessageRow


def print_prospect(prospect: Prospect, *, as_json: bool) -> None:
    """Print what would be sent, and what would not."""
    from adapter.replay.preview import counts
    from adapter.replay.stored import Repetition

    repeated = [one for one in prospect.going if isinstance(one, Repetition)]
    renewed = list(zip((one.message for one in prospect.going), prospect.foreseen, strict=False))
    if as_json:
        for row in (
            *map(_repeated, repeated),
            *(_renewed(*one) for one in renewed),
            *map(_left_out, prospect.left_out),
        ):
            json_line(row)
        return
    if repeated:
        _print_rows([_repeated(one) for one in repeated])
    if renewed:
        now = datetime.now(UTC)
        _print_rows([_told(row, seen, now) for row, seen in renewed])
    print_left_out(prospect.left_out)
    typer.echo()
    print_overview([one.message for one in prospect.going])
    if repeated:
        count("destinations", Counter(one.delivery.channel for one in repeated))
    for name, counted in counts(prospect.foreseen).items() if renewed else ():
        count(name, counted)


def print_left_out(left_out: Sequence[LeftOut]) -> None:
    """Print what is left out and why."""
    if left_out:
        typer.echo()
        _print_rows([_left_out(one) for one in left_out])


def print_overview(rows: Sequence[MessageRow]) -> None:
    """Print messages in numbers."""
    from adapter.replay.select import overview

    told = overview(rows)
    count("messages", Counter({"in all": told.count} if told.count else {}))
    if told.count:
        typer.echo(f"{'oldest:':<14}{cell(told.oldest)}")
        typer.echo(f"{'newest:':<14}{cell(told.newest)}")
        count("types", told.types)


def count(name: str, counted: Counter[str]) -> None:
    """Print numbers under a name."""
    told = ", ".join(f"{number} {what}" for what, number in counted.items())
    typer.echo(f"{name + ':':<14}{told or 'none'}")


def place(one: Place, now: datetime) -> str:
    """Return a channel, with the time until which the message waits for it."""
    return one.channel if one.due_at <= now else f"{one.channel} ({cell(one.due_at)})"


def _print_rows(rows: Sequence[dict[str, object]]) -> None:
    table([name.replace("_", " ") for name in rows[0]], [tuple(row.values()) for row in rows], empty="")


def _repeated(one: Repetition) -> dict[str, object]:
    return {
        "message": one.message.id,
        "type": one.message.type,
        "msg_id": one.message.msg_id,
        "to": one.delivery.channel,
        "party": one.delivery.party,
        "file": one.name,
        "sent": one.delivery.sent_at,
        "state": one.delivery.state,
    }


def _renewed(row: MessageRow, seen: Foreseen) -> dict[str, object]:
    return {
        "message": row.id,
        "type": seen.type,
        "new_msg_id": seen.msg_id,
        "verdict": seen.verdict,
        "receipts": seen.receipts,
        "to": seen.places,
        "findings": [item.rule for item in seen.findings],
    }


def _told(row: MessageRow, seen: Foreseen, now: datetime) -> dict[str, object]:
    """Return the same for people."""
    return _renewed(row, seen) | {
        "receipts": "; ".join(map(str, seen.receipts)),
        "to": ", ".join(place(one, now) for one in seen.places),
        "findings": ", ".join(dict.fromkeys(item.rule for item in seen.findings)),
    }


def _left_out(one: LeftOut) -> dict[str, object]:
    return {"message": one.message.id, "type": one.message.type, "to": one.channel, "left_out": one.why}
