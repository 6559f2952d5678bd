"""The writing style of the standards (HISD 1165), for messages that are made here.

Text has no blanks around it and CR LF between its lines, what is empty is left out, and a telecom address says
its scheme. A message that came from elsewhere is written as it came: nothing here is applied to it.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from adapter.message.address import Address, Telecom
from adapter.message.attachment import Base64Data, Opaque
from adapter.message.code import Code, Moment, Quantity
from adapter.message.dialogmelding import FreeText
from adapter.message.party import Identifier

T = TypeVar("T")

_LINE_END = re.compile(r"\r\n|\r|\n")
_PHONE = re.compile(r"\+?[\d ().-]{3,}")
_MAIL = re.compile(r"[^\s:@]+@[^\s:@]+")
#: Carried as they are.
_UNTOUCHED = (Base64Data, Opaque, Enum)
#: Said by leaving them out, where they say nothing.
_SMALL = (Code, Quantity, Moment, Address, Telecom, Identifier, FreeText)


def tidy(value: T) -> T:
    """Return a message, or a part of one, in the standards' style; the same object where nothing was amiss."""
    tidied: T = _tidied(value)
    return tidied


def _tidied(value: Any) -> Any:  # noqa: ANN401 - anything a message holds
    if isinstance(value, _UNTOUCHED):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, tuple):
        return _items(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _parts(value)
    return value


def _text(text: str) -> str:
    return _LINE_END.sub("\r\n", text.strip())


def _items(values: tuple[Any, ...]) -> tuple[Any, ...]:
    made = tuple(_tidied(value) for value in values)
    kept = tuple(value for value in made if not _says_nothing(value))
    return values if len(kept) == len(values) and all(map(_is_same, kept, values)) else kept


def _parts(value: Any) -> Any:  # noqa: ANN401 - any dataclass of a message
    changes: dict[str, Any] = {}
    for field in fields(value):
        old = getattr(value, field.name)
        new = _tidied(old)
        if field.default is None and _says_nothing(new):
            new = None
        if new is not old:
            changes[field.name] = new
    if isinstance(value, Telecom):
        address = with_scheme(changes.get("address", value.address) or "")
        if address != (value.address or ""):
            changes["address"] = address
    return replace(value, **changes) if changes else value


def with_scheme(address: str) -> str:
    """Return a telecom address with "tel:" or "mailto:" before it, where it is a number or a mail address alone."""
    if _PHONE.fullmatch(address):
        return f"tel:{address}"
    return f"mailto:{address}" if _MAIL.fullmatch(address) else address


def _says_nothing(value: object) -> bool:
    if value is None or value == "":
        return True
    return isinstance(value, _SMALL) and not any(getattr(value, field.name) for field in fields(value))


def _is_same(one: object, other: object) -> bool:
    return one is other
