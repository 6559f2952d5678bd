"""The official examples, and documents built beside them, changed at random in every way a document can be wrong."""

from __future__ import annotations

import functools
import os
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

from constructs import BUILT, KITH
from lxml import etree

#: The folder of the official schemas and examples; without it there are no examples.
STANDARDS = os.environ.get("BUDSTIKKE_STANDARDS")
#: Mutants per operator; the operators make it more than 5 000 in all.
MUTANTS = int(os.environ.get("BUDSTIKKE_MUTANTS", "300"))
#: Start of every random sequence, so that a run can be repeated.
SEED = os.environ.get("BUDSTIKKE_SEED", "budstikke")
#: Attachments are cut to this many characters: one mutant of 2 MB takes as long as two hundred others.
LONGEST_TEXT = 400

#: Changes a document, or returns another in its place.
Operator = Callable[[random.Random, etree._Element], etree._Element | None]

XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMESPACES = (
    KITH,
    f"{KITH}/felleskomponent1",
    f"{KITH}/msghead/2006-05-24",
    f"{KITH}/dialog/2006-10-11",
    f"{KITH}/dialog/2013-01-23",
    f"{KITH}/henvisning/2005-07-08",
    f"{KITH}/henvisning/2012-02-15",
    "http://ehelse.no/xmlstds/henvisning/2017-11-30",
    f"{KITH}/po/poKomponent/2009-06-30",
    "http://ehelse.no/xmlstds/po/poKomponent/2017-11-30",
    f"{KITH}/apprec/2004-11-21",
    f"{KITH}/apprec/2012-02-15",
    f"{KITH}/epikrise/2006-09-23",
    f"{KITH}/epikrise/2012-02-15",
    f"{KITH}/HelseOpplysningerArbeidsuforhet/2013-10-01",
    "http://www.w3.org/1999/xhtml",
    "urn:unknown",
    "",
)
VALUES = (
    *("", " ", "x", "ÆØÅ & <", "a  b", "\t1\n"),
    *("0", "1", "-1", "+1", "1.5", "1e3", "INF", "99999999999999999999", "01"),
    *("true", "false", "TRUE", " true "),
    *("2026", "2026-02", "2026-02-29", "2028-02-29", "2026-13-01", "1991-12-4", "12:30:00", "24:00:00"),
    *("2026-11-21T10:00:00", "2026-11-21T10:00:00.1234567Z", "2026-11-21T10:00:00+25:00", "2026-11-21T10:00"),
    *("2.16.578.1", "2.16.", ".2", "2..16", "2.16.578.1.12.4.1.1.8279", "x.1", "٣.١"),
    *("SGVp", "SGVpIQ==", "SGVpIQ=", "S G V p", "SGVp!", "===="),
    *("tel:+47 22222222", "http://[", "%zz", "a b"),
    *("v1.2 2006-05-24", "v1.1 2012-02-15", "1.0 2004-11-21"),
    *("DF", "TXT", "text/plain", "SHA-1", "EPJ sak", "EPJ dokument"),
)
TYPE_NAMES = (
    *("kith:CS", "kith:CV", "kith:TS", "kith:ST", "kith:URL"),
    *("kith:PQ", "kith:RTO", "kith:ED", "kith:base", "kith:none"),
    *("mh:CS", "mh:CV", "mh:TS", "mh:Ident", "mh:Organisation", "ar:CS", "fk1:Person", "fk1:Ident", "fk1:person"),
    *("xs:string", "xs:token", "xs:date", "xs:dateTime", "xs:anyType", "xs:integer", "none"),
)
TYPE_PREFIXES = {
    "kith": KITH,
    "mh": f"{KITH}/msghead/2006-05-24",
    "ar": f"{KITH}/apprec/2004-11-21",
    "fk1": f"{KITH}/felleskomponent1",
    "xs": "http://www.w3.org/2001/XMLSchema",
}


def plain_parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def example_files() -> list[Path]:
    return sorted(Path(STANDARDS or "", "examples").glob("*.xml")) if STANDARDS else []


@functools.cache
def documents() -> tuple[etree._Element, ...]:
    """Return what is mutated: the official examples with short attachments, and the documents built beside them."""
    roots = [etree.fromstring(path.read_bytes(), plain_parser()) for path in example_files()]
    roots += [etree.fromstring(text.encode(), plain_parser()) for text in BUILT]
    for root in roots:
        for element in root.iter(etree.Element):
            if element.text and len(element.text) > LONGEST_TEXT:
                element.text = element.text[: LONGEST_TEXT - LONGEST_TEXT % 4]
    return tuple(roots)


@functools.cache
def global_elements() -> tuple[str, ...]:
    """Return the names of all elements that the official files declare globally."""
    names = []
    for path in sorted(Path(STANDARDS or "", "xsd").glob("*.xsd")):
        root = etree.parse(path, plain_parser()).getroot()
        names += [
            f"{{{root.get('targetNamespace')}}}{element.get('name')}"
            for element in root.iterchildren("{http://www.w3.org/2001/XMLSchema}element")
        ]
    return tuple(names)


def elements(root: etree._Element) -> list[etree._Element]:
    return list(root.iter(etree.Element))


def children(root: etree._Element) -> list[etree._Element]:
    return elements(root)[1:]


def coded(root: etree._Element) -> list[etree._Element]:
    return [element for element in elements(root) if element.attrib]


def leaves(root: etree._Element) -> list[etree._Element]:
    return [element for element in elements(root) if len(element) == 0]


def delete_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(children(root))
    chosen.getparent().remove(chosen)


def duplicate_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(children(root))
    chosen.addnext(deepcopy(chosen))


def swap_elements(chance: random.Random, root: etree._Element) -> None:
    parent = chance.choice([element for element in elements(root) if len(element) > 1])
    first = chance.randrange(len(parent) - 1)
    parent.insert(first, parent[first + 1])


def move_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(children(root))
    homes = [home for home in elements(root) if chosen not in (home, *home.iterancestors())]
    home = chance.choice(homes)
    home.insert(chance.randrange(len(home) + 1), chosen)


def copy_element(chance: random.Random, root: etree._Element) -> None:
    home, chosen = chance.choice(elements(root)), deepcopy(chance.choice(children(root)))
    home.insert(chance.randrange(len(home) + 1), chosen)


def transplant_element(chance: random.Random, root: etree._Element) -> None:
    donor = deepcopy(chance.choice(elements(chance.choice(documents()))))
    home = chance.choice(elements(root))
    home.insert(chance.randrange(len(home) + 1), donor)


def rename_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(elements(root))
    name = etree.QName(chosen)
    other = chance.choice([etree.QName(element).localname for element in elements(root)])
    chosen.tag = f"{{{name.namespace or ''}}}{chance.choice((other, f'{name.localname}X', name.localname.lower()))}"


def change_namespace(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(elements(root))
    targets = elements(chosen) if chance.random() < 0.5 else [chosen]
    namespace = chance.choice(NAMESPACES)
    for element in targets:
        element.tag = f"{{{namespace}}}{etree.QName(element).localname}"


def empty_element(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(elements(root))
    del chosen[:]
    chosen.text = chance.choice((None, "", " ", "\n"))


def bare_element(chance: random.Random, root: etree._Element) -> None:
    """Put one declared element, empty, where anything declared may stand, or just anywhere."""
    strict = [element for element in elements(root) if etree.QName(element).localname == "Content"]
    home = chance.choice(strict or elements(root))
    home.insert(chance.randrange(len(home) + 1), etree.Element(chance.choice(global_elements())))


def inner_root(chance: random.Random, root: etree._Element) -> etree._Element:
    return deepcopy(chance.choice(elements(root)))


def drop_attribute(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(coded(root))
    del chosen.attrib[chance.choice(list(chosen.attrib))]


def rename_attribute(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(coded(root))
    name = chance.choice(list(chosen.attrib))
    value = chosen.attrib.pop(name)
    chosen.set(chance.choice(("V", "S", "DN", "OT", "U", "v", f"{{{KITH}}}V")), value)


def add_attribute(chance: random.Random, root: etree._Element) -> None:
    names = ("V", "S", "DN", "OT", "U", "Id", "komponentID", f"{{{KITH}}}MT", f"{{{KITH}}}ENC", f"{{{KITH}}}ICA")
    foreign = ("{urn:unknown}a", "{http://www.w3.org/XML/1998/namespace}lang", f"{{{XSI}}}schemaLocation")
    chance.choice(elements(root)).set(chance.choice((*names, *foreign)), chance.choice(VALUES))


def break_attribute(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(coded(root))
    chosen.set(chance.choice(list(chosen.attrib)), chance.choice(VALUES))


def break_text(chance: random.Random, root: etree._Element) -> None:
    chance.choice(leaves(root)).text = chance.choice(VALUES)


def pad_text(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(leaves(root))
    chosen.text = (
        chance.choice((" ", "\n", "\t", "\u00a0", "\u0085")) + (chosen.text or "") + chance.choice((" ", "\r\n"))
    )


def stray_text(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(children(root))
    chosen.tail = chance.choice(("x", "\u00a0", "&", "\n\n"))


def type_attribute(chance: random.Random, root: etree._Element) -> None:
    name = chance.choice(TYPE_NAMES)
    chosen = chance.choice(elements(root))
    # The prefix must be declared on the element itself, so the element is built anew.
    renewed = etree.Element(chosen.tag, chosen.attrib, {**chosen.nsmap, **TYPE_PREFIXES})
    renewed.text, renewed.tail = chosen.text, chosen.tail
    renewed.extend(list(chosen))
    renewed.set(f"{{{XSI}}}type", name)
    if chosen.getparent() is not None:
        chosen.getparent().replace(chosen, renewed)


def nil_attribute(chance: random.Random, root: etree._Element) -> None:
    chosen = chance.choice(elements(root))
    chosen.set(f"{{{XSI}}}nil", chance.choice(("true", "false", "1", "x")))
    if chance.random() < 0.5:
        empty_element(chance, chosen)


def insert_comment(chance: random.Random, root: etree._Element) -> None:
    home = chance.choice(elements(root))
    home.insert(chance.randrange(len(home) + 1), chance.choice((etree.Comment(" x "), etree.PI("x", "y"))))


OPERATORS: tuple[Operator, ...] = (
    delete_element,
    duplicate_element,
    swap_elements,
    move_element,
    copy_element,
    transplant_element,
    rename_element,
    change_namespace,
    empty_element,
    bare_element,
    inner_root,
    drop_attribute,
    rename_attribute,
    add_attribute,
    break_attribute,
    break_text,
    pad_text,
    stray_text,
    type_attribute,
    nil_attribute,
    insert_comment,
)


def mutants(operator: Operator) -> Iterator[bytes]:
    """Mutate every document in turn: once by the operator, now and then by others as well."""
    chance = random.Random(f"{SEED} {operator.__name__}")  # noqa: S311 - must be repeatable, not secret
    for number in range(MUTANTS):
        root = deepcopy(documents()[number % len(documents())])
        others = chance.choices(OPERATORS, k=chance.choice((0, 0, 0, 1, 2)))
        for one in (*others, operator):
            try:
                changed = one(chance, root)
            except IndexError:  # nothing left that this operator could change
                continue
            root = root if changed is None else changed
        yield etree.tostring(root, encoding="UTF-8", with_tail=False)
