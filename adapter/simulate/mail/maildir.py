"""A mailbox on disk, as Maildir has it: one file for each mail, whole or not there.

A mail's UID begins its file name, so that no index can tell otherwise than the files. UIDs rise and are never given
twice: the mark up to which they may have been given is on disk before one is. Mails in `new` have been seen by nobody.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from adapter.values import value_class

_NAME = re.compile(r"[0-9]{10}\.[^:]+:2,[A-Z]*", re.ASCII)
#: So many UIDs are set aside at once: a mark for each mail would cost as much as the mail.
_STRIDE = 1000
_MARK = "uids"


class Flag(StrEnum):
    """A mail's flags, by their letters in file names."""

    DRAFT = "D"
    FLAGGED = "F"
    ANSWERED = "R"
    SEEN = "S"
    DELETED = "T"


@value_class
class Mail:
    """One mail that lies in a mailbox."""

    uid: int
    path: Path
    #: Bytes.
    size: int
    #: When it came, UTC.
    at: datetime
    flags: frozenset[Flag]
    #: Nobody has opened the mailbox since it came.
    is_recent: bool


class Maildir:
    """A mailbox. One process at a time works in it, and knows what is there."""

    def __init__(self, folder: Path) -> None:
        """Take its folder, which is made where it is not there."""
        self.folder = folder
        for name in ("tmp", "cur", "new"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        #: By UID, which is the order they came in.
        self._mails = {mail.uid: mail for mail in sorted(_found(folder), key=lambda mail: mail.uid)}
        self._uids = _Uids(folder, highest=max(self._mails, default=0))
        #: Rises with every change.
        self.version = 0

    @property
    def uid_validity(self) -> int:
        """Return what changes when UIDs begin anew."""
        return self._uids.validity

    @property
    def uid_next(self) -> int:
        """Return the least UID that the next mail can get."""
        return self._uids.following

    def mails(self) -> list[Mail]:
        """Return the mails, by their UIDs."""
        return list(self._mails.values())

    def get(self, uid: int) -> Mail | None:
        """Return a mail as it is now."""
        return self._mails.get(uid)

    def deliver(self, data: bytes) -> Mail:
        """Add a mail, which is on the disk when this returns."""
        staged = self.folder / "tmp" / f"{time.time_ns()}.{os.getpid()}"
        write_through(staged, data)
        return self.adopt(staged)

    def adopt(self, path: Path, flags: Collection[Flag] = ()) -> Mail:
        """Move a file on the same disk into the mailbox, with a UID of its own: a crash leaves it here or there."""
        target = self._place(flags)
        path.rename(target)
        sync(target.parent)
        return self._added(target)

    def copy(self, mail: Mail) -> Mail:
        """Add a mail that lies in another mailbox on the same disk; it keeps its flags and its time."""
        target = self._place(mail.flags)
        # a mail never changes, so both may be one file
        target.hardlink_to(mail.path)
        sync(target.parent)
        return self._added(target)

    def move_to(self, mail: Mail, target: Maildir) -> Mail:
        """Move a mail to another mailbox on the same disk."""
        moved = target.adopt(mail.path, mail.flags)
        self._forget(mail)
        return moved

    def flag(self, mail: Mail, flags: Collection[Flag]) -> Mail:
        """Set a mail's flags; from now on it is no longer new. They outlive the process, if not the machine."""
        target = self.folder / "cur" / _file_name(mail.uid, flags)
        mail.path.rename(target)
        return self._added(target)

    def remove(self, mail: Mail) -> None:
        """Remove a mail; one that is gone is no error."""
        self._forget(mail)
        mail.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Note which UIDs were given; without it some are left out."""
        self._uids.close()

    def _place(self, flags: Collection[Flag]) -> Path:
        return self.folder / "new" / _file_name(self._uids.give(), flags)

    def _added(self, path: Path) -> Mail:
        mail = _mail(path)
        self._mails[mail.uid] = mail
        self.version += 1
        return mail

    def _forget(self, mail: Mail) -> None:
        self._mails.pop(mail.uid, None)
        self.version += 1


class _Uids:
    """Gives UIDs, which only rise."""

    def __init__(self, folder: Path, *, highest: int) -> None:
        """Take the mailbox's folder and the highest UID in it."""
        self._path = folder / _MARK
        try:
            self.validity, self._mark = map(int, self._path.read_text("ascii").split())
        except FileNotFoundError:
            self.validity, self._mark = int(time.time()), 1
        self.following = max(self._mark, highest + 1)
        self._write(self.following)

    def give(self) -> int:
        if self.following >= self._mark:
            self._write(self.following + _STRIDE)
        self.following += 1
        return self.following - 1

    def close(self) -> None:
        self._write(self.following)

    def _write(self, mark: int) -> None:
        self._mark = mark
        staged = self._path.with_name(f"{_MARK}.part")
        write_through(staged, b"%d %d\n" % (self.validity, mark))
        staged.replace(self._path)
        sync(self._path.parent)


def write_through(path: Path, data: bytes) -> None:
    """Write a new file, which is on the disk when this returns."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _found(folder: Path) -> Iterator[Mail]:
    for name in ("cur", "new"):
        for path in (folder / name).iterdir():
            if _NAME.fullmatch(path.name):
                yield _mail(path)


def _mail(path: Path) -> Mail:
    status = path.stat()
    return Mail(
        uid=int(path.name.partition(".")[0]),
        path=path,
        size=status.st_size,
        at=datetime.fromtimestamp(status.st_mtime, UTC),
        flags=frozenset(flag for flag in Flag if flag in path.name.rpartition(",")[2]),
        is_recent=path.parent.name == "new",
    )


def _file_name(uid: int, flags: Collection[Flag]) -> str:
    return f"{uid:010}.budstikke:2,{''.join(sorted(flags))}"
