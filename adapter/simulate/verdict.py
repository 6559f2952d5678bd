"""Whether everything arrived: the store, the folders and the parties' own words, held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from adapter.errors import FormError
from adapter.message.state import DeliveryState, MessageState
from adapter.simulate.script import Script
from adapter.simulate.stage import Player, visible
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow
from adapter.values import value_class
from adapter.wire import read

_EVERYTHING = 100_000
#: What the story has for every adapter that all of it passes through.
ENDS = frozenset({MessageState.REJECTED, MessageState.IGNORED, MessageState.QUARANTINED})


@value_class
class Check:
    """One thing that must be true at the end."""

    text: str
    is_true: bool


def expected(script: Script) -> int:
    """Return how many messages a party must hold at the end."""
    return sum(expect.times or 0 for expect in script.expects)


def is_quiet(query: Query) -> bool:
    """Tell whether the adapter has nothing left to do."""
    counts = query.counts()
    return MessageState.RECEIVED not in counts.messages and not any(
        DeliveryState(state).is_under_way for state in counts.deliveries
    )


def judge(
    query: Query,
    players: Iterable[Player],
    codes: Mapping[str, int],
    names: Mapping[str, str],
    ends: AbstractSet[MessageState] = ENDS,
) -> tuple[Check, ...]:
    """Return what must be true after a demo of a store and its parties.

    Args:
        query: the store.
        players: the parties at its folders.
        codes: the exit codes of the parties' processes.
        names: what people call the parties.
        ends: the states that some message must have come to, besides "delivered".
    """
    sent = [row for row in query.deliveries(limit=_EVERYTHING) if row.sent_at is not None]
    of_parties = [
        check
        for player in players
        for check in _party_checks(names[player.party], player, codes.get(player.party), sent)
    ]
    return (*of_parties, *_store_checks(query, ends))


def _party_checks(name: str, player: Player, code: int | None, sent: list[DeliveryRow]) -> Iterator[Check]:
    """Check that a party saw its whole script and nothing else, and that each delivery is there once."""
    held = visible(player.kept)
    is_whole = code == 0 and len(held) == expected(player.script)
    yield Check(text=f"{name} holds all that its script expects: {_listed(held)}", is_true=is_whole)
    names = sorted(path.name for path in held)
    if names != sorted(row.name for row in sent if row.party == player.party):
        yield Check(text=f"{name} holds other files than were delivered to it", is_true=False)
    unread = [*visible(player.inbox), *visible(player.outbox)]
    if unread:
        text = f"not taken: {counted(len(unread), 'file')} between {name} and the adapter"
        yield Check(text=text, is_true=False)


def _store_checks(query: Query, ends: AbstractSet[MessageState]) -> Iterator[Check]:
    counts = query.counts()
    states = ", ".join(f"{number} {state}" for state, number in counts.messages.items())
    under_way = sum(number for state, number in counts.deliveries.items() if DeliveryState(state).is_under_way)
    given_up = sum(counts.deliveries.get(state, 0) for state in (DeliveryState.ABANDONED, DeliveryState.AMBIGUOUS))
    is_done = {*ends, MessageState.DELIVERED} <= counts.messages.keys() and not _unfinished(counts.messages)
    yield Check(text=f"every message has found its end: {states}", is_true=is_done)
    yield Check(text="no delivery is under way, and none was given up", is_true=not under_way and not given_up)
    open_tasks = [task.message_id for task in query.tasks("open")]
    text = f"{counted(len(open_tasks), 'task')} for a person: the file nobody can read"
    yield Check(text=text if open_tasks else "no task for a person", is_true=open_tasks == _quarantined(query))
    chain = query.verify_chain()
    text = f"the event log verifies: {chain.length} events, each bound to the one before"
    yield Check(text=text, is_true=chain.ok)


def _unfinished(messages: Mapping[str, int]) -> bool:
    return any(MessageState(state) not in {*ENDS, MessageState.DELIVERED} for state in messages)


def _quarantined(query: Query) -> list[int]:
    return [row.id for row in query.messages(limit=_EVERYTHING) if row.state is MessageState.QUARANTINED]


def _listed(files: list[Path]) -> str:
    kinds = Counter(_kind(path) for path in files)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) or "nothing"


def _kind(path: Path) -> str:
    try:
        message = read(path.read_bytes())
    except FormError:
        return "unreadable"
    return message.type_code or message.kind.value


def counted(number: int, noun: str) -> str:
    """Return a number of things in words: "1 file", "2 files"."""
    return f"{number} {noun if number == 1 else f'{noun}s'}"
