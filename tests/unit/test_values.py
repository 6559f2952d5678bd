"""What a class of values promises."""

from __future__ import annotations

import pickle
from dataclasses import field, replace

import pytest

from adapter.values import value_class


@value_class
class Pair:
    """Two fields, of which one is empty as a rule."""

    left: int
    right: int | None = None
    hidden: str = field(default="", repr=False)
    more: tuple[int, ...] = field(default_factory=tuple)


@value_class(kw_only=False)
class Point:
    """Fields by place."""

    x: int
    y: int


def test_values_are_the_same_when_they_hold_the_same() -> None:
    assert Pair(left=1) == Pair(left=1, right=None)
    assert len({Pair(left=1), replace(Pair(left=2), left=1), Pair(left=2)}) == 2
    assert Pair(left=1) != (1, None)


def test_fields_are_named_unless_a_class_says_otherwise() -> None:
    with pytest.raises(TypeError):
        Pair(1)  # type: ignore[misc]
    assert Point(1, y=2) == Point(x=1, y=2)


def test_a_value_takes_no_attribute_that_is_no_field() -> None:
    with pytest.raises(AttributeError):
        Pair(left=1).middle = 2  # type: ignore[attr-defined]


def test_a_value_says_what_is_not_empty_and_nothing_hidden() -> None:
    assert repr(Pair(left=1, hidden="x")) == "Pair(left=1, more=())"
    assert (
        repr([Pair(left=0, right=2, more=(3,)), Point(0, 0)]) == "[Pair(left=0, right=2, more=(3,)), Point(x=0, y=0)]"
    )


def test_a_class_keeps_words_of_its_own() -> None:
    @value_class
    class Key:
        word: str

        def __repr__(self) -> str:
            return "Key(…)"

    assert repr(Key(word="x")) == "Key(…)"


def test_a_value_goes_between_processes() -> None:
    assert pickle.loads(pickle.dumps(Point(1, 2))) == Point(1, 2)  # noqa: S301 - our own
