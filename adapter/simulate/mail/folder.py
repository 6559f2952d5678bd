"""An IMAP folder that a client has open: what it knows of the mails in it, and what it is still to be told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from adapter.simulate.mail.items import write_flags
from adapter.simulate.mail.maildir import Flag, Mail, Maildir


class OpenFolder:
    """A folder as one client sees it: numbers stay as they are until it is told that they do not."""

    def __init__(self, mailbox: Maildir, *, is_read_only: bool) -> None:
        """Open a folder."""
        self.mailbox = mailbox
        self.is_read_only = is_read_only
        #: The UIDs that the client knows of; the first has the number 1.
        self._uids: list[int] = []
        self._recent: set[int] = set()
        self._flags: dict[int, frozenset[Flag]] = {}
        self._version = -1
        self._take_notice()

    @property
    def count(self) -> int:
        """Return how many mails the client knows of."""
        return len(self._uids)

    @property
    def last_uid(self) -> int:
        """Return the highest UID that the client knows of."""
        return self._uids[-1] if self._uids else 0

    @property
    def recent(self) -> int:
        """Return how many of the mails this client is the first to see."""
        return len(self._recent)

    @property
    def first_unseen(self) -> int | None:
        """Return the number of the first mail that nobody has read."""
        return next((number for number, mail in self.mails() if Flag.SEEN not in mail.flags), None)

    def is_recent(self, mail: Mail) -> bool:
        """Tell whether this client is the first to see a mail."""
        return mail.uid in self._recent

    def mails(self, holds: Callable[[int], bool] | None = None, *, by_uid: bool = False) -> Iterator[tuple[int, Mail]]:
        """Yield those that a set holds, by number or by UID, with their numbers; what is gone is left out."""
        for number, uid in enumerate(tuple(self._uids), 1):
            if holds is not None and not holds(uid if by_uid else number):
                continue
            mail = self.mailbox.get(uid)
            if mail is not None:
                yield number, mail

    def flag(self, mail: Mail, flags: Collection[Flag]) -> Mail:
        """Set a mail's flags; this client then knows of it."""
        changed = self.mailbox.flag(mail, flags)
        self._flags[mail.uid] = changed.flags
        return changed

    def news(self) -> list[bytes]:
        """Return what the client has not been told yet, and take it as told."""
        if self._version == self.mailbox.version:
            return []
        lines = []
        for place in reversed(range(len(self._uids))):
            if self.mailbox.get(self._uids[place]) is None:
                lines.append(b"* %d EXPUNGE\r\n" % (place + 1))
                gone = self._uids.pop(place)
                self._recent.discard(gone)
                del self._flags[gone]
        lines += [
            b"* %d FETCH (UID %d FLAGS %s)\r\n" % (number, mail.uid, self.flags_of(mail).encode())
            for number, mail in self.mails()
            if mail.flags != self._flags[mail.uid]
        ]
        known = len(self._uids)
        self._take_notice()
        if len(self._uids) > known:
            lines += [b"* %d EXISTS\r\n" % self.count, b"* %d RECENT\r\n" % self.recent]
        return lines

    def flags_of(self, mail: Mail) -> str:
        """Return a mail's flags as a list."""
        return write_flags(mail.flags, is_recent=self.is_recent(mail))

    def _take_notice(self) -> None:
        """Learn of new mails and of all flags."""
        after = self.last_uid
        for mail in self.mailbox.mails():
            if mail.uid > after:
                self._uids.append(mail.uid)
                if mail.is_recent:
                    self._recent.add(mail.uid)
                    if not self.is_read_only:
                        self.mailbox.flag(mail, mail.flags)
            self._flags[mail.uid] = mail.flags
        self._version = self.mailbox.version
