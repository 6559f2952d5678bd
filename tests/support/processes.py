"""Which processes have to do with a folder."""

from __future__ import annotations

from pathlib import Path


def left(folder: Path) -> list[str]:
    """Return the command lines of processes that name a folder, or work in it."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            place = (path / "cwd").readlink()
        except OSError:
            continue  # ended in this moment
        if str(folder) in line or place.is_relative_to(folder):
            found.append(line)
    return found
