"""What IMAP does once somebody is logged in: RFC 3501 with UIDPLUS (RFC 4315), MOVE (RFC 6851), UNSELECT (RFC 3691)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from adapter.simulate.mail.arguments import Malformed, Value, members, quoted, text
from adapter.simulate.mail.box import Box
from adapter.simulate.mail.criteria import Candidate, parse_criteria
from adapter.simulate.mail.folder import OpenFolder
from adapter.simulate.mail.items import NAMES, Item, parse_flags, parse_items, told
from adapter.simulate.mail.maildir import Flag, Mail, Maildir
from adapter.simulate.mail.wire import Wire
from adapter.values import value_class

_UID = Item(name="UID")
#: While a client goes by numbers they do not change (RFC 3501, 7.4.1).
_BY_NUMBER = frozenset({"FETCH", "STORE", "SEARCH"})


class No(Exception):
    """The command is understood and cannot be done; the text says why."""


@value_class(kw_only=False)
class Command:
    """One command of a client."""

    #: In capitals; `UID FETCH` is one name.
    name: str
    values: list[Value]

    @property
    def is_by_uid(self) -> bool:
        """Tell whether its sets are of UIDs."""
        return self.name.startswith("UID ")

    def take(self, count: int) -> list[Value]:
        """Return its values. Raises Malformed where there are not so many."""
        if len(self.values) != count:
            raise Malformed(f"{self.name} takes {count} values")
        return self.values

    def texts(self, count: int) -> list[str]:
        """Return its values as texts. Raises Malformed where there are not so many, or they are none."""
        return [text(value) for value in self.take(count)]


class Session:
    """What one client does in its mailbox."""

    def __init__(self, wire: Wire, box: Box) -> None:
        """Take the connection and the mailbox."""
        self._wire = wire
        self._box = box
        self._open: OpenFolder | None = None

    async def do(self, command: Command) -> str:
        """Do a command, and return the text of its answer. Raises Malformed or No where it is not done."""
        said = await self._done(command)
        if command.name not in _BY_NUMBER:
            self._box.release()
            if self._open is not None:
                await self._wire.send(*self._open.news())
        return said

    async def _done(self, command: Command) -> str:
        match command.name:
            case "NOOP":
                return "Done"
            case "SELECT" | "EXAMINE":
                return await self._select(command)
            case "STATUS":
                return await self._status(command)
            case "LIST":
                return await self._list(command)
            case "CREATE":
                return self._create(command)
        if self._open is None:
            raise Malformed("The command is not known, or not before a folder is open")
        return await self._done_in(self._open, command)

    async def _done_in(self, folder: OpenFolder, command: Command) -> str:  # noqa: PLR0911 - one for each command
        match command.name.removeprefix("UID "):
            case "FETCH":
                return await self._fetch(command, folder)
            case "SEARCH":
                return await self._search(command, folder)
            case "STORE":
                return await self._store(command, folder)
            case "COPY" | "MOVE":
                return await self._transfer(command, folder)
            case "EXPUNGE":
                return self._expunge(command, folder)
        match command.name:
            case "CHECK":
                return "Done"
            case "CLOSE" | "UNSELECT":
                return self._close(command, folder)
        raise Malformed("The command is not known")

    async def _select(self, command: Command) -> str:
        self._open = None
        (name,) = command.texts(1)
        mailbox = self._folder(name)
        self._box.release()
        is_read_only = command.name == "EXAMINE"
        opened = OpenFolder(mailbox, is_read_only=is_read_only)
        all_flags = " ".join(NAMES.values())
        unseen = opened.first_unseen
        lines = [
            f"FLAGS ({all_flags})",
            f"{opened.count} EXISTS",
            f"{opened.recent} RECENT",
            *([f"OK [UNSEEN {unseen}] First unread"] if unseen else []),
            f"OK [PERMANENTFLAGS ({'' if is_read_only else all_flags})] What is kept",
            f"OK [UIDVALIDITY {mailbox.uid_validity}] UIDs are valid",
            f"OK [UIDNEXT {mailbox.uid_next}] The next UID",
        ]
        await self._wire.send(*(f"* {line}\r\n".encode() for line in lines))
        self._open = opened
        return f"[READ-{'ONLY' if is_read_only else 'WRITE'}] Opened"

    async def _status(self, command: Command) -> str:
        name, asked = command.take(2)
        mailbox = self._folder(text(name))
        self._box.release()
        mails = mailbox.mails()
        known = {
            "MESSAGES": len(mails),
            "RECENT": sum(mail.is_recent for mail in mails),
            "UIDNEXT": mailbox.uid_next,
            "UIDVALIDITY": mailbox.uid_validity,
            "UNSEEN": sum(Flag.SEEN not in mail.flags for mail in mails),
        }
        words = [text(word).upper() for word in (asked if isinstance(asked, list) else [asked])]
        if unknown := set(words) - set(known):
            raise Malformed(f"STATUS does not tell {min(unknown)}")
        told_of = " ".join(f"{word} {known[word]}" for word in words)
        await self._wire.send(b"* STATUS %s (%s)\r\n" % (quoted(text(name)), told_of.encode()))
        return "Told"

    async def _list(self, command: Command) -> str:
        reference, pattern = command.texts(2)
        if not pattern:
            await self._wire.send(b'* LIST (\\Noselect) "." ""\r\n')
            return "Told"
        parts = re.split(r"([*%])", reference + pattern)
        fits = re.compile("".join({"*": ".*", "%": r"[^.]*"}.get(part, re.escape(part)) for part in parts))
        names = [name for name in self._box.names() if fits.fullmatch(name)]
        await self._wire.send(*(b'* LIST () "." %s\r\n' % quoted(name) for name in names))
        return "Told"

    def _create(self, command: Command) -> str:
        (name,) = command.texts(1)
        if not self._box.create(name):
            raise No("[ALREADYEXISTS] It is there" if self._box.get(name) else "[CANNOT] The name does not do")
        return "Made"

    def _close(self, command: Command, folder: OpenFolder) -> str:
        if command.name == "CLOSE" and not folder.is_read_only:
            for _, mail in folder.mails():
                if Flag.DELETED in mail.flags:
                    folder.mailbox.remove(mail)
        self._open = None
        return "Closed"

    def _expunge(self, command: Command, folder: OpenFolder) -> str:
        _writable(folder)
        chosen = folder.mails()
        if command.is_by_uid:
            chosen = folder.mails(members(command.take(1)[0], folder.last_uid), by_uid=True)
        for _, mail in chosen:
            if Flag.DELETED in mail.flags:
                folder.mailbox.remove(mail)
        return "Removed"

    async def _search(self, command: Command, folder: OpenFolder) -> str:
        test = parse_criteria(command.values, last_number=folder.count, last_uid=folder.last_uid)
        found = [
            mail.uid if command.is_by_uid else number
            for number, mail in folder.mails()
            if test(Candidate(number, mail, folder.is_recent(mail)))
        ]
        await self._wire.send(b"* SEARCH%s\r\n" % "".join(f" {number}" for number in found).encode())
        return "Searched"

    async def _fetch(self, command: Command, folder: OpenFolder) -> str:
        asked, wanted = command.take(2)
        items = parse_items(wanted)
        if command.is_by_uid and _UID not in items:
            items = (_UID, *items)
        is_reading = any(item.is_reading for item in items) and not folder.is_read_only
        for number, mail in _chosen(command, folder, asked):
            shown = mail
            if is_reading and Flag.SEEN not in mail.flags:
                shown = folder.flag(mail, mail.flags | {Flag.SEEN})
                if all(item.name != "FLAGS" for item in items):
                    await self._wire.send(_flags_line(number, shown, folder))
            await self._wire.send(*told(number, shown, items, is_recent=folder.is_recent(mail)))
        return "Fetched"

    async def _store(self, command: Command, folder: OpenFolder) -> str:
        _writable(folder)
        if len(command.values) < 3:  # noqa: PLR2004 - a set, an action, flags
            raise Malformed("STORE takes a set, an action and flags")
        asked, action, *named = command.values
        sign, _, silence = text(action).upper().partition("FLAGS")
        if sign not in {"", "+", "-"} or silence not in {"", ".SILENT"} or "FLAGS" not in text(action).upper():
            raise Malformed("STORE does not know that action")
        flags = parse_flags(named)
        for number, mail in _chosen(command, folder, asked):
            target = {"+": mail.flags | flags, "-": mail.flags - flags, "": flags}[sign]
            changed = mail if target == mail.flags else folder.flag(mail, target)
            if not silence:
                await self._wire.send(_flags_line(number, changed, folder))
        return "Stored"

    async def _transfer(self, command: Command, folder: OpenFolder) -> str:
        asked, name = command.take(2)
        is_move = command.name.endswith("MOVE")
        if is_move:
            _writable(folder)
        target = self._box.get(text(name))
        if target is None:
            raise No("[TRYCREATE] There is no such folder")
        pairs = []
        for _, mail in list(_chosen(command, folder, asked)):
            put = folder.mailbox.move_to(mail, target) if is_move else target.copy(mail)
            pairs.append((mail.uid, put.uid))
        if not pairs:
            return "Nothing was there"
        code = f"[COPYUID {target.uid_validity} {_joined(old for old, _ in pairs)} {_joined(new for _, new in pairs)}]"
        if not is_move:
            return f"{code} Copied"
        # the answer to MOVE tells of mails that are gone, so this comes before (RFC 6851, 4.3)
        await self._wire.send(f"* OK {code}\r\n".encode())
        return "Moved"

    def _folder(self, name: str) -> Maildir:
        mailbox = self._box.get(name)
        if mailbox is None:
            raise No("[NONEXISTENT] There is no such folder")
        return mailbox


def _chosen(command: Command, folder: OpenFolder, asked: Value) -> Iterator[tuple[int, Mail]]:
    """Return the mails that a command is about. Raises Malformed where its set is none."""
    most = folder.last_uid if command.is_by_uid else folder.count
    return folder.mails(members(asked, most), by_uid=command.is_by_uid)


def _writable(folder: OpenFolder) -> None:
    if folder.is_read_only:
        raise No("The folder is open for reading only")


def _flags_line(number: int, mail: Mail, folder: OpenFolder) -> bytes:
    return b"* %d FETCH (UID %d FLAGS %s)\r\n" % (number, mail.uid, folder.flags_of(mail).encode())


def _joined(uids: Iterable[int]) -> str:
    return ",".join(map(str, uids))
