"""Declarations that bind elements to values: one line per element serves reading and writing.

A `Record` says which element children become which attributes of a dataclass, in schema order:

    ADDRESS = Record(Address, MSGHEAD,
        Field("Type", "kind", CS),
        Field("StreetAdr", "street", TEXT),
    )

Reading takes children in any order, skips what it does not know, and finds an element in a wrong namespace
by its local name: whether that is allowed is for the schema to say. Writing follows the declared order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar, cast

from lxml import etree

from adapter.message.address import Telecom
from adapter.message.code import Code, Moment, Quantity

T = TypeVar("T")
Values = dict[str, Any]


class Shape(Protocol):
    """How one element is read and written."""

    def read(self, element: etree._Element) -> Any:  # noqa: ANN401 - each shape has its own value type
        """Return the value of an element."""

    def fill(self, element: etree._Element, value: Any) -> None:  # noqa: ANN401 - the same
        """Put a value into an empty element."""


@dataclass(frozen=True, slots=True)
class Simple:
    """A shape made of two functions."""

    read: Callable[[etree._Element], Any]
    fill: Callable[[etree._Element, Any], None]


def _set(element: etree._Element, name: str, value: str | None) -> None:
    if value is not None:
        element.set(name, value)


def _set_text(element: etree._Element, value: str) -> None:
    element.text = value or None


def _fill_cs(element: etree._Element, code: Code) -> None:
    _set(element, "V", code.value)
    _set(element, "DN", code.name)


def _fill_cv(element: etree._Element, code: Code) -> None:
    _set(element, "V", code.value)
    _set(element, "S", code.system)
    _set(element, "DN", code.name)
    _set(element, "OT", code.text)


def _fill_quantity(element: etree._Element, quantity: Quantity) -> None:
    _set(element, "V", quantity.value)
    _set(element, "U", quantity.unit)


def _read_code(element: etree._Element) -> Code:
    get = element.get
    return Code(get("V"), get("DN"), get("S"), get("OT"))


#: Element text.
TEXT = Simple(lambda element: element.text or "", _set_text)
#: Attribute V.
VALUE = Simple(lambda element: element.get("V", ""), lambda element, value: _set(element, "V", value or None))
#: A date or time as element text.
MOMENT = Simple(lambda element: Moment(element.text or ""), lambda element, value: _set_text(element, value.text))
#: A date or time in attribute V (type TS).
MOMENT_VALUE = Simple(
    lambda element: Moment(element.get("V", "")), lambda element, value: _set(element, "V", value.text or None)
)
#: A coded value without list (type CS).
CS = Simple(_read_code, _fill_cs)
#: A coded value with its list (type CV).
CV = Simple(_read_code, _fill_cv)
QUANTITY = Simple(lambda element: Quantity(element.get("V"), element.get("U")), _fill_quantity)
#: A telecom address of Henvisning 1.x and AppRec: the address alone, in attribute V.
TELE_ADDRESS = Simple(
    lambda element: Telecom(address=element.get("V")), lambda element, value: _set(element, "V", value.address)
)


@dataclass(frozen=True, slots=True)
class Field:
    """Binds a child element to an attribute.

    `path` is an attribute of the record's dataclass, or "part.attribute" for one of its parts. Where several
    fields share a path (a choice), each writes only values of its own record's class.
    """

    tag: str
    path: str
    shape: Shape
    many: bool = False
    #: How many of `many` the standard takes; reading keeps them all.
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Inline:
    """Binds a child element whose own children belong to the same record.

    Written when `presence` (a path) is there; without it always, or, if optional, where it holds something.
    """

    tag: str
    fields: tuple[Field | Inline, ...]
    presence: str | None = None
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A dataclass inside a record's dataclass, whose fields are bound by the record itself."""

    cls: type
    #: Changes the values read, before the dataclass is made of them.
    after: Callable[[Values], None] | None = None
    #: Returns values to write that the dataclass does not have under that name.
    before: Callable[[Any], Values] | None = None
    #: The attributes that `before` takes its values from.
    covers: tuple[str, ...] = ()


class Record(Generic[T]):
    """Binds an element to a dataclass."""

    def __init__(  # noqa: PLR0913 - one declaration says it all
        self,
        cls: type[T],
        namespace: str,
        *fields: Field | Inline,
        parts: Mapping[str, Part] | None = None,
        after: Callable[[Values], None] | None = None,
        before: Callable[[Any], Values] | None = None,
        covers: tuple[str, ...] = (),
        fixed: Mapping[str, object] | None = None,
    ) -> None:
        """Declare the children in schema order; `fixed` gives attributes a value that is not on the wire."""
        self.cls = cls
        self.namespace = namespace
        self._parts = {"": Part(cls, after, before, covers), **(parts or {})}
        self._fixed = dict(fixed or {})
        shared = Counter(field.path for field in _flat(fields))
        self._slots = _Slots.of(fields, namespace)
        self._steps = tuple(_step(field, namespace, shared) for field in fields)

    def read(self, element: etree._Element) -> T:
        """Return the dataclass that an element holds."""
        scopes: dict[str, Values] = {name: {} for name in self._parts}
        self._slots.collect(element, scopes)
        root = scopes[""]
        for name, part in self._parts.items():
            if name and scopes[name]:
                root[name] = _make(part, scopes[name])
        root.update(self._fixed)
        made: T = _make(self._parts[""], root)
        return made

    def fill(self, element: etree._Element, value: T) -> None:
        """Put a dataclass into an empty element."""
        before = {name: part.before for name, part in self._parts.items() if part.before}
        source: Any = value
        if before:
            source = _Overlay(value, before)
        for step in self._steps:
            step(element, source)

    def written(self, name: str, value: T, nsmap: dict[str | None, str]) -> etree._Element:
        """Return a new root element that holds a dataclass."""
        element = etree.Element(
            f"{{{self.namespace}}}{name}", nsmap=cast("dict[str, str]", nsmap)
        )  # the stubs know no default namespace
        self.fill(element, value)
        return element


@dataclass(frozen=True, slots=True)
class Deferred:
    """A shape that is declared further down: an organisation inside an organisation."""

    find: Callable[[], Shape]

    def read(self, element: etree._Element) -> Any:  # noqa: ANN401 - the found shape's value
        """Read by the shape found."""
        return self.find().read(element)

    def fill(self, element: etree._Element, value: Any) -> None:  # noqa: ANN401 - the same
        """Fill by the shape found."""
        self.find().fill(element, value)


@dataclass(frozen=True, slots=True)
class Wrap:
    """A shape with one element between: reads and writes its only child."""

    tag: str
    shape: Shape

    def read(self, element: etree._Element) -> Any:  # noqa: ANN401 - the inner shape's value
        """Return the inner element's value, or None where it is missing."""
        for child in element:
            return self.shape.read(child)
        return None

    def fill(self, element: etree._Element, value: Any) -> None:  # noqa: ANN401 - the same
        """Write the inner element."""
        self.shape.fill(etree.SubElement(element, self.tag), value)


def local_name(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]


def _make(part: Part, values: Values) -> Any:  # noqa: ANN401 - an instance of part.cls
    for name, value in values.items():
        if type(value) is list:
            values[name] = tuple(value)
    if part.after:
        part.after(values)
    return part.cls(**values)


def _flat(fields: Iterable[Field | Inline]) -> Iterable[Field]:
    for field in fields:
        if isinstance(field, Inline):
            yield from _flat(field.fields)
        else:
            yield field


def _qualified(tag: str, namespace: str) -> str:
    return tag if tag.startswith("{") else f"{{{namespace}}}{tag}"


class _Slots:
    """Where each child element goes."""

    __slots__ = ("_by_name", "_by_tag")

    def __init__(self, by_tag: dict[str, _Slot | _Slots]) -> None:
        self._by_tag = by_tag
        self._by_name = {local_name(tag): slot for tag, slot in by_tag.items()}

    @classmethod
    def of(cls, fields: Iterable[Field | Inline], namespace: str) -> _Slots:
        slots: dict[str, _Slot | _Slots] = {}
        for field in fields:
            tag = _qualified(field.tag, namespace)
            if isinstance(field, Inline):
                slots[tag] = cls.of(field.fields, namespace)
            else:
                part, _, name = field.path.rpartition(".")
                slots[tag] = _Slot(part, name, field.shape.read, field.many)
        return cls(slots)

    def collect(self, element: etree._Element, scopes: dict[str, Values]) -> None:
        by_tag = self._by_tag
        for child in element:
            tag = child.tag
            slot = by_tag.get(tag)
            if slot is None:
                slot = self._by_name.get(local_name(tag))
                if slot is None:
                    continue
            if isinstance(slot, _Slots):
                slot.collect(child, scopes)
                continue
            values = scopes[slot.part]
            if slot.many:
                values.setdefault(slot.name, []).append(slot.read(child))
            elif slot.name not in values:
                values[slot.name] = slot.read(child)


@dataclass(frozen=True, slots=True)
class _Slot:
    part: str
    name: str
    read: Callable[[etree._Element], Any]
    many: bool


class _Overlay:
    """A dataclass seen with some attributes put before its own."""

    def __init__(self, value: object, before: Mapping[str, Callable[[Any], Values]]) -> None:
        self._value = value
        self._before = before
        own = before.get("")
        if own:
            self.__dict__.update(own(value))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the dataclass holds
        found = getattr(self._value, name)
        change = self._before.get(name)
        if change and found is not None:
            found = _Overlay(found, {"": change})
        self.__dict__[name] = found
        return found


def _getter(path: str) -> Callable[[Any], Any]:
    part, _, name = path.rpartition(".")
    if not part:
        return attrgetter(path)

    def through_part(source: Any) -> Any:  # noqa: ANN401 - whatever the path leads to
        found = getattr(source, part)
        return None if found is None else getattr(found, name)

    return through_part


def _step(field: Field | Inline, namespace: str, shared: Counter[str]) -> Callable[[etree._Element, Any], None]:
    """Return the function that writes one declared child of an element."""
    tag = _qualified(field.tag, namespace)
    if isinstance(field, Inline):
        return _inline_step(field, tag, tuple(_step(inner, namespace, shared) for inner in field.fields))

    get, fill = _getter(field.path), field.shape.fill
    only = getattr(field.shape, "cls", None) if shared[field.path] > 1 else None

    def write_one(parent: etree._Element, source: Any) -> None:  # noqa: ANN401 - any dataclass
        value = get(source)
        if value is not None and (only is None or type(value) is only):
            fill(etree.SubElement(parent, tag), value)

    def write_many(parent: etree._Element, source: Any) -> None:  # noqa: ANN401 - any dataclass
        for value in get(source) or ():
            if only is None or type(value) is only:
                fill(etree.SubElement(parent, tag), value)

    return write_many if field.many else write_one


def _inline_step(
    field: Inline, tag: str, steps: tuple[Callable[[etree._Element, Any], None], ...]
) -> Callable[[etree._Element, Any], None]:
    presence = _getter(field.presence) if field.presence else None

    def write_inline(parent: etree._Element, source: Any) -> None:  # noqa: ANN401 - any dataclass
        if presence is None or presence(source) is not None:
            element = etree.SubElement(parent, tag)
            for step in steps:
                step(element, source)
            if field.is_optional and not len(element):
                parent.remove(element)

    return write_inline
