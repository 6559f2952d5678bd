"""The documentation as a product: whatever a user can type, set or be told is written down somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from adapter import resources
from adapter.check import rules
from adapter.cli.reference import codes_page, pages, write_pages
from adapter.config import Settings
from adapter.envelope.rules import table as envelope_rules
from adapter.flow import rules as more_rules

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def keys_of(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield every table and key that a configuration may have."""
    for name, field in model.model_fields.items():
        inner = [part for part in (field.annotation, *getattr(field.annotation, "__args__", ())) if is_table(part)]
        yield model.__name__, field.alias or name
        for table in inner:
            yield from keys_of(table)


def is_table(part: object) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


KEYS = sorted(set(keys_of(Settings)))


def test_the_settings_have_keys() -> None:
    assert ("PartyTable", "her_ids") in KEYS
    assert ("WhenTable", "from") in KEYS


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_every_key_of_the_configuration_is_in_the_example(table: str, key: str) -> None:
    example = resources.example_config().read_text(encoding="utf-8")

    assert f"{key} = " in example or f"[{key}]" in example, f"{table}.{key}"


@pytest.mark.parametrize("name", sorted(pages()))
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


def test_the_pages_are_written_into_a_folder(tmp_path: Path) -> None:
    write_pages(tmp_path / "docs")

    assert {path.name for path in (tmp_path / "docs").iterdir()} == set(pages())


CODES = sorted({rule.id for rule in (*rules.every(), *more_rules.ALL, *envelope_rules.load().rules.values())})


def test_every_verb_is_on_the_page_of_commands() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")

    for verb in ("init", "run", "validate", "show", "build", "messages show", "tasks done", "config check", "backup"):
        assert f"## `budstikke {verb}`" in page


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_a_rule_is_on_the_page_of_codes(code: str) -> None:
    assert f"| {code} |" in (DOCS / "codes.md").read_text(encoding="utf-8")


def test_no_two_errors_have_the_same_code() -> None:
    page = codes_page().partition("## Errors")[2]
    codes = [
        line.split(" | ")[0] for line in page.splitlines() if line.startswith("| ") and not line.startswith("| --")
    ]

    assert len(codes) > 20
    assert [code for code, times in Counter(codes).items() if times > 1] == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_page_can_be_found_from_the_readme(page: Path) -> None:
    assert f"docs/{page.name}" in (ROOT / "README.md").read_text(encoding="utf-8")
