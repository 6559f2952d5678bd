"""The table of the national test cases for AppRec is complete, and true."""

from __future__ import annotations

import csv
import os
import re
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "apprec_cases.toml").read_text("utf-8"))["case"]
TESTS = [
    name
    for path in sorted(HERE.glob("test_apprec_*.py"))
    for name in re.findall(r"^def (test_(?:unit|system)_\d+_\w+)", path.read_text("utf-8"), re.MULTILINE)
]
STANDARDS = os.environ.get("BUDSTIKKE_STANDARDS")
SHEETS = {"Enhetstest apprec": "unit", "Systemtest inkl apprec": "system"}


def test_every_case_stands_in_the_table_once() -> None:
    numbers = [f"unit {number}" for number in range(1, 10)] + [f"system {number}" for number in range(1, 43)]

    assert [case["number"] for case in CASES] == numbers


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["number"])
def test_a_case_is_a_test_of_its_number_or_has_a_reason(case: dict[str, str]) -> None:
    assert case["demands"].strip()
    assert ("test" in case) != bool(case.get("reason", "").strip())
    if "test" in case:
        assert case["test"] in TESTS
        assert case["test"].startswith(f"test_{case['number'].replace(' ', '_')}_")


def test_no_test_of_a_case_is_left_out_of_the_table() -> None:
    assert sorted(TESTS) == sorted(case["test"] for case in CASES if "test" in case)


@pytest.mark.skipif(not STANDARDS, reason="BUDSTIKKE_STANDARDS names no comparison set")
def test_the_table_has_the_cases_of_the_official_one() -> None:
    with (Path(STANDARDS or "") / "apprec-testcases.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row[0] in SHEETS]

    assert [f"{SHEETS[row[0]]} {row[1]}" for row in rows if row[1].isdigit()] == [case["number"] for case in CASES]
