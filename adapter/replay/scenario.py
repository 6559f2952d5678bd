"""Scenarios: who sends what and when, what people do, and what everyone has in the end.

The form of the file is described in `fixtures/scenarios/README.md`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapter import duration
from adapter.errors import ConfigError
from adapter.flow.drafts.kinds import DraftKind
from adapter.message.code import OSLO
from adapter.replay.holdings import Holdings

#: Who acts where the scenario does not say.
SOMEBODY = "somebody"

_TOP = {"what": str, "starts": datetime, "config": str, "step": list, "expect": dict}
_TIMES = frozenset({"at", "after"})
_STEPS = {
    "send": frozenset({"send", "from", "name"}),
    "spec": frozenset({"spec", "from", "name", "change", "without"}),
    "release": frozenset({"release", "by"}),
    "draft": frozenset({"draft", "kind", "told", "by", "name", "override"}),
    "approve": frozenset({"approve", "by", "name", "text", "author", "override"}),
    "discard": frozenset({"discard", "by"}),
    "done": frozenset({"done", "by"}),
}


class ScenarioError(ConfigError):
    """The scenario has a mistake."""

    code = "RPL-01"
    hint = "fixtures/scenarios/README.md describes the form."


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFile:
    """A party's system sends a file as it is."""

    name: str
    #: Id of the party whose channel it goes by; not always the one the message names as its sender.
    party: str
    file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSpec:
    """A party's system sends a message that is built from a specification, with changes."""

    name: str
    party: str
    spec: Path
    #: New values by dotted path; "$name.msg_id" and "$name.document_id" stand for ids of earlier steps.
    change: Mapping[str, object] = field(default_factory=dict)
    #: Dotted paths to leave out.
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Somebody lets a held message go on."""

    message: str
    by: str = SOMEBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Somebody sends what is drafted about a message, with words of their own where they have any."""

    name: str
    message: str
    by: str = SOMEBODY
    text: str | None = None
    #: Who answers for it, as "name, profession, HPR, phone".
    author: str | None = None
    #: Why it goes although a check speaks against it.
    override: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDraft:
    """Somebody writes a draft about a message and sends it."""

    name: str
    message: str
    kind: DraftKind
    #: What is told, by the names of `service.composing.Options`.
    told: Mapping[str, object] = field(default_factory=dict)
    by: str = SOMEBODY
    override: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """Somebody closes the task about a message without sending its draft."""

    message: str
    by: str = SOMEBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTasks:
    """Somebody closes the open tasks about a message."""

    message: str
    by: str = SOMEBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Nothing but time passes."""


Act = SendFile | SendSpec | Release | Approve | WriteDraft | Discard | CloseTasks | Pass


_ABOUT: Mapping[str, type[Release | Discard | CloseTasks]] = {
    "release": Release,
    "discard": Discard,
    "done": CloseTasks,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happens at a moment."""

    at: datetime
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole story."""

    name: str
    what: str
    starts: datetime
    steps: tuple[Step, ...]
    #: The configuration it plays with; None is the one that is shipped.
    config: Path | None = None
    #: None where nothing is expected yet.
    expected: Holdings | None = None


def load(path: Path, *, messages: Path, specs: Path) -> Scenario:
    """Read a scenario; raise ScenarioError or OSError.

    A file that it sends lies beside it or in the folder `messages`, a specification in `specs` unless it is named
    with its ending.
    """
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path} cannot be read: {error}") from None
    return _Reader(path, messages, specs).read(data)


class _Reader:
    """Reads one file; every mistake names the file and the step."""

    def __init__(self, path: Path, messages: Path, specs: Path) -> None:
        self._path = path
        self._messages = messages
        self._specs = specs
        self._names: set[str] = set()

    def read(self, data: dict[str, Any]) -> Scenario:
        for key, value in data.items():
            if key not in _TOP:
                raise self._mistake(f"unknown key {key}; there are {', '.join(_TOP)}")
            if not isinstance(value, _TOP[key]):
                raise self._mistake(f"{key} should be a {_TOP[key].__name__}")
        if missing := {"what", "starts", "step"} - data.keys():
            raise self._mistake(f"{', '.join(sorted(missing))} missing")
        starts = aware(data["starts"])
        expected = data.get("expect")
        return Scenario(
            name=self._path.stem,
            what=data["what"],
            starts=starts,
            config=self._path.parent / data["config"] if "config" in data else None,
            steps=tuple(self._steps(data["step"], starts)),
            expected=None if expected is None else self._expected(expected),
        )

    def _steps(self, tables: list[Any], starts: datetime) -> Iterator[Step]:
        now = starts
        for number, table in enumerate(tables, start=1):
            where = f"step {number}"
            if not isinstance(table, dict):
                raise self._mistake(f"{where} should be a table")
            now = self._moment(table, now, where)
            yield Step(at=now, act=self._act({key: table[key] for key in table if key not in _TIMES}, where))

    def _moment(self, table: Mapping[str, Any], now: datetime, where: str) -> datetime:
        if table.keys() >= _TIMES:
            raise self._mistake(f"{where} has both `at` and `after`")
        at, after = table.get("at"), table.get("after")
        if at is not None and not isinstance(at, datetime):
            raise self._mistake(f"{where}: `at` should be a date and a time, such as 2026-03-02T09:00:00")
        try:
            moment = aware(at) if at is not None else now + (duration.parse(after) if after else timedelta())
        except (ValueError, AttributeError):
            raise self._mistake(f'{where}: `after` should be a duration, such as "24h"') from None
        if moment < now:
            raise self._mistake(f"{where} happens before the one above it")
        return moment

    def _act(self, table: dict[str, Any], where: str) -> Act:
        if not table:
            return Pass()
        kinds = [kind for kind in _STEPS if kind in table]
        if len(kinds) != 1:
            raise self._mistake(f"{where} should have one of {', '.join(_STEPS)}")
        kind = kinds[0]
        if unknown := table.keys() - _STEPS[kind]:
            raise self._mistake(f"{where}: unknown key {', '.join(sorted(unknown))}")
        if kind in {"send", "spec"}:
            return self._send(kind, table, where)
        about = table[kind]
        if about not in self._names:
            raise self._mistake(f"{where}: no step before it is called {about}")
        by = table.get("by", SOMEBODY)
        if kind == "approve":
            name = self._name(table.get("name", f"question about {about}"), where)
            more = {key: table[key] for key in ("text", "author", "override") if key in table}
            return Approve(name=name, message=about, by=by, **more)
        if kind == "draft":
            return self._draft(table, about, by, where)
        return _ABOUT[kind](message=about, by=by)

    def _draft(self, table: dict[str, Any], about: str, by: str, where: str) -> WriteDraft:
        kind = table.get("kind")
        if kind not in set(DraftKind):
            raise self._mistake(f"{where}: `kind` should be one of {', '.join(DraftKind)}")
        return WriteDraft(
            name=self._name(table.get("name", f"{kind} about {about}"), where),
            message=about,
            kind=DraftKind(kind),
            told=table.get("told", {}),
            by=by,
            override=table.get("override"),
        )

    def _send(self, kind: str, table: dict[str, Any], where: str) -> Act:
        if "from" not in table:
            raise self._mistake(f"{where}: `from` is missing, the party that sends")
        source = str(table[kind])
        name = self._name(table.get("name", Path(source).stem if kind == "send" else source), where)
        if kind == "send":
            own = self._path.parent / source
            return SendFile(name=name, party=table["from"], file=own if own.is_file() else self._messages / source)
        return SendSpec(
            name=name,
            party=table["from"],
            spec=self._path.parent / source if source.endswith(".toml") else self._specs / f"{source}.toml",
            change=table.get("change", {}),
            without=tuple(table.get("without", ())),
        )

    def _name(self, name: str, where: str) -> str:
        if name in self._names:
            raise self._mistake(f"{where}: a step before it is called {name} already; give it a `name`")
        self._names.add(name)
        return name

    def _expected(self, table: dict[str, Any]) -> Holdings:
        try:
            return Holdings.of(table)
        except ValueError as error:
            raise self._mistake(f"expect: {error}") from None

    def _mistake(self, text: str) -> ScenarioError:
        return ScenarioError(f"{self._path}: {text}.")


def aware(moment: datetime) -> datetime:
    """Return a moment in UTC; what has no zone is Norwegian time."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=OSLO)).astimezone(UTC)
