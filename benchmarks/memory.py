"""Measure the memory that a message with a large attachment takes at its peak.

    python benchmarks/memory.py [--megabytes 30]

Each way is gone twice, in processes of their own: with a message as it is, and with one whose attachment is base64 of
so many megabytes. The largest process of each counts; told is the difference, as a multiple of the message's size.
Ends with 1 where one takes more than six times the message.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pipeline
from signed import NOW, signed

from adapter import resources
from adapter.trust.pki import Authority, Purpose, new_key, organisation_name

#: What is allowed, in sizes of the message.
MOST = 6.0
_LINE = 76
_CONTAINER = re.compile(rb"(<(?:\w+:)?Base64Container[^>]*>)[^<]*")


@dataclass(frozen=True)
class Way:
    """One way for a message to go."""

    name: str
    fixture: str
    is_signed: bool = False
    #: A command that takes a file; without it the message goes through the pipeline.
    command: tuple[str, ...] = ()


WAYS = (
    Way("run --once: a referral", "henvisning-2.0-komplett"),
    Way("run --once: the same, signed", "henvisning-2.0-komplett", is_signed=True),
    Way("run --once: to NAV, compared by content", "dialogmelding-1.0-nav-med-vedlegg"),
    Way("validate", "henvisning-2.0-komplett", command=("validate",)),
    Way("validate: signed", "henvisning-2.0-komplett", is_signed=True, command=("validate",)),
    Way("show", "henvisning-2.0-komplett", command=("show",)),
    Way("show --html", "henvisning-2.0-komplett", command=("show", "--html")),
)


def write(path: Path, way: Way, size: int) -> int:
    """Write a message whose attachment is so many bytes of base64, or as it is for 0; return its size."""
    data = (resources.fixtures() / "messages" / f"{way.fixture}.xml").read_bytes()
    if size:
        text = base64.b64encode(os.urandom(size * 3 // 4))
        lines = b"\r\n".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))
        data = _CONTAINER.sub(lambda found: found[1] + lines, data, count=1)
    if way.is_signed:
        since = NOW - timedelta(days=30)
        authority = Authority.root("Benchmark TEST Root", new_key(2048), since=since)
        subject = organisation_name("Benchmark TEST", "999888777")
        until = NOW + timedelta(days=30)
        data = signed(data, authority.issue(subject, new_key(2048), Purpose.SIGNING, since=since, until=until))
    path.write_bytes(data)
    return len(data)


#: Runs a command with all that it leaves behind, and tells its end and the kilobytes of its largest process. A small
#: process of its own: what starts another one passes its own peak on to it.
_WATCH = """
import ctypes, os, resource, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    while True:
        os.wait()
except ChildProcessError:
    print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(work: Path, way: Way, message: Path) -> int:
    """Let one message go its way; return the bytes of the largest process on it."""
    if way.command:
        command = [pipeline.COMMAND, *way.command, message]
    else:
        config = pipeline.install(work)
        message.rename(work / "var/referrer/to-adapter/message.xml")
        command = [pipeline.COMMAND, "run", "--once", "--workers", "1", "--config", config]
    watched = [sys.executable, "-c", _WATCH, *command]
    code, largest = subprocess.run(watched, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603 - ours
    if code != "0":
        raise SystemExit(f"{way.name} ended with {code}")
    if not way.command:
        pipeline.check(work, 1)
    return int(largest) * 1024


def measure(way: Way, size: int) -> float:
    """Return the multiple of the message's size that it takes."""
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for number in (0, size):
            message = Path(folder) / f"{number}.xml"
            written = write(message, way, number)
            peaks.append(peak(Path(folder) / f"run-{number}", way, message))
        multiple = (peaks[1] - peaks[0]) / written
        print(f"{way.name:42}{written / 1e6:8.1f} MB{peaks[0] / 1e6:9.0f} MB{peaks[1] / 1e6:9.0f} MB{multiple:7.2f} ×")
        return multiple


def main() -> None:
    """Read the arguments and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--megabytes", type=int, default=30)
    chosen = options.parse_args()
    print(f"{'':42}{'message':>11}{'small':>12}{'large':>12}{'taken':>9}")
    multiples = [measure(way, chosen.megabytes * 1_000_000) for way in WAYS]
    sys.exit(max(multiples) > MOST)


if __name__ == "__main__":
    main()
