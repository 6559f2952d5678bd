"""What the words of a command line let `validate` begin with, and what they do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapter.check.explain_process import ExplainProcess
from adapter.cli.ahead import ready_by_words

FIXTURES = Path(__file__).parents[3] / "fixtures/messages"
VALID = str(FIXTURES / "henvisning-1.1-komplett.xml")
UNCLEAR = str(FIXTURES / "henvisning-1.1-feil-dato.xml")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[ExplainProcess]:
    """Return which processes have been asked to start, of which none does."""
    asked: list[ExplainProcess] = []

    def start(self: ExplainProcess) -> None:
        asked.append(self)

    monkeypatch.setattr(ExplainProcess, "start", start)
    return asked


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("version",),
        ("show", UNCLEAR),
        ("--verbose", "validate", UNCLEAR),
        ("validate",),
        ("validate", "--help"),
        ("validate", str(FIXTURES)),
        ("validate", "nowhere.xml", "x" * 5_000),
    ],
)
def test_nothing_is_begun_for_words_that_name_no_file_to_validate(
    words: tuple[str, ...], started: list[ExplainProcess]
) -> None:
    assert ready_by_words(words) is None
    assert started == []


def test_schemas_are_ready_for_a_file_and_no_child_where_none_is_needed(started: list[ExplainProcess]) -> None:
    ready = ready_by_words(["validate", "--json", VALID, UNCLEAR])

    assert ready is not None
    assert ready.schemas.is_known("http://www.kith.no/xmlstds/msghead/2006-05-24")
    assert started == []


def test_the_child_is_under_way_where_the_first_file_needs_it(started: list[ExplainProcess]) -> None:
    assert ready_by_words(["validate", "--as", "outbound", UNCLEAR, VALID])
    assert len(started) == 1


def test_a_file_that_cannot_be_read_is_left_to_the_verb(
    tmp_path: Path, started: list[ExplainProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "closed.xml"
    path.write_bytes(Path(UNCLEAR).read_bytes())
    read = Path.read_bytes

    def refuse(self: Path) -> bytes:
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)

    assert ready_by_words(["validate", str(path)])
    assert started == []


def test_what_is_ready_is_left_where_the_configuration_names_schemas_of_its_own(
    budstikke: Callable[..., Any], config: Path
) -> None:
    schemas = config.parent / "official"
    schemas.mkdir()
    (schemas / "broken.xsd").write_text("<no-schema/>")
    config.write_text(f'{config.read_text()}\n[schemas]\ndirectory = "{schemas}"\n')

    ran = budstikke("validate", VALID)

    assert ran.exit_code == 2
    assert "broken.xsd" in ran.err
