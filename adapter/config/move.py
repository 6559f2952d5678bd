"""The same configuration on folders of its own: for runs that must touch nothing of an installation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from adapter.config.channel_tables import ChannelTable, FolderTable
from adapter.config.fields import SQLITE
from adapter.config.models import Settings


def moved(settings: Settings, folder: Path) -> Settings:
    """Return settings whose store and channels lie below `folder`, whatever the originals say.

    Files count as complete at once, and no program is started to scan attachments, no register and no mail server is
    asked: what would go by mail lies in folders like all else, neither signed nor encrypted.
    """
    return settings.model_copy(
        update={
            "store": settings.store.model_copy(update={"url": f"{SQLITE}{folder / 'store' / 'budstikke.db'}"}),
            "checks": settings.checks.model_copy(update={"scan_command": ()}),
            "addresses": settings.addresses.model_copy(update={"url": None, "cache": folder / "address-register"}),
            "channel": tuple(_moved(channel, folder / channel.id) for channel in settings.channel),
        }
    )


def _moved(channel: ChannelTable, folder: Path) -> FolderTable:
    is_archived = isinstance(channel, FolderTable) and channel.archive is not None
    return FolderTable(
        id=channel.id,
        type="folder",
        inbox=folder / "inbox",
        outbox=folder / "outbox",
        archive=folder / "archive" if is_archived else None,
        poll=channel.poll,
        quiet=timedelta(),
        patience=timedelta(),
    )
