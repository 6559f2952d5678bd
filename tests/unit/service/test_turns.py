"""However much there is of one kind, it keeps none of the others waiting."""

from __future__ import annotations

from adapter.service.turns import Turns


def test_whoever_gave_something_is_asked_last() -> None:
    piles = {"a": ["a"] * 4, "b": ["b"], "c": ["c"] * 2}
    turns = Turns([lambda pile=pile: pile.pop() if pile else None for pile in piles.values()])

    assert [turns.next() for _ in range(8)] == ["a", "b", "c", "a", "c", "a", "a", None]


def test_who_had_nothing_keeps_its_place() -> None:
    late: list[str] = []
    turns = Turns([lambda: late.pop() if late else None, lambda: "always"])
    turns.next()

    late.append("late")

    assert [turns.next(), turns.next()] == ["late", "always"]
