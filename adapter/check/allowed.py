"""What a schema allows at each place where a document breaks it, by xmlschema.

This is the work of the child process (`explain_child`). Somebody waits for its first answer, and most of that time
goes into the import of xmlschema: so little is imported beside it, and no lxml, which it reads no document with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from xmlschema import XMLResource, XMLSchema10
from xmlschema.names import XSD_PATTERN
from xmlschema.validators import XMLSchemaChildrenValidationError, XsdFacet, XsdSimpleType
from xmlschema.validators.builders import XsdBuilders
from xmlschema.validators.identities import XsdFieldSelector, XsdSelector
from xmlschema.validators.xsd_globals import XsdGlobals

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_ERRORS = 100


def explain(document: bytes, schemas: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what the schemas allow at each place that breaks them, in names of the schemas only.

    `schemas` are the URLs of the files by namespace. A place is the numbers of the elements that lead there from the
    root, each among its siblings and from 0.
    """
    # The sender wrote the document out of a tree, without a DTD; xmlschema keeps its prefixes, which xsi:type needs.
    source = XMLResource(document, allow="none", defuse="never")
    schema = _schema(tuple(sorted(schemas.items())))
    # No location in the document is followed; the schema files are local.
    errors = schema.iter_errors(source, use_location_hints=False)
    found: list[Any] = []
    with suppress(ArithmeticError, KeyError):  # a year of twenty digits, an unknown prefix: raised instead of reported
        found += islice(errors, _MOST_ERRORS)
    places = _places(source.root)
    return [_entry(error, places) for error in found if error.elem in places]


def _places(root: Element) -> dict[Element, tuple[int, ...]]:
    """Return where each element stands."""
    places: dict[Element, tuple[int, ...]] = {root: ()}
    for element in root.iter():
        places |= {child: (*places[element], number) for number, child in enumerate(element)}
    return places


# Documents of one kind use the same namespaces; a stranger's mixture may not fill the memory.
@lru_cache(maxsize=8)
def _schema(files: tuple[tuple[str, str], ...]) -> XMLSchema10:
    imports = "".join(f"<import namespace={quoteattr(name)} schemaLocation={quoteattr(url)}/>" for name, url in files)
    return _TrustedSchema(f'<schema xmlns="{_XSD}">{imports}</schema>', allow="local", validation="skip")


_XSD = "http://www.w3.org/2001/XMLSchema"


class _TrustedSchema(XMLSchema10):
    """A schema that is taken for well made: ours are tested, and to judge them anew takes longer than to build them.

    So the schema of schemas is empty: it is there for the built-in types, which xmlschema makes where it names none.
    """

    META_SCHEMA = f'<xs:schema xmlns:xs="{_XSD}" targetNamespace="{_XSD}"/>'
    builders = XsdBuilders()


# Nor are names looked at letter by letter: of a wrong one libxml2 has said all there is to say, and the patterns of the
# built-in types take a seventh of all this process does.
_TrustedSchema.builders.builtins = tuple(
    {**kind, "facets": [facet for facet in kind.get("facets", ()) if getattr(facet, "tag", None) != XSD_PATTERN]}
    for kind in _TrustedSchema.builders.builtins
)

# Nor is each content model looked at for what is ambiguous or no restriction, nor each path of an identity constraint:
# the pattern for these alone takes 0.15 s to compile. xmlschema has no option for it.
XsdGlobals.check = lambda *_: None  # type: ignore[method-assign]
for _kind in (XsdSelector, XsdFieldSelector):
    _kind.pattern = re.compile("")


def _entry(error: Any, places: dict[Element, tuple[int, ...]]) -> dict[str, Any]:  # noqa: ANN401 - an error of xmlschema
    """Return the place of an error, which kind it is of, and what the schema allows there."""
    entry: dict[str, Any] = {"place": places[error.elem]}
    if isinstance(error, XMLSchemaChildrenValidationError):
        entry["kind"] = _MISSING if error.invalid_child is None else _UNEXPECTED
        if error.invalid_child is not None:
            entry["place"] = places[error.invalid_child]
        entry["expected"] = list(dict.fromkeys(_names(error.expected or ())))
        return entry
    entry["kind"], attribute = _said(error)
    if attribute:
        entry["attribute"] = attribute.rpartition("}")[2]
    if entry["kind"] != _BAD_VALUE:
        return entry
    if fixed := getattr(error.validator, "fixed", None):
        entry["allowed"] = [fixed]
    elif allowed := getattr(error.validator, "enumeration", None):
        entry["allowed"] = [str(value) for value in allowed]
    elif described := _described(error.validator):
        entry["type"] = described
    return entry


def _said(error: Any) -> tuple[str, str]:  # noqa: ANN401 - an error of xmlschema
    """Return of which kind an error is, and the name of the attribute that it is about, or nothing."""
    for kind, pattern in _REASONS.items():
        if found := pattern.match(error.reason or ""):
            return kind, found.groupdict().get("name") or ""
    return (_BAD_VALUE if isinstance(error.validator, XsdSimpleType | XsdFacet) else _OTHER), ""


# What is wrong at a place, in the words of `fault.FaultKind`; xmlschema tells most of them apart by their reasons only.
_MISSING, _UNEXPECTED, _BAD_VALUE, _OTHER = "missing element", "unexpected element", "bad value", "other"
_REASONS = {
    "missing attribute": re.compile("missing required attribute '(?P<name>[^']*)'"),
    "unexpected attribute": re.compile("'(?P<name>[^']*)' attribute not allowed"),
    "text not allowed": re.compile("character data (?:is not allowed|between)"),
    "element not allowed": re.compile("a simple content element can't have child"),
    "unknown content": re.compile("(?:element )?'[^']*' (?:not found|is not an element of)|unavailable namespace"),
    _BAD_VALUE: re.compile("attribute (?P<name>[^ =]*)=|must have the fixed value"),
}


def _names(particles: Any) -> Iterator[str]:  # noqa: ANN401 - particles of xmlschema
    for particle in particles:
        name = getattr(particle, "local_name", None)
        if name:
            yield name


def _described(validator: Any) -> str | None:  # noqa: ANN401 - a type or facet of xmlschema
    """Say which values a simple type takes: its members, its pattern, or the built-in type it is made of."""
    members = getattr(validator, "member_types", None)
    if members:
        said = [described for member in members if (described := _described(member))]
        return " | ".join(dict.fromkeys(said)) or None
    # of a type, or of the facet itself where that is what a value breaks
    if patterns := getattr(getattr(validator, "patterns", None), "regexps", None) or getattr(
        validator, "regexps", None
    ):
        return " | ".join(patterns)
    base = getattr(validator, "root_type", None) or validator
    name = getattr(base, "prefixed_name", None)
    return name if isinstance(name, str) and ":" in name else None
