"""Renaming never replaces, with and without the system call for it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.channel import rename
from adapter.channel.rename import rename_new


def _unknown_flag(*_: object) -> int:
    return errno.EINVAL


@pytest.fixture(params=["system call", "flag not supported", "no such call"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Open a folder, on systems that can and cannot rename in one step."""
    if request.param == "flag not supported":
        monkeypatch.setattr(rename, "_renameat2", lambda: _unknown_flag)
    if request.param == "no such call":
        monkeypatch.setattr(rename, "_renameat2", lambda: None)
    (tmp_path / "old").write_bytes(b"old")
    number = os.open(tmp_path, os.O_RDONLY)
    yield number
    os.close(number)


def test_a_free_name_is_taken(folder: int, tmp_path: Path) -> None:
    rename_new("old", "new", old_folder=folder, new_folder=folder)

    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_taken_name_is_left_alone(folder: int, tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"theirs")

    with pytest.raises(FileExistsError):
        rename_new("old", "new", old_folder=folder, new_folder=folder)

    assert (tmp_path / "new").read_bytes() == b"theirs"
    assert (tmp_path / "old").read_bytes() == b"old"


def test_a_link_to_nowhere_is_a_taken_name(folder: int, tmp_path: Path) -> None:
    (tmp_path / "new").symlink_to("nowhere")

    with pytest.raises(FileExistsError):
        rename_new("old", "new", old_folder=folder, new_folder=folder)


def test_what_is_not_there_cannot_be_renamed(folder: int) -> None:
    with pytest.raises(FileNotFoundError):
        rename_new("missing", "new", old_folder=folder, new_folder=folder)


def test_a_c_library_without_the_call_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class OldLibrary:
        def __init__(self, name: None, *, use_errno: bool) -> None:
            """Know no function at all."""

    monkeypatch.setattr("ctypes.CDLL", OldLibrary)

    assert rename._renameat2.__wrapped__() is None
