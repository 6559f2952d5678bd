"""Which files of a folder are messages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def messages_below(folder: Path) -> list[Path]:
    """Return the XML files of a folder at any depth, in the order of their names."""
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".xml" and file.is_file())


def nothing_below(folders: Iterable[Path]) -> str:
    """Say that there is no message in folders, what was looked for, and what to do about it."""
    looked_in = ", ".join(map(str, folders))
    return (
        f"no *.xml in {looked_in}: of a folder, files with that ending are read, at any depth; "
        "name files with other endings one by one"
    )
