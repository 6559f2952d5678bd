"""`budstikke init`: a working configuration and its folders."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from adapter import resources
from adapter.cli.opening import open_settings
from adapter.cli.options import DEFAULT_CONFIG


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="Made if it is not there.")],
) -> None:
    """Make a configuration and its folders.

    The configuration works as it is: three parties on folders below DIR.
    Nothing that is there already is changed: after editing the configuration, run it again for new folders.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / DEFAULT_CONFIG
    if config.exists():
        typer.echo(f"{config} is there already and stays as it is.")
    else:
        shutil.copyfile(resources.example_config(), config)
        typer.echo(f"{config} is written.")
    from adapter.config.build import channels

    settings = open_settings(config)
    settings.store_file().parent.mkdir(parents=True, exist_ok=True)
    for channel in channels(settings).values():
        channel.create_folders()
        typer.echo(f"The folders of channel {channel.id} are there.")
    typer.echo(f"Next: edit {config}, then `budstikke check --config {config}` and `budstikke run --config {config}`.")
