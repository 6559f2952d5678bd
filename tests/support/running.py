"""The installed daemon among its folders: start it, kill it, feed it, and take away what it delivers."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

CHANNELS = ("referrer", "clinic", "nav")

#: Seconds for what takes one or two: the machine may be several times slower, and busy with other tests.
LONG = 120.0

_CONFIG = """
[adapter]
name = "Syntetisk poliklinikk"
environment = "test"
workers = {workers}

[store]
url = "sqlite:///store/budstikke.db"
busy_timeout = "{busy_timeout}"

[retries]
attempts = {attempts}
first_wait = "1s"
factor = 1
longest_wait = "1s"

[[party]]
id = "referrer"
role = "referrer"
name = "Syntetisk legesenter"
her_ids = ["8990201"]
parent_her_id = "8990200"
channel = "referrer"
receipts = "adapter"

[[party]]
id = "clinic"
role = "clinic"
name = "Fysikalsk medisin og rehabilitering"
her_ids = ["8990101"]
parent_her_id = "8990100"
channel = "clinic"
receipts = "adapter"
profiles = ["amo"]
tolerance = ["*"]
contact = {{ name = "Rolig Skog", profession = "FT", hpr = "565501872", phone = "77000003" }}

[[party]]
id = "nav"
role = "nav"
name = "NAV"
her_ids = ["79768"]
organisation_number = "889640782"
channel = "nav"
receipts = "system"
"""

_CHANNEL = """
[[channel]]
id = "{name}"
type = "folder"
inbox = "{name}/to-adapter"
outbox = "{name}/from-adapter"
poll = "every 1s"
quiet = "0s"
patience = "0s"
"""


def with_chosen_schemas(config: str) -> str:
    """Let a configuration name the schema files in BUDSTIKKE_TEST_SCHEMAS, as an operator's would."""
    folder = os.environ.get("BUDSTIKKE_TEST_SCHEMAS")
    if not folder:
        return config
    directory = f"directory = {json.dumps(str(Path(folder).absolute()))}\n"
    before, heading, after = config.partition("[schemas]\n")
    return before + heading + directory + after if heading else f"{config}\n[schemas]\n{directory}"


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folder of one installation: its configuration, its store, an inbox and an outbox for each party."""

    path: Path
    #: The folder channels, by name: each has an inbox and an outbox.
    channels: tuple[str, ...] = CHANNELS

    @classmethod
    def make(cls, path: Path, *, workers: int = 2, busy_timeout: str = "30s", attempts: int = 8) -> Home:
        """Write a configuration that looks into the folders every second and tries again after one."""
        home = cls(path=path)
        text = _CONFIG.format(workers=workers, busy_timeout=busy_timeout, attempts=attempts)
        text += "".join(_CHANNEL.format(name=name) for name in CHANNELS)
        home.config.write_text(with_chosen_schemas(text), encoding="utf-8")
        home.store.parent.mkdir()
        for name in CHANNELS:
            home.inbox(name).mkdir(parents=True)
            home.outbox(name).mkdir()
        return home

    @property
    def config(self) -> Path:
        """Return the configuration's file."""
        return self.path / "budstikke.toml"

    @property
    def store(self) -> Path:
        """Return the store's file."""
        return self.path / "store" / "budstikke.db"

    def inbox(self, name: str) -> Path:
        """Return the folder that a party's system writes."""
        return self.path / name / "to-adapter"

    def outbox(self, name: str) -> Path:
        """Return the folder that a party's system reads."""
        return self.path / name / "from-adapter"

    def put(self, name: str, file: str, data: bytes) -> None:
        """Write a file into a party's inbox as an EPJ does: whole, or not there."""
        hidden = self.inbox(name) / f".{file}.tmp"
        hidden.write_bytes(data)
        hidden.rename(self.inbox(name) / file)

    def delivered(self, name: str) -> list[Path]:
        """Return the files that lie in a party's outbox for all to see."""
        return sorted(path for path in self.outbox(name).iterdir() if not path.name.startswith("."))

    def hidden(self) -> list[Path]:
        """Return what is staged in the outboxes."""
        return [path for name in self.channels for path in self.outbox(name).iterdir() if path.name.startswith(".")]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the store, read-only; one that is not made yet holds nothing."""
        if not self.store.exists():
            return []
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True, timeout=LONG)) as connection:
            tables = connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            return connection.execute(statement).fetchall() if tables else []


@dataclass(kw_only=True)
class Daemon:
    """A daemon in a session of its own, so that everything it starts can be found and ended."""

    process: subprocess.Popen[bytes]
    log: Path
    #: Where in the log this daemon begins.
    offset: int

    @classmethod
    def start(cls, command: Path, home: Home, environment: Mapping[str, str], *arguments: str) -> Daemon:
        """Start it; what it says is added to the log in its folder."""
        log = home.path / "daemon.log"
        with log.open("ab") as file:
            offset = file.tell()
            process = subprocess.Popen(
                [command, "run", "--config", home.config, *arguments],
                cwd=home.path,
                env={**environment, "BUDSTIKKE_LOG": "json"},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        return cls(process=process, log=log, offset=offset)

    def said(self, action: str | None = None) -> list[dict[str, Any]]:
        """Return the lines of its log, those of one action if it is named."""
        found = []
        for line in self.log.read_bytes()[self.offset :].splitlines():
            with suppress(ValueError):
                found.append(json.loads(line))
        return [line for line in found if action is None or line.get("action") == action]

    def members(self) -> dict[int, int]:
        """Return the living processes of its session, each with its parent: outliving it does not change that."""
        found = {}
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                # the name stands in brackets and may hold anything
                state, parent, _, session = (entry / "stat").read_text().rpartition(") ")[2].split()[:4]
                if int(session) == self.process.pid and state != "Z":
                    found[int(entry.name)] = int(parent)
        return found

    def fork_server(self) -> int | None:
        """Return the process that the workers come from."""
        for pid, parent in self.members().items():
            with suppress(OSError):
                if parent == self.process.pid and b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        return None

    def workers(self) -> list[int]:
        """Return the workers that live."""
        server = self.fork_server()
        return [pid for pid, parent in self.members().items() if server is not None and parent == server]

    def stop(self, timeout: float = LONG) -> int:
        """Tell it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def kill(self) -> None:
        """Kill it and all that it started."""
        for pid in [self.process.pid, *self.members()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def kill_alone(self) -> None:
        """Kill the daemon, and leave its workers behind."""
        self.process.kill()
        self.process.wait()


@dataclass(kw_only=True)
class Reader:
    """The parties' systems: they take each file as soon as it can be seen, and keep a ledger of it.

    A file that is delivered twice is taken twice, which shows it; left lying, the second would be the same file.
    """

    home: Home
    #: Called with the party and the bytes of each file that was taken.
    react: Callable[[str, bytes], None] = lambda _name, _data: None
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self.take()

    def of(self, name: str) -> list[bytes]:
        """Return the bytes a party has got."""
        return [data for taker, _, data in self.taken if taker == name]

    def take(self) -> None:
        """Take what lies there now."""
        for name in self.home.channels:
            for path in self.home.delivered(name):
                data = path.read_bytes()
                path.unlink()
                self.taken.append((name, path.name, data))
                self.react(name, data)

    def _read(self) -> None:
        while not self._ended.wait(0.01):
            self.take()


def wait_until(condition: Callable[[], object], timeout: float = LONG, pause: float = 0.05) -> bool:
    """Wait until something is so; tell whether it came to be in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
