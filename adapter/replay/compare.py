"""What came out against what was expected, as a difference that people can read; and writing down what is expected."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path

from lxml import etree

from adapter.errors import FormError
from adapter.replay.holdings import Holdings
from adapter.replay.scenario import ScenarioError
from adapter.wire import parse

#: The lines of a run, in a folder of expected files.
HOLDINGS = "expected.toml"


def difference(expected: Holdings, found: Holdings, name: str) -> str:
    """Return the unified difference between what was expected and what is there; "" where there is none."""
    return _unified(expected.text(), found.text(), name)


def difference_to_folder(folder: Path, found: Holdings, files: Mapping[str, bytes]) -> str:
    """Return the differences to a folder of expected files: the lines, and each file, indented where it is XML."""
    wanted = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
    lines = wanted.pop(HOLDINGS, b"")
    told = [_unified(lines.decode("utf-8", "replace"), found.text(), HOLDINGS)]
    for name in sorted(wanted.keys() | files.keys()):
        before, after = wanted.get(name), files.get(name)
        if before != after:
            told.append(
                _unified(_readable(before), _readable(after), name) or f"{name}: other bytes, the same content\n"
            )
    return "".join(told)


def write_folder(folder: Path, found: Holdings, files: Mapping[str, bytes]) -> None:
    """Write what is expected from now on into a folder; what else an earlier run expected there goes away.

    Raises ScenarioError where the folder holds something else.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / HOLDINGS).is_file():
        raise ScenarioError(
            f"{folder} holds something else than expected files.", hint="Name a folder of their own with --expect."
        )
    for path in list(_files(folder)):
        path.unlink()
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HOLDINGS).write_text(found.text(), "utf-8")


def write_into(scenario: Path, found: Holdings) -> None:
    """Replace what a scenario expects, which stands at its end; all above it stays as it was written."""
    text = scenario.read_text("utf-8")
    kept = list(_above_expect(text.splitlines(keepends=True)))
    new = "".join(kept).rstrip("\n") + "\n\n" + found.text()
    old_steps, new_steps = tomllib.loads(text), tomllib.loads(new)
    old_steps.pop("expect", None)
    new_steps.pop("expect", None)
    if old_steps != new_steps:
        raise ScenarioError(f"{scenario}: [expect] should be the last table of the file.")
    scenario.write_text(new, "utf-8")


def _above_expect(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("[expect"):
            return
        yield line


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _unified(before: str, after: str, name: str) -> str:
    lines = unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"expected {name}", f"found {name}"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _readable(data: bytes | None) -> str:
    """Return a file's content, one element a line where it can be."""
    if data is None:
        return ""
    try:
        root = parse(data)
    except FormError:
        return data.decode("latin-1")
    etree.indent(root)
    return etree.tostring(root, encoding="unicode") + "\n"
