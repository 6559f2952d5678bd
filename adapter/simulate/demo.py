"""A day with three parties: the daemon and the parties as real processes, a kill in the middle, and a reckoning.

What is printed comes from the event log and the folders; what is done here is only what a person would do.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

from rich.console import Console

from adapter.errors import BudstikkeError
from adapter.message.state import DeliveryState, MessageState
from adapter.simulate.actor import UNFULFILLED, utc_now
from adapter.simulate.chronicle import Chronicle, Line, Mark
from adapter.simulate.processes import Process, Processes
from adapter.simulate.stage import Stage, prepared, visible
from adapter.simulate.timeline import Timeline
from adapter.simulate.verdict import Check, counted, expected, is_quiet, judge
from adapter.store import Store
from adapter.store.query import Query
from adapter.store.rows import TaskRow

NAMES = {"referrer": "Legekontor", "clinic": "Klinikk", "nav": "NAV", "frisklivssentral": "Frisklivssentral"}
DAEMON = "daemon"
#: Who approves the draft.
PERSON = "Rolig Skog"

#: Seconds: between two looks, the daemon's death and its return, and the last message and the reckoning.
_LOOK, _ABSENCE, _SILENCE = 0.02, 1.5, 1.0
_WIDTH = 140

_Found = TypeVar("_Found")


class DidNotHappen(BudstikkeError):
    """Something in the demo did not happen in time."""

    code = "SIM-03"


def play(folder: Path, *, seconds_limit: float = 60.0) -> bool:
    """Play the demo in a folder and print it; return whether everything arrived.

    Raises:
        NoStage: the folder is something else.
        StoreError: the store cannot be read.
    """
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH)
    with (
        _ended_by_signal(),
        prepared(folder) as stage,
        Processes(stage.logs) as processes,
        Store.open(stage.settings.store.url) as store,
    ):
        return _Play(stage, processes, store, console, seconds_limit).run()


class _Play:
    """One demo from beginning to end."""

    def __init__(
        self, stage: Stage, processes: Processes, store: Store, console: Console, seconds_limit: float
    ) -> None:
        self._stage = stage
        self._processes = processes
        self._store = store
        begun = utc_now()
        self._timeline = Timeline(console, begun)
        self._names = {party.id: NAMES.get(party.role, party.id) for party in stage.settings.party}
        channels = {party.channel: self._names[party.id] for party in stage.settings.party}
        self._chronicle = Chronicle(self._names, channels)
        self._seconds_limit = seconds_limit
        self._deadline = time.monotonic() + seconds_limit
        self._begun = time.monotonic()
        self._alive: dict[str, Process] = {}

    def run(self) -> bool:
        """Play, then hold everything against each other."""
        self._timeline.say("A referral to Arbeidsrettet mestringsopphold: referrer, clinic and NAV on this machine.")
        self._timeline.say()
        trouble = None
        try:
            self._story()
        except DidNotHappen as error:
            trouble = str(error)
        codes = {name: self._processes.stop(process) for name, process in self._alive.items()}
        code = codes.get(DAEMON)
        if code is not None:
            self._tell(Mark.BAD if code else Mark.WELL, "SIGTERM", f"the daemon ends with exit code {code}")
        return self._reckon(codes, trouble)

    def _story(self) -> None:
        self._start_daemon("starts")
        for player in self._stage.players:
            folders = ("--inbox", player.inbox, "--outbox", player.outbox, "--kept", player.kept)
            self._alive[player.party] = self._processes.start(player.party, "simulate", player.script.role, *folders)
        task = self._until("a draft question to the referrer", _draft)
        self._approve(task)
        asked = self._until("the delivery of the question", lambda query: _sent(query, task.draft_message_id or 0))
        self._until("an answer to the question", lambda query: _has_received(query, after=asked))
        self._kill_daemon()
        self._rest(_ABSENCE)
        self._start_daemon("starts again")
        self._until("all messages at their parties", self._is_all_there)
        self._rest(_SILENCE)

    def _start_daemon(self, what: str) -> None:
        process = self._processes.start(DAEMON, "run", "--config", self._stage.config)
        self._alive[DAEMON] = process
        unread = sum(len(visible(player.outbox)) for player in self._stage.players)
        note = f"{counted(unread, 'file')} in its folders" if unread else "its folders are empty"
        self._tell(Mark.WELL, f"The daemon {what}", f"process {process.pid}; {note}")

    def _kill_daemon(self) -> None:
        process = self._alive.pop(DAEMON)
        self._processes.kill(process)
        with self._store.reading() as query:
            counts = query.counts()
        undecided = counts.messages.get(MessageState.RECEIVED, 0)
        under_way = sum(number for state, number in counts.deliveries.items() if DeliveryState(state).is_under_way)
        left = f"{counted(undecided, 'message')} not decided about, {counted(under_way, 'file')} not delivered"
        self._tell(Mark.BAD, "SIGKILL", f"the daemon and its workers die; in the store: {left}")

    def _approve(self, task: TaskRow) -> None:
        """Do what the clinic's health professional does: read the draft and send it."""
        line = ("drafts", "approve", str(task.draft_message_id))
        self._tell(Mark.WELL, f"{PERSON} at the clinic reads the draft", f"budstikke {' '.join(line)}")
        process = self._processes.start("drafts", *line, "--by", PERSON, "--config", self._stage.config)
        self._until("the end of that command", lambda _: process.poll() is not None)
        if process.returncode:
            raise DidNotHappen(f"The draft could not be sent; {self._stage.logs / 'drafts.log'} tells why.")

    def _is_all_there(self, query: Query) -> bool:
        if any(visible(player.outbox) for player in self._stage.players) or not is_quiet(query):
            return False
        return all(len(visible(player.kept)) >= expected(player.script) for player in self._stage.players)

    def _until(self, what: str, find: Callable[[Query], _Found | None]) -> _Found:
        """Look until something is there, printing what happens meanwhile."""
        while True:
            found = self._look(find)
            if found:
                return found
            if time.monotonic() > self._deadline:
                raise DidNotHappen(f"Within {self._seconds_limit:.0f} s there was not: {what}.")
            for name, process in self._alive.items():
                if process.poll() is not None:
                    log = self._stage.logs / f"{name}.log"
                    raise DidNotHappen(f"The process of {name} ended by itself; {log} tells why.")
            time.sleep(_LOOK)

    def _look(self, find: Callable[[Query], _Found]) -> _Found:
        with self._store.reading() as query:
            self._timeline.show(self._chronicle.news(query))
            return find(query)

    def _rest(self, seconds: float) -> None:
        """Let time pass, printing what happens meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._look(lambda _: None)
            time.sleep(_LOOK)

    def _tell(self, mark: Mark, what: str, note: str) -> None:
        """Print what was done from outside, after everything the log tells so far."""
        self._look(lambda _: None)
        self._timeline.show([Line(at=utc_now(), mark=mark, what=what, note=note)])

    def _reckon(self, codes: dict[str, int], trouble: str | None) -> bool:
        self._look(lambda _: None)
        with self._store.reading() as query:
            checks = judge(query, self._stage.players, codes, self._names)
        if trouble:
            checks = (*checks, Check(text=trouble, is_true=False))
        self._timeline.say()
        self._timeline.judge(checks)
        for line in self._what_parties_miss(codes):
            self._timeline.say(f"     {line}", style="red")
        self._timeline.say()
        is_well = all(check.is_true for check in checks)
        if is_well:
            seconds = time.monotonic() - self._begun
            self._timeline.say(f"Everything arrived, in {seconds:.0f} s.", style="bold green")
        else:
            self._timeline.say(f"Not everything arrived; the logs in {self._stage.logs} tell more.", style="bold red")
        self._invite()
        return is_well

    def _what_parties_miss(self, codes: dict[str, int]) -> Iterator[str]:
        """Yield what parties say themselves: each ends with the list of what did not happen."""
        for player in self._stage.players:
            if codes.get(player.party):
                log = (self._stage.logs / f"{player.party}.log").read_text("utf-8")
                missing = log.partition(UNFULFILLED)[2].splitlines()
                yield from (f"{self._names[player.party]}: {line.strip()}" for line in missing if line.strip())

    def _invite(self) -> None:
        """Tell where everything is, and what to try with it."""
        self._timeline.say(
            f"All files are in {self._stage.folder / 'var'}; `read` holds what each party got. Try next:"
        )
        for line in ("messages", "messages show 1", "threads show 1", "tasks", "deliveries"):
            self._timeline.say(f"  budstikke {line} --config {self._stage.config}")
        files = [path for player in self._stage.players for path in visible(player.kept)]
        if files:
            largest = max(files, key=lambda path: path.stat().st_size)
            self._timeline.say(f"  budstikke show {largest}")


def _draft(query: Query) -> TaskRow | None:
    return next((task for task in query.tasks("open") if task.draft_message_id is not None), None)


def _sent(query: Query, message: int) -> int | None:
    """Return the event by which a message was with its party, or None."""
    events = (event for row in query.deliveries_of([message]) for event in query.events(delivery_id=row.id))
    return next((event.seq for event in events if event.name == DeliveryState.SENT), None)


def _has_received(query: Query, *, after: int) -> bool:
    return any(event.name == MessageState.RECEIVED for event in query.events(after=after))


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the demo in order, with all its processes."""

    def end(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
