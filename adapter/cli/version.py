"""`budstikke version`."""

from __future__ import annotations

import platform
from importlib.metadata import version as installed

import typer


def version() -> None:
    """Print the release, and the Python it runs on."""
    typer.echo(f"budstikke {installed('budstikke')} (Python {platform.python_version()})")
