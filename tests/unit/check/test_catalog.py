from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from adapter import resources
from adapter.check.catalog import Catalog, load_catalog
from adapter.errors import ConfigError

HENVISNING = "http://www.kith.no/xmlstds/henvisning/2012-02-15"
ENTRY = """[[schema]]
namespace = "urn:own"
file = "own.xsd"
standard = "Own"
version = ""
document = ""
roots = []
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(resources.schemas())


def test_an_entry_names_the_standard(catalog: Catalog) -> None:
    entry = catalog.get(HENVISNING)

    assert entry is not None
    assert (entry.title, entry.document, entry.roots) == ("Henvisning 1.1", "HIS 80517:2014", ("Message",))


def test_an_unknown_namespace_has_no_entry(catalog: Catalog) -> None:
    assert catalog.get("urn:unknown") is None


def test_a_part_without_version_is_called_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text(ENTRY)

    entry = load_catalog(tmp_path).get("urn:own")

    assert entry is not None
    assert entry.title == "Own"
    assert entry.path == tmp_path / "own.xsd"


def test_every_entry_names_the_file_of_its_namespace(catalog: Catalog) -> None:
    for namespace, entry in catalog.entries.items():
        assert etree.parse(entry.path).getroot().get("targetNamespace") == namespace


def test_every_schema_file_is_in_the_catalog(catalog: Catalog) -> None:
    listed = {entry.path for entry in catalog.entries.values()}

    assert set(resources.schemas().glob("*.xsd")) <= listed


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = ", "no valid TOML"),
        ("", "lacks the key 'schema'"),
        (ENTRY.replace('standard = "Own"\n', ""), "lacks the key 'standard'"),
        (ENTRY + 'package = "no_such_package"\n', "no_such_package"),
    ],
)
def test_a_broken_catalog_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "catalog.toml").write_text(text)

    with pytest.raises(ConfigError, match=told):
        load_catalog(tmp_path)


def test_a_missing_catalog_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_catalog(tmp_path)
