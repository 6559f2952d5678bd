"""The sign to stop: signals, told to whoever waits."""

from __future__ import annotations

import signal
import threading
from multiprocessing import Pipe
from types import TracebackType
from typing import Any, Self


class StopSign:
    """Set by SIGTERM and SIGINT, from the first moment on; then the batches in hand are finished, and no more begun."""

    def __init__(self) -> None:
        """Make the pipe by which the sign, and others, wake up who waits."""
        self.ticks, self.tick = Pipe(duplex=False)
        self._event = threading.Event()
        self._before: dict[signal.Signals, Any] = {}

    @property
    def is_set(self) -> bool:
        """Tell whether to stop."""
        return self._event.is_set()

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self.tick.close()
        self.ticks.close()

    def _stop(self, number: int, _frame: object) -> None:
        # No logging in here: whoever was interrupted may hold the logger's lock.
        if not self._event.is_set():
            self._event.set()
            self.tick.send(f"stop:{signal.Signals(number).name}")
