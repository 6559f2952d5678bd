"""Measure the pipeline against a bare loop, in one run.

    python benchmarks/pipeline.py [--messages 2000] [--rounds 3]

The bare loop does for each message what nobody can leave out: read the file, parse it, validate it by the schema,
commit body and receipt to SQLite, write message and receipt to two files with fsync and rename, put the file into an
archive. The pipeline is `run --once` with one and two workers on the same messages. CPU counts all processes; the time
a process needs to start (imports, schemas, empty run) is measured by itself and told apart, since a daemon starts once.

Two bare loops at once, each with half of the messages and files of its own, tell what a second process gains on this
machine: cores may be two threads of one, and they share a disk.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from adapter import resources
from adapter.check.schema import SchemaSet

#: Fixtures of the mix, each with the party whose folder it is dropped in. Two of the eight are about 20 kB.
MIX = (
    ("henvisning-1.1-komplett", "referrer"),
    ("henvisning-2.0-komplett", "referrer"),
    ("henvisning-1.0-komplett", "referrer"),
    ("dialogmelding-1.0-nav-behov-for-tiltak", "referrer"),
    ("dialogmelding-1.1-status-1", "clinic"),
    ("dialogmelding-1.1-helsefaglig-svar", "referrer"),
    ("dialogmelding-1.1-20-kb", "referrer"),
    ("henvisning-1.1-20-kb", "referrer"),
)
PARTIES = ("referrer", "clinic", "nav", "frisklivssentral")
#: The installed command beside this Python.
COMMAND = Path(sys.executable).with_name("budstikke")
#: What every message has its own of.
UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: When a message was made: now, or a quarter of the mix would be overdue for its receipts when it comes.
GEN_DATE = re.compile(rb"(?<=<GenDate>)[^<]*")


@dataclass(frozen=True)
class Run:
    """What one run took, in seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Turn:
    """A run of the pipeline, and what it is compared with."""

    whole: Run
    #: Without the start of the daemon and its workers.
    steady: Run
    start: Run
    #: The mean of the bare loops before and after.
    bare: Run


def messages(number: int) -> list[tuple[str, bytes]]:
    """Return messages of the mix, each with ids of its own, and the party that sends it."""
    folder = resources.fixtures() / "messages"
    now = datetime.now(UTC).isoformat(timespec="seconds").encode()
    originals = [(party, GEN_DATE.sub(now, (folder / f"{name}.xml").read_bytes())) for name, party in MIX]
    made = []
    for index in range(number):
        party, data = originals[index % len(originals)]
        new: dict[bytes, bytes] = {}
        made.append(
            (party, UUID.sub(lambda found, new=new: new.setdefault(found[0], str(uuid.uuid4()).encode()), data))
        )
    return made


def two_bare_loops(work: Path, mix: list[tuple[str, bytes]]) -> Run:
    """Do what nobody can leave out in two processes that share nothing; the slower one's time counts."""
    work.mkdir(parents=True)
    with ProcessPoolExecutor(2) as pool:
        runs = list(pool.map(bare_loop, (work / "1", work / "2"), (mix[::2], mix[1::2])))
    return Run(max(run.wall for run in runs), sum(run.cpu for run in runs))


def bare_loop(work: Path, mix: list[tuple[str, bytes]]) -> Run:
    """Do what nobody can leave out."""
    inbox, archive, outbox = (work / name for name in ("in", "archive", "out"))
    for folder in (inbox, archive, outbox):
        folder.mkdir(parents=True)
    for index, (_, data) in enumerate(mix):
        (inbox / f"{index:05}.xml").write_bytes(data)
    os.sync()  # what was written before is not this run's to bring to the disk
    schemas = SchemaSet.load()
    receipt = b"<AppRec/>" * 150
    store = sqlite3.connect(work / "bare.db", isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, body BLOB, receipt BLOB)")
    begun, used = time.perf_counter(), time.process_time()
    for path in sorted(inbox.iterdir()):
        data = path.read_bytes()
        root = etree.fromstring(data)
        schemas.validate(root)
        store.execute("BEGIN IMMEDIATE")
        store.execute("INSERT INTO message (body, receipt) VALUES (?, ?)", (data, receipt))
        store.execute("COMMIT")
        for name, content in ((path.name, data), (f"receipt-{path.name}", receipt)):
            _write(outbox / name, content)
        path.rename(archive / path.name)
    run = Run(time.perf_counter() - begun, time.process_time() - used)
    store.close()
    return run


def _write(path: Path, data: bytes) -> None:
    hidden = path.with_name(f".{path.name}")
    file = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o660)
    os.write(file, data)
    os.fsync(file)
    os.close(file)
    hidden.rename(path)


def pipeline(work: Path, mix: list[tuple[str, bytes]], workers: int) -> Run:
    """Run the installed daemon over the same messages, and see that every one of them arrived."""
    config = install(work)
    for index, (party, data) in enumerate(mix):
        (work / f"var/{party}/to-adapter/{index:05}.xml").write_bytes(data)
    os.sync()  # see `bare_loop`
    before = children()
    begun = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own command
        [COMMAND, "run", "--once", "--workers", str(workers), "--config", config],
        check=True,
        env={**os.environ, "BUDSTIKKE_LOG": "json"},
        stderr=subprocess.DEVNULL,
    )
    wall = time.perf_counter() - begun
    run = Run(wall, children() - before)
    check(work, len(mix))
    return run


def install(work: Path, trust: str = "") -> Path:
    """Make a folder with the example's configuration and channels; return the file. `trust` goes into its section."""
    work.mkdir(parents=True)
    # no routes: every message goes to its receiver's own channel at once
    text = resources.example_config().read_text("utf-8").partition("[[route]]")[0]
    # every channel keeps what it has received, as the bare loop does: one that was removed makes files dear to create
    text = re.sub(r"(?m)^(quiet|patience|archive) = .*\n", "", text)
    own = r'\1\narchive = "received/\2"\nquiet = "0s"\npatience = "0s"'
    text = re.sub(r'(?m)^(outbox = "var/(\w+)/from-adapter".*)$', own, text)
    config = work / "budstikke.toml"
    config.write_text(re.sub(r"(?m)^(\[trust\].*)$", rf"\1\n{trust}", text), "utf-8")
    for party in PARTIES:
        (work / f"var/{party}/to-adapter").mkdir(parents=True)
    return config


def adopt_orphans() -> None:
    """Become the parent of the daemon's orphans, so that the CPU of its workers is counted here (Linux)."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def children() -> float:
    """Return the CPU seconds of all descendants that have ended; waits for those that are ending."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check(work: Path, number: int) -> None:
    with sqlite3.connect(work / "var/budstikke.db") as store:
        rows = dict(store.execute("SELECT state, count(*) FROM message WHERE direction = 'in' GROUP BY state"))
    if rows != ({"delivered": number} if number else {}):
        raise SystemExit(f"not every message was delivered: {rows}")


def measure(number: int, rounds: int) -> None:
    """Print messages a second, CPU for each message and the ratios.

    Machines get faster and slower while one looks: so each run stands between two runs of the bare loop, and one worker
    takes its turns before and after two.
    """
    rows: dict[int, list[Turn]] = {1: [], 2: []}
    gains: list[float] = []
    with tempfile.TemporaryDirectory(dir=".") as folder:
        root = Path(folder).resolve()
        for turn in range(1, rounds + 1):
            mix = messages(number)
            starts = {
                count: _timed(root, f"round {turn}  {count} at rest", lambda at, count=count: pipeline(at, [], count))
                for count in rows
            }
            before = _timed(root, f"round {turn}  bare loop", lambda at, mix=mix: bare_loop(at, mix))
            for workers in (1, 2, 2, 1):
                name = f"round {turn}  {workers} worker{'s' * (workers > 1)}"
                run = _timed(root, name, lambda at, mix=mix, workers=workers: pipeline(at, mix, workers))
                after = _timed(root, f"round {turn}  bare loop", lambda at, mix=mix: bare_loop(at, mix))
                bare = Run((before.wall + after.wall) / 2, (before.cpu + after.cpu) / 2)
                start = starts[workers]
                rows[workers].append(Turn(run, Run(run.wall - start.wall, run.cpu - start.cpu), start, bare))
                before = after
            two = _timed(root, f"round {turn}  two bare loops", lambda at, mix=mix: two_bare_loops(at, mix))
            after = _timed(root, f"round {turn}  bare loop", lambda at, mix=mix: bare_loop(at, mix))
            gains.append((before.wall + after.wall) / 2 / two.wall)
    report(number, rows)
    print(f"two bare loops against one: {_spread(gains)} × the throughput")


def _timed(root: Path, name: str, work: Callable[[Path], Run]) -> Run:
    # Nothing is removed before the end: for some seconds ext4 looks through all that was just removed before it
    # makes a file, which took a third of the time of whatever ran next.
    run = work(Path(tempfile.mkdtemp(dir=root)) / "run")
    print(f"{name:26}  {run.wall:6.2f} s wall  {run.cpu:6.2f} s CPU", flush=True)
    return run


def report(number: int, rows: dict[int, list[Turn]]) -> None:
    """Print the medians; the start of the daemon is told apart."""
    turns = [turn for row in rows.values() for turn in row]
    wall = statistics.median(turn.bare.wall for turn in turns)
    cpu = statistics.median(turn.bare.cpu for turn in turns)
    print(f"\n{datetime.now(UTC):%Y-%m-%d}  {number} messages, {len(rows[1]) // 2} rounds, medians\n")
    print(f"{'':12}{'msg/s':>9}{'CPU µs/msg':>13}{'× bare loop':>13}{'with start':>12}{'start s':>10}")
    print(f"{'bare loop':12}{number / wall:9.0f}{cpu / number * 1e6:13.0f}{1:13.2f}{1:12.2f}")
    for workers, row in rows.items():
        steady = statistics.median(turn.steady.wall for turn in row)
        used = statistics.median(turn.steady.cpu for turn in row)
        ratio = statistics.median(turn.steady.cpu / turn.bare.cpu for turn in row)
        whole = statistics.median(turn.whole.cpu / turn.bare.cpu for turn in row)
        start = statistics.median(turn.start.wall for turn in row)
        print(
            f"{f'{workers} workers':12}{number / steady:9.0f}{used / number * 1e6:13.0f}"
            f"{ratio:13.2f}{whole:12.2f}{start:10.2f}"
        )
    walls = {workers: [turn.steady.wall for turn in row] for workers, row in rows.items()}
    of_rounds = (zip(each[::2], each[1::2], strict=True) for each in walls.values())
    gains = [sum(one) / sum(two) for one, two in zip(*of_rounds, strict=True)]
    print(f"\ntwo workers against one: {_spread(gains)} × the throughput")


def _spread(ratios: list[float]) -> str:
    """Return the median of ratios, and the least and the greatest."""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def main() -> None:
    """Read the arguments and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--messages", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    adopt_orphans()
    measure(chosen.messages, chosen.rounds)


if __name__ == "__main__":
    main()
