"""What the words of a command line let `validate` begin with, and what they do not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapter.check.explain_process import ExplainProcess
from adapter.cli import ahead

FIXTURES = Path(__file__).parents[3] / "fixtures/messages"
FILE = str(FIXTURES / "henvisning-1.1-feil-dato.xml")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[ExplainProcess]:
    """Return which processes have been asked to start, of which none does, on a machine of two processors."""
    asked: list[ExplainProcess] = []

    def start(self: ExplainProcess) -> None:
        asked.append(self)

    monkeypatch.setattr(ExplainProcess, "start", start)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    return asked


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("version",),
        ("show", FILE),
        ("--verbose", "validate", FILE),
        ("validate",),
        ("validate", "--help"),
        ("validate", "nowhere.xml", "x" * 5_000),
    ],
)
def test_nothing_is_begun_for_words_that_name_nothing_to_validate(
    words: tuple[str, ...], started: list[ExplainProcess]
) -> None:
    assert ahead.begin(words) is None
    assert started == []


@pytest.mark.parametrize("words", [("validate", FILE), ("validate", "--as", "outbound", "nowhere.xml", str(FIXTURES))])
def test_what_explains_is_under_way_for_a_file_or_folder(words: tuple[str, ...], started: list[ExplainProcess]) -> None:
    process = ahead.begin(words)

    assert started == [process]


def test_nothing_is_begun_where_there_is_one_processor(
    started: list[ExplainProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})

    assert ahead.begin(["validate", FILE]) is None
    assert started == []


def test_a_process_that_cannot_be_started_is_left_to_who_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: ExplainProcess) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(ExplainProcess, "start", fail)

    assert ahead.begin(["validate", FILE]) is not None
