"""`budstikke version`."""

from __future__ import annotations

import platform

import typer


def version() -> None:
    """Print the release."""
    from importlib.metadata import version as installed

    typer.echo(f"budstikke {installed('budstikke')} (Python {platform.python_version()})")
