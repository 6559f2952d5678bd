"""The configuration file: TOML in, validated settings out, every mistake told at once."""

from __future__ import annotations

from adapter.config.load import check, load
from adapter.config.models import Settings
from adapter.config.problem import Problem
from adapter.config.show import show

__all__ = ["Problem", "Settings", "check", "load", "show"]
