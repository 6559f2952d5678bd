"""Ask a virus scanner, as a program that reads bytes and answers with its exit code."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from adapter.errors import BudstikkeError


class ScanUnavailable(BudstikkeError):
    """The virus scanner gave no answer."""

    code = "SCAN-01"
    can_retry = True
    hint = "Run the scanner's command by hand and see what it says."


class CommandScanner:
    """A scanner that runs one command for each attachment: exit code 0 is clean, 1 is infected."""

    def __init__(self, argv: Sequence[str], *, timeout: float = 60.0) -> None:
        """Take the program with its arguments, and how many seconds it may take."""
        self._argv = tuple(argv)
        self._timeout = timeout

    def __call__(self, data: bytes) -> bool:
        """Tell whether the bytes are infected; ScanUnavailable when the scanner cannot say."""
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own command, run without a shell
                self._argv,
                input=data,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._timeout,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ScanUnavailable from error
        if done.returncode not in {0, 1}:
            raise ScanUnavailable(f"The virus scanner ended with exit code {done.returncode}.")
        return done.returncode == 1
