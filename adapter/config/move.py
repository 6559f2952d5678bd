"""The same configuration on folders of its own: for runs that must touch nothing of an installation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from adapter.config.models import SQLITE, Settings


def moved(settings: Settings, folder: Path) -> Settings:
    """Return settings whose store and channels lie below `folder`, whatever the originals say.

    Files count as complete at once, and no program is started to scan attachments, no register is asked.
    """
    return settings.model_copy(
        update={
            "store": settings.store.model_copy(update={"url": f"{SQLITE}{folder / 'store' / 'budstikke.db'}"}),
            "checks": settings.checks.model_copy(update={"scan_command": ()}),
            "addresses": settings.addresses.model_copy(update={"url": None, "cache": folder / "address-register"}),
            "channel": tuple(
                channel.model_copy(
                    update={
                        "inbox": folder / channel.id / "inbox",
                        "outbox": folder / channel.id / "outbox",
                        "archive": folder / channel.id / "archive" if channel.archive else None,
                        "quiet": timedelta(),
                        "patience": timedelta(),
                        "suffixes": (),
                    }
                )
                for channel in settings.channel
            ),
        }
    )
