"""README.md as a product: every command in it runs, in order, and prints what it says.

A block fenced as `console` is executed line by line in one temporary folder that holds `fixtures/`, with the
installed command first on PATH. In such a block

    $ command              is run by bash; a line that ends in a backslash goes on in the next one
    some output            must appear in what the command printed, after the lines above it
    some … output          the same, with anything at all where the ellipsis stands
    $ command &            runs on until the end of the page; the next command waits for what it must print
    $ cd folder            holds for the commands that follow, and so does $ export NAME=value
    (exit code 1)          is how the command must end; without it, with 0

A `make` task is not run but looked up: the Makefile must have it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"\(exit code (\d+)\)")


@dataclass(slots=True)
class Command:
    """One command of the page, and what the page says it does."""

    line: str
    output: list[str] = field(default_factory=list)
    exit_code: int = 0


def commands_of(page: str) -> list[Command]:
    """Return the commands of all console blocks, in order."""
    commands: list[Command] = []
    for block in BLOCK.findall(page):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                commands.append(Command(line.removeprefix("$ ")))
            elif ending := EXIT.fullmatch(line.strip()):
                commands[-1].exit_code = int(ending[1])
            elif line.strip():
                commands[-1].output.append(line.strip())
    return commands


class Shell:
    """Runs commands one by one; folder and environment last from one to the next."""

    def __init__(self, folder: Path) -> None:
        """Start in a folder, with the installed command first on PATH and nobody's settings."""
        self._folder = folder
        self._log = folder / "running.log"
        self._running: list[subprocess.Popen[bytes]] = []
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("BUDSTIKKE_")}
        self._environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run one line."""
        verb, _, rest = line.partition(" ")
        folder = self._folder
        match verb:
            case "cd":
                self._folder /= rest
            case "export":
                name, _, value = rest.partition("=")
                self._environment[name] = value
            case "make":
                line, folder = f"{line} --dry-run", ROOT
        return subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def start(self, command: Command) -> str | None:
        """Start a command that runs on; return the first line that it does not print within a minute, or None."""
        before = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command.line.removesuffix('&')}"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._running.append(process)
        end = time.monotonic() + 60
        while True:
            missing = missing_line(command.output, self._log.read_bytes()[before:].decode())
            if missing is None or process.poll() is not None or time.monotonic() > end:
                return missing
            time.sleep(0.1)

    def close(self) -> None:
        """End what still runs, the last one first."""
        while self._running:
            process = self._running.pop()
            process.terminate()
            try:
                process.wait(60)
            finally:
                process.kill()


def missing_line(expected: list[str], printed: str) -> str | None:
    """Return the first expected line that does not appear where it should, or None."""
    remaining = iter(printed.splitlines())
    for line in expected:
        pattern = ".*".join(re.escape(part) for part in line.split("…"))
        if not any(re.fullmatch(pattern, candidate.strip()) for candidate in remaining):
            return line
    return None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that looks like the checkout to the commands of the page."""
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    return tmp_path


def test_every_command_of_the_readme_does_what_the_readme_says(folder: Path) -> None:
    commands = commands_of((ROOT / "README.md").read_text(encoding="utf-8"))
    assert commands
    with closing(Shell(folder)) as shell:
        _run(shell, commands)


def _run(shell: Shell, commands: list[Command]) -> None:
    for command in commands:
        if command.line.endswith(" &"):
            assert shell.start(command) is None, f"$ {command.line}"
            continue
        ran = shell.run(command.line)
        printed = ran.stdout + ran.stderr

        assert ran.returncode == command.exit_code, f"$ {command.line}\n{printed}"
        if not command.line.startswith("make "):
            missing = missing_line(command.output, printed)
            assert missing is None, f"$ {command.line}\ndoes not print {missing!r} but\n{printed}"


def test_a_block_says_how_its_commands_end() -> None:
    page = "```console\n$ one \\\n  two\nsome … words\n(exit code 3)\n$ three\n```\n```sh\n$ not this\n```\n"

    assert commands_of(page) == [Command("one    two", ["some … words"], 3), Command("three")]


def test_a_line_that_is_not_printed_is_named() -> None:
    assert missing_line(["a … c", "d"], "a b c\n  d\n") is None
    assert missing_line(["d", "a … c"], "a b c\nd\n") == "a … c"
    assert missing_line(["a"], "a b") == "a"


def test_links_to_files_of_the_checkout_lead_somewhere() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page)

    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_key_of_the_configuration_that_the_readme_shows_is_one() -> None:
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = set()
    for block in TABLES.findall(page):
        for tables in tomllib.loads(block).values():
            for table in tables if isinstance(tables, list) else [tables]:
                shown |= table.keys()

    assert {"own", "her_ids", "outbox"} <= shown
    assert [key for key in sorted(shown) if not re.search(rf"^(# )?{key} = ", example, re.MULTILINE)] == []
