"""The compiled schemas: libxml2's verdict on a document, and where the document goes wrong.

All namespaces are compiled into one set, because what stands in RefDoc/Content must be declared in the same set as
the envelope around it. Nothing is read but the schema files themselves: no network, no DTD, no schemaLocation.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Protocol, Self, cast

from lxml import etree

from adapter import resources
from adapter.check.catalog import load_catalog
from adapter.errors import ConfigError
from adapter.values import value_class

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

XSD = "http://www.w3.org/2001/XMLSchema"

#: One document can hold any number of mistakes; nobody reads more than this many.
MOST_FAULTS = 100

#: The usual pattern for object identifiers backtracks: quadratic time in libxml2, exponential in other processors.
_SLOW_OID = r"(\d+\.?)*\d+"
#: The same language in linear time.
_QUICK_OID = r"\d+(\.\d+)*"

#: Where libxml2 quotes content of the document, which may be a name or an identity number.
_QUOTED_CONTENT = re.compile(
    r"(: |value )'.*'(?= (?:is|has|does|must|exceeds|of)\b)|(key-sequence )\[.*\](?= )", re.DOTALL
)


@value_class(kw_only=False)
class SchemaFault:
    """One place where a document breaks its schema."""

    #: Line in the document, from 1.
    line: int
    #: libxml2's positional path, such as `/*/*[2]/*[1]`.
    path: str
    #: libxml2's message, without the content it quotes from the document.
    message: str


class _LogEntry(Protocol):
    """What is used of lxml's log entries, which its stubs leave out."""

    line: int
    path: str | None
    message: str


class SchemaSet:
    """Every schema, compiled once. One set serves one thread at a time."""

    def __init__(self, documents: Mapping[str, etree._Element]) -> None:
        """Compile schema documents by target namespace. ConfigError when they do not fit together."""
        self._compiled = _compile(documents)
        #: The namespaces whose elements can be judged.
        self.namespaces: frozenset[str] = frozenset(documents)

    @classmethod
    def load(cls, directory: Path | None = None) -> Self:
        """Read and compile; see `read_documents`. ConfigError when a file cannot be read or compiled."""
        return cls(read_documents(directory))

    @classmethod
    def of_catalog(cls, directory: Path) -> Self:
        """Read and compile the schemas of one catalog alone; raises like `load`."""
        return cls({name: _read(entry.path) for name, entry in load_catalog(directory).entries.items()})

    def is_known(self, namespace: str) -> bool:
        """Tell whether elements of this namespace can be judged."""
        return namespace in self.namespaces

    def validate(self, tree: etree._Element | etree._ElementTree) -> tuple[SchemaFault, ...]:
        """Return what is wrong with a document, in document order; empty when it is valid."""
        if self._compiled.validate(tree):
            return ()
        log = cast("Iterable[_LogEntry]", self._compiled.error_log)
        return tuple(
            SchemaFault(entry.line, entry.path or "", _QUOTED_CONTENT.sub(r"\1\2'…'", entry.message))
            for entry in islice(log, MOST_FAULTS)
        )


def read_documents(directory: Path | None = None) -> dict[str, etree._Element]:
    """Read this project's schemas, or those in an operator's folder, by target namespace.

    The folder may hold the official files under any name: each is known by its target namespace. A namespace that
    the folder lacks is filled from this project. The order is the catalog's, then the folder's. The imports have
    lost their addresses, because whatever they name is at hand, and no identifier pattern backtracks. ConfigError
    when a file cannot be read.
    """
    foreign = {} if directory is None else _read_folder(directory)
    own = load_catalog(resources.schemas()).entries
    filled = {name: foreign[name] if name in foreign else _read(entry.path) for name, entry in own.items()}
    return filled | foreign


class _FromMemory(etree.Resolver):
    """Hand out the documents of one set by their number, and nothing else."""

    def __init__(self, documents: tuple[bytes, ...]) -> None:
        super().__init__()
        self._documents = documents

    def resolve(  # type: ignore[override]  # the stubs forget the context
        self, system_url: str, _public_id: str | None, context: object
    ) -> object:
        """Return the numbered document; refuse every other address, so that nothing is ever fetched."""
        prefix, _, number = system_url.rpartition(":")
        if prefix != "set" or not number.isdecimal():
            raise ConfigError(f"A schema file refers to {system_url}, which is not an import of a known namespace.")
        return self.resolve_string(self._documents[int(number)], context, base_url=system_url)


def _compile(documents: Mapping[str, etree._Element]) -> etree.XMLSchema:
    """Compile through a driver that imports every document, so that each import among them is already there."""
    parser = etree.XMLParser(load_dtd=False, no_network=True)
    parser.resolvers.add(_FromMemory(tuple(etree.tostring(root) for root in documents.values())))
    driver = parser.makeelement(f"{{{XSD}}}schema")
    for number, namespace in enumerate(documents):
        etree.SubElement(driver, f"{{{XSD}}}import", namespace=namespace, schemaLocation=f"set:{number}")
    try:
        return etree.XMLSchema(driver)
    except etree.XMLSchemaParseError as error:
        raise ConfigError(f"The schema files do not fit together: {error}") from error


def _read_folder(directory: Path) -> dict[str, etree._Element]:
    paths = sorted(directory.glob("*.xsd"))
    if not paths:
        raise ConfigError(f"There are no schema files (*.xsd) in {directory}.")
    documents: dict[str, etree._Element] = {}
    owners: dict[str, Path] = {}
    for path in paths:
        root = _read(path)
        namespace = root.get("targetNamespace", "")
        if namespace in documents:
            raise ConfigError(f"{owners[namespace]} and {path} both define the namespace {namespace or '(none)'}.")
        documents[namespace] = root
        owners[namespace] = path
    return documents


def _read(path: Path) -> etree._Element:
    """Read one schema file, cut its imports loose from addresses and its oid pattern from backtracking."""
    parser = etree.XMLParser(load_dtd=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except OSError as error:
        raise ConfigError(f"The schema file {path} cannot be read: {error.strerror}.") from error
    except etree.XMLSyntaxError as error:
        raise ConfigError(f"The schema file {path} is no well-formed XML: {error}.") from error
    if root.tag != f"{{{XSD}}}schema":
        raise ConfigError(f"The file {path} is no XML schema.")
    for statement in root.iterchildren(f"{{{XSD}}}import"):
        statement.attrib.pop("schemaLocation", "")
    for pattern in root.iter(f"{{{XSD}}}pattern"):
        if pattern.get("value") == _SLOW_OID:
            pattern.set("value", _QUICK_OID)
    return root
