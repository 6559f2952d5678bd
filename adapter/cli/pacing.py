"""What takes its time: at a rate, with a bar that shows how far it is, and stopped by hand between two things."""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

_RATE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(?:/([smh]))?")
_SECONDS = {"s": 1, "m": 60, "h": 3_600}


def _seconds_between(text: str) -> float:
    found = _RATE.fullmatch(text)
    if found is None or not float(found[1]):
        raise typer.BadParameter('write a number and a unit, such as "5/s" or "30/m"')
    return _SECONDS[found[2] or "s"] / float(found[1])


#: In seconds from one to the next.
RateOption = Annotated[
    float | None,
    typer.Option("--rate", parser=_seconds_between, metavar="N/s", help="Put so many a second (or N/m)."),
]


@contextmanager
def stopping(stop: threading.Event) -> Iterator[None]:
    """Take Ctrl-C and SIGTERM as a wish to stop after what is in hand."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how far it is: a bar on a terminal, nothing in a pipe, where the report is enough."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)
