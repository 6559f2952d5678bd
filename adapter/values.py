"""Values: what is compared by what it holds, and never changes.

    @value_class
    class Telecom:
        kind: Code | None = None
        address: str | None = None

A dataclass with slots and keywords that mypy takes for frozen: an assignment to a field is an error of `make check`.
At run time nothing more stands in its way, because the constructor of a frozen dataclass takes three times as long and
making such a class twice as long: a sixth of what it costs to read a message, a fifth of a cold `validate`.

Of its methods a dataclass compiles the constructor alone: to compile them all is another tenth of a cold `validate`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from operator import attrgetter
from typing import TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def value_class(cls: type[T], /) -> type[T]: ...


@overload
def value_class(*, kw_only: bool = True, slots: bool = True) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value_class(
    cls: type[T] | None = None, /, *, kw_only: bool = True, slots: bool = True
) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a class one of values; `kw_only=False` lets its fields be given by place."""

    def made(cls: type[T]) -> type[T]:
        if "__repr__" not in vars(cls):
            cls.__repr__ = _said  # type: ignore[method-assign]  # one for all, instead of one made for each
        finished = dataclass(kw_only=kw_only, slots=slots, eq=False, repr=False)(cls)
        finished.__eq__, finished.__hash__ = _by_what_it_holds(finished)  # type: ignore[assignment, method-assign]  # as above
        return finished

    return made if cls is None else made(cls)


def _by_what_it_holds(cls: type) -> tuple[Callable[[object, object], bool], Callable[[object], int]]:
    """Return how values of this class are compared and hashed."""
    names = [one.name for one in fields(cls) if one.compare]
    held: Callable[[object], object] = attrgetter(*names) if names else type

    def is_equal(self: object, other: object) -> bool:
        return held(self) == held(other) if other.__class__ is self.__class__ else NotImplemented

    return is_equal, lambda self: hash(held(self))


def _said(self: object) -> str:
    """Return what differs from the defaults: most fields of most values are empty."""
    held = ((one, getattr(self, one.name)) for one in fields(self) if one.repr)  # type: ignore[arg-type]
    told = ", ".join(f"{one.name}={held!r}" for one, held in held if one.default is MISSING or held != one.default)
    return f"{type(self).__qualname__}({told})"
