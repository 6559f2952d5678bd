"""What Adresseregisteret answered, kept as files: one for each HER-id, shared by all processes of an installation."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from adapter.partner.address import Entry
from adapter.partner.codec import built, plain
from adapter.values import value_class


@value_class
class Kept:
    """One answer as it is kept."""

    asked_at: datetime
    #: None: the register knows no such HER-id.
    entry: Entry | None = None
    #: Something speaks against it: ask again before it is relied on.
    is_doubted: bool = False


class AddressCache:
    """Keeps the last answer for each HER-id."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made when the first answer is kept."""
        self._folder = folder

    def get(self, her_id: str) -> Kept | None:
        """Return the last answer; one that cannot be read was never there."""
        try:
            return built(Kept, json.loads(self._file(her_id).read_bytes()))
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, her_id: str, kept: Kept) -> None:
        """Keep an answer in the place of an earlier one; OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._file(her_id)
        unfinished = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        unfinished.write_text(json.dumps(plain(kept), ensure_ascii=False), "utf-8")
        unfinished.replace(file)

    def doubt(self, her_id: str) -> None:
        """Have an answer asked for again before long, because a partner contradicts it; OSError."""
        if kept := self.get(her_id):
            self.put(her_id, replace(kept, is_doubted=True))

    def _file(self, her_id: str) -> Path:
        if not (her_id.isascii() and her_id.isdigit()):
            raise ValueError("a HER-id has digits only")
        return self._folder / f"{her_id}.json"
