"""What is shown is what is in force."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

from adapter import resources
from adapter.config import Settings, load, show


def test_what_is_shown_reads_as_the_same_settings(tmp_path: Path) -> None:
    settings = load(resources.example_config())
    shown = tmp_path / "shown.toml"
    shown.write_text(show(settings), "utf-8")

    assert load(shown) == settings


def test_odd_characters_survive(write: Callable[[str], Path], minimal: str) -> None:
    settings = load(write(minimal.replace('"Poliklinikk"', r'"\"Ærlig\" \\ \u007f\u0001 klinikk"')))

    assert load(write(show(settings))).adapter.name == '"Ærlig" \\ \x7f\x01 klinikk'


def test_defaults_are_shown_in_units_people_write(write: Callable[[str], Path], minimal: str) -> None:
    shown = tomllib.loads(show(load(write(minimal))))

    assert set(shown) == set(Settings.model_fields) - {"route"}
    assert shown["receipts"]["alarm_after"] == "4d"
    assert shown["retries"]["first_wait"] == "30s"
    assert shown["checks"] == {"strict": False, "scan_command": []}
