"""What goes wrong, as data: by account, at which mail, login or command, and how. TOML in, frozen values out.

Nothing goes wrong that the file does not say. Chance is drawn from the file's seed: the same run fails the same way.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from adapter.errors import ConfigError
from adapter.simulate.table import Book, Table
from adapter.values import value_class

KEYS = frozenset({"what", "account", "protocol", "command", "nth", "probability", "code", "text", "wait"})


class FaultsUnreadable(ConfigError):
    """The faults of a simulated mail server have mistakes."""

    code = "SIM-04"
    hint = "docs/simulate.md tells what a file of faults may say."


class What(StrEnum):
    """What can go wrong."""

    #: Refuse a receiver or a mail with an SMTP code: 4xx for now, 5xx for good.
    REFUSE = "refuse"
    #: Answer 250, and deliver nothing.
    LOSE = "lose"
    TWICE = "twice"
    #: Answer 250 at once; the mail appears later.
    DELAY = "delay"
    #: The mail appears behind the next one, or after the wait where none comes.
    OVERTAKEN = "overtaken"
    #: One byte of the body becomes another.
    MANGLE = "mangle"
    #: The connection ends after the mail's last byte, and the mail is not delivered.
    CUT_UNSTORED = "cut unstored"
    #: The mail is delivered, and the connection ends without an answer: its sender cannot know.
    CUT_UNANSWERED = "cut unanswered"
    #: The connection ends right after the answer.
    CUT_ANSWERED = "cut answered"
    #: The answer takes its time.
    SLOW = "slow"
    #: A login is refused, though name and password are right.
    LOGIN = "login"
    #: An IMAP server says BYE and ends the connection.
    BYE = "bye"
    #: The connection ends instead of an answer.
    CUT = "cut"


class Protocol(StrEnum):
    """Who the server is to its client."""

    SMTP = "smtp"
    IMAP = "imap"
    POP3 = "pop3"


_EVERYWHERE = frozenset(Protocol)
_READING = frozenset({Protocol.IMAP, Protocol.POP3})
_SENDING = frozenset({Protocol.SMTP})
#: Where each can happen.
_PROTOCOLS: Mapping[What, Collection[Protocol]] = {
    **dict.fromkeys(What, _SENDING),
    What.SLOW: _EVERYWHERE,
    What.LOGIN: _EVERYWHERE,
    What.BYE: frozenset({Protocol.IMAP}),
    What.CUT: _READING,
}
#: The commands of SMTP at which something can happen, and logins of all protocols.
RCPT, DATA, LOGIN = "RCPT", "DATA", "LOGIN"

#: At which commands each can happen, where that is not every one.
_COMMANDS: Mapping[What, Collection[str]] = {
    **{what: frozenset({DATA}) for what, protocols in _PROTOCOLS.items() if protocols == _SENDING},
    What.REFUSE: frozenset({RCPT, DATA}),
    What.LOGIN: frozenset(),
}
#: How a mail is refused where the fault does not say it.
_CODE, _TEXT = 451, "Told to fail"
#: So long it takes where the fault does not say it.
_WAIT = timedelta(seconds=2)
_LETTER = re.compile(rb"[A-Za-z0-9]")


@value_class
class Fault:
    """One thing that goes wrong."""

    what: What
    #: Whose mailbox, or whose login; None: everyone's.
    account: str | None = None
    #: None: wherever it can happen.
    protocol: Protocol | None = None
    #: Where it happens: RCPT or DATA of SMTP (DATA without it), a command of IMAP or POP3 (every one without it).
    command: str | None = None
    #: At which of those that fit, counted from 1; none: at each.
    nth: tuple[int, ...] = ()
    #: How likely it is then.
    probability: float = 1.0
    #: The SMTP code of a refusal.
    code: int = _CODE
    #: What a refusal says.
    text: str = _TEXT
    wait: timedelta = _WAIT

    @property
    def place(self) -> str | None:
        """Return the command at which it happens; None: at each that has one to answer."""
        if self.what is What.LOGIN:
            return LOGIN
        return self.command or (DATA if _PROTOCOLS[self.what] == _SENDING else None)

    def fits(self, protocol: Protocol, account: str, command: str) -> bool:
        """Tell whether it can happen here."""
        return (
            self.account in {None, account}
            and self.protocol in {None, protocol}
            and protocol in _PROTOCOLS[self.what]
            and (command == self.place or (self.place is None and command != LOGIN))
        )


class Faults:
    """Decides what goes wrong now; it counts what has been."""

    def __init__(self, faults: Collection[Fault] = (), *, seed: int = 0) -> None:
        """Take the faults, and the seed of chance."""
        self._faults = tuple(faults)
        self._seen = [0] * len(self._faults)
        # one source for each: a fault that is added at the end must not change when the others happen
        self._chances = [random.Random(f"{seed}/{place}") for place in range(len(self._faults))]  # noqa: S311 - no secret
        self._bytes = random.Random(seed)  # noqa: S311 - no secret

    def at(self, protocol: Protocol, account: str, command: str) -> tuple[Fault, ...]:
        """Return what goes wrong with this mail, login or command, in the file's order."""
        return tuple(
            fault
            for place, fault in enumerate(self._faults)
            if fault.fits(protocol, account, command) and self._happens(place, fault)
        )

    def mangled(self, data: bytes) -> bytes:
        """Return the mail with one letter or digit of its body changed; as it was where there is none."""
        _, _, text = data.partition(b"\r\n\r\n")
        body = len(data) - len(text)
        start = self._bytes.randint(body, len(data))
        found = _LETTER.search(data, start) or _LETTER.search(data, body)
        if found is None:
            return data
        other = b"0" if found[0] != b"0" else b"1"
        return data[: found.start()] + other + data[found.end() :]

    def _happens(self, place: int, fault: Fault) -> bool:
        self._seen[place] += 1
        if fault.nth and self._seen[place] not in fault.nth:
            return False
        return fault.probability >= 1 or self._chances[place].random() < fault.probability


def load_faults(path: Path, accounts: Collection[str]) -> Faults:
    """Read what goes wrong, with the names of the accounts there are.

    Raises:
        FaultsUnreadable: the file cannot be read, or has mistakes: all of them are told, by their keys.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise FaultsUnreadable(f"The faults {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultsUnreadable(f"The faults {path} are no valid TOML: {error}.") from error
    book = Book(path.parent)
    top = Table(book, "", data, {"seed", "fault"})
    seed = top.number("seed", least=0)
    faults = [_fault(table, accounts) for table in top.tables("fault", KEYS)]
    if book.mistakes:
        raise FaultsUnreadable(
            "\n".join([f"The faults {path} have mistakes:", *(f"  {line}" for line in book.mistakes)])
        )
    return Faults(faults, seed=seed or 0)


def _fault(table: Table, accounts: Collection[str]) -> Fault:
    what = What(table.choice("what", tuple(What)) or What.SLOW)
    protocol = table.choice("protocol", tuple(Protocol), is_required=False)
    command = table.text("command", is_required=False)
    if protocol and Protocol(protocol) not in _PROTOCOLS[what]:
        table.mistake("protocol", f"{what} does not happen in {protocol}")
    if what is not What.REFUSE and (table.has("code") or table.has("text")):
        table.mistake("code" if table.has("code") else "text", 'belongs to what = "refuse" only')
    if command and what in _COMMANDS and command.upper() not in _COMMANDS[what]:
        table.mistake("command", f"{what} does not happen there")
    code = table.number("code", least=400, most=599)
    return Fault(
        what=what,
        account=table.choice("account", tuple(accounts), is_required=False),
        protocol=Protocol(protocol) if protocol else None,
        command=command.upper() if command else None,
        nth=table.numbers("nth"),
        probability=table.fraction("probability"),
        code=code or _CODE,
        text=table.text("text", is_required=False) or _TEXT,
        wait=table.duration("wait") if table.has("wait") else _WAIT,
    )
