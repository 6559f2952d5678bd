"""What everyone has in the end: files, states, tasks, timers and events, in lines that people and diffs can read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from adapter.check.finding import Severity
from adapter.errors import FormError
from adapter.flow.follow import AT_ONCE, REMINDED
from adapter.flow.schedule import DAYS
from adapter.message.code import OSLO
from adapter.message.message import Message
from adapter.service.parts import Parts
from adapter.store.query import Query
from adapter.store.rows import DeliveryRow, EventRow, MessageRow
from adapter.values import value_class
from adapter.wire import read

_ALL = 1_000_000
_NOTEWORTHY = frozenset(severity.value for severity in Severity if severity.weight >= Severity.WARN.weight)

_URGENCY = {REMINDED: ", reminded", AT_ONCE: ", at once"}


@value_class
class Holdings:
    """Lines about everything that is left of a run."""

    #: What lies in the outbox of each party, by party.
    holds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Holdings:
        """Read the `[expect]` of a scenario; raise ValueError for what it cannot hold."""
        known = [item.name for item in fields(cls)]
        if unknown := table.keys() - set(known):
            raise ValueError(f"unknown key {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        holds = table.get("holds", {})
        if not isinstance(holds, dict):
            raise ValueError("holds should be a table of parties")  # noqa: TRY004 - the reader's one kind of mistake
        lists = {name: _lines(table.get(name, []), name) for name in known if name != "holds"}
        return cls(holds={party: _lines(lines, f"holds.{party}") for party, lines in holds.items()}, **lists)

    def text(self) -> str:
        """Return the lines as the `[expect]` of a scenario; parties that hold nothing are left out."""
        parts = ["[expect]"]
        parts += [_array(item.name, getattr(self, item.name)) for item in fields(self) if item.name != "holds"]
        parts += ["", "[expect.holds]"]
        parts += [_array(party, lines) for party, lines in sorted(self.holds.items()) if lines]
        return "\n".join(parts) + "\n"


@value_class
class Names:
    """What people call the messages of a run."""

    #: Of messages that were sent in, by the label of their file.
    by_source: Mapping[str, str]
    #: Of drafts that were sent, by the store's number.
    by_id: Mapping[int, str] = field(default_factory=dict)


def files(parts: Parts) -> dict[str, bytes]:
    """Return the files that lie in the parties' outboxes, by "party/name"."""
    return {
        f"{owner}/{path.name}": path.read_bytes()
        for owner, folder in sorted(_outboxes(parts).items())
        for path in sorted(folder.iterdir())
    }


def holdings(parts: Parts, names: Names) -> Holdings:
    """Return what there is in the store and in the outboxes.

    Raises ValueError when the event log does not verify.
    """
    with parts.store.reading() as query:
        if not query.verify_chain().ok:
            raise ValueError("the event log does not verify")
        return _Teller(parts, query, names).tell()


class _Teller:
    """Tells about one store in terms of names."""

    def __init__(self, parts: Parts, query: Query, names: Names) -> None:
        self._parts = parts
        self._query = query
        self._messages = {row.id: row for row in query.messages(limit=_ALL)}
        self._deliveries = {row.id: row for row in query.deliveries(limit=_ALL)}
        self._names = self._named(names)

    def tell(self) -> Holdings:
        return Holdings(
            holds={owner: tuple(self._held(owner, folder)) for owner, folder in _outboxes(self._parts).items()},
            messages=tuple(self._message(row) for row in self._messages.values()),
            tasks=tuple(self._tasks()),
            timers=tuple(self._timers()),
            events=tuple(self._events()),
        )

    def _named(self, names: Names) -> dict[int, str]:
        """Return a name for each message: given, or after what it answers."""
        found = {
            row.id: names.by_source[row.source]
            for row in self._messages.values()
            if row.direction == "in" and row.source in names.by_source
        }
        for number in list(found):
            for receipt in self._query.receipts_of(number):
                found[receipt.receipt_message_id] = f"receipt of {receipt.recipient} for {found[number]}"
        for task in self._query.tasks(state=None, limit=_ALL):
            if task.draft_message_id is not None and task.message_id in found:
                found[task.draft_message_id] = f"draft about {found[task.message_id]}"
        return found | dict(names.by_id)

    def _name(self, message: int | None) -> str:
        return "nothing" if message is None else self._names.get(message, f"message {message}")

    def _held(self, owner: str, folder: Path) -> Iterator[str]:
        """Yield a line for each file, in the order they were sent."""
        channel = self._channel(owner)
        rows = {row.name: row for row in self._deliveries.values() if row.channel == channel}
        known: list[tuple[datetime, int, str]] = []
        for path in sorted(folder.iterdir()):
            row = rows.get(path.name)
            if row is None or row.sent_at is None:
                yield f"{path.name}: sent by nobody"
                continue
            known.append((row.sent_at, row.id, self._file(row, path.read_bytes())))
        for sent_at, _, told in sorted(known):
            yield f"{_time(sent_at)} {told}"

    def _channel(self, owner: str) -> str:
        partner = self._parts.context.register.by_id(owner)
        return partner.channel if partner else owner

    def _file(self, row: DeliveryRow, data: bytes) -> str:
        kept = self._query.bodies([row.message_id]).get(row.message_id)
        # of what was purged nobody can tell any more
        changed = ", changed on the way" if kept and data != kept else ""
        try:
            message = read(data)
        except FormError:
            return f"unreadable: {self._name(row.message_id)}{changed}"
        kind = " ".join(part for part in (message.type_code or message.kind.value, message.version) if part)
        return f"{kind}: {self._name(row.message_id)}{changed}{_said(message)}"

    def _message(self, row: MessageRow) -> str:
        rules = dict.fromkeys(str(item["rule"]) for item in row.findings if item["severity"] in _NOTEWORTHY)
        thread = "" if row.thread in {None, row.id} else f"in the thread of {self._name(row.thread)}"
        told = ", ".join(part for part in (row.state.value, row.verdict, *rules, thread) if part)
        return f"{self._name(row.id)}: {told}"

    def _tasks(self) -> Iterator[str]:
        for row in self._query.tasks(state=None, limit=_ALL):
            draft = ", with a draft" if row.draft_message_id is not None else ""
            who = row.party or "the operator"
            done = f" by {row.closed_by}" if row.closed_by else ""
            due = f", due {_time(row.due_at)}" if row.due_at else ""
            urgency = _URGENCY.get(row.priority, "")
            whose = f", {row.assignee}'s" if row.assignee else ""
            about = self._name(row.message_id)
            yield f"{row.rule} for {who} about {about}{draft}{due}{urgency}{whose}: {row.state}{done}"

    def _timers(self) -> Iterator[str]:
        for row in self._query.timers(limit=_ALL):
            fired = f" {_time(row.fired_at)}" if row.fired_at else ""
            yield f"{row.rule} of {self._name(row.message_id)}, due {_time(row.due_at)}: {row.state}{fired}"

    def _events(self) -> Iterator[str]:
        """Yield what happened to each message, and to each delivery, in the order it happened."""
        told: dict[str, list[str]] = defaultdict(list)
        for event in self._all_events():
            told[self._subject(event)].append(event.name)
        for subject, names in told.items():
            yield f"{subject}: {', '.join(names)}"

    def _all_events(self) -> Iterator[EventRow]:
        after = 0
        while page := self._query.events(after=after):
            yield from page
            after = page[-1].seq

    def _subject(self, event: EventRow) -> str:
        if event.delivery_id is None:
            return self._name(event.message_id)
        row = self._deliveries[event.delivery_id]
        return f"{self._name(row.message_id)} to {row.channel}"


def _outboxes(parts: Parts) -> dict[str, Path]:
    """Return the outboxes by party: the first of those that share a channel, or the channel where none has it."""
    register = parts.context.register
    return {
        next((party.id for party in register.by_channel(channel.id)), channel.id): channel.outbox
        for channel in parts.settings.folders()
    }


def _said(message: Message) -> str:
    """Return what a receipt says, in codes."""
    receipt = message.receipt
    if receipt is None or receipt.status is None:
        return ""
    errors = [" ".join(part for part in (error.value, error.name) if part) for error in receipt.errors]
    told = " ".join(part for part in (receipt.status.value, receipt.status.name) if part)
    return f" – {told}{': ' if errors else ''}{'; '.join(errors)}"


def _time(moment: datetime) -> str:
    """Write a moment on the Norwegian wall clock, with the day of the week that windows are about."""
    local = moment.astimezone(OSLO)
    return f"{DAYS[local.weekday()]} {local:%Y-%m-%d %H:%M:%S}"


def _lines(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(line, str) for line in value):
        raise ValueError(f"{name} should be an array of texts")
    return tuple(value)


def _array(name: str, lines: Iterable[str]) -> str:
    told = [f"  {json.dumps(line, ensure_ascii=False)}," for line in lines]
    return "\n".join([f"{name} = [", *told, "]"]) if told else f"{name} = []"
