"""What lists are asked for: a value that nothing here can have is a slip, and is refused by name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from adapter.cli.opening import found, open_settings

if TYPE_CHECKING:
    from adapter.store import Query

#: Values named where none of them is near.
_NAMED = 20


def check_party(query: Query, config: Path, wanted: str | None, option: str = "--party") -> None:
    """Refuse a party that the configuration does not name, unless the store still knows it."""
    if wanted is None:
        return
    known = [party.id for party in open_settings(config).party]
    if wanted not in known and not _has_party(query, wanted):
        raise _refusal("there is no party", wanted, known, option)


def check_channel(query: Query, config: Path, wanted: str | None, option: str = "--channel") -> None:
    """Refuse a channel that the configuration does not name, unless the store still knows it."""
    if wanted is None:
        return
    known = [channel.id for channel in open_settings(config).channel]
    if wanted not in known and not _has_channel(query, wanted):
        raise _refusal("there is no channel", wanted, known, option)


def check_type(query: Query, wanted: str | None, option: str = "--type") -> None:
    """Refuse a type that is on no list and that no message has."""
    if wanted is None:
        return
    from adapter.check.codelists import CodeLists
    from adapter.config.problem import nearest

    here, listed = query.message_types(), CodeLists.load().get(8279)
    known = [*here, *(listed.codes if listed else ())]
    if wanted not in known:
        raise typer.BadParameter(
            f'list 8279 has no type "{wanted}"{nearest(wanted.upper(), known) or "."}'
            f" The messages here are of {', '.join(here) or 'no type'}; `budstikke messages` lists them.",
            param_hint=option,
        )


def check_rule(query: Query, wanted: str | None, option: str = "--finding") -> None:
    """Refuse a code that no rule has, unless a message of the store still has a finding by it."""
    if wanted is None:
        return
    from adapter.check import rules
    from adapter.config.problem import nearest
    from adapter.envelope.rules import table
    from adapter.flow import rules as rules_of_flow
    from adapter.store import MessageFilter

    known = [rule.id for rule in (*rules.every(), *rules_of_flow.ALL, *table.load().rules.values())]
    if wanted not in known and not query.messages(MessageFilter(rule=wanted), limit=1):
        raise typer.BadParameter(
            f'no rule has the code "{wanted}"{nearest(wanted.upper(), known) or "."}'
            " `budstikke validate` names the rule of each finding, such as MSG-02.",
            param_hint=option,
        )


def check_thread(query: Query, wanted: int | None) -> None:
    """Refuse a thread that is not there; raises StoreError."""
    if wanted is not None:
        found(query.thread(wanted) or None, "thread", wanted)


def check_messages(query: Query, wanted: Iterable[int]) -> None:
    """Refuse numbers of messages that are not there; raises StoreError."""
    for number in wanted:
        found(query.message(number), "message", number)


def none_of(noun: str, *, is_filtered: bool) -> str:
    """Return what an empty list says, other than that there is nothing at all where something was asked for."""
    return f"No {noun} match." if is_filtered else f"No {noun}."


def _refusal(says: str, wanted: str, known: Collection[str], option: str) -> typer.BadParameter:
    from adapter.config.problem import nearest

    named = ", ".join(sorted(known)[:_NAMED]) or "none"
    listed = f". There are {named}{', and more' if len(known) > _NAMED else ''}; `budstikke config show` tells more."
    return typer.BadParameter(f'{says} "{wanted}"{nearest(wanted, known) or listed}', param_hint=option)


def _has_party(query: Query, party: str) -> bool:
    from adapter.store import MessageFilter

    return bool(
        query.messages(MessageFilter(party=party), limit=1)
        or query.deliveries(party=party, limit=1)
        or query.tasks(None, party=party)
    )


def _has_channel(query: Query, channel: str) -> bool:
    from adapter.store import EnvelopeFilter

    return bool(query.deliveries(channel=channel, limit=1) or query.envelopes(EnvelopeFilter(channel=channel), limit=1))
