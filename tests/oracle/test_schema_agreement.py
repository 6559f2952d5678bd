"""The project's schemas and the official ones give the same verdict on every document.

Runs where BUDSTIKKE_STANDARDS names the comparison set. Both sides are libxml2, so that every difference is a
difference between the schema files. Reasoned exceptions: none.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest
from constructs import BUILT
from lxml import etree
from mutants import (
    MUTANTS,
    OPERATORS,
    STANDARDS,
    Operator,
    break_attribute,
    delete_element,
    example_files,
    mutants,
    plain_parser,
    swap_elements,
)

from adapter import resources
from adapter.check.schema import SchemaSet

pytestmark = pytest.mark.skipif(not STANDARDS, reason="BUDSTIKKE_STANDARDS names no comparison set")


@functools.cache
def official_schema() -> etree.XMLSchema:
    """Load the comparison set through its own loader."""
    spec = importlib.util.spec_from_file_location("official", Path(STANDARDS or "", "official.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    compiled: etree.XMLSchema = module.schema()
    return compiled


@functools.cache
def own_schemas() -> SchemaSet:
    return SchemaSet.load()


def official_faults(tree: etree._Element) -> list[tuple[int, str]]:
    schema = official_schema()
    return [] if schema.validate(tree) else [(entry.line, entry.path) for entry in schema.error_log][:100]


def own_faults(tree: etree._Element) -> list[tuple[int, str]]:
    return [(fault.line, fault.path) for fault in own_schemas().validate(tree)]


@pytest.mark.parametrize("path", example_files(), ids=lambda path: path.stem)
def test_both_accept_every_official_example(path: Path) -> None:
    tree = etree.fromstring(path.read_bytes(), plain_parser())

    assert own_faults(tree) == []
    assert official_faults(tree) == []


@pytest.mark.parametrize("text", BUILT, ids=range(len(BUILT)))
def test_both_accept_every_document_built_for_this_test(text: str) -> None:
    tree = etree.fromstring(text.encode(), plain_parser())

    assert own_faults(tree) == []
    assert official_faults(tree) == []


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_both_judge_mutants_alike_and_fault_the_same_places(operator: Operator) -> None:
    verdicts: Counter[str] = Counter()
    differing = []
    for data in mutants(operator):
        tree = etree.fromstring(data, plain_parser())
        ours, theirs = own_faults(tree), official_faults(tree)
        verdicts["invalid" if theirs else "valid"] += 1
        if ours != theirs:
            differing.append((theirs[:1], ours[:1], data))

    sys.stdout.write(f"{operator.__name__}: {dict(verdicts)}, {len(differing)} differing\n")
    assert differing == []
    assert verdicts.total() == MUTANTS
    assert verdicts["invalid"] > 0


def test_enough_mutants_are_judged() -> None:
    assert len(OPERATORS) * MUTANTS >= 5000


@pytest.mark.parametrize("path", example_files(), ids=lambda path: path.stem)
def test_the_official_folder_can_take_the_place_of_ours(path: Path) -> None:
    tree = etree.fromstring(path.read_bytes(), plain_parser())

    assert official_set().validate(tree) == ()


@functools.cache
def official_set() -> SchemaSet:
    return SchemaSet.load(Path(STANDARDS or "", "xsd"))


def test_the_official_folder_knows_the_same_namespaces() -> None:
    assert official_set().namespaces == own_schemas().namespaces


def test_the_official_folder_gives_the_verdicts_of_the_official_loader() -> None:
    for operator in (break_attribute, swap_elements, delete_element):
        for data in mutants(operator):
            tree = etree.fromstring(data, plain_parser())

            assert [(fault.line, fault.path) for fault in official_set().validate(tree)] == official_faults(tree)


def test_none_of_our_files_is_an_official_one() -> None:
    official = {path.read_bytes() for path in Path(STANDARDS or "").rglob("*") if path.is_file()}

    assert [
        path.name for path in resources.schemas().rglob("*") if path.is_file() and path.read_bytes() in official
    ] == []
