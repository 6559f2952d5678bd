"""Declarations that bind elements to values: one line per element serves reading and writing.

A `Record` says which element children become which attributes of a dataclass, in schema order:

    ADDRESS = Record(Address, MSGHEAD,
        Field("Type", "kind", CS),
        Field("StreetAdr", "street", TEXT),
    )

Reading takes children in any order, skips what it does not know, and finds an element in a wrong namespace
by its local name: whether that is allowed is for the schema to say. Writing follows the declared order, and
refuses a dataclass that says something no declared child holds: nothing is lost in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import fields as dataclass_fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar, cast

from lxml import etree

from adapter.errors import SpecError
from adapter.message.address import Telecom
from adapter.message.code import Code, Moment, Quantity
from adapter.values import value_class

T = TypeVar("T")
Values = dict[str, Any]
#: What the fields of a record take their values from, by part; "part+" holds the values that `before` made.
Scopes = dict[str, Any]


class Shape(Protocol):
    """How one element is read and written."""

    def read(self, element: etree._Element) -> Any:  # noqa: ANN401 - each shape has its own value type
        """Return the value of an element."""

    def fill(self, element: etree._Element, value: Any) -> None:  # noqa: ANN401 - the same
        """Put a value into an empty element."""


@value_class(kw_only=False)
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
    if code.text:
        raise SpecError("text (OT): a code without a list of its own has no place for free text")
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


def _fill_tele_address(element: etree._Element, telecom: Telecom) -> None:
    if telecom.kind is not None:
        raise SpecError("kind: this version of the standard has no place for it in a Telecom")
    _set(element, "V", telecom.address)


def _read_code(element: etree._Element) -> Code:
    get = element.get
    text = get("OT")
    return _code(*element.items()) if text is None else Code(get("V"), get("DN"), get("S"), text)


@lru_cache(maxsize=2_048)
def _code(*attributes: tuple[str, str]) -> Code:
    """Return a code without words of the sender's own: messages repeat a few hundred of them."""
    get = dict(attributes).get
    return Code(get("V"), get("DN"), get("S"))


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
#: A coded value whose list the standard fixes (type CS): the list is not written.
CS = Simple(_read_code, _fill_cs)
#: A coded value with its list (type CV).
CV = Simple(_read_code, _fill_cv)
QUANTITY = Simple(lambda element: Quantity(element.get("V"), element.get("U")), _fill_quantity)
#: A telecom address of Henvisning 1.x and AppRec: the address alone, in attribute V.
TELE_ADDRESS = Simple(lambda element: Telecom(address=element.get("V")), _fill_tele_address)


@value_class(kw_only=False)
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
    #: What is written where the attribute is None.
    otherwise: Any = None


@value_class(kw_only=False)
class Inline:
    """Binds a child element whose own children belong to the same record.

    Written always, or, if optional, where it holds something.
    """

    tag: str
    fields: tuple[Field | Inline, ...]
    is_optional: bool = False


@value_class(kw_only=False)
class Part:
    """A dataclass inside a record's dataclass, whose fields are bound by the record itself."""

    cls: type
    #: Changes the values read, before the dataclass is made of them.
    after: Callable[[Values], None] | None = None
    #: Returns values to write that the dataclass does not have under that name.
    before: Callable[[Any], Values] | None = None
    #: Attributes that no field binds and that are not lost: `before` takes care of them.
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
        self.fixed = dict(fixed or {})
        self._after = after
        self._parts = dict(parts or {})
        self._lookup = _Lookup(fields, namespace)
        flat = tuple(_flat(fields))
        self._many = tuple(field.path for field in flat if field.many)
        choices = _choices(flat)
        self._is_plain = before is None and not self._parts
        self._steps = tuple(_step(field, namespace, choices, _Getters(is_plain=self._is_plain)) for field in fields)
        bound = {field.path for field in flat}
        own = Part(cls, after, before, (*covers, *self.fixed, *self._parts))
        self._guards = {name: _Guard(name, part, bound) for name, part in {"": own, **self._parts}.items()}

    def read(self, element: etree._Element) -> T:
        """Return the dataclass that an element holds."""
        values: Values = {}
        self._lookup.collect(element, values)
        for path in self._many:
            if path in values:
                values[path] = tuple(values[path])
        for name, part in self._parts.items():
            found = _taken_out(values, f"{name}.")
            if found:
                if part.after:
                    part.after(found)
                values[name] = part.cls(**found)
        if self.fixed:
            values.update(self.fixed)
        if self._after:
            self._after(values)
        return self.cls(**values)

    def fill(self, element: etree._Element, value: T) -> None:
        """Put a dataclass into an empty element.

        Raises:
            SpecError: the dataclass says something that no declared child holds.
        """
        source: Any = value
        if self._is_plain:
            self._guards[""].check(value)
        else:
            source = {}
            for guard in self._guards.values():
                guard.enter(value, source)
        for step in self._steps:
            step(element, source)

    def written(self, name: str, value: T, nsmap: Mapping[str | None, str]) -> etree._Element:
        """Return a new root element that holds a dataclass."""
        known = cast("dict[str, str]", nsmap)  # the stubs know no default namespace
        element = etree.Element(f"{{{self.namespace}}}{name}", nsmap=known)
        self.fill(element, value)
        return element


@value_class(kw_only=False)
class Deferred:
    """A shape that is declared further down: an organisation inside an organisation."""

    find: Callable[[], Shape]

    def read(self, element: etree._Element) -> Any:  # noqa: ANN401 - the found shape's value
        """Read by the shape found."""
        return self.find().read(element)

    def fill(self, element: etree._Element, value: Any) -> None:  # noqa: ANN401 - the same
        """Fill by the shape found."""
        self.find().fill(element, value)


class Remembered(Generic[T]):
    """A shape whose elements come again and again: those that are the same to the byte are read and written once.

    For senders and receivers: a server meets the same few hundred. Not for patients, who are not kept for nothing.
    """

    def __init__(self, shape: Record[T]) -> None:
        """Take the shape that reads and writes what is not known yet."""
        self.shape = shape
        self.cls = shape.cls
        self._read: dict[bytes, T] = {}
        self._written: dict[T, etree._Element] = {}

    def read(self, element: etree._Element) -> T:
        """Return the value of an element."""
        xml = etree.tostring(element, with_tail=False)
        value = self._read.get(xml)
        if value is None:
            value = self.shape.read(element)
            _remember(self._read, xml, value, len(xml))
        return value

    def fill(self, element: etree._Element, value: T) -> None:
        """Put a value into an empty element; raises SpecError like the shape."""
        written = self._written.get(value)
        if written is None:
            self.shape.fill(element, value)
            _remember(self._written, value, deepcopy(element), len(etree.tostring(element)))
        else:
            element.extend(deepcopy(written))


#: Bytes of one element, and elements of one shape.
_LONGEST_REMEMBERED, _MOST_REMEMBERED = 4_096, 1_024


def _remember(known: dict[Any, Any], key: object, value: object, size: int) -> None:
    """Keep what is short, and begin anew where there is too much of it."""
    if size <= _LONGEST_REMEMBERED:
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        known[key] = value


def local_name(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]


def _flat(fields: Iterable[Field | Inline]) -> Iterable[Field]:
    for field in fields:
        if isinstance(field, Inline):
            yield from _flat(field.fields)
        else:
            yield field


def _qualified(tag: str, namespace: str) -> str:
    return tag if tag.startswith("{") else f"{{{namespace}}}{tag}"


def _taken_out(values: Values, prefix: str) -> Values:
    paths = [path for path in values if path.startswith(prefix)]
    return {path.removeprefix(prefix): values.pop(path) for path in paths}


class _Lookup:
    """Where each child element goes."""

    __slots__ = ("_by_name", "_by_tag")

    def __init__(self, fields: Iterable[Field | Inline], namespace: str) -> None:
        self._by_tag = {_qualified(field.tag, namespace): _slot(field, namespace) for field in fields}
        self._by_name = {local_name(tag): slot for tag, slot in self._by_tag.items()}

    def collect(self, element: etree._Element, values: Values) -> None:
        """Read the children of an element into `values`, by path; of what may stand once the first one counts."""
        strays = _take(element, self._by_tag, values)
        if strays:
            # after the others: nothing in a wrong namespace stands before what is where it belongs
            named = {child.tag: self._by_name.get(local_name(child.tag)) for child in strays}
            _take(strays, named, values)


def _take(
    children: Iterable[etree._Element], slots: Mapping[str, _Slot | None], values: Values
) -> list[etree._Element] | None:
    """Read each child that has a slot, and return the others."""
    others = None
    find = slots.get
    for child in children:
        slot = find(child.tag)
        if slot is None:
            others = others or []
            others.append(child)
            continue
        path, read, many = slot
        if path is None:
            read(child, values)
        elif many:
            values.setdefault(path, []).append(read(child))
        elif path not in values:
            values[path] = read(child)
    return others


#: Path, reader, whether there may be many. The children of an Inline have paths of their own, and share the values.
_Slot = tuple[str | None, Callable[..., Any], bool]


def _slot(field: Field | Inline, namespace: str) -> _Slot:
    if isinstance(field, Inline):
        return None, _Lookup(field.fields, namespace).collect, False
    return field.path, field.shape.read, field.many


class _Guard:
    """Hands the writing steps what one dataclass holds, and refuses to lose any of it in silence."""

    __slots__ = ("_before", "_bound", "_cls", "_known", "_name", "_values_name")

    def __init__(self, name: str, part: Part, bound: Iterable[str]) -> None:
        prefix = f"{name}." if name else ""
        self._name = name
        self._values_name = f"{name}+"
        self._cls = part.cls
        self._before = part.before
        self._bound = {path.removeprefix(prefix) for path in bound if path.startswith(prefix)} | set(part.covers)
        self._known: dict[type, _Unbound] = {}

    def enter(self, value: object, scopes: Scopes) -> None:
        """Add this dataclass, and the values made of it, to the scopes that fields take their values from."""
        if self._name:
            made = scopes.get("+", _NOTHING)
            value = made[self._name] if self._name in made else getattr(value, self._name)
        scopes[self._name] = value
        if value is not None:
            self.check(value)
            if self._before:
                scopes[self._values_name] = self._before(value)

    def check(self, value: object) -> None:
        """Raise SpecError where the dataclass says something that would be lost."""
        unbound = self._known.get(type(value))
        if unbound is None:
            if self._before is None and not isinstance(value, self._cls):
                raise SpecError(f"{self._cls.__name__}: a {type(value).__name__} cannot stand in its place")
            unbound = self._known[type(value)] = _Unbound.of(type(value), self._bound)
        if unbound.get is not None and unbound.get(value) != unbound.defaults:
            raise unbound.refusal(value)


_NOTHING: Values = {}


@value_class(kw_only=False)
class _Unbound:
    """The attributes of a class that no field of a record binds: they must have their defaults."""

    names: tuple[str, ...]
    get: Callable[[Any], Any] | None
    defaults: Any

    @classmethod
    def of(cls, owner: type, bound: Iterable[str]) -> _Unbound:
        free = [field for field in dataclass_fields(owner) if field.name not in bound]
        names = tuple(field.name for field in free)
        defaults = tuple(field.default for field in free)
        return cls(
            names, attrgetter(*names) if names else None, defaults if len(names) > 1 else defaults[:1] and defaults[0]
        )

    def refusal(self, value: object) -> SpecError:
        defaults = self.defaults if len(self.names) > 1 else (self.defaults,)
        lost = [name for name, default in zip(self.names, defaults, strict=True) if getattr(value, name) != default]
        return SpecError(f"{lost[0]}: this version of the standard has no place for it in a {type(value).__name__}")


#: The classes that share a path.
Choices = Mapping[str, tuple[type, ...]]
#: Writes one declared child of an element.
Step = Callable[[Any, Any], None]


@value_class
class _Getters:
    """Makes the functions that take a path's value from what a record hands to its steps."""

    #: A plain record hands over its dataclass itself, any other one its scopes.
    is_plain: bool

    def of(self, path: str) -> Callable[[Any], Any]:
        """Return the function for one path."""
        if self.is_plain:
            return attrgetter(path)
        part, _, name = path.rpartition(".")
        made = f"{part}+"

        def get(scopes: Scopes) -> Any:  # noqa: ANN401 - whatever the path leads to
            values = scopes.get(made)
            if values is not None and name in values:
                return values[name]
            source = scopes[part]
            return None if source is None else getattr(source, name)

        return get


def _choices(fields: Iterable[Field]) -> Choices:
    """Return the classes that share a path, for every path that more than one field has."""
    found: dict[str, list[type]] = {}
    for field in fields:
        found.setdefault(field.path, []).append(getattr(field.shape, "cls", object))
    return {path: tuple(classes) for path, classes in found.items() if len(classes) > 1}


def _step(field: Field | Inline, namespace: str, choices: Choices, getters: _Getters) -> Step:
    """Return the function that writes one declared child of an element."""
    tag = _qualified(field.tag, namespace)
    if isinstance(field, Inline):
        return _inline_step(field, tag, tuple(_step(inner, namespace, choices, getters) for inner in field.fields))
    if field.many:
        return _many_step(field, tag, getters.of(field.path))
    get, fill, otherwise = getters.of(field.path), field.shape.fill, field.otherwise
    classes = choices.get(field.path)
    only = getattr(field.shape, "cls", None) if classes else None

    def write_one(parent: etree._Element, source: Any) -> None:  # noqa: ANN401 - see _Getters
        value = get(source)
        if value is None:
            value = otherwise
        if value is None:
            return
        if classes is None or type(value) is only:
            fill(etree.SubElement(parent, tag), value)
        elif type(value) not in classes:
            raise SpecError(
                f"{field.path}: this version of the standard has no place for a {type(value).__name__} there"
            )

    return write_one


def _many_step(field: Field, tag: str, get: Callable[[Any], Any]) -> Step:
    fill, most = field.shape.fill, field.most

    def write_many(parent: etree._Element, source: Any) -> None:  # noqa: ANN401 - see _Getters
        values = get(source) or ()
        if most is not None and len(values) > most:
            raise SpecError(f"{field.path}: this version of the standard takes {most}, not {len(values)}")
        for value in values:
            fill(etree.SubElement(parent, tag), value)

    return write_many


def _inline_step(field: Inline, tag: str, steps: tuple[Step, ...]) -> Step:
    def write_inline(parent: etree._Element, source: Any) -> None:  # noqa: ANN401 - see _Getters
        element = etree.SubElement(parent, tag)
        for step in steps:
            step(element, source)
        if field.is_optional and not len(element):
            parent.remove(element)

    return write_inline
