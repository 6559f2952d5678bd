"""One worker at a bench: a real store, real folders, a clock that stands still, and parties that take at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from running import CHANNELS, Home

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.ladder import Checker
from adapter.check.schema import SchemaSet
from adapter.config import Settings, load
from adapter.message.state import DeliveryState, MessageState
from adapter.service import parts as parts_module
from adapter.service.parts import Parts
from adapter.service.worker import Deliver, Fetch, FireTimers, Recover, Resume, Worker
from adapter.store.entries import DecidedMessage, NewMessage
from adapter.store.rows import DeliveryRow, MessageRow
from adapter.store.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_MSG_ID = re.compile(rb"<MsgId>([^<]+)</MsgId>")


class Killed(BaseException):
    """The process died here."""


@dataclass
class Steps:
    """Counts what a worker does to the world, and kills it at one of these steps."""

    deadly: int | None = None
    done: list[str] = field(default_factory=list)

    def at(self, name: str) -> None:
        self.done.append(name)
        if len(self.done) == self.deadly:
            raise Killed(name)


@dataclass
class Bench:
    """One worker after the other on one installation, and the parties' systems around it."""

    home: Home
    settings: Settings
    parts: Parts
    now: datetime = NOW
    steps: Steps = field(default_factory=Steps)
    #: What the parties took, as soon as it could be seen.
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    workers: int = 0

    @property
    def worker(self) -> Worker:
        """Return a new worker: nothing survives a death but the store and the folders."""
        self.workers += 1
        return Worker(self.parts, f"worker-{self.workers}", lambda: self.now)

    def put(self, party: str, fixture: str, *, name: str = "", number: int | None = None) -> bytes:
        """Put a fixture into a party's inbox, with a MsgId of its own if it gets a number."""
        data = (resources.fixtures() / "messages" / fixture).read_bytes()
        if number is not None:
            data = _MSG_ID.sub(b"<MsgId>00000000-0000-4000-8000-%012d</MsgId>" % number, data)
        self.home.put(party, name or f"{number or 0}-{fixture}", data)
        return data

    def waiting(self, channel: str) -> Fetch:
        """Return the task of fetching what lies in an inbox."""
        return Fetch(channel, tuple(self.parts.channels[channel].listing(100, datetime.now(UTC) + timedelta(days=1))))

    def fetch(self, channel: str = "referrer", worker: Worker | None = None) -> dict[str, int]:
        """Fetch what lies in an inbox, and decide about it."""
        return (worker or self.worker).do(self.waiting(channel)).counts

    def run(self) -> None:
        """Do what a dispatcher would have done until there is nothing left, from the recovery on."""
        worker = self.worker
        worker.do(Recover())
        worker.do(FireTimers())
        while True:
            with self.parts.store.reading() as query:
                rows, received = query.due_deliveries(self.now, 20), query.received(20)
            fetches = [task for task in map(self.waiting, CHANNELS) if task.items]
            if rows:
                worker.do(Deliver(tuple(rows)))
            elif received:
                worker.do(Resume(tuple(received)))
            elif fetches:
                worker.do(fetches[0])
            else:
                return

    def take(self) -> None:
        """Let the parties take what they can see."""
        for name in CHANNELS:
            for path in self.home.delivered(name):
                self.taken.append((name, path.name, path.read_bytes()))
                path.unlink()

    def messages(self, state: MessageState | None = None) -> list[MessageRow]:
        with self.parts.store.reading() as query:
            return [row for row in query.messages(limit=1000) if state in {None, row.state}]

    def deliveries(self, state: DeliveryState | None = None) -> list[DeliveryRow]:
        with self.parts.store.reading() as query:
            return query.deliveries(state=state, limit=1000)

    def tasks(self) -> list[str]:
        with self.parts.store.reading() as query:
            return [task.rule for task in query.tasks()]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of its own, for what needs no worker."""
    with Store.open(f"sqlite:///{tmp_path / 'budstikke.db'}") as opened:
        yield opened


@pytest.fixture
def receive(store: Store) -> Callable[..., int]:
    """Receive one message, decided as `state` unless that is RECEIVED, and return its number."""

    def run(state: MessageState = MessageState.ACCEPTED, *, data: bytes = b"<a/>", **facts: Any) -> int:
        with store.writing() as ledger:
            (number,) = ledger.receive([NewMessage(channel="referrer", source="a", data=data)], at=NOW)
            if state is not MessageState.RECEIVED:
                ledger.decide([DecidedMessage(id=number, state=state, **facts)], at=NOW)
        return number

    return run


@pytest.fixture(scope="session")
def checker() -> Iterator[Checker]:
    with Checker(SchemaSet.load(), CodeLists.load(), explain=False) as made:
        yield made


@pytest.fixture
def make_bench(monkeypatch: pytest.MonkeyPatch, checker: Checker, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Return what makes benches, each in a folder of its own; text and keys of parties add to its configuration."""
    monkeypatch.setattr(parts_module, "checker", lambda *_: checker)
    made: list[Parts] = []

    def make(text: str = "", *, parties: Mapping[str, str] = {}) -> Bench:
        folder = tmp_path / f"home-{len(made)}"
        folder.mkdir()
        home = Home.make(folder)
        config = home.config.read_text("utf-8") + text
        for party, keys in parties.items():
            config = config.replace(f'channel = "{party}"\n', f'channel = "{party}"\n{keys}\n', 1)
        home.config.write_text(config, "utf-8")
        settings = load(home.config)
        made.append(Parts.build(settings))
        return Bench(home, settings, made[-1])

    yield make
    for parts in made:
        with closing(parts):
            pass


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()
