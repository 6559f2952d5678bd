"""Drafts from the examples of `fixtures/`, judged by the ladder as what they are: messages we send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from adapter import resources
from adapter.check.codelists import CodeLists
from adapter.check.finding import Direction, Finding
from adapter.check.ladder import Checker
from adapter.check.policy import Policy
from adapter.check.schema import SchemaSet
from adapter.flow.drafts.author import author_of
from adapter.message import HealthcareProfessional, Message
from adapter.wire import read, write

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def example() -> Callable[[str], Message]:
    """Return what reads a message of the fixtures."""
    return lambda name: read((resources.fixtures() / "messages" / f"{name}.xml").read_bytes())


@pytest.fixture(scope="session")
def author() -> HealthcareProfessional:
    return author_of(
        name="Rolig Skog", profession="FT", hpr="565501872", phone="77000003", name_of=CodeLists.load().name_of
    )


@pytest.fixture(scope="session")
def findings() -> Callable[[Message], list[Finding]]:
    """Return what judges a message that we send, and proves that it can be read back as it was written."""
    checker = Checker(SchemaSet.load(), CodeLists.load(), explain=False)

    def judge(message: Message, *profiles: str) -> list[Finding]:
        data = write(message)
        assert read(data) == message
        policy = Policy(direction=Direction.OUTBOUND, profiles=profiles)
        return list(checker.check(data, policy, now=NOW).findings)

    return judge
