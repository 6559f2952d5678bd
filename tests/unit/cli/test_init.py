from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Budstikke = Callable[..., Any]


def test_what_init_makes_works_at_once(budstikke: Budstikke, folder: Path) -> None:
    ran = budstikke("init", "adapter")

    assert ran.exit_code == 0
    assert budstikke("check", "--config", folder / "adapter" / "budstikke.toml").exit_code == 0


def test_a_second_init_changes_nothing_that_is_there(budstikke: Budstikke, folder: Path) -> None:
    budstikke("init", "adapter")
    config = folder / "adapter" / "budstikke.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"every 10s"', '"every 9s"'), encoding="utf-8")
    before = config.read_bytes()
    ran = budstikke("init", "adapter")

    assert ran.exit_code == 0
    assert "stays as it is" in ran.out
    assert config.read_bytes() == before


def test_a_folder_that_is_a_file_is_a_mistake(budstikke: Budstikke, folder: Path) -> None:
    (folder / "adapter").write_text("")

    assert budstikke("init", "adapter").exit_code == 2
