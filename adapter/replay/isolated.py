"""The adapter in one process, on folders and a store of its own, and on a clock that only a scenario moves.

The same parts and the same tasks as in the daemon's workers, one after the other in a fixed order: so a run comes
out the same every time, to the byte.
"""

from __future__ import annotations

import itertools
import os
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from adapter.channel.base import Incoming
from adapter.check.codelists import CodeLists
from adapter.flow.drafts.author import author_from
from adapter.message.message import Message
from adapter.message.party import HealthcareProfessional
from adapter.replay.holdings import Holdings, Names, files, holdings
from adapter.replay.scenario import (
    Approve,
    CloseTasks,
    Discard,
    Pass,
    Release,
    Scenario,
    ScenarioError,
    SendFile,
    SendSpec,
    Step,
    WriteDraft,
    aware,
)
from adapter.replay.source import Source, glance
from adapter.service import acts, approval, drafting
from adapter.service.composing import Options
from adapter.service.parts import Parts
from adapter.service.worker import Deliver, Fetch, FireTimers, Resume, Worker
from adapter.store.rows import TaskRow
from adapter.wire import write
from adapter.wire.spec import from_spec

#: What receipts call the adapter that gave them, whichever release runs.
SOFTWARE_VERSION = "isolated"

_IDS = uuid5(UUID(int=0), "budstikke isolated replay")
#: Deliveries in one task, as in the daemon.
_BATCH = 20
_ALL = 1_000_000


class FrozenClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        """Take the moment it stands at."""
        self.now = now

    def __call__(self) -> datetime:
        """Return the moment it stands at."""
        return self.now


class Stage:
    """An adapter of its own, to be played with."""

    def __init__(self, parts: Parts, starts: datetime) -> None:
        """Take parts whose store and folders belong to this run alone."""
        self._parts = parts
        self._clock = FrozenClock(starts)
        self._worker = Worker(parts, "isolated", self._clock)
        self._inboxes = {channel.id: channel.inbox for channel in parts.settings.channel}
        self._files = itertools.count(1)
        #: Files that were handed to the worker; one that it could not read stays where it is.
        self._seen: set[tuple[str, str, str]] = set()
        for channel in parts.channels.values():
            channel.create_folders()

    @property
    def now(self) -> datetime:
        """Return the moment the clock stands at."""
        return self._clock.now

    def drop(self, channel: str, data: bytes) -> str:
        """Put a file into an inbox; return the label that the store knows it by."""
        path = self._inboxes[channel] / f"{next(self._files):05}.xml"
        path.write_bytes(data)
        stamp = self.now.timestamp()
        os.utime(path, (stamp, stamp))
        return Incoming(path.name, 0, self.now).label

    def move_to(self, moment: datetime) -> None:
        """Do what there is to do, then let time pass, stopping wherever a delivery or a timer is due."""
        self.settle()
        while (due := self._next_due()) is not None and due <= moment:
            self._clock.now = due
            self.settle()
        self._clock.now = moment
        self.settle()

    def settle(self) -> None:
        """Do all there is to do now."""
        self._worker.do(FireTimers())
        while self._deliver() or self._resume() or self._fetch():
            pass

    def _deliver(self) -> bool:
        with self._parts.store.reading() as query:
            rows = query.due_deliveries(self.now, _BATCH)
        if rows:
            self._worker.do(Deliver(tuple(rows)))
        return bool(rows)

    def _resume(self) -> bool:
        """Take up messages that were parked until what they wait for came."""
        with self._parts.store.reading() as query:
            received = query.received(_BATCH)
        if received:
            self._worker.do(Resume(tuple(received)))
        return bool(received)

    def _fetch(self) -> bool:
        for name, channel in self._parts.channels.items():
            for item in channel.listing(_BATCH, self.now):
                key = (name, item.source, item.version)
                if key not in self._seen:
                    self._seen.add(key)
                    self._worker.do(Fetch(name, (item,)))
                    return True
        return False

    def _next_due(self) -> datetime | None:
        with self._parts.store.reading() as query:
            moments = [row.due_at for row in query.timers(state="running", limit=_ALL)]
            moments += [
                row.due_at for row in query.deliveries(limit=_ALL) if row.due_at is not None and row.state.is_under_way
            ]
        return min((moment for moment in moments if moment > self.now), default=None)


class Performance:
    """One scenario, played from its first step to its last."""

    def __init__(self, scenario: Scenario, parts: Parts) -> None:
        """Take the scenario, and parts that belong to this run alone."""
        self._scenario = scenario
        self._parts = parts
        self._stage = Stage(parts, scenario.starts)
        self._labels: dict[str, str] = {}
        #: What earlier steps sent, for those that name its ids.
        self._sent: dict[str, Message | None] = {}
        self._drafts: dict[int, str] = {}

    def play(self) -> None:
        """Do every step at its moment.

        Raises:
            ScenarioError: a step cannot be done as things stand.
            BudstikkeError: the adapter could not do its work.
        """
        for number, step in enumerate(self._scenario.steps, start=1):
            self._stage.move_to(step.at)
            self._do(step, number)
            self._stage.settle()

    def holdings(self) -> Holdings:
        """Return what everyone has now."""
        return holdings(self._parts, Names(by_source=self._labels, by_id=self._drafts))

    def files(self) -> dict[str, bytes]:
        """Return the files that lie in the outboxes, by "party/name"."""
        return files(self._parts)

    def _do(self, step: Step, number: int) -> None:
        now = self._stage.now
        match step.act:
            case SendFile() as act:
                self._send(act.name, act.party, act.file.read_bytes())
            case SendSpec() as act:
                self._send(act.name, act.party, self._built(act, number))
            case Release() as act:
                acts.release_message(self._parts, self._number(act.message), act.by, now)
            case Approve() as act:
                draft = self._draft_about(act.message)
                if act.text is not None or act.author is not None:
                    author = _author(act.author) if act.author else None
                    drafting.edit(self._parts.store, draft, text=act.text, author=author, by=act.by, now=now)
                self._approve(draft, act)
            case WriteDraft() as act:
                begun = drafting.new_draft(
                    self._parts, act.kind, self._number(act.message), self._told(act), by=act.by, now=now
                )
                self._approve(begun.draft, act)
            case Discard() as act:
                drafting.discard(self._parts.store, self._draft_about(act.message), by=act.by, now=now)
            case CloseTasks() as act:
                task = self._task(act.message)
                with self._parts.store.writing() as ledger:
                    ledger.close_task(task.id, by=act.by, at=now)
            case Pass():
                pass

    def _approve(self, draft: int, act: Approve | WriteDraft) -> None:
        approval.approve(self._parts, draft, by=act.by, now=self._stage.now, override=act.override)
        self._drafts[draft] = act.name
        with self._parts.store.reading() as query:
            self._sent[act.name] = glance(query.bodies([draft])[draft])

    def _told(self, act: WriteDraft) -> Options:
        """Return what a person tells about a draft; times without a zone are Norwegian, authors are written out."""
        told: dict[str, Any] = dict(act.told)
        if unknown := told.keys() - Options.__dataclass_fields__.keys():
            raise ScenarioError(f"{self._scenario.name}: unknown key {', '.join(sorted(unknown))} in `told`.")
        if "appointment" in told:
            told["appointment"] = aware(told["appointment"])
        if "author" in told:
            told["author"] = _author(told["author"])
        return Options(**told)

    def _send(self, name: str, party: str, data: bytes) -> None:
        partner = self._parts.context.register.by_id(party)
        if partner is None:
            raise ScenarioError(f"{self._scenario.name}: there is no party {party} in the configuration.")
        self._labels[self._stage.drop(partner.channel, data)] = name
        self._sent[name] = glance(data)

    def _built(self, act: SendSpec, number: int) -> bytes:
        table: Any = tomllib.loads(act.spec.read_text("utf-8"))
        for path in act.without:
            *way, last = path.split(".")
            del _place(table, way)[_key(last)]
        for path, value in act.change.items():
            *way, last = path.split(".")
            _place(table, way)[_key(last)] = self._resolved(value)
        ids = itertools.count(1)
        message = from_spec(
            table,
            now=self._stage.now,
            new_id=lambda: str(uuid5(_IDS, f"{self._scenario.name}/{number}/{next(ids)}")),
            name_of=CodeLists.load().name_of,
            folder=act.spec.parent,
        )
        return write(message)

    def _resolved(self, value: object) -> object:
        """Replace "$name.msg_id" by that id, at any depth."""
        if isinstance(value, dict):
            return {key: self._resolved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name, _, what = value[1:].rpartition(".")
        message = self._sent.get(name)
        found = {"msg_id": message.msg_id, "document_id": message.document_id} if message else {}
        if found.get(what) is None:
            raise ScenarioError(f"{self._scenario.name}: {value} names nothing that a step before it sent.")
        return found[what]

    def _number(self, name: str) -> int:
        """Return the store's number of a message that a step sent."""
        with self._parts.store.reading() as query:
            for row in query.messages(limit=_ALL):
                if self._labels.get(row.source) == name:
                    return row.id
        raise ScenarioError(f"{self._scenario.name}: {name} was not received.")

    def _task(self, name: str) -> TaskRow:
        for task in self._open_tasks(name):
            return task
        raise ScenarioError(f"{self._scenario.name}: there is no open task about {name}.")

    def _draft_about(self, name: str) -> int:
        """Return the number of the draft that waits at a task about a message."""
        for task in self._open_tasks(name):
            if task.draft_message_id is not None:
                return task.draft_message_id
        raise ScenarioError(f"{self._scenario.name}: there is no open task with a draft about {name}.")

    def _open_tasks(self, name: str) -> list[TaskRow]:
        with self._parts.store.reading() as query:
            return query.tasks(state="open", message_id=self._number(name))


def of_files(sources: Sequence[Source], party_of: Callable[[Source], str | None]) -> Scenario:
    """Return the scenario in which files are sent one after the other, a moment after the last of them was written.

    `party_of` finds who sends a file; those that nobody sends are left out.
    """
    instants = [
        source.message.generated.instant
        for source in sources
        if source.message and source.message.generated and source.message.generated.instant
    ]
    starts = max(instants, default=datetime.fromisoformat("2026-01-01T00:00:00+00:00")) + timedelta(minutes=5)
    return Scenario(
        name="files",
        what="Files, one after the other.",
        starts=starts,
        steps=tuple(
            Step(at=starts, act=SendFile(name=name, party=party, file=source.path))
            for source, name in _named(sources)
            if (party := party_of(source)) is not None
        ),
    )


def _author(text: str) -> HealthcareProfessional:
    return author_from(text, CodeLists.load().name_of)


def _named(sources: Sequence[Source]) -> Iterator[tuple[Source, str]]:
    seen: dict[str, int] = {}
    for source in sources:
        stem = source.path.stem
        seen[stem] = seen.get(stem, 0) + 1
        yield source, stem if seen[stem] == 1 else f"{stem} ({seen[stem]})"


def _place(table: Any, way: Sequence[str]) -> Any:  # noqa: ANN401 - any table or array of a specification
    for part in way:
        table = table[int(part)] if isinstance(table, list) else table.setdefault(part, {})
    return table


def _key(part: str) -> str | int:
    return int(part) if part.isdecimal() else part
