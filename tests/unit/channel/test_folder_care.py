"""Whether the folders of a channel work is known before anything is carried."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dropping import drop

from adapter.channel import FolderChannel, folder
from adapter.errors import ChannelUnavailable

Open = Callable[..., FolderChannel]


def test_a_working_channel_passes_and_leaves_nothing(open_channel: Open, folders: Path) -> None:
    before = sorted(folders.rglob("*"))

    assert open_channel(archive=folders / "archive").self_test() == []
    assert sorted(folders.rglob("*")) == before


def test_every_folder_that_does_not_work_is_named(open_channel: Open, folders: Path) -> None:
    (folders / "inbox").rmdir()
    drop(folders, "file")

    problems = open_channel(outbox=folders / "file", archive=folders / "missing").self_test()

    assert problems == [
        "channel clinic-epj: inbox: No such file or directory",
        "channel clinic-epj: outbox: Not a directory",
        "channel clinic-epj: archive: No such file or directory",
    ]


def test_what_an_interrupted_test_left_is_no_problem(channel: FolderChannel, folders: Path) -> None:
    drop(folders / "outbox", f".budstikke-{os.getpid()}.staged")

    assert channel.self_test() == []


def test_a_wrong_clock_is_noticed(channel: FolderChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder.time, "time", lambda: datetime.now(UTC).timestamp() + 60)

    first, second = (problem.rpartition(": ")[2] for problem in channel.self_test())

    # a second more where the machine was busy between its clock and that of the folder
    assert re.fullmatch(r"its clock is -6\d s from this machine's", first)
    assert re.fullmatch(r"its clock is -6\d s from this machine's", second)


def test_an_archive_on_another_file_system_is_noticed(open_channel: Open) -> None:
    other = Path("/dev/shm")  # noqa: S108 - a second file system, where there is one
    if not other.is_dir() or other.stat().st_dev == Path("/tmp").stat().st_dev:  # noqa: S108 - the first one
        pytest.skip("no second file system here")

    assert open_channel(archive=other).self_test() == [
        "channel clinic-epj: archive: it must lie on the same file system as the inbox"
    ]


def test_missing_folders_are_created(folders: Path) -> None:
    channel = FolderChannel("nav", inbox=folders / "nav" / "in", outbox=folders / "nav" / "out")

    channel.create_folders()
    channel.create_folders()

    assert channel.self_test() == []


def test_a_folder_that_cannot_be_created_is_told(folders: Path) -> None:
    drop(folders, "file")
    channel = FolderChannel("nav", inbox=folders / "file" / "in", outbox=folders / "out")

    with pytest.raises(ChannelUnavailable, match="channel nav: inbox: Not a directory"):
        channel.create_folders()
