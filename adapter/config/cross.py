"""Checks across tables: unique names, known references, folders that keep out of each other's way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from adapter.config.channel_tables import ChannelTable, FolderTable, MailTable
from adapter.config.fields import SQLITE
from adapter.config.models import (
    DraftsTable,
    PartnersTable,
    PartyTable,
    ReceiptsTable,
    RouteTable,
    StoreTable,
    TrustTable,
)
from adapter.config.problem import Problem, nearest
from adapter.values import value_class


@value_class
class Tables:
    """Every table that is right by itself, with its place in the file."""

    store: StoreTable | None
    receipts: ReceiptsTable | None
    drafts: DraftsTable | None
    trust: TrustTable | None
    partners: PartnersTable | None
    parties: list[tuple[int, PartyTable]]
    channels: list[tuple[int, ChannelTable]]
    routes: list[tuple[int, RouteTable]]
    #: Ids of all parties and channels, also of those with mistakes: a reference to them is none.
    party_ids: Collection[str]
    channel_ids: Collection[str]


def problems(tables: Tables) -> Iterator[Problem]:
    """Yield every mistake that only shows when tables are seen together."""
    yield from _repeated((f"party[{index}].id", party.id) for index, party in tables.parties)
    yield from _repeated((f"channel[{index}].id", channel.id) for index, channel in tables.channels)
    yield from _repeated((f"route[{index}].name", route.name) for index, route in tables.routes)
    yield from _repeated(
        (f"party[{index}].her_ids", her_id) for index, party in tables.parties for her_id in party.her_ids
    )
    yield from _unknown(_references_to_channels(tables), tables.channel_ids, "channel")
    yield from _unknown(_references_to_parties(tables), tables.party_ids, "party")
    yield from _unknown_shapes(tables)
    yield from _unknown_rules(tables)
    yield from _idle_channels(tables)
    yield from _entangled_folders(tables)
    yield from _shared_mailboxes(tables)
    yield from _unreachable_by_mail(tables)


def _repeated(places: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, value in places:
        if value in first:
            yield Problem(path, f'"{value}" is used by {first[value]} already')
        first.setdefault(value, path)


def _references_to_channels(tables: Tables) -> Iterator[tuple[str, str]]:
    for index, party in tables.parties:
        yield f"party[{index}].channel", party.channel
    for index, route in tables.routes:
        for position, channel in enumerate(route.deliver):
            yield f"route[{index}].deliver[{position}]", channel


def _references_to_parties(tables: Tables) -> Iterator[tuple[str, str]]:
    if tables.receipts and tables.receipts.fallback:
        yield "receipts.fallback", tables.receipts.fallback
    for index, route in tables.routes:
        for key, named in (("to", route.when.to), ("from", route.when.sender)):
            for party in named:
                yield f"route[{index}].when.{key}", party


def _unknown(references: Iterable[tuple[str, str]], known: Collection[str], kind: str) -> Iterator[Problem]:
    for path, value in references:
        if value not in known:
            yield Problem(path, f'there is no {kind} "{value}"{nearest(value, known)}')


def _unknown_shapes(tables: Tables) -> Iterator[Problem]:
    named = [(index, shape) for index, party in tables.parties for shape in party.tolerance if shape != "*"]
    if not named:
        return
    from adapter.check.tolerance import NAMES  # noqa: PLC0415 - only configurations that name shapes pay for it

    for index, shape in named:
        if shape not in NAMES:
            known = ", ".join(sorted(NAMES))
            yield Problem(f"party[{index}].tolerance", f'there is no shape "{shape}"; the known ones are {known}')


def _unknown_rules(tables: Tables) -> Iterator[Problem]:
    named = tables.drafts.send_without_approval if tables.drafts else ()
    if not named:
        return
    from adapter.check import rules  # noqa: PLC0415 - only configurations that name rules pay for it
    from adapter.flow import rules as flow_rules  # noqa: PLC0415

    known = {rule.id for rule in (*rules.every(), *flow_rules.ALL)}
    places = ((f"drafts.send_without_approval[{index}]", rule) for index, rule in enumerate(named))
    yield from _unknown(places, known, "rule")


def _idle_channels(tables: Tables) -> Iterator[Problem]:
    used = {value for _, value in _references_to_channels(tables)}
    # A party with a mistake, or a reference with one, may well be what the channel is for.
    if len(tables.parties) < len(tables.party_ids) or not used.issubset(tables.channel_ids):
        return
    for index, channel in tables.channels:
        if channel.id not in used:
            yield Problem(f"channel[{index}].id", f'no party and no route uses "{channel.id}"')


def _entangled_folders(tables: Tables) -> Iterator[Problem]:
    """Yield folders that are or hold each other: one system would read what is meant for another."""
    folders = [
        (f"channel[{index}].{key}", Path(path).resolve())
        for index, channel in tables.channels
        if isinstance(channel, FolderTable)
        for key, path in (("inbox", channel.inbox), ("outbox", channel.outbox), ("archive", channel.archive))
        if path is not None
    ]
    for position, (place, folder) in enumerate(folders):
        for other_place, other in folders[:position]:
            if folder == other:
                yield Problem(place, f"is the same folder as {other_place}")
            elif folder.is_relative_to(other):
                yield Problem(place, f"lies inside {other_place}")
            elif other.is_relative_to(folder):
                yield Problem(place, f"holds {other_place}")
    if tables.store is None:
        return
    file = Path(tables.store.url.removeprefix(SQLITE)).resolve()
    for place, folder in folders:
        if file.is_relative_to(folder):
            yield Problem("store.url", f"lies inside {place}, where its file would be taken for a message")


def _shared_mailboxes(tables: Tables) -> Iterator[Problem]:
    """Yield mailboxes that two channels would empty."""
    yield from _repeated(
        (f"channel[{index}].inbox", f"{channel.inbox} {channel.folder} of {channel.user or channel.certificate_file}")
        for index, channel in tables.channels
        if isinstance(channel, MailTable)
    )


def _unreachable_by_mail(tables: Tables) -> Iterator[Problem]:
    """Yield what is missing for mail: certificates of one's own, and addresses of those it goes to."""
    by_mail = {channel.id: f"channel[{index}]" for index, channel in tables.channels if isinstance(channel, MailTable)}
    if by_mail and tables.trust is not None and tables.trust.own is None:
        place = next(iter(by_mail.values()))
        yield Problem("trust.own", f"is missing: {place} goes by mail, which is signed and encrypted")
    if tables.partners is None or tables.partners.folder is not None:
        return
    if by_mail and tables.trust is not None and tables.trust.roots is None:
        place = next(iter(by_mail.values()))
        text = f"is missing: without it, and without a folder of [partners], everything that comes by {place} is held"
        yield Problem("trust.roots", text)
    for index, party in tables.parties:
        if party.channel in by_mail and party.address is None:
            text = f"is missing: {by_mail[party.channel]} goes by mail, and [partners] names no folder to find it in"
            yield Problem(f"party[{index}].address", text)
