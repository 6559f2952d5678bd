from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from adapter.service import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def _raise() -> None:
    raise ValueError("wrong")


def test_a_machine_gets_one_object_a_line_traces_included(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BUDSTIKKE_LOG", "json")
    logs.configure()
    log = structlog.get_logger()
    log.debug("nobody asked")
    log.info("Blåbær", action="picked", number=3)
    try:
        _raise()
    except ValueError:
        log.exception("It failed")

    told = capsys.readouterr()
    assert told.out == ""
    first, second = map(json.loads, told.err.splitlines())
    assert {name: first[name] for name in ("event", "action", "number", "level")} == {
        "event": "Blåbær",
        "action": "picked",
        "number": 3,
        "level": "info",
    }
    assert "ValueError: wrong" in second["exception"]


def test_a_person_gets_lines_to_read_and_more_of_them_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BUDSTIKKE_LOG", "text")
    logs.configure(verbose=True)
    structlog.get_logger().debug("Looked into the folder", action="looked")

    assert "Looked into the folder" in capsys.readouterr().err
