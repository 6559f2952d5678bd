"""Payloads that are read and never made: what is written is the very element that was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from lxml import etree

from adapter.errors import SpecError
from adapter.wire.opaque import read_opaque, revived

if TYPE_CHECKING:
    from adapter.message.legeerklaering import Legeerklaering
    from adapter.message.sykmelding import Sykmelding

T = TypeVar("T", bound="Sykmelding | Legeerklaering")


class Carried(Generic[T]):
    """Binds an element to a dataclass that keeps it as `source`."""

    def __init__(self, cls: type[T], namespace: str, read: Callable[[etree._Element], T]) -> None:
        """Take the function that reads everything but the source."""
        self.cls = cls
        self.namespace = namespace
        self.fixed: Mapping[str, object] = {"version": cls().version}
        self._read = read

    def read(self, element: etree._Element) -> T:
        """Return the dataclass that an element holds."""
        return replace(self._read(element), source=read_opaque(element))

    def written(self, _name: str, value: T, _nsmap: Mapping[str | None, str]) -> etree._Element:
        """Return the element that the dataclass came from.

        Raises:
            SpecError: it came from none, or says something else by now.
        """
        if value.source is not None:
            element = revived(value.source.xml)
            if replace(self._read(element), source=value.source) == value:
                return element
        raise SpecError(f"source: a {self.cls.__name__} is written as it came; it is not made or changed here")
