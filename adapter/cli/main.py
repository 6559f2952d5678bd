"""One run of the command, and the one place where a known error becomes a sentence."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from adapter.cli.ahead import Ready, ready_by_words
from adapter.errors import BudstikkeError


@dataclass(slots=True)
class Invocation:
    """What one run of the command knows beside its options."""

    #: Show the trace of a known error too.
    is_verbose: bool = False
    #: What was begun before the command line was read.
    ready: Ready | None = None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # Norwegian letters must not stop the command on a terminal that has none.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    invocation = Invocation()
    try:
        invocation.ready = ready_by_words(sys.argv[1:] if arguments is None else arguments)
        from adapter.cli.verbs import build

        build()(args=arguments, prog_name="budstikke", obj=invocation)
    except (BudstikkeError, OSError) as error:
        if invocation.is_verbose:
            import traceback

            traceback.print_exception(error)
        from adapter.cli.exits import code_of, say

        with contextlib.suppress(BrokenPipeError):
            say(error)
        sys.exit(code_of(error))
