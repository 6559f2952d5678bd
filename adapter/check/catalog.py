"""Which schema file knows which namespace, and which standard it belongs to."""

from __future__ import annotations

import tomllib
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from adapter.errors import ConfigError
from adapter.values import value_class

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_NAME = "catalog.toml"


@value_class
class CatalogEntry:
    """One namespace and what is known about it."""

    #: Target namespace of the schema.
    namespace: str
    #: The schema file.
    path: Path
    #: Name of the standard, as the standard calls itself.
    standard: str
    #: Version of the standard; empty for parts without one.
    version: str
    #: Document number (HIS ...); empty for parts without one.
    document: str
    #: Local names of the elements that a document or a payload in this namespace begins with.
    roots: tuple[str, ...]

    @property
    def title(self) -> str:
        """Name and version for a person, `Henvisning 1.1`."""
        return f"{self.standard} {self.version}".rstrip()


@value_class(kw_only=False)
class Catalog:
    """Every namespace this project has a schema for."""

    #: Entries by namespace, in the order of the file.
    entries: Mapping[str, CatalogEntry]

    def get(self, namespace: str) -> CatalogEntry | None:
        """Return the entry of a namespace, or None if no schema knows it."""
        return self.entries.get(namespace)


def load_catalog(directory: Path) -> Catalog:
    """Read `catalog.toml` in `directory`; ConfigError when it is missing, malformed or incomplete."""
    path = directory / FILE_NAME
    try:
        with path.open("rb") as stream:
            tables = tomllib.load(stream)["schema"]
        found = [_entry(table, directory) for table in tables]
    except OSError as error:
        raise ConfigError(f"The schema catalog {path} cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The schema catalog {path} is no valid TOML: {error}.") from error
    except KeyError as error:
        raise ConfigError(f"The schema catalog {path} lacks the key {error}.") from error
    return Catalog(MappingProxyType({entry.namespace: entry for entry in found}))


def _entry(table: Mapping[str, Any], directory: Path) -> CatalogEntry:
    package = table.get("package")
    return CatalogEntry(
        namespace=table["namespace"],
        path=(directory if package is None else _package_folder(package)) / table["file"],
        standard=table["standard"],
        version=table["version"],
        document=table["document"],
        roots=tuple(table["roots"]),
    )


def _package_folder(name: str) -> Path:
    """Find an installed package's folder without importing it: signxml alone would cost 0.2 s."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(f"The package {name}, which brings a schema file, is not installed.")
    return Path(spec.submodule_search_locations[0])
