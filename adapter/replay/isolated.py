"""One scenario, played from its first step to its last: what systems send, and what befalls the adapter.

What people do is in `people`, who plays by a script in `company`, the adapter itself in `stage`.
"""

from __future__ import annotations

import itertools
import threading
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from adapter.check.codelists import CodeLists
from adapter.config import load as load_settings
from adapter.config.move import moved
from adapter.errors import BudstikkeError
from adapter.flow.addressing import recipients_of
from adapter.flow.answer import OK, REJECTED, Answer, receipt
from adapter.flow.context import Answering
from adapter.message.code import coded
from adapter.replay.acts import (
    Act,
    Configure,
    Crash,
    Daemon,
    Deed,
    Event,
    GiveReceipt,
    Operate,
    Outage,
    SendAgain,
    SendFile,
    Sending,
    SendSpec,
    SetBack,
)
from adapter.replay.company import Actor, Engage
from adapter.replay.holdings import Holdings, Names, files, holdings
from adapter.replay.people import People
from adapter.replay.remint import remint
from adapter.replay.scenario import Casting, Scenario, ScenarioError, Step
from adapter.replay.source import Source, glance
from adapter.replay.stage import Stage
from adapter.service.parts import Parts
from adapter.wire import write
from adapter.wire.spec import from_spec

#: What receipts call the adapter that gave them, whichever release runs.
SOFTWARE_VERSION = "isolated"

_IDS = uuid5(UUID(int=0), "budstikke isolated replay")
_ERRORS = 8221


class Performance:
    """One scenario, played from its first step to its last."""

    def __init__(self, scenario: Scenario, parts: Parts, engage: Engage | None = None) -> None:
        """Take the scenario, parts that belong to this run alone, and what makes its actors."""
        self._scenario = scenario
        self._parts = parts
        self._stage = Stage(parts, scenario.starts)
        self._labels: dict[str, str] = {}
        #: What was sent, for those that name its ids, answer it or send it again.
        self._sent: dict[str, bytes] = {}
        self._people = People(scenario.name, parts, self._labels)
        self._actors = [self._actor(item, engage) for item in scenario.cast]

    def play(self, stop: threading.Event | None = None) -> None:
        """Do every step at its moment, or as many as there is time for until it is time to stop.

        Raises:
            ScenarioError: a step cannot be done as things stand, or is done although it should be refused.
            BudstikkeError: the adapter could not do its work.
        """
        for number, step in enumerate(self._scenario.steps, start=1):
            if stop is not None and stop.is_set():
                return
            self._pass_until(step.at)
            if step.refused is None:
                self._do(step.act, number)
            else:
                self._try(step, step.refused, number)
            self._settle()
        if self._stage.waits_to_crash:
            raise self._mistake("the worker never came to the point where it was to crash")

    def holdings(self) -> Holdings:
        """Return what everyone has now."""
        return holdings(self._parts, Names(by_source=self._labels, by_id=self._people.sent))

    def files(self) -> dict[str, bytes]:
        """Return the files that lie in the outboxes, by "party/name"."""
        return files(self._parts)

    def _actor(self, cast: Casting, engage: Engage | None) -> Actor:
        if engage is None:
            raise self._mistake(f"nobody plays {cast.party}")
        return Actor.engaged(
            cast.party,
            cast.script,
            engage,
            outbox=self._outbox(cast.party),
            folder=self._folder / "actors" / cast.party,
            clock=self._stage.clock,
            new_id=self._new_ids(cast.party),
        )

    @property
    def _folder(self) -> Path:
        """Return the folder of this run, which holds that of the store."""
        return self._parts.settings.store_file().parents[1]

    def _pass_until(self, moment: datetime) -> None:
        """Let time pass, and everybody act in it."""
        self._settle()
        while self._actors and (due := self._next_due()) is not None and due <= moment:
            self._stage.move_to(due)
            self._settle()
        self._stage.move_to(moment)
        self._settle()

    def _next_due(self) -> datetime | None:
        """Return when the adapter or an actor does something next."""
        moments = (self._stage.next_due, *(actor.next_due for actor in self._actors))
        return min((due for due in moments if due is not None and due > self._stage.now), default=None)

    def _settle(self) -> None:
        """Do all there is to do now, the adapter and the actors in turn."""
        self._stage.settle()
        while sent := [
            (actor.party, name, data) for actor in self._actors for name, data in actor.act(self._stage.now)
        ]:
            for party, name, data in sent:
                numbered = (f"{name} ({number})" for number in itertools.count(2))
                self._send(
                    name if name not in self._sent else next(n for n in numbered if n not in self._sent), party, data
                )
            self._stage.settle()

    def _try(self, step: Step, reason: str, number: int) -> None:
        """Do what the adapter must refuse, for the reason given."""
        try:
            self._do(step.act, number)
        except BudstikkeError as error:
            if reason not in str(error):
                raise
        else:
            raise ScenarioError(f'{self._scenario.name}: step {number} should be refused because of "{reason}".')

    def _do(self, act: Act, number: int) -> None:
        if isinstance(act, Sending):
            self._send(act.name, act.party, self._bytes(act, number))
        elif isinstance(act, Deed):
            self._deed(act)
        else:
            self._befall(act)

    def _deed(self, deed: Deed) -> None:
        draft = self._people.do(deed, self._stage.now)
        if draft is not None:
            with self._parts.store.reading() as query:
                self._sent[self._people.sent[draft]] = query.bodies([draft])[draft]

    def _befall(self, event: Event) -> None:
        match event:
            case Configure():
                self._configure(event)
            case Operate(daemon=Daemon.STOPS):
                self._stage.stop()
            case Operate(daemon=Daemon.STARTS):
                self._stage.start()
            case Outage():
                self._break(event)
            case Crash():
                if self._stage.waits_to_crash:
                    raise self._mistake("one crash has not happened yet")
                self._stage.crash_at(event.point)
            case SetBack():
                self._stage.set_back(event.by)

    def _configure(self, event: Configure) -> None:
        settings = moved(load_settings(event.config), self._folder)
        self._parts = Parts.build(settings, store=self._parts.store, software_version=SOFTWARE_VERSION)
        self._stage.take(self._parts)
        self._people.take(self._parts)

    def _break(self, event: Outage) -> None:
        outbox = self._outbox(event.party)
        away = outbox.with_name(f"{outbox.name}.away")
        if event.is_over:
            away.rename(outbox)
        else:
            outbox.rename(away)

    def _outbox(self, party: str) -> Path:
        channel = self._channel(party)
        return next(item.outbox for item in self._parts.settings.folders() if item.id == channel)

    def _bytes(self, act: Sending, number: int) -> bytes:
        match act:
            case SendFile():
                return act.file.read_bytes()
            case SendSpec():
                return self._built(act, number)
            case SendAgain():
                return self._again(act, number)
            case GiveReceipt():
                return self._receipt(act)

    def _send(self, name: str, party: str, data: bytes) -> None:
        self._labels[self._stage.drop(self._channel(party), data)] = name
        self._sent[name] = data

    def _channel(self, party: str) -> str:
        partner = self._parts.context.register.by_id(party)
        if partner is None:
            raise self._mistake(f"there is no party {party} in the configuration")
        return partner.channel

    def _again(self, act: SendAgain, number: int) -> bytes:
        data = self._known(act.message)
        if not act.has_new_ids:
            return data
        new_id = self._new_ids(number)
        (made,) = remint([data], now=self._stage.now, new_id=lambda _: new_id())
        return made

    def _receipt(self, act: GiveReceipt) -> bytes:
        message = glance(self._known(act.message))
        if message is None:
            raise self._mistake(f"nobody can answer {act.message}")
        recipients = recipients_of(message, self._parts.context.register)
        mine = [item for item in recipients if item.partner is not None and item.partner.id == act.party]
        if not mine:
            raise self._mistake(f"{act.message} is not for {act.party}")
        lists = CodeLists.load()
        errors = tuple(coded(_ERRORS, code, lists.name_of(_ERRORS, code)) for code in act.errors)
        answered = receipt(
            message,
            mine[0].party,
            Answer(REJECTED if errors else OK, errors),
            is_copy=mine[0].is_copy,
            received_at=self._stage.now,
            now=self._stage.now,
            answering=Answering(software_name=f"EPJ, {act.party}"),
        )
        return write(answered)

    def _known(self, name: str) -> bytes:
        data = self._sent.get(name)
        if data is None:
            raise self._mistake(f"{name} was not sent")
        return data

    def _built(self, act: SendSpec, number: int) -> bytes:
        table: Any = tomllib.loads(act.spec.read_text("utf-8"))
        for path in act.without:
            *way, last = path.split(".")
            del _place(table, way)[_key(last)]
        for path, value in act.change.items():
            *way, last = path.split(".")
            _place(table, way)[_key(last)] = self._resolved(value)
        message = from_spec(
            table,
            now=self._stage.now,
            new_id=self._new_ids(number),
            name_of=CodeLists.load().name_of,
            folder=act.spec.parent,
        )
        return write(message)

    def _new_ids(self, seed: object) -> Callable[[], str]:
        """Return what makes ids that are the same in every run."""
        numbers = itertools.count(1)
        return lambda: str(uuid5(_IDS, f"{self._scenario.name}/{seed}/{next(numbers)}"))

    def _resolved(self, value: object) -> object:
        """Replace "$name.msg_id" by that id, at any depth."""
        if isinstance(value, dict):
            return {key: self._resolved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name, _, what = value[1:].rpartition(".")
        message = glance(self._sent[name]) if name in self._sent else None
        found = {"msg_id": message.msg_id, "document_id": message.document_id} if message else {}
        if message and message.conversation:
            found["conversation"] = message.conversation.conversation
        if found.get(what) is None:
            raise self._mistake(f"{value} names nothing that a step before it sent")
        return found[what]

    def _mistake(self, text: str) -> ScenarioError:
        return ScenarioError(f"{self._scenario.name}: {text}.")


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
