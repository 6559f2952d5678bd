"""The folder channel: only complete files in, only whole files out, nothing lost and nothing outside."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapter.channel import Channel, FolderChannel, Incoming, folder
from adapter.errors import ChannelUnavailable, LimitExceeded, UnsafeName

Open = Callable[..., FolderChannel]


def drop(inbox: Path, name: str, data: bytes = b"<a/>", *, age: float = 0) -> Path:
    """Put a file into a folder that was written `age` seconds before the others."""
    path = inbox / name
    path.write_bytes(data)
    written = datetime.now(UTC).timestamp() - age
    os.utime(path, (written, written))
    return path


def sources(channel: Channel, now: datetime, limit: int = 100) -> list[str]:
    """Return the names of what waits."""
    return [incoming.source for incoming in channel.listing(limit, now)]


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


class TestListing:
    def test_the_oldest_file_comes_first_and_no_more_than_asked_for(
        self, channel: FolderChannel, folders: Path, now: datetime
    ) -> None:
        for position, name in enumerate(["c.xml", "a.xml", "b.xml"]):
            drop(folders / "inbox", name, age=100 - position)

        assert sources(channel, now) == ["c.xml", "a.xml", "b.xml"]
        assert sources(channel, now, limit=2) == ["c.xml", "a.xml"]

    def test_size_and_time_are_told(self, channel: FolderChannel, folders: Path, now: datetime) -> None:
        path = drop(folders / "inbox", "a.xml", b"<abc/>", age=60)

        (incoming,) = channel.listing(10, now)

        assert incoming.size == 6
        assert abs(incoming.modified.timestamp() - path.stat().st_mtime) < 0.001

    @pytest.mark.parametrize("name", [".a.xml", "a.tmp", "a.part", "a.filepart", "a.crdownload", "a.xml~"])
    def test_unfinished_names_are_skipped(
        self, channel: FolderChannel, folders: Path, now: datetime, name: str
    ) -> None:
        drop(folders / "inbox", name)

        assert sources(channel, now) == []

    def test_only_plain_files_are_listed(self, channel: FolderChannel, folders: Path, now: datetime) -> None:
        inbox = folders / "inbox"
        (inbox / "folder.xml").mkdir()
        (inbox / "link.xml").symlink_to(drop(folders, "outside.xml"))
        os.mkfifo(inbox / "pipe.xml")

        assert sources(channel, now) == []

    def test_suffixes_choose_in_any_case(self, open_channel: Open, folders: Path, now: datetime) -> None:
        for name in ("a.XML", "b.hmsg", "c.txt"):
            drop(folders / "inbox", name)

        assert sorted(sources(open_channel(suffixes=[".xml", ".Hmsg"]), now)) == ["a.XML", "b.hmsg"]

    def test_a_file_that_just_changed_is_left_alone(self, channel: FolderChannel, folders: Path) -> None:
        written = drop(folders / "inbox", "a.xml").stat().st_mtime
        changed = datetime.fromtimestamp(written, UTC)

        assert sources(channel, changed + timedelta(seconds=0.9)) == []
        assert sources(channel, changed + timedelta(seconds=1.1)) == ["a.xml"]

    @pytest.mark.parametrize("data", [b"", b"<a>half", b"<a>half</a", b"<?xml version='1.0'?><a>\n"[:-2]])
    def test_a_file_without_an_end_is_given_a_minute(self, channel: FolderChannel, folders: Path, data: bytes) -> None:
        written = drop(folders / "inbox", "a.xml", data).stat().st_mtime
        changed = datetime.fromtimestamp(written, UTC)

        assert sources(channel, changed + timedelta(seconds=59)) == []
        assert sources(channel, changed + timedelta(seconds=61)) == ["a.xml"]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
    def test_a_document_that_ends_is_complete(self, channel: FolderChannel, folders: Path, encoding: str) -> None:
        written = drop(folders / "inbox", "a.xml", "<a>hel</a>\r\n \n".encode(encoding)).stat().st_mtime

        assert sources(channel, datetime.fromtimestamp(written + 2, UTC)) == ["a.xml"]

    def test_no_patience_reads_at_once(self, open_channel: Open, folders: Path) -> None:
        """A test with a clock of its own may well ask before the file's time."""
        drop(folders / "inbox", "a.xml", b"no xml")
        impatient = open_channel(quiet=timedelta(), patience=timedelta())

        assert sources(impatient, datetime(2020, 1, 1, tzinfo=UTC)) == ["a.xml"]

    def test_a_clock_that_was_set_back_does_not_hide_a_file(self, channel: FolderChannel, folders: Path) -> None:
        drop(folders / "inbox", "a.xml", b"<a/>")
        drop(folders / "inbox", "b.xml", b"<a>half")
        earlier = datetime.now(UTC) - timedelta(hours=1)

        assert sources(channel, earlier) == ["a.xml"]
        assert sources(channel, datetime.now(UTC) - timedelta(seconds=3)) == []

    def test_a_time_in_the_future_does_not_hide_a_file(self, channel: FolderChannel, folders: Path) -> None:
        """A sender that copies with its own, wrong clock."""
        drop(folders / "inbox", "a.xml", age=-86_400)

        assert sources(channel, datetime.now(UTC) + timedelta(seconds=3)) == ["a.xml"]

    @pytest.mark.parametrize(
        ("nanoseconds", "year"), [(-(10**15), 1970), (10**21, 9999), (1_700_000_000_000_000_000, 2023)]
    )
    def test_a_time_that_no_calendar_holds_stops_nothing(self, nanoseconds: int, year: int) -> None:
        assert folder._moment(nanoseconds).year == year

    def test_names_that_are_no_text_are_listed_and_read(
        self, channel: FolderChannel, folders: Path, now: datetime
    ) -> None:
        for name in (b"b\xe5d.xml", "på 100%\n.xml".encode()):
            drop(folders / "inbox", os.fsdecode(name))

        items = channel.listing(10, now)

        assert all(item.source.isprintable() for item in items)
        assert [channel.read(item) for item in items] == [b"<a/>", b"<a/>"]
        channel.settle_many(items)
        assert list((folders / "inbox").iterdir()) == []

    def test_a_file_that_vanishes_meanwhile_is_no_error(
        self, channel: FolderChannel, folders: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written = drop(folders / "inbox", "a.xml").stat().st_mtime
        monkeypatch.setattr(folder, "_opened", lambda name, _: os.open(f"{name}.gone", os.O_RDONLY))

        assert sources(channel, datetime.fromtimestamp(written + 2, UTC)) == []

    def test_without_the_inbox_the_channel_says_so(self, channel: FolderChannel, folders: Path, now: datetime) -> None:
        (folders / "inbox").rmdir()

        with pytest.raises(ChannelUnavailable, match="channel clinic-epj: inbox: No such file or directory"):
            channel.listing(10, now)


class TestReading:
    def test_the_bytes_come_as_they_lie(self, channel: FolderChannel, folders: Path, now: datetime) -> None:
        data = bytes(range(256)) * 5_000 + b">"
        drop(folders / "inbox", "a.xml", data)

        assert channel.read(channel.listing(1, now)[0]) == data

    def test_a_file_over_the_limit_is_not_read(self, open_channel: Open, folders: Path, now: datetime) -> None:
        drop(folders / "inbox", "Vakker Blomst.xml", b"<aaaaaaaa/>")
        channel = open_channel(max_bytes=10)

        with pytest.raises(LimitExceeded, match="11 bytes") as refused:
            channel.read(channel.listing(1, now)[0])

        assert "Blomst" not in str(refused.value)

    @pytest.mark.parametrize("change", [b"<aaaa/>", b"<b/>", b""])
    def test_a_file_that_changed_since_the_listing_waits(
        self, channel: FolderChannel, folders: Path, now: datetime, change: bytes
    ) -> None:
        path = drop(folders / "inbox", "a.xml", age=10)
        (incoming,) = channel.listing(1, now)
        path.write_bytes(change)

        with pytest.raises(ChannelUnavailable, match="still being written"):
            channel.read(incoming)

    def test_a_file_that_vanished_is_told_without_its_name(
        self, channel: FolderChannel, folders: Path, now: datetime
    ) -> None:
        path = drop(folders / "inbox", "Vakker Blomst.xml")
        (incoming,) = channel.listing(1, now)
        path.unlink()

        with pytest.raises(ChannelUnavailable, match=incoming.label) as gone:
            channel.read(incoming)

        assert "Blomst" not in str(gone.value)
        assert gone.value.__cause__ is None
        assert gone.value.__suppress_context__

    def test_a_link_put_in_its_place_is_not_followed(
        self, channel: FolderChannel, folders: Path, now: datetime
    ) -> None:
        path = drop(folders / "inbox", "a.xml")
        (incoming,) = channel.listing(1, now)
        path.unlink()
        path.symlink_to(drop(folders, "secret.xml"))

        with pytest.raises(ChannelUnavailable):
            channel.read(incoming)

    def test_a_folder_put_in_its_place_is_no_file(self, channel: FolderChannel, folders: Path, now: datetime) -> None:
        path = drop(folders / "inbox", "a.xml")
        (incoming,) = channel.listing(1, now)
        path.unlink()
        path.mkdir()

        with pytest.raises(ChannelUnavailable, match="no plain file"):
            channel.read(incoming)

    def test_a_source_is_never_a_path(self, channel: FolderChannel, folders: Path) -> None:
        drop(folders, "secret.xml")

        with pytest.raises(UnsafeName):
            channel.read(Incoming("../secret.xml", 4, datetime.now(UTC)))

    @pytest.mark.usefixtures("ordinary_user")
    def test_files_that_may_not_be_read_never_block_the_others(
        self, channel: FolderChannel, folders: Path, now: datetime
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
        self, channel: FolderChannel, folders: Path
    ) -> None:
        path = drop(folders / "inbox", "locked.xml")
        path.chmod(0)

        assert sources(channel, datetime.fromtimestamp(path.stat().st_mtime + 2, UTC)) == ["locked.xml"]


class TestSettling:
    def test_settled_files_are_gone_and_settling_again_is_no_error(
        self, channel: FolderChannel, folders: Path, now: datetime
    ) -> None:
        for name in ("a.xml", "b.xml", "c.xml"):
            drop(folders / "inbox", name)
        items = channel.listing(2, now)

        channel.settle_many(items)
        channel.settle(items[0])

        assert len(list((folders / "inbox").iterdir())) == 1

    def test_a_new_file_under_the_same_name_is_not_taken_away(
        self, channel: FolderChannel, folders: Path, now: datetime
    ) -> None:
        """Systems that call every message melding.xml."""
        path = drop(folders / "inbox", "melding.xml", b"<first/>", age=10)
        (incoming,) = channel.listing(1, now)
        drop(folders / "inbox", "melding.xml", b"<other/>")

        channel.settle(incoming)

        assert path.read_bytes() == b"<other/>"

    def test_without_a_version_the_size_decides(self, channel: FolderChannel, folders: Path) -> None:
        path = drop(folders / "inbox", "a.xml")

        channel.settle(Incoming("a.xml", 5, datetime.now(UTC)))
        assert path.exists()

        channel.settle(Incoming("a.xml", 4, datetime.now(UTC)))
        assert not path.exists()

    def test_an_archive_keeps_every_file_by_day(self, open_channel: Open, folders: Path, now: datetime) -> None:
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

    def test_a_day_that_is_a_link_leads_nowhere(self, open_channel: Open, folders: Path, now: datetime) -> None:
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

    def test_a_missing_archive_keeps_the_files_where_they_are(
        self, open_channel: Open, folders: Path, now: datetime
    ) -> None:
        path = drop(folders / "inbox", "a.xml")
        channel = open_channel(archive=folders / "missing")

        with pytest.raises(ChannelUnavailable, match="archive: No such file"):
            channel.settle(channel.listing(1, now)[0])

        assert path.exists()

    @pytest.mark.usefixtures("ordinary_user")
    def test_what_cannot_be_taken_away_is_counted_without_names(
        self, channel: FolderChannel, folders: Path, now: datetime
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
        self, channel: FolderChannel, folders: Path, now: datetime
    ) -> None:
        for data in (b"<a/>", b"<b/>"):
            drop(folders / "inbox", "a.xml", data)
            (incoming,) = channel.listing(1, now)
            channel.set_aside(incoming)
            channel.set_aside(incoming)

        assert channel.listing(1, now) == []
        assert {path.name for path in (folders / "inbox" / "refused").iterdir()} == {"a.xml", "a.xml.1"}


class TestSending:
    def test_nothing_shows_before_it_is_published(self, channel: FolderChannel, folders: Path) -> None:
        outbox = folders / "outbox"
        channel.stage("a.xml", b"<a/>")
        channel.stage("b.xml", b"<b/>")

        assert [path for path in outbox.iterdir() if not path.name.startswith(".")] == []
        assert channel.is_staged("a.xml")

        channel.publish(["a.xml", "b.xml"])

        assert {path.name: path.read_bytes() for path in outbox.iterdir()} == {"a.xml": b"<a/>", "b.xml": b"<b/>"}
        assert not channel.is_staged("a.xml")

    def test_what_is_published_is_published_once(self, channel: FolderChannel, folders: Path) -> None:
        """The receiver takes the file, and the adapter, started again, finishes what it had begun."""
        channel.stage("a.xml", b"<a/>")
        channel.publish(["a.xml"])
        (folders / "outbox" / "a.xml").unlink()

        channel.publish(["a.xml"])

        assert list((folders / "outbox").iterdir()) == []

    def test_what_is_staged_is_durable_and_its_name_with_all_others_at_once(
        self, channel: FolderChannel, folders: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced = []
        monkeypatch.setattr(os, "fsync", lambda file: synced.append(Path(f"/proc/self/fd/{file}").readlink()))
        channel.stage("a.xml", b"<a/>")
        channel.stage("b.xml", b"<b/>")
        channel.secure()

        outbox = folders / "outbox"
        assert synced == [outbox / ".a.xml.staged", outbox / ".b.xml.staged", outbox]

    def test_more_files_than_may_be_open_are_durable_too(
        self, channel: FolderChannel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
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
        self, channel: FolderChannel, monkeypatch: pytest.MonkeyPatch
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

    def test_staging_again_replaces_what_a_crash_left(self, channel: FolderChannel, folders: Path) -> None:
        (folders / "outbox" / ".a.xml.staged").write_bytes(b"<half")

        channel.stage("a.xml", b"<a/>")
        channel.publish(["a.xml"])

        assert (folders / "outbox" / "a.xml").read_bytes() == b"<a/>"

    @pytest.mark.parametrize("make", ["symlink_to", "hardlink_to"])
    def test_staging_never_writes_through_a_link(self, channel: FolderChannel, folders: Path, make: str) -> None:
        target = drop(folders, "precious", b"precious")
        getattr(folders / "outbox" / ".a.xml.staged", make)(target)

        channel.stage("a.xml", b"<a/>")

        assert target.read_bytes() == b"precious"

    def test_an_existing_file_is_never_replaced_and_holds_nobody_up(
        self, channel: FolderChannel, folders: Path
    ) -> None:
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
    def test_another_file_of_any_size_is_another_file(
        self, channel: FolderChannel, folders: Path, theirs: bytes
    ) -> None:
        drop(folders / "outbox", "a.xml", theirs)
        channel.stage("a.xml", b"<a/>")

        with pytest.raises(ChannelUnavailable):
            channel.publish(["a.xml"])

    def test_the_same_bytes_under_the_name_count_as_published(self, channel: FolderChannel, folders: Path) -> None:
        drop(folders / "outbox", "a.xml", b"<a/>")
        channel.stage("a.xml", b"<a/>")

        channel.publish(["a.xml"])

        assert [path.name for path in (folders / "outbox").iterdir()] == ["a.xml"]

    def test_a_link_under_the_name_is_not_followed(self, channel: FolderChannel, folders: Path) -> None:
        target = drop(folders, "target.xml", b"<a/>")
        (folders / "outbox" / "a.xml").symlink_to(target)
        channel.stage("a.xml", b"<a/>")

        with pytest.raises(ChannelUnavailable):
            channel.publish(["a.xml"])

        assert target.read_bytes() == b"<a/>"
        assert channel.is_staged("a.xml")

    @pytest.mark.parametrize("name", ["../a.xml", "/a.xml", "sub/a.xml", "a\0.xml", "x" * 300, ".a", "NUL.xml"])
    def test_a_name_never_leads_out_of_the_outbox(self, channel: FolderChannel, folders: Path, name: str) -> None:
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

    def test_files_are_not_for_everyone_to_read(self, channel: FolderChannel, folders: Path) -> None:
        channel.stage("a.xml", b"<a/>")
        channel.publish(["a.xml"])

        assert (folders / "outbox" / "a.xml").stat().st_mode & 0o007 == 0

    def test_a_full_disk_leaves_nothing_behind(
        self, channel: FolderChannel, folders: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_file: int, _data: memoryview) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(folder.os, "write", full)

        with pytest.raises(ChannelUnavailable, match="outbox: No space left on device"):
            channel.stage("a.xml", b"<a/>")

        assert list((folders / "outbox").iterdir()) == []

    def test_a_disk_that_takes_a_little_at_a_time_gets_everything(
        self, channel: FolderChannel, folders: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = os.write
        monkeypatch.setattr(folder.os, "write", lambda file, data: write(file, data[:3]))

        channel.stage("a.xml", b"<abcdefghij/>")
        channel.publish(["a.xml"])

        assert (folders / "outbox" / "a.xml").read_bytes() == b"<abcdefghij/>"

    @pytest.mark.usefixtures("ordinary_user")
    def test_a_folder_that_may_not_be_written_is_told(self, folders: Path) -> None:
        channel = FolderChannel("nav", inbox=folders, outbox=Path("/"))

        with pytest.raises(ChannelUnavailable, match=r"channel nav: outbox: (Permission denied|Read-only)"):
            channel.stage("a.xml", b"<a/>")

    def test_a_missing_outbox_is_told_by_every_step(self, channel: FolderChannel, folders: Path) -> None:
        (folders / "outbox").rmdir()

        for act in (
            lambda: channel.stage("a.xml", b"<a/>"),
            lambda: channel.publish(["a.xml"]),
            lambda: channel.unstage("a.xml"),
            lambda: channel.is_staged("a.xml"),
        ):
            with pytest.raises(ChannelUnavailable, match="outbox: No such file"):
                act()

    def test_publishing_nothing_is_no_error(self, channel: FolderChannel) -> None:
        channel.publish([])


class TestCare:
    def test_a_working_channel_passes_and_leaves_nothing(self, open_channel: Open, folders: Path) -> None:
        before = sorted(folders.rglob("*"))

        assert open_channel(archive=folders / "archive").self_test() == []
        assert sorted(folders.rglob("*")) == before

    def test_every_folder_that_does_not_work_is_named(self, open_channel: Open, folders: Path) -> None:
        (folders / "inbox").rmdir()
        drop(folders, "file")

        problems = open_channel(outbox=folders / "file", archive=folders / "missing").self_test()

        assert problems == [
            "channel clinic-epj: inbox: No such file or directory",
            "channel clinic-epj: outbox: Not a directory",
            "channel clinic-epj: archive: No such file or directory",
        ]

    def test_what_an_interrupted_test_left_is_no_problem(self, channel: FolderChannel, folders: Path) -> None:
        drop(folders / "outbox", f".budstikke-{os.getpid()}.staged")

        assert channel.self_test() == []

    def test_a_wrong_clock_is_noticed(self, channel: FolderChannel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(folder.time, "time", lambda: datetime.now(UTC).timestamp() + 60)

        assert [problem.rpartition(": ")[2] for problem in channel.self_test()] == [
            "its clock is -60 s from this machine's"
        ] * 2

    def test_an_archive_on_another_file_system_is_noticed(self, open_channel: Open) -> None:
        other = Path("/dev/shm")  # noqa: S108 - a second file system, where there is one
        if not other.is_dir() or other.stat().st_dev == Path("/tmp").stat().st_dev:  # noqa: S108 - the first one
            pytest.skip("no second file system here")

        assert open_channel(archive=other).self_test() == [
            "channel clinic-epj: archive: it must lie on the same file system as the inbox"
        ]

    def test_missing_folders_are_created(self, folders: Path) -> None:
        channel = FolderChannel("nav", inbox=folders / "nav" / "in", outbox=folders / "nav" / "out")

        channel.create_folders()
        channel.create_folders()

        assert channel.self_test() == []

    def test_a_folder_that_cannot_be_created_is_told(self, folders: Path) -> None:
        drop(folders, "file")
        channel = FolderChannel("nav", inbox=folders / "file" / "in", outbox=folders / "out")

        with pytest.raises(ChannelUnavailable, match="channel nav: inbox: Not a directory"):
            channel.create_folders()
