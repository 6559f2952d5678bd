"""One run of the command, and the one place where a known error becomes a sentence."""

from __future__ import annotations

import contextlib
import gc
import io
import sys
from collections.abc import Sequence

from adapter.check.explain_process import ExplainProcess
from adapter.cli import ahead

TYPE_CHECKING = False  # as `typing` has it, which takes a while to import

if TYPE_CHECKING:
    from threading import Event


class Invocation:
    """What one run of the command knows beside its options."""

    def __init__(self, explaining: ExplainProcess | None = None) -> None:
        """Take what explains broken files, if it was begun before the command line was read."""
        self.explaining = explaining
        #: Show the trace of a known error too.
        self.is_verbose = False


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # Norwegian letters must not stop the command on a terminal that has none.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    invocation = Invocation(ahead.begin(sys.argv[1:] if arguments is None else arguments))
    # Only now: what explains starts before anything else is imported.
    from adapter.cli.stopping import noticing_ctrl_c

    try:
        with noticing_ctrl_c() as pressed:
            _run(invocation, arguments, pressed)
    finally:
        if arguments is None:
            # The interpreter ends here: it need not look through all there is for garbage first.
            gc.freeze()


def _run(invocation: Invocation, arguments: Sequence[str] | None, pressed: Event) -> None:
    """Run the verb; tell a known error, unless Ctrl-C was pressed: then it came of that."""
    from adapter.errors import BudstikkeError

    try:
        from adapter.cli.verbs import build

        build()(args=arguments, prog_name="budstikke", obj=invocation)
    except (BudstikkeError, OSError) as error:
        if invocation.is_verbose:
            import traceback

            traceback.print_exception(error)
        from adapter.cli.exits import code_of, say
        from adapter.cli.stopping import STOPPED_BY_HAND

        if pressed.is_set():
            sys.exit(STOPPED_BY_HAND)
        with contextlib.suppress(BrokenPipeError):
            say(error)
        sys.exit(code_of(error))
