"""What a demo is played with: the processes in it, the installations it watches, and the timeline it prints.

What is printed comes from the event logs and the folders; what is done here is only what a person would do.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

from rich.console import Console

from adapter.errors import BudstikkeError
from adapter.message.state import DeliveryState, MessageState
from adapter.simulate.actor import UNFULFILLED, utc_now
from adapter.simulate.chronicle import Chronicle, Line, Mark
from adapter.simulate.processes import Process, Processes
from adapter.simulate.stage import Player, Stage, visible
from adapter.simulate.timeline import Timeline
from adapter.simulate.verdict import Check, counted
from adapter.store import Store
from adapter.store.query import Query
from adapter.store.rows import TaskRow
from adapter.values import value_class

NAMES = {"referrer": "Legekontor", "clinic": "Klinikk", "nav": "NAV", "frisklivssentral": "Frisklivssentral"}
#: Who approves the draft.
PERSON = "Rolig Skog"
#: Seconds: between a death and the return, and between the last message and the reckoning.
ABSENCE, SILENCE = 1.5, 1.0

#: Seconds between two looks.
_LOOK = 0.05
_WIDTH = 140

_Found = TypeVar("_Found")


class DidNotHappen(BudstikkeError):
    """Something in the demo did not happen in time."""

    code = "SIM-03"


@value_class
class Watched:
    """An installation whose store the demo reads."""

    #: The name of its daemon's process and log.
    daemon: str
    #: What people call its daemon.
    title: str
    stage: Stage
    store: Store
    chronicle: Chronicle

    def ask(self, question: Callable[[Query], _Found]) -> _Found:
        """Answer a question about the store as it is now."""
        with self.store.reading() as query:
            return question(query)


class Scene:
    """Plays: starts and kills processes, waits for things to happen, and prints what the event logs tell meanwhile."""

    def __init__(
        self, watched: Sequence[Watched], processes: Processes, *, logs: Path, seconds_limit: float, who: int = 22
    ) -> None:
        """Take the installations, where processes are started, their logs, the time there is, and a column's width."""
        console = Console(highlight=False)
        if not console.is_terminal:
            console = Console(highlight=False, width=_WIDTH)
        self._watched = watched
        self._processes = processes
        self._logs = logs
        self._seconds_limit = seconds_limit
        self._begun = time.monotonic()
        self._alive: dict[str, Process] = {}
        self.timeline = Timeline(console, utc_now(), who=who)

    # --- Processes ----------------------------------------------------------------------------------------------------

    def start(self, name: str, *arguments: str | Path) -> Process:
        """Start a command that must live until the end."""
        self._alive[name] = self._processes.start(name, *arguments)
        return self._alive[name]

    def start_daemon(self, watched: Watched, what: str) -> None:
        """Start the daemon of an installation."""
        process = self.start(watched.daemon, "run", "--config", watched.stage.config)
        unread = sum(len(visible(player.outbox)) for player in watched.stage.players)
        note = f"{counted(unread, 'file')} in its folders" if unread else "its folders are empty"
        self.tell(Mark.WELL, f"{watched.title} {what}", f"process {process.pid}; {note}")

    def start_player(self, player: Player) -> None:
        """Let a party play its script."""
        folders = ("--inbox", player.inbox, "--outbox", player.outbox, "--kept", player.kept)
        self.start(player.party, "simulate", player.script.role, "--script", player.path, *folders)

    def kill(self, name: str) -> None:
        """Kill a process and all that it started."""
        self._processes.kill(self._alive.pop(name))

    def kill_daemon(self, watched: Watched) -> None:
        """Kill the daemon of an installation, and tell what it leaves undone."""
        self.kill(watched.daemon)
        counts = watched.ask(lambda query: query.counts())
        undecided = counts.messages.get(MessageState.RECEIVED, 0)
        under_way = sum(number for state, number in counts.deliveries.items() if DeliveryState(state).is_under_way)
        left = f"{counted(undecided, 'message')} not decided about, {counted(under_way, 'file')} not delivered"
        title = watched.title[0].lower() + watched.title[1:]
        self.tell(Mark.BAD, "SIGKILL", f"{title} and its workers die; in the store: {left}")

    def finish(self) -> dict[str, int]:
        """End all processes in order; return their exit codes by their names."""
        codes = dict(zip(self._alive, self._processes.stop(*self._alive.values()), strict=True))
        for watched in self._watched:
            code = codes.get(watched.daemon)
            if code is not None:
                title = watched.title[0].lower() + watched.title[1:]
                self.tell(Mark.BAD if code else Mark.WELL, "SIGTERM", f"{title} ends with exit code {code}")
        return codes

    def approve(self, watched: Watched, task: TaskRow) -> None:
        """Do what the clinic's health professional does: read the draft and send it."""
        line = ("drafts", "approve", str(task.draft_message_id))
        self.tell(Mark.WELL, f"{PERSON} at the clinic reads the draft", f"budstikke {' '.join(line)}")
        process = self._processes.start("drafts", *line, "--by", PERSON, "--config", watched.stage.config)
        self.until("the end of that command", lambda: process.poll() is not None)
        if process.returncode:
            raise DidNotHappen(f"The draft could not be sent; {self._logs / 'drafts.log'} tells why.")

    # --- Time ---------------------------------------------------------------------------------------------------------

    def until(self, what: str, find: Callable[[], _Found | None]) -> _Found:
        """Look until something is there, printing what happens meanwhile; raises DidNotHappen when time is up."""
        while True:
            self.look()
            found = find()
            if found:
                return found
            if time.monotonic() > self._begun + self._seconds_limit:
                raise DidNotHappen(f"Within {self._seconds_limit:.0f} s there was not: {what}.")
            for name, process in self._alive.items():
                if process.poll() is not None:
                    log = self._logs / f"{name}.log"
                    raise DidNotHappen(f"The process of {name} ended by itself; {log} tells why.")
            time.sleep(_LOOK)

    def look(self) -> None:
        """Print what is new."""
        news = [line for watched in self._watched for line in watched.ask(watched.chronicle.news)]
        # of one store they are in order; a line that belongs to the one before has its time
        self.timeline.show(sorted(news, key=lambda line: line.at))

    def rest(self, seconds: float) -> None:
        """Let time pass, printing what happens meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()
            time.sleep(_LOOK)

    def tell(self, mark: Mark, what: str, note: str) -> None:
        """Print what was done from outside, after everything the logs tell so far."""
        self.look()
        self.timeline.show([Line(at=utc_now(), mark=mark, what=what, note=note)])

    # --- The end ------------------------------------------------------------------------------------------------------

    def reckon(self, groups: Mapping[str, Sequence[Check]], codes: Mapping[str, int]) -> bool:
        """Print what must be true, under headings where there are any; return whether all of it is."""
        for heading, checks in groups.items():
            self.timeline.say()
            if heading:
                self.timeline.say(heading, style="bold")
            self.timeline.judge(checks)
        for line in self._what_parties_miss(codes):
            self.timeline.say(f"     {line}", style="red")
        self.timeline.say()
        is_well = all(check.is_true for checks in groups.values() for check in checks)
        if is_well:
            seconds = time.monotonic() - self._begun
            self.timeline.say(f"Everything arrived, in {seconds:.0f} s.", style="bold green")
        else:
            self.timeline.say(f"Not everything arrived; the logs in {self._logs} tell more.", style="bold red")
        return is_well

    def _what_parties_miss(self, codes: Mapping[str, int]) -> Iterator[str]:
        """Yield what parties say themselves: each ends with the list of what did not happen."""
        for player in (player for watched in self._watched for player in watched.stage.players):
            if codes.get(player.party):
                log = (self._logs / f"{player.party}.log").read_text("utf-8")
                missing = log.partition(UNFULFILLED)[2].splitlines()
                name = NAMES[player.script.role]
                yield from (f"{name}: {line.strip()}" for line in missing if line.strip())


def draft(query: Query) -> TaskRow | None:
    """Return the first task with a draft for a person."""
    return next((task for task in query.tasks("open") if task.draft_message_id is not None), None)


def has_received(query: Query, *, after: int) -> bool:
    """Tell whether anything was received after an event."""
    return any(event.name == MessageState.RECEIVED for event in query.events(after=after))


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the demo in order, with all its processes."""

    def end(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
