"""Mails that were answered with 250 and do not show yet. They lie on the disk like all others."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from itertools import count

from adapter.simulate.mail.maildir import Maildir, sync, write_through

_NAME = re.compile(r"(?P<due>[0-9]{20})-(?P<number>[0-9]+)(?P<overtaken>-overtaken)?", re.ASCII)


class Later:
    """The mails of one mailbox that wait."""

    def __init__(self, mailbox: Maildir) -> None:
        """Take the mailbox they go to."""
        self._mailbox = mailbox
        self._folder = mailbox.folder / "later"
        self._folder.mkdir(exist_ok=True)
        self._serial = count()

    def hold(self, data: bytes, wait: timedelta, *, is_overtaken: bool = False) -> None:
        """Keep a mail back for so long, or until the next one has come if that is to overtake it."""
        due = time.time_ns() + int(wait.total_seconds() * 1e9)
        name = f"{due:020}-{next(self._serial)}{'-overtaken' if is_overtaken else ''}"
        staged = self._mailbox.folder / "tmp" / name
        write_through(staged, data)
        staged.rename(self._folder / name)
        sync(self._folder)

    def release(self) -> None:
        """Let those into the mailbox whose time has come."""
        now = time.time_ns()
        for found in self._waiting():
            if int(found["due"]) <= now:
                self._mailbox.adopt(self._folder / found[0])

    def overtake(self) -> None:
        """Let those into the mailbox that waited for the next one to come."""
        for found in self._waiting():
            if found["overtaken"]:
                self._mailbox.adopt(self._folder / found[0])

    def _waiting(self) -> list[re.Match[str]]:
        names = sorted(path.name for path in self._folder.iterdir())
        return [found for name in names if (found := _NAME.fullmatch(name))]
