"""The processes a demo starts. Each leads a group of its own, and none outlives the demo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

#: Seconds that a process gets to end well.
PATIENCE = 10.0

Process = subprocess.Popen[bytes]


def command(*arguments: str | Path) -> list[str]:
    """Return how to run the command with the interpreter at work, whatever folder it is called from."""
    return [sys.executable, "-P", "-m", "adapter.cli", *map(str, arguments)]


class Processes:
    """Starts commands, and ends all of them when its block ends, however it ends."""

    def __init__(self, logs: Path) -> None:
        """Take the folder for what the processes write."""
        self._logs = logs
        self._started: list[Process] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # one that cannot be ended, or a second Ctrl-C, must not keep the others alive
        with ExitStack() as ends:
            for process in self._started:
                ends.callback(self.kill, process)

    def start(self, name: str, *arguments: str | Path) -> Process:
        """Start a command that writes to the log of that name, after what is in it already."""
        with (self._logs / f"{name}.log").open("ab") as log, _undisturbed():
            # a group of its own: Ctrl-C reaches the demo alone, which then ends everything in order
            process = subprocess.Popen(  # noqa: S603 - our own command
                command(*arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,
            )
            self._started.append(process)
        return process

    def stop(self, *processes: Process) -> list[int]:
        """Tell processes to end, wait for them, and return their exit codes; one that does not listen is killed."""
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
        return [self.kill(process) for process in processes]

    def kill(self, process: Process) -> int:
        """Kill a process and all of its group, and return its exit code."""
        # The group exists as long as anyone in it: workers may be left when their daemon is not.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        if process in self._started:
            self._started.remove(process)
        return code


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off Ctrl-C and SIGTERM: what is started must be known before anything ends the demo.

    Not by blocking them, which the started process would inherit.
    """
    late: list[int] = []
    before = {
        number: signal.signal(number, lambda received, _frame: late.append(received))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for received in late[:1]:
            signal.raise_signal(received)


def _environment() -> dict[str, str]:
    """Return the environment without options for the command: those are meant for other runs of it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BUDSTIKKE_")}
