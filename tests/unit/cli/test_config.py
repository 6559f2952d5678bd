from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

Budstikke = Callable[..., Any]


def test_a_right_configuration_is_told_so(budstikke: Budstikke, config: Path) -> None:
    ran = budstikke("config", "check")

    assert ran.exit_code == 0
    assert ran.out == f"{config.name} is right: [[party]] 2, [[channel]] 2, [[route]] 0.\n"


def test_every_mistake_is_told_at_once(budstikke: Budstikke, config: Path) -> None:
    config.write_text(config.read_text().replace("environment", "enviroment").replace("her_ids", "her_idz", 1))
    ran = budstikke("config", "check")

    assert ran.exit_code == 2
    assert "environment" in ran.err
    assert "her_ids" in ran.err
    assert ran.out == ""


def test_mistakes_in_json_are_one_line_each(budstikke: Budstikke, config: Path) -> None:
    config.write_text(config.read_text().replace("her_ids", "her_idz"))
    ran = budstikke("config", "check", "--json")

    assert ran.exit_code == 2
    assert {"party[0].her_idz", "party[1].her_idz"} <= {json.loads(line)["path"] for line in ran.out.splitlines()}


def test_no_mistake_in_json_is_no_line(budstikke: Budstikke, config: Path) -> None:
    assert config.is_file()
    ran = budstikke("config", "check", "--json")

    assert (ran.exit_code, ran.out) == (0, "")


def test_what_is_shown_is_a_configuration_with_all_defaults(budstikke: Budstikke, config: Path) -> None:
    shown = tomllib.loads(budstikke("config", "show").out)

    assert shown["limits"]["max_depth"] == 200
    assert shown["channel"][0]["inbox"] == str(config.parent / "var/gp/in")


def test_what_is_shown_in_json_is_one_line(budstikke: Budstikke, config: Path) -> None:
    (line,) = budstikke("config", "show", "--json", "--config", config).out.splitlines()

    assert json.loads(line)["party"][1]["id"] == "clinic"
