"""What waited at the start holds deadlines back, as long as it is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from adapter.errors import StoreError
from adapter.service import arrears
from adapter.service.arrears import PATIENCE, Arrears

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class World:
    """What the folders, the mailboxes and the store say, and the seconds that have passed."""

    has_files: bool = False
    has_unread: bool = False
    undecided: bool = False
    passed: float = 0.0

    def has_any_from(self, moment: datetime) -> bool:
        return self.has_files and moment == NOW

    def has_undecided(self) -> bool:
        return self.undecided

    def monotonic(self) -> float:
        return self.passed


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(arrears, "time", made)
    return made


@pytest.fixture
def waited(world: World) -> Arrears:
    return Arrears(world, world, world, lambda: NOW)  # type: ignore[arg-type]  # all that is asked of the three


def test_where_nothing_waits_nothing_is_held_back(waited: Arrears) -> None:
    assert waited.are_judged()


@pytest.mark.parametrize("where", ["has_files", "has_unread", "undecided"])
def test_whatever_waits_is_judged_first_and_what_comes_later_is_not_waited_for(
    waited: Arrears, world: World, where: str
) -> None:
    setattr(world, where, True)
    assert not waited.are_judged()

    setattr(world, where, False)
    assert waited.are_judged()

    setattr(world, where, True)
    assert waited.are_judged()


def test_what_cannot_be_judged_holds_nothing_back_for_ever(waited: Arrears, world: World) -> None:
    world.has_files = True
    world.passed = PATIENCE - 1
    assert not waited.are_judged()

    world.passed = PATIENCE
    assert waited.are_judged()


def test_a_store_that_cannot_be_read_is_not_taken_for_an_empty_one(
    waited: Arrears, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> bool:
        raise StoreError("damaged")

    monkeypatch.setattr(world, "has_undecided", broken)

    with pytest.raises(StoreError, match="damaged"):
        waited.are_judged()


def test_it_can_be_given_up(waited: Arrears, world: World) -> None:
    world.has_files = True

    waited.give_up()

    assert waited.are_judged()
