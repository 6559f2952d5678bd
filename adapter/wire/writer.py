"""How the declarations of a record write a dataclass, in their order, and refuse to lose any of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields as dataclass_fields
from operator import attrgetter
from typing import Any

from lxml import etree

from adapter.errors import SpecError
from adapter.values import value_class
from adapter.wire.field import Field, Inline, Part, Values, flat, qualified

#: What the fields of a record take their values from, by part; "part+" holds the values that `before` made.
Scopes = dict[str, Any]


def writer_of(
    namespace: str, fields: Sequence[Field | Inline], own: Part, parts: Mapping[str, Part]
) -> Callable[[etree._Element, Any], None]:
    """Return the function that puts a dataclass into an empty element; it raises SpecError for what would be lost."""
    every = tuple(flat(fields))
    choices, bound = _choices(every), {field.path for field in every}
    is_plain = own.before is None and not parts
    steps = tuple(_step(field, namespace, choices, _Getters(is_plain=is_plain)) for field in fields)
    whole = _Guard("", own, bound)
    guards = (whole, *(_Guard(name, part, bound) for name, part in parts.items()))

    def write(element: etree._Element, value: Any) -> None:  # noqa: ANN401 - a dataclass of `own`
        source = value
        if is_plain:
            whole.check(value)
        else:
            source = {}
            for guard in guards:
                guard.enter(value, source)
        for step in steps:
            step(element, source)

    return write


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
    tag = qualified(field.tag, namespace)
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
