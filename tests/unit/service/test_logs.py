from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from adapter.errors import StoreLocked
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
    assert "_raise" in second["exception"]
    assert second["exception"].endswith("ValueError")


def test_a_person_gets_lines_to_read_and_more_of_them_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BUDSTIKKE_LOG", "text")
    logs.configure(verbose=True)
    structlog.get_logger().debug("Looked into the folder", action="looked")

    assert "Looked into the folder" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_defect_is_told_by_its_place_and_never_by_what_it_had_in_hand(
    kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read(name: str) -> int:
        return int(name)

    monkeypatch.setenv("BUDSTIKKE_LOG", kind)
    logs.configure()
    try:
        try:
            read("Vakker Blomst")
        except ValueError as error:
            raise KeyError("14838400052") from error
    except KeyError:
        structlog.get_logger().exception("A message could not be read", message=7)

    told = capsys.readouterr().err
    assert "test_logs.py" in told
    assert "KeyError" in told
    assert "Blomst" not in told
    assert "14838400052" not in told


def test_an_error_of_ours_is_told_with_its_code_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger().error("Not now", exc_info=StoreLocked("Another process is writing."))

    told = capsys.readouterr().err
    assert StoreLocked.code in told
    assert "Another process is writing." in told


def test_a_process_without_settings_of_its_own_gets_ours() -> None:
    structlog.reset_defaults()
    logs.ensure()
    assert logs.tell_where in structlog.get_config()["processors"]
