"""All that one account has: its inbox, what waits to get there, and the folders it made."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from adapter.simulate.mail.later import Later
from adapter.simulate.mail.maildir import Mail, Maildir

INBOX = "INBOX"
#: Other folders lie beside each other, as Maildir++ has them: a dot before the name.
_FOLDER = re.compile(r"[A-Za-z0-9&][A-Za-z0-9 &,+._-]{0,99}", re.ASCII)


class Box:
    """The mailbox of one account."""

    def __init__(self, folder: Path) -> None:
        """Take its folder, which is made where it is not there."""
        self._folder = folder
        self.inbox = Maildir(folder)
        self._later = Later(self.inbox)
        self._folders = {INBOX: self.inbox}
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") and _FOLDER.fullmatch(path.name[1:]):
                self._folders[path.name[1:]] = Maildir(path)

    def names(self) -> list[str]:
        """Return the names of the folders, the inbox first."""
        return list(self._folders)

    def get(self, name: str) -> Maildir | None:
        """Return a folder; the inbox is named in whatever case."""
        return self._folders.get(INBOX if name.upper() == INBOX else name)

    def create(self, name: str) -> bool:
        """Make a folder; False where it is there already or the name does not do."""
        if self.get(name) is not None or not _FOLDER.fullmatch(name):
            return False
        self._folders[name] = Maildir(self._folder / f".{name}")
        return True

    def deliver(self, data: bytes) -> Mail:
        """Put a mail into the inbox; those that it was to overtake follow it."""
        mail = self.inbox.deliver(data)
        self._later.overtake()
        return mail

    def hold(self, data: bytes, wait: timedelta, *, is_overtaken: bool = False) -> None:
        """Keep a mail back for so long, or until the next one has come if that is to overtake it."""
        self._later.hold(data, wait, is_overtaken=is_overtaken)

    def release(self) -> None:
        """Let those into the inbox whose time has come."""
        self._later.release()

    def close(self) -> None:
        """Note what must be known at the next start."""
        for folder in self._folders.values():
            folder.close()
