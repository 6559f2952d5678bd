"""Logging: one line per event, with fields. No personal data, at any level."""

from __future__ import annotations

import logging
import os
import sys

import structlog


def configure(*, verbose: bool = False) -> None:
    """Send log lines to standard error: readable on a terminal, JSON otherwise (or by BUDSTIKKE_LOG=text|json)."""
    # signxml logs whole messages at DEBUG
    logging.getLogger("signxml").setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    kind = os.environ.get("BUDSTIKKE_LOG", "text" if sys.stderr.isatty() else "json")
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if kind == "text"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if kind == "text" else [structlog.processors.format_exc_info]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
