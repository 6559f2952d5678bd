"""A file is taken out of a folder as it was listed, and nothing that came after it is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dropping import drop, sources

from adapter.channel import FolderChannel, Incoming
from adapter.errors import ChannelUnavailable, LimitExceeded, UnsafeName

Open = Callable[..., FolderChannel]


def test_the_bytes_come_as_they_lie(channel: FolderChannel, folders: Path, now: datetime) -> None:
    data = bytes(range(256)) * 5_000 + b">"
    drop(folders / "inbox", "a.xml", data)

    assert channel.read(channel.listing(1, now)[0]) == data


def test_a_file_over_the_limit_is_not_read(open_channel: Open, folders: Path, now: datetime) -> None:
    drop(folders / "inbox", "Vakker Blomst.xml", b"<aaaaaaaa/>")
    channel = open_channel(max_bytes=10)

    with pytest.raises(LimitExceeded, match="11 bytes") as refused:
        channel.read(channel.listing(1, now)[0])

    assert "Blomst" not in str(refused.value)


@pytest.mark.parametrize("change", [b"<aaaa/>", b"<b/>", b""])
def test_a_file_that_changed_since_the_listing_waits(
    channel: FolderChannel, folders: Path, now: datetime, change: bytes
) -> None:
    path = drop(folders / "inbox", "a.xml", age=10)
    (incoming,) = channel.listing(1, now)
    path.write_bytes(change)

    with pytest.raises(ChannelUnavailable, match="still being written"):
        channel.read(incoming)


def test_a_file_that_vanished_is_told_without_its_name(channel: FolderChannel, folders: Path, now: datetime) -> None:
    path = drop(folders / "inbox", "Vakker Blomst.xml")
    (incoming,) = channel.listing(1, now)
    path.unlink()

    with pytest.raises(ChannelUnavailable, match=incoming.label) as gone:
        channel.read(incoming)

    assert "Blomst" not in str(gone.value)
    assert gone.value.__cause__ is None
    assert gone.value.__suppress_context__


def test_a_link_put_in_its_place_is_not_followed(channel: FolderChannel, folders: Path, now: datetime) -> None:
    path = drop(folders / "inbox", "a.xml")
    (incoming,) = channel.listing(1, now)
    path.unlink()
    path.symlink_to(drop(folders, "secret.xml"))

    with pytest.raises(ChannelUnavailable):
        channel.read(incoming)


def test_a_folder_put_in_its_place_is_no_file(channel: FolderChannel, folders: Path, now: datetime) -> None:
    path = drop(folders / "inbox", "a.xml")
    (incoming,) = channel.listing(1, now)
    path.unlink()
    path.mkdir()

    with pytest.raises(ChannelUnavailable, match="no plain file"):
        channel.read(incoming)


def test_a_source_is_never_a_path(channel: FolderChannel, folders: Path) -> None:
    drop(folders, "secret.xml")

    with pytest.raises(UnsafeName):
        channel.read(Incoming("../secret.xml", 4, datetime.now(UTC)))


@pytest.mark.usefixtures("ordinary_user")
def test_files_that_may_not_be_read_never_block_the_others(
    channel: FolderChannel, folders: Path, now: datetime
) -> None:
    for number in range(3):
        drop(folders / "inbox", f"locked-{number}.xml", age=100).chmod(0)
    drop(folders / "inbox", "good.xml")
    for incoming in channel.listing(3, now):
        with pytest.raises(ChannelUnavailable, match="Permission denied"):
            channel.read(incoming)

    assert sources(channel, now, limit=1) == ["good.xml"]
    assert len(sources(channel, now)) == 4


@pytest.mark.usefixtures("ordinary_user")
def test_a_young_file_that_may_not_be_read_is_listed_so_that_somebody_hears_of_it(
    channel: FolderChannel, folders: Path
) -> None:
    path = drop(folders / "inbox", "locked.xml")
    path.chmod(0)

    assert sources(channel, datetime.fromtimestamp(path.stat().st_mtime + 2, UTC)) == ["locked.xml"]


def test_settled_files_are_gone_and_settling_again_is_no_error(
    channel: FolderChannel, folders: Path, now: datetime
) -> None:
    for name in ("a.xml", "b.xml", "c.xml"):
        drop(folders / "inbox", name)
    items = channel.listing(2, now)

    channel.settle_many(items)
    channel.settle(items[0])

    assert len(list((folders / "inbox").iterdir())) == 1


def test_a_new_file_under_the_same_name_is_not_taken_away(channel: FolderChannel, folders: Path, now: datetime) -> None:
    """Systems that call every message melding.xml."""
    path = drop(folders / "inbox", "melding.xml", b"<first/>", age=10)
    (incoming,) = channel.listing(1, now)
    drop(folders / "inbox", "melding.xml", b"<other/>")

    channel.settle(incoming)

    assert path.read_bytes() == b"<other/>"


def test_without_a_version_the_size_decides(channel: FolderChannel, folders: Path) -> None:
    path = drop(folders / "inbox", "a.xml")

    channel.settle(Incoming("a.xml", 5, datetime.now(UTC)))
    assert path.exists()

    channel.settle(Incoming("a.xml", 4, datetime.now(UTC)))
    assert not path.exists()


def test_an_archive_keeps_every_file_by_day(open_channel: Open, folders: Path, now: datetime) -> None:
    channel = open_channel(archive=folders / "archive")
    late_evening = datetime(2026, 11, 20, 23, 30, tzinfo=UTC).timestamp()
    for data in (b"<a/>", b"<b/>", b"<c/>"):
        path = drop(folders / "inbox", "melding.xml", data)
        os.utime(path, (late_evening, late_evening))
        channel.settle(channel.listing(1, now)[0])

    # Half past midnight in Oslo.
    kept = folders / "archive" / "2026-11-21"
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == {
        "melding.xml": b"<a/>",
        "melding.xml.1": b"<b/>",
        "melding.xml.2": b"<c/>",
    }
    assert list((folders / "inbox").iterdir()) == []


def test_a_day_that_is_a_link_leads_nowhere(open_channel: Open, folders: Path, now: datetime) -> None:
    path = drop(folders / "inbox", "a.xml")
    channel = open_channel(archive=folders / "archive")
    (incoming,) = channel.listing(1, now)
    elsewhere = folders / "elsewhere"
    elsewhere.mkdir()
    day = incoming.modified.astimezone(ZoneInfo("Europe/Oslo")).date()
    (folders / "archive" / day.isoformat()).symlink_to(elsewhere)

    with pytest.raises(ChannelUnavailable):
        channel.settle(incoming)

    assert path.exists()
    assert list(elsewhere.iterdir()) == []


def test_a_missing_archive_keeps_the_files_where_they_are(open_channel: Open, folders: Path, now: datetime) -> None:
    path = drop(folders / "inbox", "a.xml")
    channel = open_channel(archive=folders / "missing")

    with pytest.raises(ChannelUnavailable, match="archive: No such file"):
        channel.settle(channel.listing(1, now)[0])

    assert path.exists()


@pytest.mark.usefixtures("ordinary_user")
def test_what_cannot_be_taken_away_is_counted_without_names(
    channel: FolderChannel, folders: Path, now: datetime
) -> None:
    inbox = folders / "inbox"
    for name in ("Vakker Blomst.xml", "Grønn Vits.xml"):
        drop(inbox, name)
    items = channel.listing(10, now)
    euid = os.geteuid()
    os.seteuid(os.getuid())
    inbox.chmod(0o555)
    os.seteuid(euid)

    with pytest.raises(ChannelUnavailable, match=r"2 received files .* Permission denied") as failed:
        channel.settle_many(items)

    inbox_files = len(list(inbox.iterdir()))
    assert inbox_files == 2
    assert "Blomst" not in str(failed.value)


def test_what_cannot_be_received_is_set_aside_where_it_is_found(
    channel: FolderChannel, folders: Path, now: datetime
) -> None:
    for data in (b"<a/>", b"<b/>"):
        drop(folders / "inbox", "a.xml", data)
        (incoming,) = channel.listing(1, now)
        channel.set_aside(incoming)
        channel.set_aside(incoming)

    assert channel.listing(1, now) == []
    assert {path.name for path in (folders / "inbox" / "refused").iterdir()} == {"a.xml", "a.xml.1"}
