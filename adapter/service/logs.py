"""Logging: one line per event, with fields. No personal data, at any level.

Of a defect the log tells where it happened, by files, lines and functions. What the failed code had in hand is never
told: neither variables nor the texts of foreign exceptions, which like to quote what they were given.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from adapter.errors import BudstikkeError

#: Folders of a frame's file that are told: enough to find it.
_FOLDERS = 3


def configure(*, verbose: bool = False) -> None:
    """Send log lines to standard error: readable on a terminal, JSON otherwise (or by BUDSTIKKE_LOG=text|json)."""
    # signxml logs whole messages at DEBUG
    logging.getLogger("signxml").setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    kind = os.environ.get("BUDSTIKKE_LOG", "text" if sys.stderr.isatty() else "json")
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if kind == "text"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            tell_where,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        # wherever standard error goes at that moment
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def ensure() -> None:
    """Configure logging in a process that has not done so: structlog's own settings print variables."""
    if not structlog.is_configured():
        configure()


def tell_where(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put the places that an exception passed in the stead of the exception."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if error is not None:
        event["exception"] = "\n".join(_places(error))
    return event


def _places(error: BaseException) -> Iterator[str]:
    """Yield a line for each place and each exception, causes first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _places(before)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{'/'.join(Path(frame.filename).parts[-_FOLDERS:])}:{frame.lineno} {frame.name}"
    yield f"{error.code} {error}" if isinstance(error, BudstikkeError) else type(error).__name__
