"""Only whole files show in a folder, once, and nothing is written outside it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from dropping import drop

from adapter.channel import FolderChannel, folder
from adapter.errors import ChannelUnavailable, UnsafeName


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_nothing_shows_before_it_is_published(channel: FolderChannel, folders: Path) -> None:
    outbox = folders / "outbox"
    channel.stage("a.xml", b"<a/>")
    channel.stage("b.xml", b"<b/>")

    assert [path for path in outbox.iterdir() if not path.name.startswith(".")] == []
    assert channel.is_staged("a.xml")

    channel.publish(["a.xml", "b.xml"])

    assert {path.name: path.read_bytes() for path in outbox.iterdir()} == {"a.xml": b"<a/>", "b.xml": b"<b/>"}
    assert not channel.is_staged("a.xml")


def test_what_is_published_is_published_once(channel: FolderChannel, folders: Path) -> None:
    """The receiver takes the file, and the adapter, started again, finishes what it had begun."""
    channel.stage("a.xml", b"<a/>")
    channel.publish(["a.xml"])
    (folders / "outbox" / "a.xml").unlink()

    channel.publish(["a.xml"])

    assert list((folders / "outbox").iterdir()) == []


def test_what_is_staged_is_durable_and_its_name_with_all_others_at_once(
    channel: FolderChannel, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(Path(f"/proc/self/fd/{file}").readlink()))
    channel.stage("a.xml", b"<a/>")
    channel.stage("b.xml", b"<b/>")
    channel.secure()

    outbox = folders / "outbox"
    assert synced == [outbox / ".a.xml.staged", outbox / ".b.xml.staged", outbox]


def test_what_is_published_is_durable_under_its_name(
    channel: FolderChannel, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = folders / "outbox"
    for name in ("a.xml", "b.xml"):
        channel.stage(name, b"<a/>")
    channel.secure()
    synced = []

    def sync(file: int) -> None:
        synced.append((Path(f"/proc/self/fd/{file}").readlink(), sorted(path.name for path in outbox.iterdir())))

    monkeypatch.setattr(os, "fsync", sync)
    channel.publish(["a.xml", "b.xml"])

    assert synced == [(outbox, ["a.xml", "b.xml"])]


def test_more_files_than_may_be_open_are_durable_too(channel: FolderChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = set()
    monkeypatch.setattr(folder, "_MOST_OPEN", 2)
    monkeypatch.setattr(os, "fsync", lambda file: synced.add(Path(f"/proc/self/fd/{file}").readlink().name))
    names = [f"{number}.xml" for number in range(4)]
    before = open_files()
    for name in names:
        channel.stage(name, b"<a/>")
    assert open_files() == before + 2
    channel.secure()

    assert synced == {*(f".{name}.staged" for name in names), "outbox"}
    assert open_files() == before


def test_a_file_that_cannot_be_made_durable_leaves_nothing_of_its_batch_to_rely_on(
    channel: FolderChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = open_files()
    channel.stage("a.xml", b"<a/>")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(ChannelUnavailable, match="outbox: No space left on device"):
            channel.secure()

    assert open_files() == before
    channel.secure()


def test_staging_again_replaces_what_a_crash_left(channel: FolderChannel, folders: Path) -> None:
    (folders / "outbox" / ".a.xml.staged").write_bytes(b"<half")

    channel.stage("a.xml", b"<a/>")
    channel.publish(["a.xml"])

    assert (folders / "outbox" / "a.xml").read_bytes() == b"<a/>"


@pytest.mark.parametrize("make", ["symlink_to", "hardlink_to"])
def test_staging_never_writes_through_a_link(channel: FolderChannel, folders: Path, make: str) -> None:
    target = drop(folders, "precious", b"precious")
    getattr(folders / "outbox" / ".a.xml.staged", make)(target)

    channel.stage("a.xml", b"<a/>")

    assert target.read_bytes() == b"precious"


def test_an_existing_file_is_never_replaced_and_holds_nobody_up(channel: FolderChannel, folders: Path) -> None:
    theirs = drop(folders / "outbox", "b.xml", b"<x/>")
    for name in ("a.xml", "b.xml", "c.xml"):
        channel.stage(name, b"<a/>")

    with pytest.raises(ChannelUnavailable, match=r"1 of 3 files were not published; b\.xml: File exists"):
        channel.publish(["a.xml", "b.xml", "c.xml"])

    assert theirs.read_bytes() == b"<x/>"
    assert [channel.is_staged(name) for name in ("a.xml", "b.xml", "c.xml")] == [False, True, False]
    channel.unstage("b.xml")
    channel.unstage("b.xml")
    assert not channel.is_staged("b.xml")


@pytest.mark.parametrize("theirs", [b"<xx/>", b"<b/>"])
def test_another_file_of_any_size_is_another_file(channel: FolderChannel, folders: Path, theirs: bytes) -> None:
    drop(folders / "outbox", "a.xml", theirs)
    channel.stage("a.xml", b"<a/>")

    with pytest.raises(ChannelUnavailable):
        channel.publish(["a.xml"])


def test_the_same_bytes_under_the_name_count_as_published(channel: FolderChannel, folders: Path) -> None:
    drop(folders / "outbox", "a.xml", b"<a/>")
    channel.stage("a.xml", b"<a/>")

    channel.publish(["a.xml"])

    assert [path.name for path in (folders / "outbox").iterdir()] == ["a.xml"]


def test_a_link_under_the_name_is_not_followed(channel: FolderChannel, folders: Path) -> None:
    target = drop(folders, "target.xml", b"<a/>")
    (folders / "outbox" / "a.xml").symlink_to(target)
    channel.stage("a.xml", b"<a/>")

    with pytest.raises(ChannelUnavailable):
        channel.publish(["a.xml"])

    assert target.read_bytes() == b"<a/>"
    assert channel.is_staged("a.xml")


@pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "sub/a.xml", "a\0.xml", "x" * 300, ".a", "NUL.xml"])
def test_a_name_never_leads_out_of_the_outbox(channel: FolderChannel, folders: Path, name: str) -> None:
    elsewhere = folders / "elsewhere"
    elsewhere.mkdir()
    (folders / "outbox" / "sub").symlink_to(elsewhere)
    before = sorted(folders.rglob("*"))

    for act in (lambda: channel.stage(name, b"x"), lambda: channel.publish([name]), lambda: channel.unstage(name)):
        with pytest.raises(UnsafeName):
            act()
    with pytest.raises(UnsafeName):
        channel.is_staged(name)

    assert sorted(folders.rglob("*")) == before


def test_files_are_not_for_everyone_to_read(channel: FolderChannel, folders: Path) -> None:
    channel.stage("a.xml", b"<a/>")
    channel.publish(["a.xml"])

    assert (folders / "outbox" / "a.xml").stat().st_mode & 0o007 == 0


def test_a_full_disk_leaves_nothing_behind(
    channel: FolderChannel, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int, _data: memoryview) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(folder.os, "write", full)

    with pytest.raises(ChannelUnavailable, match="outbox: No space left on device"):
        channel.stage("a.xml", b"<a/>")

    assert list((folders / "outbox").iterdir()) == []


def test_a_disk_that_takes_a_little_at_a_time_gets_everything(
    channel: FolderChannel, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(folder.os, "write", lambda file, data: write(file, data[:3]))

    channel.stage("a.xml", b"<abcdefghij/>")
    channel.publish(["a.xml"])

    assert (folders / "outbox" / "a.xml").read_bytes() == b"<abcdefghij/>"


@pytest.mark.usefixtures("ordinary_user")
def test_a_folder_that_may_not_be_written_is_told(folders: Path) -> None:
    channel = FolderChannel("nav", inbox=folders, outbox=Path("/"))

    with pytest.raises(ChannelUnavailable, match=r"channel nav: outbox: (Permission denied|Read-only)"):
        channel.stage("a.xml", b"<a/>")


def test_a_missing_outbox_is_told_by_every_step(channel: FolderChannel, folders: Path) -> None:
    (folders / "outbox").rmdir()

    for act in (
        lambda: channel.stage("a.xml", b"<a/>"),
        lambda: channel.publish(["a.xml"]),
        lambda: channel.unstage("a.xml"),
        lambda: channel.is_staged("a.xml"),
    ):
        with pytest.raises(ChannelUnavailable, match="outbox: No such file"):
            act()


def test_publishing_nothing_is_no_error(channel: FolderChannel) -> None:
    channel.publish([])
