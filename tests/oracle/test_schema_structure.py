"""The project's schemas and the official ones declare the same language, element by element.

Mutants (test_schema_agreement.py) sample the difference; this test has none left out. Content models are compared
as regular languages, so that groups, nesting and wording may differ and the documents they allow may not.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from adapter import resources
from adapter.check.catalog import load_catalog
from adapter.check.schema import XSD, read_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

STANDARDS = os.environ.get("BUDSTIKKE_STANDARDS")

pytestmark = pytest.mark.skipif(not STANDARDS, reason="BUDSTIKKE_STANDARDS names no comparison set")

#: A content model: ("none",), ("empty",), ("symbol", s), ("then", a, b), ("either", {…}) or ("many", a).
Model: TypeAlias = tuple
Name: TypeAlias = tuple[str | None, str]

NONE: Model = ("none",)
EMPTY: Model = ("empty",)
PARTICLES = ("element", "any", "group", "sequence", "choice", "all")
ANY_TYPE = (XSD, "anyType")


# Regular languages by derivatives: two models are equal when no word tells them apart.


def then(first: Model, second: Model) -> Model:
    if NONE in (first, second):
        return NONE
    if first == EMPTY:
        return second
    return first if second == EMPTY else ("then", first, second)


def either(*models: Model) -> Model:
    flat: set[Model] = set()
    for model in models:
        flat |= model[1] if model[0] == "either" else {model}
    flat.discard(NONE)
    if not flat:
        return NONE
    return flat.pop() if len(flat) == 1 else ("either", frozenset(flat))


def many(model: Model) -> Model:
    return EMPTY if model in (NONE, EMPTY) else ("many", model)


def may_end(model: Model) -> bool:
    kind, *parts = model
    if kind == "then":
        return may_end(parts[0]) and may_end(parts[1])
    if kind == "either":
        return any(may_end(part) for part in parts[0])
    return kind in ("empty", "many")


def after(model: Model, symbol: object) -> Model:
    """Return what may follow once `symbol` has been read."""
    kind, *parts = model
    if kind == "symbol":
        return EMPTY if parts[0] == symbol else NONE
    if kind == "many":
        return then(after(parts[0], symbol), model)
    if kind == "either":
        return either(*(after(part, symbol) for part in parts[0]))
    if kind == "then":
        head = then(after(parts[0], symbol), parts[1])
        return either(head, after(parts[1], symbol)) if may_end(parts[0]) else head
    return NONE


def symbols(model: Model) -> frozenset[object]:
    kind, *parts = model
    if kind == "symbol":
        return frozenset(parts)
    return frozenset().union(*(symbols(part) for part in (parts[0] if kind == "either" else parts)))


def telling_word(one: Model, other: Model) -> tuple[object, ...] | None:
    """Return a shortest word that only one of the models allows; None when they are equal."""
    alphabet = sorted(symbols(one) | symbols(other), key=str)
    seen, waiting = set(), [(one, other, ())]
    for left, right, word in waiting:
        if (left, right) in seen:
            continue
        seen.add((left, right))
        if may_end(left) != may_end(right):
            return word
        waiting += [(after(left, symbol), after(right, symbol), (*word, symbol)) for symbol in alphabet]
    return None


# Reading schema documents.


def kind(node: etree._Element) -> str:
    return str(node.tag).removeprefix(f"{{{XSD}}}")


def parts(node: etree._Element, *kinds: str) -> list[etree._Element]:
    return [child for child in node if kind(child) in kinds]


def qualified(node: etree._Element, name: str) -> Name:
    prefix, _, local = name.rpartition(":")
    return (node.nsmap.get(prefix or None), local)


def target(node: etree._Element, attribute: str) -> Name:
    """Return the qualified name that an attribute such as `ref` or `type` holds."""
    return qualified(node, node.get(attribute, ""))


def own_name(node: etree._Element) -> Name:
    """Return the name of a declaration as it stands in documents."""
    schema = node.getroottree().getroot()
    form = node.get("form", schema.get(f"{kind(node)}FormDefault", "unqualified"))
    is_qualified = node.getparent() is schema or form == "qualified"
    return (schema.get("targetNamespace") if is_qualified else None, node.get("name", ""))


class Grammar:
    """The global declarations of a set of schema documents."""

    def __init__(self, documents: Iterable[etree._Element]) -> None:
        self.declared: dict[str, dict[Name, etree._Element]] = {}
        for document in documents:
            for node in document:
                name = (document.get("targetNamespace"), node.get("name", ""))
                self.declared.setdefault(kind(node), {})[name] = node

    def names(self, of: str, namespace: str) -> set[Name]:
        return {name for name in self.declared.get(of, {}) if name[0] == namespace}

    def content(self, node: etree._Element, found: dict[Name, list[etree._Element]]) -> Model:
        """Return the language of a particle, and collect the element declarations met on the way."""
        match kind(node):
            case "element":
                declaration = self.declared["element"][target(node, "ref")] if node.get("ref") else node
                found.setdefault(own_name(declaration), []).append(declaration)
                model: Model = ("symbol", own_name(declaration))
            case "any":
                model = ("symbol", ("any", node.get("namespace", "##any"), node.get("processContents", "strict")))
            case "group":
                (inner,) = parts(self.declared["group"][target(node, "ref")], "sequence", "choice", "all")
                model = self.content(inner, found)
            case "choice":
                model = either(*(self.content(part, found) for part in parts(node, *PARTICLES)))
            case "all":
                members = {own_name(part): part.get("minOccurs", "1") for part in parts(node, "element")}
                found |= {own_name(part): [part] for part in parts(node, "element")}
                model = ("symbol", ("all", frozenset(members.items())))
            case _:
                models = [self.content(part, found) for part in parts(node, *PARTICLES)]
                model = functools.reduce(lambda rest, first: then(first, rest), reversed(models), EMPTY)
        return repeated(model, node.get("minOccurs", "1"), node.get("maxOccurs", "1"))

    def attributes(self, node: etree._Element) -> dict[Name, etree._Element]:
        """Return the attributes of a type by name, those of its attribute groups among them."""
        found = {}
        for part in parts(node, "attribute", "attributeGroup", "anyAttribute"):
            if kind(part) == "attributeGroup":
                found |= self.attributes(self.declared["attributeGroup"][target(part, "ref")])
            else:
                found[target(part, "ref") if part.get("ref") else own_name(part)] = part
        return found


def repeated(model: Model, least: str, most: str) -> Model:
    result = many(model) if most == "unbounded" else EMPTY
    for _ in range(0 if most == "unbounded" else int(most) - int(least)):
        result = either(EMPTY, then(model, result))
    for _ in range(int(least)):
        result = then(model, result)
    return result


def simple_type(node: etree._Element) -> object:
    """Describe a simple type by base and facets; one that restricts nothing is its base."""
    (derived,) = parts(node, "restriction", "union")
    if kind(derived) != "restriction":
        members = derived.get("memberTypes", "").split()
        return kind(derived), sorted(qualified(derived, member) for member in members)
    facets = frozenset((kind(facet), facet.get("value")) for facet in derived if facet.get("value") is not None)
    return (target(derived, "base"), facets) if facets else target(derived, "base")


def derivation(node: etree._Element) -> tuple[object, etree._Element]:
    """Describe how a complex type is derived, and return the node that holds its content."""
    mixed = node.get("mixed", "false")
    for wrapper in parts(node, "simpleContent", "complexContent"):
        (inner,) = parts(wrapper, "extension", "restriction")
        mixed = wrapper.get("mixed", mixed)
        if (kind(inner), target(inner, "base")) != ("restriction", ANY_TYPE):
            return (kind(wrapper), kind(inner), target(inner, "base"), mixed), inner
        return ("plain", mixed), inner
    return ("plain", mixed), node


# Comparing.


class Comparison:
    """Two grammars, and the pairs of declarations already compared."""

    def __init__(self, ours: Grammar, theirs: Grammar) -> None:
        self.ours, self.theirs = ours, theirs
        self.compared: set[tuple[etree._Element, etree._Element]] = set()

    def of_namespace(self, namespace: str) -> Iterator[str]:
        """Tell every difference between the global declarations of one namespace."""
        for of, compare in (
            ("element", self.of_elements),
            ("attribute", self.of_attributes),
            ("complexType", self.of_complex_types),
            ("simpleType", self.of_simple_types),
        ):
            ours, theirs = self.ours.names(of, namespace), self.theirs.names(of, namespace)
            yield from (f"{of} {name[1]} is declared by one side only" for name in sorted(ours ^ theirs, key=str))
            for name in sorted(ours & theirs, key=str):
                yield from compare(name[1], self.ours.declared[of][name], self.theirs.declared[of][name])

    def of_elements(self, at: str, ours: etree._Element, theirs: etree._Element) -> Iterator[str]:
        if (ours, theirs) in self.compared:
            return
        self.compared.add((ours, theirs))
        yield from unlike(at, ours, theirs, "fixed", "default", "nillable", "abstract", "substitutionGroup", "block")
        if constraints(ours) != constraints(theirs):
            yield f"{at}: identity constraints differ"
        yield from self.of_typed(at, ours, theirs)

    def of_attributes(self, at: str, ours: etree._Element, theirs: etree._Element) -> Iterator[str]:
        yield from unlike(at, ours, theirs, "fixed", "default")
        if ours.get("use", "optional") != theirs.get("use", "optional") or kind(ours) != kind(theirs):
            yield f"{at}: one side wants it, the other does not"
        if not (ours.get("ref") and theirs.get("ref")):
            yield from self.of_typed(at, ours, theirs)

    def of_typed(self, at: str, ours: etree._Element, theirs: etree._Element) -> Iterator[str]:
        """Compare the types of two declarations: by name, or part by part where they have none."""
        complex_types = parts(ours, "complexType") + parts(theirs, "complexType")
        if len(complex_types) == 2:
            yield from self.of_complex_types(at, *complex_types)
        elif complex_types or value_type(ours) != value_type(theirs):
            yield f"{at}: {value_type(ours)} and {value_type(theirs)}"

    def of_simple_types(self, at: str, ours: etree._Element, theirs: etree._Element) -> Iterator[str]:
        if simple_type(ours) != simple_type(theirs):
            yield f"{at}: {simple_type(ours)} and {simple_type(theirs)}"

    def of_complex_types(self, at: str, ours: etree._Element, theirs: etree._Element) -> Iterator[str]:
        yield from unlike(at, ours, theirs, "abstract")
        (our_kind, our_body), (their_kind, their_body) = derivation(ours), derivation(theirs)
        if our_kind != their_kind:
            yield f"{at}: {our_kind} and {their_kind}"
        our_children: dict[Name, list[etree._Element]] = {}
        their_children: dict[Name, list[etree._Element]] = {}
        word = telling_word(
            body_model(self.ours, our_body, our_children), body_model(self.theirs, their_body, their_children)
        )
        if word is not None:
            yield f"{at}: one side only allows the children {word}"
        for name in our_children.keys() & their_children.keys():
            for one in our_children[name]:
                for other in their_children[name]:
                    yield from self.of_elements(f"{at}/{name[1]}", one, other)
        our_attributes, their_attributes = self.ours.attributes(our_body), self.theirs.attributes(their_body)
        if our_attributes.keys() != their_attributes.keys():
            yield f"{at}: the attributes {our_attributes.keys() ^ their_attributes.keys()} are on one side only"
        for name in our_attributes.keys() & their_attributes.keys():
            yield from self.of_attributes(f"{at}/@{name[1]}", our_attributes[name], their_attributes[name])


def body_model(grammar: Grammar, body: etree._Element, found: dict[Name, list[etree._Element]]) -> Model:
    models = [grammar.content(part, found) for part in parts(body, "sequence", "choice", "all", "group")]
    return models[0] if models else EMPTY


def value_type(node: etree._Element) -> object:
    """Describe the type of a declaration that has no complex type of its own."""
    anonymous = parts(node, "simpleType")
    return simple_type(anonymous[0]) if anonymous else target(node, "type") if node.get("type") else ANY_TYPE


def constraints(node: etree._Element) -> list[object]:
    return [
        (kind(constraint), [(kind(part), part.get("xpath")) for part in constraint])
        for constraint in parts(node, "key", "keyref", "unique")
    ]


def unlike(at: str, ours: etree._Element, theirs: etree._Element, *attributes: str) -> Iterator[str]:
    for name in attributes:
        if (ours.get(name) or "false") != (theirs.get(name) or "false"):
            yield f"{at}: {name} is {ours.get(name)} and {theirs.get(name)}"


@functools.cache
def grammars() -> tuple[Grammar, Grammar]:
    return Grammar(read_documents().values()), Grammar(read_documents(Path(STANDARDS or "", "xsd")).values())


@pytest.mark.parametrize("namespace", sorted(read_documents()))
def test_both_declare_the_same_language(namespace: str) -> None:
    assert list(Comparison(*grammars()).of_namespace(namespace)) == []


def test_the_comparison_reaches_every_declaration() -> None:
    """Without this the test above could pass by comparing nothing."""
    comparison = Comparison(*grammars())
    for namespace in read_documents():
        assert list(comparison.of_namespace(namespace)) == []

    theirs = {id(other) for _, other in comparison.compared}
    unreached = [
        own_name(node)
        for document in {node.getroottree().getroot() for node in grammars()[1].declared["element"].values()}
        for node in document.iter(f"{{{XSD}}}element")
        if node.get("name") and id(node) not in theirs
    ]
    assert unreached == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("henvisning-1.1.xsd", '<xs:element name="Priority" type="kith:CS"/>', '<xs:element name="Priority"/>'),
        ("henvisning-2.0.xsd", 'ref="ref:VurderingAvHenvisning" minOccurs="0"', 'ref="ref:VurderingAvHenvisning"'),
        ("msghead-1.2.xsd", 'processContents="strict"', 'processContents="lax"'),
        ("msghead-1.2.xsd", 'fixed="v1.2 2006-05-24"', ""),
        ("apprec-1.1.xsd", '<xs:element ref="ar:HCProf"/>', '<xs:element ref="ar:HCProf" minOccurs="0"/>'),
        ("dialogmelding-1.1.xsd", 'type="kith:CV" minOccurs="0" maxOccurs="unbounded"', 'type="kith:CV" minOccurs="0"'),
        ("sykmelding-2013.xsd", ' nillable="true"', ""),
        ("epikrise-1.1.xsd", 'xpath="@Id"', 'xpath="@ID"'),
        ("common-types.xsd", '<xs:pattern value="true|false"/>', ""),
        ("common-types.xsd", '<xs:attribute name="OT" type="xs:string"/>', ""),
        ("epj-meta.xsd", '<xs:enumeration value="Mappe"/>', ""),
        ("pokomponent-2017.xsd", '<xs:element name="UtskrevetTil">', '<xs:element name="UtskrevetFra">'),
    ],
)
def test_the_comparison_sees_a_small_change(tmp_path: Path, file: str, old: str, new: str) -> None:
    own = resources.schemas() / file
    text = own.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    changed = Grammar(read_documents(tmp_path).values())
    (namespace,) = (
        entry.namespace for entry in load_catalog(resources.schemas()).entries.values() if entry.path == own
    )

    assert list(Comparison(changed, grammars()[1]).of_namespace(namespace)) != []
