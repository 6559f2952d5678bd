"""The program is held to what `fixtures/index.toml` says of each synthetic message."""

from __future__ import annotations

import importlib.util
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from judging import policy_for

from adapter import resources, show, wire
from adapter.check.codelists import CodeLists
from adapter.check.finding import Report, Severity
from adapter.check.ladder import Checker, Policy
from adapter.check.schema import SchemaSet
from adapter.errors import FormError
from adapter.flow.answer import predict
from adapter.trust.verifier import Verifier
from adapter.wire.spec import load_spec

NOW = datetime(2026, 3, 2, 8, 20, tzinfo=UTC)
MESSAGES = resources.fixtures() / "messages"
INDEX = tomllib.loads((resources.fixtures() / "index.toml").read_text("utf-8"))["message"]
ENTRIES = [pytest.param(entry, id=entry["file"]) for entry in INDEX]
#: What the message alone decides; the rest needs the register or the store.
ALONE = [pytest.param(entry, id=entry["file"]) for entry in INDEX if entry.get("needs") != "flow"]
SPECS = sorted((resources.fixtures() / "specs").glob("*.toml"))
KEYS = {
    "file",
    "what",
    "kind",
    "version",
    "verdict",
    "apprec",
    "rules",
    "after",
    "needs",
    "flow",
    "outbound",
    "shows",
    "given",
}


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    with Checker(SchemaSet.load(), CodeLists.load(), explain=False, verify=Verifier().judge) as made:
        yield made


@pytest.fixture(scope="module")
def maker() -> Any:
    path = Path(__file__).parents[1] / "make_fixtures.py"
    found = importlib.util.spec_from_file_location("make_fixtures", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def judged(checker: Checker, name: str) -> Report:
    return checker.check_by((MESSAGES / name).read_bytes(), policy_for, now=NOW)


def receipt(report: Report) -> dict[str, Any] | None:
    """Return the receipt of a report as the index writes it."""
    preview = predict(report)
    if preview is None:
        return None
    told: dict[str, Any] = {"version": preview.version, "status": preview.status}
    if preview.errors:
        told["errors"] = [error.value for error in preview.errors]
    return told


@pytest.mark.parametrize("entry", ALONE)
def test_a_message_comes_to_what_the_index_says(checker: Checker, entry: dict[str, Any]) -> None:
    report = judged(checker, entry["file"])

    rules = {finding.rule for finding in report.findings if finding.severity.weight >= Severity.WARN.weight}
    assert (report.verdict, sorted(rules)) == (entry["verdict"], entry["rules"])
    assert receipt(report) == entry.get("apprec")


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_message_is_of_the_kind_the_index_says(entry: dict[str, Any]) -> None:
    data = (MESSAGES / entry["file"]).read_bytes()
    try:
        message = wire.read(data)
    except FormError:
        rescued = wire.rescue(data)
        assert rescued is None or (rescued.kind, rescued.version) == (entry["kind"], entry.get("version"))
    else:
        assert (message.kind, message.version) == (entry["kind"], entry.get("version"))
        assert show.text(message)
        assert show.html(message)


def test_the_index_lists_every_message_once_in_known_words() -> None:
    files = [entry["file"] for entry in INDEX]

    assert sorted(files) == sorted(path.name for path in MESSAGES.iterdir())
    for entry in INDEX:
        assert entry.keys() <= KEYS
        assert set(entry.get("after", ())) <= set(files)


def test_every_message_is_made_anew_byte_by_byte(maker: Any) -> None:
    made = maker.messages()

    assert made == {path.name: path.read_bytes() for path in MESSAGES.iterdir()}


def test_the_command_tells_what_differs_and_mends_it(maker: Any, tmp_path: Path, capsys: Any) -> None:
    maker.TARGET = tmp_path
    (tmp_path / "stranger.xml").write_bytes(b"")

    assert maker.main(["--check"]) == 1
    assert "differs: stranger.xml" in capsys.readouterr().out
    assert maker.main([]) == 0
    assert not (tmp_path / "stranger.xml").exists()
    assert maker.main(["--check"]) == 0


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_specification_gives_a_message_without_any_finding(checker: Checker, path: Path) -> None:
    data = wire.write(load_spec(path, now=NOW, name_of=CodeLists.load().name_of))

    report = checker.check(data, Policy(profiles=("amo",)), now=NOW)

    assert [finding.rule for finding in report.findings if finding.severity.weight >= Severity.WARN.weight] == []
    assert wire.write(wire.read(data)) == data


def test_there_are_enough_messages_of_each_kind() -> None:
    counted = {
        kind: sum(entry["kind"] == kind for entry in INDEX) for kind in ("henvisning", "dialogmelding", "apprec")
    }

    assert counted["henvisning"] >= 40
    assert counted["dialogmelding"] >= 15
    assert counted["apprec"] >= 6
