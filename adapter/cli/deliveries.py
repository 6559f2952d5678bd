"""`budstikke deliveries`: what goes where, and how far it has come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from adapter.cli.filters import check_channel, check_party, none_of
from adapter.cli.opening import found, open_store
from adapter.cli.options import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    JsonOption,
    LimitOption,
    PartyOption,
    is_for_a_verb_below,
    one_of,
    person,
)
from adapter.cli.output import fields, json_line, section, table
from adapter.message.state import DeliveryState

if TYPE_CHECKING:
    from adapter.store import DeliveryRow, EnvelopeRow

deliveries = typer.Typer(
    help="List, show, retry and abandon deliveries.", invoke_without_command=True, rich_markup_mode=None
)

IdArgument = Annotated[
    int, typer.Argument(metavar="ID", help="The delivery's number, as `budstikke deliveries` prints it.")
]


@deliveries.callback()
def list_deliveries(
    context: typer.Context,
    *,
    state: Annotated[DeliveryState | None, typer.Option("--state", metavar="STATE", help=one_of(DeliveryState))] = None,
    channel: Annotated[str | None, typer.Option("--channel", metavar="ID", help="Only those to this channel.")] = None,
    party: PartyOption = None,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """List deliveries, the newest first."""
    if is_for_a_verb_below(context):
        return
    with open_store(config) as store, store.reading() as query:
        check_channel(query, config, channel)
        check_party(query, config, party)
        rows = query.deliveries(state=state, channel=channel, party=party, limit=limit, newest_first=True)
        envelopes = query.envelopes_of_deliveries([row.id for row in rows if row.is_reliable])
    if as_json:
        for row in rows:
            json_line(row)
    else:
        table(
            ("id", "state", "message", "for", "channel", "party", "attempts", "due", "sent", "acknowledged", "error"),
            [
                (
                    *(row.id, row.state, row.message_id, row.for_message_id, row.channel, row.party),
                    *(row.attempts, row.due_at, row.sent_at, _acknowledged(row, envelopes.get(row.id)), row.last_error),
                )
                for row in rows
            ],
            empty=none_of("deliveries", is_filtered=any((state, channel, party))),
        )


@deliveries.command("show")
def show_delivery(
    delivery_id: IdArgument, *, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Show one delivery, every attempt at it, and the envelopes it went in."""
    from adapter.store import EnvelopeFilter

    with open_store(config) as store, store.reading() as query:
        row = found(query.delivery(delivery_id), "delivery", delivery_id)
        attempts = query.attempts_of(delivery_id)
        envelopes = query.envelopes(EnvelopeFilter(delivery_id=delivery_id))
    values = {name: getattr(row, name) for name in type(row).__dataclass_fields__}
    if as_json:
        json_line(values | {"attempts_made": attempts, "envelopes": envelopes})
        return
    fields(values.items())
    section("attempts")
    table(("at", "outcome", "error"), [(one.at, one.outcome, one.error) for one in attempts], empty="None yet.")
    if envelopes:
        from adapter.cli.envelopes import envelope_table

        section("envelopes")
        envelope_table(envelopes)


def _acknowledged(row: DeliveryRow, envelope: EnvelopeRow | None) -> object:
    """Return when the receiver's server acknowledged a delivery, "pending" where it should and has not."""
    if envelope is not None and envelope.acknowledged_at is not None:
        return envelope.acknowledged_at
    return "pending" if row.is_open and row.is_reliable else None


@deliveries.command("retry")
def retry_delivery(delivery_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Send a delivery once more that was given up."""
    from adapter.service.acts import retry_delivery as retry

    with open_store(config) as store:
        retry(store, delivery_id, person(by), datetime.now(UTC))
    typer.echo(f"Delivery {delivery_id} goes out again.")


@deliveries.command("abandon")
def abandon_delivery(delivery_id: IdArgument, *, by: ByOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Give a delivery up; the message is kept."""
    from adapter.service.acts import abandon_delivery as abandon

    with open_store(config) as store:
        abandon(store, delivery_id, person(by), datetime.now(UTC))
    typer.echo(f"Delivery {delivery_id} is given up.")
