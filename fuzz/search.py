"""Search for bytes that a reader from outside does not expect: `make fuzz`, or `search.py SECONDS [TARGET...]`.

Each target is searched in a process of its own, for so many seconds. A finding is an error that the reader does not
refuse with, more than two seconds of processor time, or more memory than MEMORY_MB; the bytes that lead to it are
written below .fuzz/found/. What was learnt of a target is kept below .fuzz/ for the next search.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
KEPT = TOP / ".fuzz"
#: What the libraries, the schemas and the instruments need (some 250 MB), and 64 times the longest input twice over.
MEMORY_MB = 512
LONGEST = 65_536
PATIENCE = 2.0


class TooSlow(Exception):
    """A reader took longer than anybody waits."""


def search(name: str, seconds: int) -> None:
    """Search one target; ends the process."""
    import atheris  # noqa: PLC0415 - an extra

    sys.path.insert(0, str(TOP / "tests" / "support"))
    with atheris.instrument_imports(include=["adapter"]):
        from targets import TARGETS  # noqa: PLC0415 - instrumented, so imported here

    logging.disable(logging.CRITICAL)
    target = TARGETS[name]
    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    (KEPT / "found").mkdir(exist_ok=True)
    for seed in target.seeds():
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
        target.ask(seed)  # what is loaded once is loaded now

    def ask(data: bytes) -> None:
        began = time.process_time()
        target.ask(data)
        if time.process_time() - began > PATIENCE:
            raise TooSlow

    limits = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-rss_limit_mb={MEMORY_MB}", "-timeout=30"]
    found = [f"-artifact_prefix={KEPT / 'found'}/{name}-", "-print_final_stats=1", "-verbosity=1"]
    atheris.Setup([sys.argv[0], *limits, *found, str(corpus)], ask)
    atheris.Fuzz()


def search_all(seconds: int, names: list[str]) -> int:
    """Search targets one after the other, and print what came of each; return how many had findings."""
    sys.path.insert(0, str(TOP / "tests" / "support"))
    from targets import TARGETS  # noqa: PLC0415 - the list alone

    findings = 0
    for name in names or list(TARGETS):
        done = subprocess.run(  # noqa: S603 - this very script
            [sys.executable, __file__, "--one", str(seconds), name], capture_output=True, text=True, check=False
        )
        lines = (done.stdout + done.stderr).splitlines()
        units = next((line.split()[-1] for line in lines if "number_of_executed_units" in line), "?")
        print(
            f"{name:18} {units:>9} executions  {'nothing found' if not done.returncode else 'FOUND SOMETHING'}",
            flush=True,
        )
        if done.returncode:
            findings += 1
            print("\n".join(lines[-60:]))
    return findings


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        search(sys.argv[3], int(sys.argv[2]))
    else:
        sys.exit(1 if search_all(int(sys.argv[1]), sys.argv[2:]) else 0)
