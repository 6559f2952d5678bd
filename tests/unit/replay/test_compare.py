from __future__ import annotations

from pathlib import Path

import pytest

from adapter.replay.compare import difference, difference_to_folder, write_folder, write_into
from adapter.replay.holdings import Holdings
from adapter.replay.scenario import ScenarioError, load

FOUND = Holdings(messages=("a: delivered",), holds={"clinic": ("a",)})
FILES = {"clinic/a.xml": b"<a><b>1</b></a>", "nav/b.xml": b"<broken"}
STORY = '# A comment.\nwhat = "x"\nstarts = 2026-03-02T09:00:00\n\n[[step]]\nafter = "1h"\n'


def test_the_same_holdings_differ_in_nothing() -> None:
    assert difference(FOUND, Holdings(messages=("a: delivered",), holds={"clinic": ("a",), "nav": ()}), "x") == ""


def test_a_difference_names_what_was_expected_and_what_is_there() -> None:
    told = difference(FOUND, Holdings(messages=("a: held",)), "story").splitlines()

    assert told[:2] == ["--- expected story", "+++ found story"]
    assert '-  "a: delivered",' in told
    assert '+  "a: held",' in told
    assert "-clinic = [" in told


def test_what_was_written_is_what_is_expected(tmp_path: Path) -> None:
    write_folder(tmp_path / "expected", FOUND, FILES)

    assert difference_to_folder(tmp_path / "expected", FOUND, FILES) == ""


def test_each_file_that_differs_is_told(tmp_path: Path) -> None:
    write_folder(tmp_path, FOUND, FILES | {"nav/gone.xml": b"<gone/>"})

    told = difference_to_folder(
        tmp_path, FOUND, {"clinic/a.xml": b"<a><b>2</b></a>", "nav/b.xml": b"<broken", "nav/new.xml": b"<new/>"}
    )

    assert "-  <b>1</b>\n+  <b>2</b>" in told
    assert "-<gone/>" in told
    assert "+<new/>" in told
    assert "b.xml" not in told


def test_other_bytes_with_the_same_content_are_a_difference_too(tmp_path: Path) -> None:
    write_folder(tmp_path, FOUND, {"clinic/a.xml": b"<a />"})

    told = difference_to_folder(tmp_path, FOUND, {"clinic/a.xml": b"<a></a>"})

    assert told == "clinic/a.xml: other bytes, the same content\n"


def test_expected_files_of_an_earlier_run_go_away(tmp_path: Path) -> None:
    write_folder(tmp_path, FOUND, FILES)
    write_folder(tmp_path, FOUND, {})

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["expected.toml"]


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("x")

    with pytest.raises(ScenarioError, match="something else"):
        write_folder(tmp_path, FOUND, FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("before", ["", '\n[expect]\ntasks = ["old"]\n', "\n[expect.holds]\n"])
def test_what_a_scenario_expects_is_replaced_and_the_rest_stays(tmp_path: Path, before: str) -> None:
    path = tmp_path / "story.toml"
    path.write_text(STORY + before, "utf-8")

    write_into(path, FOUND)
    write_into(path, FOUND)

    assert path.read_text("utf-8") == f"{STORY}\n{FOUND.text()}"
    assert load(path, messages=tmp_path, specs=tmp_path).expected == FOUND


def test_steps_below_what_is_expected_are_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "story.toml"
    path.write_text(f'{STORY}\n[expect]\n\n[[step]]\nafter = "2h"\n', "utf-8")

    with pytest.raises(ScenarioError, match="last table"):
        write_into(path, FOUND)
    assert path.read_text("utf-8").endswith('after = "2h"\n')
