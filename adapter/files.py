"""Which files of a folder are messages."""

from __future__ import annotations

from pathlib import Path


def messages_below(folder: Path) -> list[Path]:
    """Return the XML files of a folder at any depth, in the order of their names."""
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".xml" and file.is_file())
