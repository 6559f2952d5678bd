"""How the declarations of a record read an element.

Children are taken in any order, what is not known is passed by, and an element in a wrong namespace is found by its
local name. Most of the time that reading takes is spent here: each record gets a function of its own that has at hand
what it needs, and a child is looked at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from lxml import etree

from adapter.wire.field import Field, Inline, Part, Values, flat, local_name, qualified

#: Path, reader, whether there may be many. The children of an Inline have paths of their own, and share the values.
_Slot = tuple[str | None, Callable[..., Any], bool]


def reader_of(
    namespace: str, fields: Sequence[Field | Inline], own: Part, parts: Mapping[str, Part], fixed: Values
) -> Callable[[etree._Element], Any]:
    """Return the function that makes a dataclass of an element; see `Record` for what it is made of."""
    cls, after = own.cls, own.after
    collect = _collector(fields, namespace)
    many = tuple(field.path for field in flat(fields) if field.many)

    def read(element: etree._Element) -> Any:  # noqa: ANN401 - a dataclass of `own`
        values = fixed.copy()
        collect(element, values)
        for path in many:
            if path in values:
                values[path] = tuple(values[path])
        for name, part in parts.items():
            found = _taken_out(values, f"{name}.")
            if found:
                if part.after:
                    part.after(found)
                values[name] = part.cls(**found)
        if after:
            after(values)
        return cls(**values)

    return read


def _taken_out(values: Values, prefix: str) -> Values:
    paths = [path for path in values if path.startswith(prefix)]
    return {path.removeprefix(prefix): values.pop(path) for path in paths}


def _collector(fields: Iterable[Field | Inline], namespace: str) -> Callable[[Any, Values], None]:
    """Return the function that reads children into values; of what may stand once the first one counts."""
    by_tag = {qualified(field.tag, namespace): _slot(field, namespace) for field in fields}
    by_name = {local_name(tag): slot for tag, slot in by_tag.items()}

    def collect(element: etree._Element, values: Values) -> None:
        # after the others: nothing in a wrong namespace stands before what is where it belongs
        strays = _take(element, by_tag, values)
        if strays:
            _take(strays, {child.tag: by_name.get(local_name(child.tag)) for child in strays}, values)

    return collect


def _slot(field: Field | Inline, namespace: str) -> _Slot:
    if isinstance(field, Inline):
        return None, _collector(field.fields, namespace), False
    return field.path, field.shape.read, field.many


def _take(
    children: Any,  # noqa: ANN401 - an element or a list of them: the stubs know no slice of an element
    slots: Mapping[str, _Slot | None],
    values: Values,
) -> list[etree._Element] | None:
    """Read each child that has a slot, and return the others."""
    others = None
    find = slots.get
    for child in children[:]:  # lxml makes a list of children in four fifths of the time it takes to go through them
        slot = find(child.tag)
        if slot is None:
            others = others or []
            others.append(child)
            continue
        path, read, many = slot
        if path is None:
            read(child, values)
        elif path not in values:
            values[path] = [read(child)] if many else read(child)
        elif many:
            values[path].append(read(child))
    return others
