"""Being told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: What shells expect of a program that Ctrl-C ended.
STOPPED_BY_HAND = 130


@contextmanager
def noticing_ctrl_c() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C sets, beside the KeyboardInterrupt that it raises as ever.

    A library that calls back into Python, as libxml2 does for schemas, may swallow that and fail with an error instead.
    """
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed  # signals are for the main thread
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        pressed.set()
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Give the event that SIGTERM and Ctrl-C set."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
