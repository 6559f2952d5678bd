from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Budstikke = Callable[..., Any]


def test_a_missing_configuration_is_told_with_the_next_step(budstikke: Budstikke) -> None:
    ran = budstikke("messages")

    assert ran.exit_code == 2
    assert "budstikke.toml" in ran.err
    assert "budstikke init" in ran.err


def test_the_configuration_is_named_by_the_environment(
    budstikke: Budstikke, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = config.rename(config.with_name("elsewhere.toml"))
    monkeypatch.setenv("BUDSTIKKE_CONFIG", str(elsewhere))

    assert budstikke("config", "check").exit_code == 0


def test_a_store_that_is_not_there_is_not_made_by_looking(budstikke: Budstikke, config: Path) -> None:
    ran = budstikke("messages")

    assert ran.exit_code == 3
    assert "no store" in ran.err
    assert not (config.parent / "var").exists()
