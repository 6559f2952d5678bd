"""What waits in a folder: only complete files, the oldest first."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dropping import drop, sources

from adapter.channel import FolderChannel, folder
from adapter.errors import ChannelUnavailable

Open = Callable[..., FolderChannel]


def test_the_oldest_file_comes_first_and_no_more_than_asked_for(
    channel: FolderChannel, folders: Path, now: datetime
) -> None:
    for position, name in enumerate(["c.xml", "a.xml", "b.xml"]):
        drop(folders / "inbox", name, age=100 - position)

    assert sources(channel, now) == ["c.xml", "a.xml", "b.xml"]
    assert sources(channel, now, limit=2) == ["c.xml", "a.xml"]


def test_size_and_time_are_told(channel: FolderChannel, folders: Path, now: datetime) -> None:
    path = drop(folders / "inbox", "a.xml", b"<abc/>", age=60)

    (incoming,) = channel.listing(10, now)

    assert incoming.size == 6
    assert abs(incoming.modified.timestamp() - path.stat().st_mtime) < 0.001


@pytest.mark.parametrize("name", [".a.xml", "a.tmp", "a.part", "a.filepart", "a.crdownload", "a.xml~"])
def test_unfinished_names_are_skipped(channel: FolderChannel, folders: Path, now: datetime, name: str) -> None:
    drop(folders / "inbox", name)

    assert sources(channel, now) == []


def test_only_plain_files_are_listed(channel: FolderChannel, folders: Path, now: datetime) -> None:
    inbox = folders / "inbox"
    (inbox / "folder.xml").mkdir()
    (inbox / "link.xml").symlink_to(drop(folders, "outside.xml"))
    os.mkfifo(inbox / "pipe.xml")

    assert sources(channel, now) == []


def test_suffixes_choose_in_any_case(open_channel: Open, folders: Path, now: datetime) -> None:
    for name in ("a.XML", "b.hmsg", "c.txt"):
        drop(folders / "inbox", name)

    assert sorted(sources(open_channel(suffixes=[".xml", ".Hmsg"]), now)) == ["a.XML", "b.hmsg"]


def test_a_file_that_just_changed_is_left_alone(channel: FolderChannel, folders: Path) -> None:
    written = drop(folders / "inbox", "a.xml").stat().st_mtime
    changed = datetime.fromtimestamp(written, UTC)

    assert sources(channel, changed + timedelta(seconds=0.9)) == []
    assert sources(channel, changed + timedelta(seconds=1.1)) == ["a.xml"]


@pytest.mark.parametrize("data", [b"", b"<a>half", b"<a>half</a", b"<?xml version='1.0'?><a>\n"[:-2]])
def test_a_file_without_an_end_is_given_a_minute(channel: FolderChannel, folders: Path, data: bytes) -> None:
    written = drop(folders / "inbox", "a.xml", data).stat().st_mtime
    changed = datetime.fromtimestamp(written, UTC)

    assert sources(channel, changed + timedelta(seconds=59)) == []
    assert sources(channel, changed + timedelta(seconds=61)) == ["a.xml"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_document_that_ends_is_complete(channel: FolderChannel, folders: Path, encoding: str) -> None:
    written = drop(folders / "inbox", "a.xml", "<a>hel</a>\r\n \n".encode(encoding)).stat().st_mtime

    assert sources(channel, datetime.fromtimestamp(written + 2, UTC)) == ["a.xml"]


def test_no_patience_reads_at_once(open_channel: Open, folders: Path) -> None:
    """A test with a clock of its own may well ask before the file's time."""
    drop(folders / "inbox", "a.xml", b"no xml")
    impatient = open_channel(quiet=timedelta(), patience=timedelta())

    assert sources(impatient, datetime(2020, 1, 1, tzinfo=UTC)) == ["a.xml"]


def test_a_clock_that_was_set_back_does_not_hide_a_file(channel: FolderChannel, folders: Path) -> None:
    drop(folders / "inbox", "a.xml", b"<a/>")
    written = drop(folders / "inbox", "b.xml", b"<a>half").stat().st_mtime
    now = datetime.fromtimestamp(written, UTC)

    assert sources(channel, now - timedelta(hours=1)) == ["a.xml"]
    assert sources(channel, now - timedelta(seconds=3)) == []


def test_a_time_in_the_future_does_not_hide_a_file(channel: FolderChannel, folders: Path) -> None:
    """A sender that copies with its own, wrong clock."""
    drop(folders / "inbox", "a.xml", age=-86_400)

    assert sources(channel, datetime.now(UTC) + timedelta(seconds=3)) == ["a.xml"]


@pytest.mark.parametrize(
    ("nanoseconds", "year"), [(-(10**15), 1970), (10**21, 9999), (1_700_000_000_000_000_000, 2023)]
)
def test_a_time_that_no_calendar_holds_stops_nothing(nanoseconds: int, year: int) -> None:
    assert folder._moment(nanoseconds).year == year


def test_names_that_are_no_text_are_listed_and_read(channel: FolderChannel, folders: Path, now: datetime) -> None:
    for name in (b"b\xe5d.xml", "på 100%\n.xml".encode()):
        drop(folders / "inbox", os.fsdecode(name))

    items = channel.listing(10, now)

    assert all(item.source.isprintable() for item in items)
    assert [channel.read(item) for item in items] == [b"<a/>", b"<a/>"]
    channel.settle_many(items)
    assert list((folders / "inbox").iterdir()) == []


def test_a_file_that_vanishes_meanwhile_is_no_error(
    channel: FolderChannel, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = drop(folders / "inbox", "a.xml").stat().st_mtime
    monkeypatch.setattr(folder, "_opened", lambda name, _: os.open(f"{name}.gone", os.O_RDONLY))

    assert sources(channel, datetime.fromtimestamp(written + 2, UTC)) == []


def test_without_the_inbox_the_channel_says_so(channel: FolderChannel, folders: Path, now: datetime) -> None:
    (folders / "inbox").rmdir()

    with pytest.raises(ChannelUnavailable, match="channel clinic-epj: inbox: No such file or directory"):
        channel.listing(10, now)
