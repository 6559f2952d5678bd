"""A key that is no secret, and what the fixtures of this project become by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.ladder import Checker
from adapter.check.schema import SchemaSet
from adapter.replay.anonymise import Anonymiser, Key, Protocol
from adapter.replay.anonymise.fixture import Fixture, fixtures_of

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
KEY = Key(b"a key for tests, known to everybody")


@dataclass(frozen=True, slots=True)
class Whole:
    """The messages of a folder, and what became of them."""

    names: tuple[str, ...]
    originals: tuple[bytes, ...]
    fixtures: tuple[Fixture, ...]


@pytest.fixture
def key() -> Key:
    return KEY


@pytest.fixture(scope="session")
def checker() -> Iterator[Checker]:
    with Checker(SchemaSet.load(), CodeLists.load(), explain=False) as made:
        yield made


@pytest.fixture(scope="session")
def anonymised(checker: Checker) -> Whole:
    """Return all synthetic messages, anonymised as one set."""
    paths = sorted((resources.fixtures() / "messages").glob("*.xml"))
    originals = tuple(path.read_bytes() for path in paths)
    anonymiser = Anonymiser(originals, KEY)
    made = fixtures_of(originals, anonymiser, checker, now=NOW)
    return Whole(tuple(path.name for path in paths), originals, tuple(made))


@pytest.fixture
def alone() -> Callable[[str | bytes], str]:
    """Return what anonymises one message that is a set of its own."""

    def anonymise(message: str | bytes) -> str:
        data = message.encode() if isinstance(message, str) else message
        return Anonymiser([data], KEY).anonymise(data, Protocol()).decode()

    return anonymise
