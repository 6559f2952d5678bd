"""`budstikke replay`: messages through the adapter again, from files or from the store, looked at first."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from adapter.cli.replay_batches import cancel_batch, list_batches, resume_batch, show_batch
from adapter.cli.replay_files import files
from adapter.cli.replay_stored import stored

_FILES = "files"


class _FilesUnlessSaid(TyperGroup):
    """Takes what names no verb as the paths of files."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer keeps that type to itself
        is_for_files = bool(args) and args[0] not in {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, [_FILES, *args] if is_for_files else args)


replay = typer.Typer(
    cls=_FilesUnlessSaid,
    help="Send messages through the adapter again, from files or from the store.\n\n"
    "`replay PATH...` is short for `replay files PATH...`. Everything is shown first, and nothing happens without "
    "a yes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
replay.command(_FILES)(files)
replay.command("stored")(stored)
replay.command("batches")(list_batches)
replay.command("show")(show_batch)
replay.command("resume")(resume_batch)
replay.command("cancel")(cancel_batch)
