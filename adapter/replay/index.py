"""What fixtures are expected to come to: the `index.toml` beside them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

INDEX = "index.toml"


def expected_verdict(file: Path) -> str | None:
    """Return the verdict that an index in the file's folder, or in the one above, gives for it; None without one."""
    for folder in (file.absolute().parent, file.absolute().parent.parent):
        verdicts = _verdicts(folder / INDEX)
        if file.name in verdicts:
            return verdicts[file.name]
    return None


@cache
def _verdicts(index: Path) -> dict[str, str]:
    """Return verdicts by file name; none where there is no index, or another kind of file has its name."""
    try:
        table = tomllib.loads(index.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    entries = table.get("message")
    if not isinstance(entries, list):
        return {}
    found = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("file"), str)]
    verdicts = {entry["file"]: _verdict(entry) for entry in found}
    return {file: verdict for file, verdict in verdicts.items() if isinstance(verdict, str)}


def _verdict(entry: dict[str, Any]) -> object:
    """Return what register and store make of a message, or else what it is by itself."""
    flow = entry.get("flow")
    decided = flow.get("verdict") if isinstance(flow, dict) else None
    return decided or entry.get("verdict")
