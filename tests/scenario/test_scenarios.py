"""Every scenario of the fixtures comes out as it says, to the last line; and all that the domain tells are there."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from adapter import resources
from adapter.config import load as load_config
from adapter.config.move import moved
from adapter.replay.compare import difference
from adapter.replay.isolated import SOFTWARE_VERSION, Performance
from adapter.replay.scenario import Scenario, load
from adapter.service.parts import Parts
from adapter.simulate.actor import engage

FOLDER = resources.fixtures() / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))
#: Variants that have a letter in the domain too; where all of a story has letters, they are the story.
LETTERED = {"04b", "04c", "06a", "06b", "06c", "06d", "07a", "07b", "07c", "09b"}
STORIES = LETTERED | {f"{number:02}" for number in range(1, 26)} - {"06", "07"}


def loaded(path: Path) -> Scenario:
    return load(path, messages=resources.fixtures() / "messages", specs=resources.fixtures() / "specs")


def test_every_story_of_the_domain_is_there() -> None:
    assert {path.stem.partition("-")[0] for path in FILES} >= STORIES


def test_the_index_names_every_scenario_and_no_other() -> None:
    index = (FOLDER / "README.md").read_text("utf-8")

    assert sorted(re.findall(r"\]\(([^()/]+)\.toml\)", index)) == [path.stem for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_ends_as_it_says(path: Path, tmp_path: Path) -> None:
    scenario = loaded(path)
    settings = moved(load_config(scenario.config or resources.example_config()), tmp_path)

    with closing(Parts.build(settings, software_version=SOFTWARE_VERSION)) as parts:
        performance = Performance(scenario, parts, engage)
        performance.play()
        found = performance.holdings()

    assert scenario.expected is not None
    assert difference(scenario.expected, found, scenario.name) == ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_uses_every_message_it_names(path: Path) -> None:
    """Whatever was sent is told about in the end, and nothing arrives changed."""
    text = path.read_text("utf-8")
    expected = text[text.index("[expect]") :]
    names = [step.act.name for step in loaded(path).steps if hasattr(step.act, "name") and step.refused is None]

    assert [name for name in names if f'"{name}: ' not in expected] == []
    assert not re.search("changed on the way|sent by nobody", expected)


@pytest.mark.parametrize("path", sorted((FOLDER / "config").glob("*.toml")), ids=lambda path: path.stem)
def test_a_configuration_of_the_scenarios_is_right_and_used(path: Path) -> None:
    assert load_config(path).party
    assert any(f'"config/{path.name}"' in scenario.read_text("utf-8") for scenario in FILES)


@pytest.mark.parametrize("path", sorted((FOLDER / "actors").glob("*.toml")), ids=lambda path: path.stem)
def test_an_actor_of_the_scenarios_plays(path: Path) -> None:
    assert any(item.script == path for scenario in map(loaded, FILES) for item in scenario.cast)
