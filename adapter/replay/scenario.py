"""Scenarios: who sends what and when, what people do, and what everyone has in the end.

The form of the file is described in `fixtures/scenarios/README.md`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from adapter import duration
from adapter.errors import ConfigError
from adapter.flow.drafts.kinds import DraftKind
from adapter.message.code import OSLO
from adapter.replay.acts import (
    SOMEBODY,
    Act,
    Approve,
    Assign,
    CloseTasks,
    Configure,
    Crash,
    CrashPoint,
    Daemon,
    Discard,
    EndStay,
    GiveReceipt,
    Operate,
    Outage,
    Pass,
    Purge,
    Release,
    Reopen,
    Retry,
    SendAgain,
    SendFile,
    SendSpec,
    SetBack,
    WriteDraft,
)
from adapter.replay.holdings import Holdings
from adapter.values import value_class

_TOP = {"what": str, "starts": datetime, "config": str, "actor": list, "step": list, "expect": dict}
_Word = TypeVar("_Word", bound=StrEnum)
_ALWAYS = frozenset({"at", "after", "refused"})


class ScenarioError(ConfigError):
    """The scenario has a mistake."""

    code = "RPL-01"
    hint = "fixtures/scenarios/README.md describes the form."


@value_class
class Step:
    """Something that happens at a moment."""

    at: datetime
    act: Act
    #: Words of the reason for which the adapter refuses to do it; None where it is done.
    refused: str | None = None


@value_class(kw_only=False)
class Casting:
    """A party that is played by a script of `adapter.simulate`."""

    party: str
    script: Path


@value_class
class Scenario:
    """A whole story."""

    name: str
    what: str
    starts: datetime
    steps: tuple[Step, ...]
    #: The configuration it plays with; None is the one that is shipped.
    config: Path | None = None
    cast: tuple[Casting, ...] = ()
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
        self._cast: tuple[Casting, ...] = ()

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
        self._cast = tuple(self._casting(item) for item in data.get("actor", ()))
        return Scenario(
            name=self._path.stem,
            what=data["what"],
            starts=starts,
            config=self._beside(data["config"]) if "config" in data else None,
            cast=self._cast,
            steps=tuple(self._steps(data["step"], starts)),
            expected=None if expected is None else self._expected(expected),
        )

    def _beside(self, name: str) -> Path:
        return self._path.parent / name

    def _casting(self, table: object) -> Casting:
        if not isinstance(table, dict) or table.keys() != {"party", "script"}:
            raise self._mistake("an actor has a `party` and a `script`")
        return Casting(str(table["party"]), self._beside(str(table["script"])))

    def _steps(self, tables: list[Any], starts: datetime) -> Iterator[Step]:
        now = starts
        for number, table in enumerate(tables, start=1):
            where = f"step {number}"
            if not isinstance(table, dict):
                raise self._mistake(f"{where} should be a table")
            now = self._moment(table, now, where)
            act = self._act({key: table[key] for key in table if key not in _ALWAYS}, where)
            yield Step(at=now, act=act, refused=table.get("refused"))
            if isinstance(act, SetBack):
                now -= act.by

    def _moment(self, table: Mapping[str, Any], now: datetime, where: str) -> datetime:
        if {"at", "after"} <= table.keys():
            raise self._mistake(f"{where} has both `at` and `after`")
        at, after = table.get("at"), table.get("after")
        if at is not None and not isinstance(at, datetime):
            raise self._mistake(f"{where}: `at` should be a date and a time, such as 2026-03-02T09:00:00")
        moment = aware(at) if at is not None else now + self._duration(after or "0s", where, "after")
        if moment < now:
            raise self._mistake(f"{where} happens before the one above it")
        return moment

    def _duration(self, value: object, where: str, key: str) -> timedelta:
        try:
            return duration.parse(str(value))
        except ValueError:
            raise self._mistake(f'{where}: `{key}` should be a duration, such as "24h"') from None

    def _act(self, table: dict[str, Any], where: str) -> Act:
        if not table:
            return Pass()
        kinds = [kind for kind in _KINDS if kind in table]
        if len(kinds) != 1:
            raise self._mistake(f"{where} should have one of {', '.join(_KINDS)}")
        kind = _KINDS[kinds[0]]
        if unknown := table.keys() - {kinds[0], *kind.needs, *kind.may}:
            raise self._mistake(f"{where}: unknown key {', '.join(sorted(unknown))}")
        if missing := [key for key in kind.needs if key not in table]:
            raise self._mistake(f"{where}: `{missing[0]}` is missing{_MEANT.get(missing[0], '')}")
        if kind.is_about_message:
            self._check_known(table[kinds[0]], where)
        return kind.make(self, table, where)

    def _check_known(self, about: str, where: str) -> None:
        is_of_actor = any(about.startswith(f"{actor.party}/") for actor in self._cast)
        if about not in self._names and not is_of_actor:
            raise self._mistake(f"{where}: no step before it is called {about}")

    def send_file(self, table: dict[str, Any], where: str) -> Act:
        """Return the sending of a file beside the scenario, or of one that is shipped."""
        source = str(table["send"])
        own = self._beside(source)
        return SendFile(
            name=self._name(table, Path(source).stem, where),
            party=table["from"],
            file=own if own.is_file() else self._messages / source,
        )

    def send_spec(self, table: dict[str, Any], where: str) -> Act:
        """Return the sending of a specification with changes."""
        source = str(table["spec"])
        return SendSpec(
            name=self._name(table, source, where),
            party=table["from"],
            spec=self._beside(source) if source.endswith(".toml") else self._specs / f"{source}.toml",
            change=table.get("change", {}),
            without=tuple(table.get("without", ())),
        )

    def send_again(self, table: dict[str, Any], where: str) -> Act:
        """Return the sending of what was sent before."""
        about = table["again"]
        return SendAgain(
            name=self._name(table, f"{about} again", where),
            party=table["from"],
            message=about,
            has_new_ids=bool(table.get("new_ids", False)),
        )

    def give_receipt(self, table: dict[str, Any], where: str) -> Act:
        """Return the receipt of a party's own system."""
        about = table["receipt"]
        return GiveReceipt(
            name=self._name(table, f"{table['from']}'s receipt for {about}", where),
            party=table["from"],
            message=about,
            errors=tuple(table.get("errors", ())),
        )

    def approve(self, table: dict[str, Any], where: str) -> Act:
        """Return the approval of a draft."""
        about = table["approve"]
        more = {key: table[key] for key in ("text", "author", "override") if key in table}
        name = self._name(table, f"question about {about}", where)
        return Approve(name=name, message=about, by=_by(table), **more)

    def draft(self, table: dict[str, Any], where: str) -> Act:
        """Return the writing of a draft."""
        about, kind = table["draft"], self.choice(DraftKind, table.get("kind"), where, "kind")
        return WriteDraft(
            name=self._name(table, f"{kind} about {about}", where),
            message=about,
            kind=kind,
            told=table.get("told", {}),
            by=_by(table),
            override=table.get("override"),
        )

    def end_stay(self, table: dict[str, Any], where: str) -> Act:
        """Return the end of a stay."""
        on = table["on"]
        if not isinstance(on, date) or isinstance(on, datetime):
            raise self._mistake(f"{where}: `on` should be a date, such as 2026-03-02")
        return EndStay(message=table["stay_ended"], on=on, by=_by(table))

    def configure(self, table: dict[str, Any], where: str) -> Act:
        """Return the change of the configuration."""
        del where  # its reader names the file
        return Configure(config=self._beside(table["config"]))

    def set_back(self, table: dict[str, Any], where: str) -> Act:
        """Return the setting back of the clock."""
        return SetBack(by=self._duration(table["set_back"], where, "set_back"))

    def choice(self, known: type[_Word], value: object, where: str, key: str) -> _Word:
        """Return one of the known words, or raise ScenarioError."""
        try:
            return known(str(value))
        except ValueError:
            raise self._mistake(f"{where}: `{key}` should be one of {', '.join(known)}") from None

    def _name(self, table: Mapping[str, Any], otherwise: str, where: str) -> str:
        name = str(table.get("name", otherwise))
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


def _by(table: Mapping[str, Any]) -> str:
    return str(table.get("by", SOMEBODY))


def _deed(word: str, kind: Callable[..., Act], *more: str) -> _Make:
    """Return what makes an act of a person about a message; `more` are its further texts."""

    def make(_: _Reader, table: dict[str, Any], __: str) -> Act:
        return kind(message=table[word], by=_by(table), **{key: str(table[key]) for key in more})

    return make


_Make = Callable[[_Reader, dict[str, Any], str], Act]


@value_class(kw_only=False)
class _Kind:
    """How a kind of step is written."""

    make: _Make
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    is_about_message: bool = True


_MEANT = {"from": ", the party that sends"}
_SENT = ("from",)
_KINDS: Mapping[str, _Kind] = {
    "send": _Kind(_Reader.send_file, _SENT, ("name",), is_about_message=False),
    "spec": _Kind(_Reader.send_spec, _SENT, ("name", "change", "without"), is_about_message=False),
    "again": _Kind(_Reader.send_again, _SENT, ("name", "new_ids")),
    "receipt": _Kind(_Reader.give_receipt, _SENT, ("name", "errors")),
    "release": _Kind(_deed("release", Release), (), ("by",)),
    "approve": _Kind(_Reader.approve, (), ("by", "name", "text", "author", "override")),
    "draft": _Kind(_Reader.draft, (), ("kind", "told", "by", "name", "override")),
    "discard": _Kind(_deed("discard", Discard), (), ("by",)),
    "done": _Kind(_deed("done", CloseTasks), (), ("by",)),
    "assign": _Kind(_deed("assign", Assign, "to"), ("to",), ("by",)),
    "reopen": _Kind(_deed("reopen", Reopen), (), ("by",)),
    "stay_ended": _Kind(_Reader.end_stay, ("on",), ("by",)),
    "purge": _Kind(_deed("purge", Purge, "reason"), ("reason",), ("by",)),
    "retry": _Kind(_deed("retry", Retry), (), ("by",)),
    "config": _Kind(_Reader.configure, is_about_message=False),
    "daemon": _Kind(
        lambda reader, table, where: Operate(daemon=reader.choice(Daemon, table["daemon"], where, "daemon")),
        is_about_message=False,
    ),
    "crash": _Kind(
        lambda reader, table, where: Crash(point=reader.choice(CrashPoint, table["crash"], where, "crash")),
        is_about_message=False,
    ),
    "outage": _Kind(lambda _, table, __: Outage(party=table["outage"]), is_about_message=False),
    "outage_ends": _Kind(lambda _, table, __: Outage(party=table["outage_ends"], is_over=True), is_about_message=False),
    "set_back": _Kind(_Reader.set_back, is_about_message=False),
}


def aware(moment: datetime) -> datetime:
    """Return a moment in UTC; what has no zone is Norwegian time."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=OSLO)).astimezone(UTC)
