"""Values: what is compared by what it holds, and never changes.

    @value_class
    class Telecom:
        kind: Code | None = None
        address: str | None = None

A dataclass with slots and keywords that mypy takes for frozen: an assignment to a field is an error of `make check`.
At run time nothing more stands in its way, because the constructor of a frozen dataclass takes three times as long and
making such a class twice as long: a sixth of what it costs to read a message, a fifth of a cold `validate`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
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
        return dataclass(kw_only=kw_only, slots=slots, unsafe_hash=True, repr=False)(cls)

    return made if cls is None else made(cls)


def _said(self: object) -> str:
    """Return what differs from the defaults: most fields of most values are empty."""
    held = ((one, getattr(self, one.name)) for one in fields(self) if one.repr)  # type: ignore[arg-type]
    told = ", ".join(f"{one.name}={held!r}" for one, held in held if one.default is MISSING or held != one.default)
    return f"{type(self).__qualname__}({told})"
