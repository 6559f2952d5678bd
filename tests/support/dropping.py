"""Files put into a folder, and which of them a channel sees."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from adapter.channel import Channel


def drop(inbox: Path, name: str, data: bytes = b"<a/>", *, age: float = 0) -> Path:
    """Put a file into a folder that was written `age` seconds before the others."""
    path = inbox / name
    path.write_bytes(data)
    written = datetime.now(UTC).timestamp() - age
    os.utime(path, (written, written))
    return path


def sources(channel: Channel, now: datetime, limit: int = 100) -> list[str]:
    """Return the names of what waits."""
    return [incoming.source for incoming in channel.listing(limit, now)]
