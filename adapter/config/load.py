"""Read the configuration file: all mistakes at once, or settings that hold together."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapter.config import cross
from adapter.config.channel_tables import ChannelTable, FolderTable, MailTable
from adapter.config.fields import Table
from adapter.config.models import (
    DraftsTable,
    PartnersTable,
    PartyTable,
    ReceiptsTable,
    RouteTable,
    Settings,
    StoreTable,
    TrustTable,
)
from adapter.config.problem import Problem, nearest
from adapter.errors import ConfigError

_T = TypeVar("_T", bound=Table)

#: The table of each type of channel.
_CHANNELS: Mapping[str, type[ChannelTable]] = {"folder": FolderTable, "mail": MailTable}

_SENTENCES = {
    "missing": "is missing",
    "string_type": "should be text in quotes",
    "string_too_short": "should not be empty",
    "int_type": "should be a whole number, without quotes",
    "float_type": "should be a number, without quotes",
    "bool_type": "should be true or false, without quotes",
    "tuple_type": "should be an array, such as [...]",
    "too_short": "should name at least one",
    "too_long": "should name fewer",
    "time_delta_type": 'should be a duration in quotes, such as "90s", "5m", "12h", "4d"',
    "path_type": "should be a path in quotes",
    "is_instance_of": "should be a path in quotes",
    "model_type": "should be a table",
}


def load(path: Path) -> Settings:
    """Return the settings of a file; raise ConfigError that lists every mistake, one a line."""
    settings, problems = _inspect(path)
    if settings is None or problems:
        lines = "\n".join(f"  {problem}" for problem in problems)
        raise ConfigError(f"{path} has {len(problems)} mistake{'s' * (len(problems) > 1)}:\n{lines}")
    return settings


def check(path: Path) -> list[Problem]:
    """Return every mistake in a file, in the file's order as far as it can be told."""
    return _inspect(path)[1]


def _inspect(path: Path) -> tuple[Settings | None, list[Problem]]:
    try:
        # Editors on Windows put a byte order mark first, which TOML does not know.
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        return None, [Problem(path.name, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return None, [Problem(f"line {line}", "is not UTF-8; save the file with that encoding")]
    except tomllib.TOMLDecodeError as error:
        return None, [Problem(path.name, f"is no TOML: {error}")]
    return _Reader(data, path.resolve().parent).read()


class _Reader:
    """Reads table by table, so that a mistake in one hides none in another."""

    def __init__(self, data: dict[str, Any], folder: Path) -> None:
        self._data = data
        self._context = {"folder": folder}
        self._problems: list[Problem] = []

    def read(self) -> tuple[Settings | None, list[Problem]]:
        known = Settings.model_fields
        self._problems += [
            Problem(key, f"unknown table{nearest(key, known)}") for key in self._data if key not in known
        ]
        single = {
            key: self._table(field.annotation, self._data.get(key, {}), key)
            for key, field in known.items()
            if isinstance(field.annotation, type) and issubclass(field.annotation, Table)
        }
        if not self._data.get("party"):
            self._problems.append(Problem("party", "there should be at least one [[party]]"))
        parties = self._array(PartyTable, "party")
        channels = self._channels()
        routes = self._array(RouteTable, "route")
        store, receipts, drafts = single["store"], single["receipts"], single["drafts"]
        trust, partners = single["trust"], single["partners"]
        self._problems += cross.problems(
            cross.Tables(
                store=store if isinstance(store, StoreTable) else None,
                receipts=receipts if isinstance(receipts, ReceiptsTable) else None,
                drafts=drafts if isinstance(drafts, DraftsTable) else None,
                trust=trust if isinstance(trust, TrustTable) else None,
                partners=partners if isinstance(partners, PartnersTable) else None,
                parties=parties,
                channels=channels,
                routes=routes,
                party_ids=self._ids("party"),
                channel_ids=self._ids("channel"),
            )
        )
        if self._problems:
            return None, self._problems
        several: dict[str, Sequence[tuple[int, Table]]] = {"party": parties, "channel": channels, "route": routes}
        arrays = {key: tuple(table for _, table in tables) for key, tables in several.items()}
        return Settings.model_validate(single | arrays), []

    def _array(self, model: type[_T], key: str) -> list[tuple[int, _T]]:
        tables = [(index, self._table(model, item, f"{key}[{index}]")) for index, item in self._items(key)]
        return [(index, table) for index, table in tables if table is not None]

    def _channels(self) -> list[tuple[int, ChannelTable]]:
        """Read the channels, each as its type has it; one of no known type is that one mistake."""
        found: list[tuple[int, ChannelTable]] = []
        for index, item in self._items("channel"):
            kind = item.get("type", "folder") if isinstance(item, dict) else "folder"
            model = _CHANNELS.get(kind) if isinstance(kind, str) else None
            if model is None:
                known = " or ".join(f"'{name}'" for name in _CHANNELS)
                self._problems.append(Problem(f"channel[{index}].type", f"should be {known}"))
            elif table := self._table(model, item, f"channel[{index}]"):
                found.append((index, table))
        return found

    def _items(self, key: str) -> Iterator[tuple[int, object]]:
        items = self._data.get(key, [])
        if isinstance(items, list):
            yield from enumerate(items)
        else:
            self._problems.append(Problem(key, f"should be an array of tables: write [[{key}]]"))

    def _table(self, model: type[_T], data: object, place: str) -> _T | None:
        try:
            return model.model_validate(data, context=self._context)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                path = place + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])
                self._problems.append(Problem(path, _sentence(detail, model)))
            return None

    def _ids(self, key: str) -> list[str]:
        items = self._data.get(key, [])
        named = [item.get("id") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        return [name for name in named if isinstance(name, str)]


def _sentence(detail: ErrorDetails, model: type[Table]) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        *way, key = detail["loc"]
        for step in way:
            if isinstance(step, str):
                model = _table_in(model.model_fields[step].annotation)
        known = [field.alias or name for name, field in model.model_fields.items()]
        return f"unknown key{nearest(str(key), known)}"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    return _SENTENCES.get(kind) or detail["msg"].replace("Input should", "should")


def _table_in(annotation: object) -> type[Table]:
    """Return the table class inside an annotation such as `ContactTable | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    return next(part for part in get_args(annotation) if isinstance(part, type) and issubclass(part, Table))
