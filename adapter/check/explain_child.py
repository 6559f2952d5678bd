"""The child process that explains schema faults: `python -m adapter.check.explain_child FD`.

It reads documents from a socket (four bytes of length, then the document) and answers each with a JSON list in the
same manner. Time and memory are limited by the kernel; whoever asked starts another child when this one dies.

Somebody waits for its first answer, so it imports little beside xmlschema: most of its time goes there.
"""

from __future__ import annotations

import json
import re
import resource
import socket
import struct
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from lxml import etree
from xmlschema import XMLSchema10
from xmlschema.validators.identities import XsdFieldSelector, XsdSelector

from adapter import resources
from adapter.check.catalog import Catalog, load_catalog
from adapter.check.fault import readable_path

_MEMORY = 1 << 30
#: Seconds of work for one document, and for a document whose schemas are to be built first.
_SECONDS = 10
_MOST_ERRORS = 20
_LENGTH = struct.Struct(">I")


def main() -> None:
    """Answer until the other side hangs up."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    trust_selectors()
    with socket.socket(fileno=int(sys.argv[1])) as line, line.makefile("rwb") as stream:
        while len(head := stream.read(_LENGTH.size)) == _LENGTH.size:
            limit_time()
            answer = json.dumps(explain(stream.read(*_LENGTH.unpack(head)))).encode()
            stream.write(_LENGTH.pack(len(answer)) + answer)
            stream.flush()


def trust_selectors() -> None:
    """Take the paths of identity constraints for well written, without a pattern that takes 0.15 s to compile.

    The schema of schemas has such constraints; ours, which are tested, have none.
    """
    kinds: tuple[type[XsdSelector], ...] = (XsdSelector, XsdFieldSelector)
    for kind in kinds:
        kind.pattern = re.compile("")


def limit_time() -> None:
    """Allow the next document its seconds, on top of what is used already."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + _SECONDS, hard))


def explain(document: bytes) -> list[dict[str, Any]]:
    """Return what the schema allows at each place that breaks it, in names of the schema only."""
    root = etree.fromstring(document, _parser())
    known = _catalog()
    used = {etree.QName(element).namespace or "" for element in root.iter()}
    schema = _schema(tuple(sorted(used & known.entries.keys())))
    # No location in the document is followed; the schema files are local.
    errors = schema.iter_errors(root, use_location_hints=False)
    try:
        return [_entry(error, root) for error in islice(errors, _MOST_ERRORS)]
    except ArithmeticError:  # a year of twenty digits raises instead of being reported
        return []


def _parser() -> etree.XMLParser:
    """Return a parser that fetches and expands nothing; the sender wrote the document out of a tree."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@cache
def _catalog() -> Catalog:
    return load_catalog(resources.schemas())


# Documents of one kind use the same namespaces; a stranger's mixture may not fill the memory.
@lru_cache(maxsize=8)
def _schema(namespaces: tuple[str, ...]) -> XMLSchema10:
    known = _catalog()
    driver = etree.Element(f"{{{_XSD}}}schema", nsmap={"xs": _XSD})
    for namespace in namespaces:
        place = known.entries[namespace].path.as_uri()
        etree.SubElement(driver, f"{{{_XSD}}}import", namespace=namespace, schemaLocation=place)
    # The schema files are our own and tested; judging them anew by the schema of schemas takes six times as long.
    return XMLSchema10(etree.tostring(driver).decode(), allow="local", validation="skip")


_XSD = "http://www.w3.org/2001/XMLSchema"


def _entry(error: Any, root: etree._Element) -> dict[str, Any]:  # noqa: ANN401 - an error of xmlschema
    entry: dict[str, Any] = {"path": readable_path(error.elem, root) if error.elem is not None else "/"}
    expected = getattr(error, "expected", None)
    if expected:
        entry["expected"] = list(dict.fromkeys(_names(expected)))
    elif allowed := getattr(error.validator, "enumeration", None):
        entry["allowed"] = [str(value) for value in allowed]
    elif described := _described(error.validator):
        entry["type"] = described
    return entry


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
    patterns = getattr(getattr(validator, "patterns", None), "regexps", None)
    if patterns:
        return " | ".join(patterns)
    base = getattr(validator, "root_type", None) or validator
    name = getattr(base, "prefixed_name", None)
    return name if isinstance(name, str) and ":" in name else None


if __name__ == "__main__":
    main()
