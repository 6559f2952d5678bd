"""What the fork server loads first: it hears no SIGTERM.

A service manager tells every process of a service to stop, at once. Without its fork server the daemon could not see
how its workers end, and they must finish what they have in hand. The fork server ends with them.

All a fork server can be told is which modules to import, so this one acts by being imported; anywhere else it must do
nothing, for a signal that is ignored stays ignored in every process started from there.
"""

from __future__ import annotations

import signal
import sys


def is_fork_server(command: list[str]) -> bool:
    """Tell whether a command line is that of multiprocessing's fork server."""
    return any("multiprocessing.forkserver" in word for word in command)


if is_fork_server(sys.orig_argv):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
