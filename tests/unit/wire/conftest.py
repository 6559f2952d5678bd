"""What the tests of the codecs share: comparison of trees, declared names, and values drawn from dataclasses."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import os
import types
import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from lxml import etree

from adapter.message.address import Telecom
from adapter.message.code import Code, Moment, Quantity
from adapter.wire.bind import Field, Inline, Record, local_name

#: Letters that XML, Norwegian or white space could spoil.
_TEXT = st.text("aÅŋ \t\r\n<>&\"']", max_size=4)
_LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    Moment: st.builds(Moment, _TEXT),
    # A code without its list can be written wherever a code can.
    Code: st.builds(Code, st.none() | _TEXT, st.none() | _TEXT),
    Quantity: st.builds(Quantity, st.none() | _TEXT, st.none() | _TEXT),
    Telecom: st.builds(Telecom, st.none(), _TEXT),
}


@functools.cache
def _values(hint: Any) -> st.SearchStrategy[Any]:
    if hint in _LEAVES:
        return _LEAVES[hint]
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return st.lists(_values(arguments[0]), min_size=1, max_size=2).map(tuple)
    if isinstance(hint, types.UnionType):
        return st.one_of(*(_values(one) for one in arguments if one is not types.NoneType))
    return _some(hint)


@st.composite
def _some(draw: st.DrawFn, cls: type, **known: st.SearchStrategy[Any] | None) -> Any:
    hints = typing.get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls) if known.get(field.name, hints) is not None]
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=4))
    return cls(**{name: draw(known[name] if name in known else _values(hints[name])) for name in chosen})


@pytest.fixture(scope="session")
def some() -> Callable[..., st.SearchStrategy[Any]]:
    """Return a strategy maker: a dataclass with a few of its fields set.

    Keyword arguments give the strategy of a field, or None for a field that stays unset.
    """
    return _some


def _canonical(element: etree._Element) -> tuple[Any, ...]:
    children = tuple(_canonical(child) for child in element)
    text = element.text or ""
    return element.tag, tuple(sorted(element.items())), text if text.strip() and not children else "", children


@pytest.fixture(scope="session")
def canonical() -> Callable[[etree._Element], tuple[Any, ...]]:
    """Return a function that tells what an element says, without prefixes and the white space between elements."""
    return _canonical


def _collect(fields: Iterable[Field | Inline], name: str, found: dict[str, str]) -> None:
    found[name] = " ".join(dict.fromkeys(local_name(field.tag) for field in fields))
    for field in fields:
        shape = getattr(field, "shape", field)
        below = getattr(getattr(shape, "shape", shape), "fields", ())
        child = local_name(field.tag)
        if below and child not in found:
            _collect(below, child, found)


def _declared(record: Record[Any], name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    _collect(record.fields, name, found)
    return found


@pytest.fixture(scope="session")
def declared() -> Callable[[Record[Any], str], dict[str, str]]:
    """Return a function that lists the children a record declares, in order, for it and every record below."""
    return _declared


@pytest.fixture(scope="session")
def official() -> etree.XMLSchema:
    """Return the official schemas, which are no part of the project."""
    folder = os.environ.get("BUDSTIKKE_STANDARDS")
    if not folder:
        pytest.skip("BUDSTIKKE_STANDARDS names no folder with the official standards")
    spec = importlib.util.spec_from_file_location("official", Path(folder) / "official.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.schema()
