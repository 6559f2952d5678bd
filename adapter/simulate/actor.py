"""One party at its folders: it reads what the adapter brings, reacts by its script, and writes what it sends.

It knows nothing of the adapter but two folders, as a real system does. Files are read once and then kept in a
third folder, so that a second delivery would be seen as one.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapter.channel.name import is_finished
from adapter.errors import FormError
from adapter.message.message import ConversationRef, Message
from adapter.simulate import nav
from adapter.simulate.compose import NewId, compose, with_question
from adapter.simulate.react import Act, Met, State, due, is_waiting, missing, next_due, react, reference_of
from adapter.simulate.receipt import own_receipt
from adapter.simulate.script import Acknowledge, Judge, Oddity, Script, Send, load_script
from adapter.wire import read, write
from adapter.wire.spec import new_uuid

#: Seconds between two looks into the folder.
PAUSE = 0.1
#: What the process of a party says before the list of what is missing.
UNFULFILLED = "The script is not fulfilled:"
_NOT_IN_NAMES = re.compile(r"[^\w-]+")

Clock = Callable[[], datetime]
Tell = Callable[[str], None]


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class Actor:
    """Plays the script of one party."""

    def __init__(  # noqa: PLR0913 - one party, its three folders, and what a test replaces
        self,
        script: Script,
        *,
        inbox: Path,
        outbox: Path,
        kept: Path,
        tell: Tell,
        clock: Clock = utc_now,
        new_id: NewId = new_uuid,
    ) -> None:
        """Take the script, the folders and who is told of each step.

        Args:
            script: what to do.
            inbox: where the adapter delivers to the party.
            outbox: where the party leaves messages for the adapter.
            kept: where files go once they are read; on the file system of the inbox.
            tell: gets a sentence for each step, without personal data.
            clock: the time.
            new_id: makes ids of messages.
        """
        self._script = script
        self._inbox = inbox
        self._outbox = outbox
        self._kept = kept
        self._tell = tell
        self._clock = clock
        self._new_id = new_id
        self._state = State(begun=clock())
        #: Bytes of what was sent, for those who send it again.
        self._sent: dict[str, bytes] = {}
        #: What the party takes its time for: when, in what expectation, what, and about which message.
        self._later: list[tuple[datetime, str, Act, Message]] = []
        self._number = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """What the script asks for and has not happened; empty when it is fulfilled."""
        late = (f"{name}: its answer was not sent" for _, name, _, _ in self._later)
        return (*missing(self._script, self._state), *late)

    @property
    def next_due(self) -> datetime | None:
        """Return when the party does something next, if nothing comes before; None where it waits."""
        moments = [moment for moment, *_ in self._later]
        sends = next_due(self._script, self._state)
        return min([*moments, sends] if sends else moments, default=None)

    def run(
        self, stop: threading.Event, *, until_idle: timedelta | None = None, length: timedelta | None = None
    ) -> None:
        """Play until told to stop, until nothing happens for a while, or for a time.

        Raises OSError when a folder cannot be used, FormError and SpecError when a message of the script is none.
        """
        for folder in (self._inbox, self._outbox, self._kept):
            folder.mkdir(parents=True, exist_ok=True)
        begun = last = time.monotonic()
        while not stop.is_set():
            if self.step():
                last = time.monotonic()
            if length is not None and time.monotonic() - begun >= length.total_seconds():
                break
            is_idle = until_idle is not None and time.monotonic() - last >= until_idle.total_seconds()
            if is_idle and not self._later and not is_waiting(self._script, self._state):
                break
            stop.wait(PAUSE)

    def step(self) -> bool:
        """Look once: read what has come, send what is due. Return whether anything happened."""
        files = sorted(
            (path for path in self._inbox.iterdir() if is_finished(path.name) and path.is_file()),
            key=lambda path: (path.stat().st_mtime_ns, path.name),
        )
        for path in files:
            self._receive(path)
        now = self._clock()
        ripe = [act for act in self._later if act[0] <= now]
        self._later = [act for act in self._later if act[0] > now]
        for _, name, act, message in ripe:
            self._act(name, act, message)
        sends = due(self._script, self._state, now)
        for send in sends:
            self._send(send)
        return bool(files or ripe or sends)

    def _receive(self, path: Path) -> None:
        data = path.read_bytes()
        path.rename(_free(self._kept, path.name))
        try:
            message = read(data)
        except FormError as error:
            self._stranger(f"unreadable file ({error.code})")
            return
        reaction = react(self._script, self._state, message)
        what = _called(message)
        if reaction.expect is None:
            self._stranger(what)
            return
        name = reaction.expect.id
        self._tell(f"received {name}: {what}")
        for act in reaction.acts:
            if reaction.expect.wait:
                self._later.append((self._clock() + reaction.expect.wait, name, act, message))
            else:
                self._act(name, act, message)
        self._state = self._state.after_meeting(name, message, self._clock())

    def _stranger(self, what: str) -> None:
        self._state = self._state.after_stranger(what)
        self._tell(f"received something unexpected: {what}")

    def _act(self, name: str, act: Act, message: Message) -> None:
        now = self._clock()
        if isinstance(act, Acknowledge):
            self._acknowledge(name, act, message, now)
        elif isinstance(act, Judge):
            self._judge(name, act, message, now)
        else:
            made = self._compose(act.message, Met.of(message).reference, now)
            self._send_message(act.id, with_question(made, message) if act.is_answer else made, now)

    def _acknowledge(self, name: str, said: Acknowledge, message: Message, now: datetime) -> None:
        written = own_receipt(self._script, message, said, number=self._number + 1, now=now)
        if said.is_positive:
            self._state = self._state.after_taking(nav.content_of(message), now)
        self._put_oddly(f"kvittering på {name}", write(written), said.odd)

    def _judge(self, name: str, judge: Judge, message: Message, now: datetime) -> None:
        """Answer by NAV's checks."""
        words = nav.words_about(message, self._script.registers, self._state.taken, now)
        if words is None:
            self._tell(f"never answers {name}")
        else:
            self._acknowledge(name, Acknowledge(is_positive=not words, words=words, odd=judge.odd), message, now)

    def _send(self, send: Send) -> None:
        now = self._clock()
        if send.message is not None:
            about = reference_of(self._script, self._state, send.about) if send.about else None
            self._send_message(send.id, self._compose(send.message, about, now), now, odd=send.odd)
            return
        if send.file is not None:
            met, data, suffix = Met(), send.file.read_bytes(), send.file.suffix
        else:
            earlier = send.repeat or ""
            met, data, suffix = self._state.known[earlier], self._sent[earlier], ".xml"
        self._put(send.id, data, suffix)
        self._sent[send.id] = data
        self._state = self._state.after_sending(send.id, met, now)

    def _compose(self, path: Path, about: ConversationRef | None, now: datetime) -> Message:
        made = compose(path, about=about, now=now, new_id=self._new_id)
        if self._script.role != "nav":
            return made
        return nav.as_nav_writes(made, is_answer=about is not None, now=now, new_id=self._new_id)

    def _send_message(self, name: str, message: Message, now: datetime, *, odd: Collection[str] = ()) -> None:
        data = write(message)
        if Oddity.REVERSED in odd:
            data = nav.reversed_references(data)
        self._put_oddly(name, data, odd)
        self._sent[name] = data
        self._state = self._state.after_sending(name, Met.of(message), now)

    def _put_oddly(self, name: str, data: bytes, odd: Collection[str]) -> None:
        """Write a file as careless systems do: broken off, or twice."""
        written = data[: len(data) // 2] if Oddity.CUT_OFF in odd else data
        for _ in range(2 if Oddity.TWICE in odd else 1):
            self._put(name, written)

    def _put(self, name: str, data: bytes, suffix: str = ".xml") -> None:
        """Write a file so that it appears whole."""
        self._number += 1
        path = self._outbox / f"{self._number:02}-{_NOT_IN_NAMES.sub('-', name)}{suffix}"
        hidden = path.with_name(f".{path.name}.part")
        hidden.write_bytes(data)
        hidden.rename(path)
        self._tell(f"sent {name}: {len(data)} bytes")


def _called(message: Message) -> str:
    status = message.receipt.status.value if message.receipt and message.receipt.status else None
    parts = (message.type_code or message.kind.value, message.version, f"status {status}" if status else None)
    return " ".join(part for part in parts if part)


def _free(folder: Path, name: str) -> Path:
    """Return a path that is not taken: what comes twice must be seen twice."""
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{name}.{number}"
    return path


def engage(script: Path, inbox: Path, sent: Path, clock: Clock, new_id: NewId) -> Actor:
    """Return an actor for a scenario: on its clock, and silent. Raises ScriptError."""
    return Actor(
        load_script(script),
        inbox=inbox,
        outbox=sent,
        kept=inbox.with_name("read"),
        tell=lambda _: None,
        clock=clock,
        new_id=new_id,
    )
