"""Find the data folders, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def data_root() -> Path:
    """Return the folder that holds `schemas/`, `fixtures/` and `config.example.toml`."""
    package = Path(__file__).resolve().parent
    packaged = package / "_data"
    return packaged if packaged.is_dir() else package.parent


def schemas() -> Path:
    """Return the folder with this project's schema files and code lists."""
    return data_root() / "schemas"


def fixtures() -> Path:
    """Return the folder with the synthetic messages, specifications and scenarios."""
    return data_root() / "fixtures"


def example_config() -> Path:
    """Return the complete, commented configuration."""
    return data_root() / "config.example.toml"
