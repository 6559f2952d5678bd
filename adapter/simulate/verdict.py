"""Whether everything arrived: the store, the folders and the parties' own words, held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapter.errors import FormError
from adapter.message.state import DeliveryState, MessageState
from adapter.simulate.script import Script
from adapter.simulate.stage import Player, visible
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow
from adapter.wire import read

_EVERYTHING = 100_000


@dataclass(frozen=True, slots=True)
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


def judge(query: Query, players: Iterable[Player], codes: Mapping[str, int], names: Mapping[str, str]) -> list[Check]:
    """Return what must be true after a demo; `codes` gives the exit codes of the parties' processes."""
    checks = []
    sent = [row for row in query.deliveries(limit=_EVERYTHING) if row.sent_at is not None]
    for player in players:
        name, held = names[player.party], visible(player.kept)
        checks.append(Check(f"{name} holds {_listed(held)}", len(held) == expected(player.script)))
        checks.append(Check(f"{name} has seen its whole script, and nothing else", codes.get(player.party) == 0))
        checks.append(_arrived(name, player, held, sent))
    checks += _store_checks(query)
    return checks


def _arrived(name: str, player: Player, held: list[Path], sent: list[DeliveryRow]) -> Check:
    """Check that the names of the files are those of the deliveries, each once."""
    delivered = sorted(row.name for row in sent if row.party == player.party)
    return Check(
        f"{name} got each of its {len(delivered)} deliveries exactly once",
        delivered == sorted(path.name for path in held) and not visible(player.inbox) and not visible(player.outbox),
    )


def _store_checks(query: Query) -> list[Check]:
    counts = query.counts()
    states = ", ".join(f"{number} {state}" for state, number in counts.messages.items())
    under_way = sum(number for state, number in counts.deliveries.items() if DeliveryState(state).is_under_way)
    given_up = sum(counts.deliveries.get(state, 0) for state in (DeliveryState.ABANDONED, DeliveryState.AMBIGUOUS))
    is_done = all(
        state in counts.messages for state in (MessageState.REJECTED, MessageState.IGNORED, MessageState.QUARANTINED)
    )
    open_tasks = query.tasks("open")
    chain = query.verify_chain()
    return [
        Check(f"every message has found its end: {states}", is_done and not _unfinished(counts.messages)),
        Check("no delivery is under way, and none was given up", not under_way and not given_up),
        Check(
            f"{_counted(len(open_tasks), 'task waits', 'tasks wait')} for a person: the file nobody can read",
            [task.message_id for task in open_tasks] == _quarantined(query),
        ),
        Check(f"the event log verifies: {chain.length} events, each bound to the one before", chain.ok),
    ]


def _unfinished(messages: Mapping[str, int]) -> bool:
    return any(
        MessageState(state) in {MessageState.RECEIVED, MessageState.HELD, MessageState.FAILED} for state in messages
    )


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


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
