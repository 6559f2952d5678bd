"""What a specification may hold: the fields of every message dataclass, resolved once from their type hints."""

from __future__ import annotations

import dataclasses
import types
import typing
from functools import cache
from typing import Any

from adapter.message import (
    address,
    attachment,
    code,
    dialogmelding,
    epikrise,
    henvisning,
    legeerklaering,
    message,
    party,
    receipt,
    sykmelding,
)
from adapter.values import value_class

_MODULES = (
    *(address, attachment, code, dialogmelding, epikrise, henvisning),
    *(legeerklaering, message, party, receipt, sykmelding),
)

#: Every dataclass of the neutral model, by name.
CLASSES: dict[str, type] = {
    name: value
    for module in _MODULES
    for name, value in vars(module).items()
    if isinstance(value, type) and dataclasses.is_dataclass(value)
}


_PAYLOADS = (
    dialogmelding.Dialogmelding
    | henvisning.Henvisning
    | epikrise.Epikrise
    | sykmelding.Sykmelding
    | legeerklaering.Legeerklaering
)


@value_class(kw_only=False)
class Slot:
    """One field of a dataclass."""

    name: str
    #: What one value may be; more than one for a choice.
    types: tuple[type, ...]
    #: True for a tuple of values.
    many: bool
    #: The field's default, or `dataclasses.MISSING`.
    default: object

    @property
    def is_required(self) -> bool:
        """Tell whether the dataclass cannot be made without it."""
        return self.default is dataclasses.MISSING

    def candidates(self) -> tuple[type, ...]:
        """Return the classes a value may have, subclasses included, the plainest first."""
        return tuple(dict.fromkeys(cls for one in self.types for cls in (one, *_subclasses(one))))


@cache
def slots(cls: type) -> dict[str, Slot]:
    """Return the fields of a dataclass, by name."""
    hints = typing.get_type_hints(cls, localns={**CLASSES, "Payload": _PAYLOADS})
    return {field.name: _slot(field, hints[field.name]) for field in dataclasses.fields(cls)}


def _slot(field: dataclasses.Field[Any], hint: object) -> Slot:
    parts = [part for part in _parts(hint) if part is not types.NoneType]
    many = typing.get_origin(parts[0]) is tuple
    if many:
        parts = _parts(typing.get_args(parts[0])[0])
    return Slot(field.name, tuple(typing.cast("list[type]", parts)), many, field.default)


def _parts(hint: object) -> list[object]:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return list(typing.get_args(hint))
    return [hint]


def _subclasses(cls: type) -> tuple[type, ...]:
    if cls.__name__ not in CLASSES:
        return ()
    return tuple(
        CLASSES[name] for name in sorted(CLASSES) if CLASSES[name] is not cls and issubclass(CLASSES[name], cls)
    )
