"""The virus scanner is a command; whatever it does, the answer is clean, infected or unknown."""

from __future__ import annotations

import sys

import pytest

from adapter.check.scan import CommandScanner, ScanUnavailable


def _scanner(program: str, **options: float) -> CommandScanner:
    return CommandScanner([sys.executable, "-c", program], **options)


@pytest.mark.parametrize(("data", "is_infected"), [(b"harmless", False), (b"EVIL", True)])
def test_the_exit_code_tells(data: bytes, is_infected: bool) -> None:  # noqa: FBT001 - parametrised
    scanner = _scanner("import sys; sys.exit(b'EVIL' in sys.stdin.buffer.read())")

    assert scanner(data) is is_infected


def test_any_other_exit_code_is_no_answer() -> None:
    with pytest.raises(ScanUnavailable, match="exit code 2"):
        _scanner("import sys; sys.exit(2)")(b"")


def test_a_scanner_that_does_not_exist_or_hangs_is_no_answer() -> None:
    with pytest.raises(ScanUnavailable):
        CommandScanner(["/does/not/exist"])(b"")
    with pytest.raises(ScanUnavailable):
        _scanner("import time; time.sleep(60)", timeout=0.2)(b"")
