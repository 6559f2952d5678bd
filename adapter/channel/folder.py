"""A channel of two folders: the inbox another system writes, the outbox it reads.

Only complete files are read, only whole files appear, no existing file is replaced, and no name leads
out of the folders. Names of files that come in may hold the name of a patient: they reach neither an
error nor a log. Folders are opened anew for each step, so that one which is replaced or mounted
again is never written to under its old life.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from adapter.channel.base import Incoming
from adapter.channel.name import from_source, is_finished, safe_name, to_source
from adapter.channel.rename import rename_new
from adapter.errors import ChannelUnavailable, LimitExceeded

#: Subfolder of the inbox for what cannot be received.
REFUSED: Final = "refused"

_OSLO = ZoneInfo("Europe/Oslo")
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# A link would lead out of the folder; a pipe would block the reader.
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# Health data: for the owner and the group the folder gives, not for everyone on the machine.
_FILE_MODE = 0o660
_TAIL = 64
# UTF-16 puts a zero byte before or after the last '>'.
_BLANK = b" \t\r\n\0"
_CLOCK_TOLERANCE = 5.0
_STAGED = re.compile(r"\.([A-Za-z0-9_-][A-Za-z0-9._-]*)\.staged", re.ASCII)
_PROBE = "budstikke-"
#: Staged files that are open at once; more are flushed one by one.
_MOST_OPEN = 128
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MICROSECOND = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


class FolderChannel:
    """Carries messages as files."""

    def __init__(  # noqa: PLR0913 - one argument per line of the channel's configuration
        self,
        channel_id: str,
        *,
        inbox: Path,
        outbox: Path,
        archive: Path | None = None,
        suffixes: Iterable[str] = (),
        quiet: timedelta = timedelta(seconds=1),
        patience: timedelta = timedelta(seconds=60),
        max_bytes: int = 51_200_000,
    ) -> None:
        """Take the folders and what counts as a complete file.

        Args:
            channel_id: name in the configuration, for errors.
            inbox: where another system writes for us.
            outbox: where another system reads from us.
            archive: keeps what was received, by day; None deletes it.
            suffixes: endings of the files to read, in any case; none reads all.
            quiet: a file is left alone until it has not changed for so long; zero reads at once.
            patience: a file that does not end in ">" counts as half-written for so long; zero never waits.
            max_bytes: larger files raise LimitExceeded.
        """
        self.id: Final = channel_id
        self._inbox = inbox
        self._outbox = outbox
        self._archive = archive
        self._suffixes = tuple(suffix.lower() for suffix in suffixes)
        self._quiet = quiet.total_seconds()
        self._patience = patience.total_seconds()
        self._max_bytes = max_bytes
        # Files that could not be read stand last in the queue, so that they never block the others.
        self._troubled: set[str] = set()
        # Staged files that are not durable yet. Flushed one after the other, when all are written, they cost half.
        self._unflushed: list[int] = []

    # -- in ---------------------------------------------------------------------------------------

    def listing(self, limit: int, now: datetime) -> list[Incoming]:
        """Return complete files, oldest first, at most `limit`; raise ChannelUnavailable without the inbox."""
        with self._open(self._inbox, "inbox") as folder:
            waiting = self._waiting(folder)
            self._troubled.intersection_update(name for _, _, name, _ in waiting)
            waiting.sort()
            moment = now.timestamp()
            found: list[Incoming] = []
            for _, written, name, status in waiting:
                if len(found) >= limit:
                    break
                if self._is_complete(folder, name, status, moment):
                    found.append(Incoming(to_source(name), status.st_size, _moment(written), str(written)))
            return found

    def _waiting(self, folder: int) -> list[tuple[bool, int, str, os.stat_result]]:
        waiting = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if not is_finished(entry.name) or not entry.is_file(follow_symlinks=False):
                    continue
                if self._suffixes and not entry.name.lower().endswith(self._suffixes):
                    continue
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    waiting.append((entry.name in self._troubled, status.st_mtime_ns, entry.name, status))
        return waiting

    def _is_complete(self, folder: int, name: str, status: os.stat_result, now: float) -> bool:
        # A sender that copies with a wrong clock gives a time in the future; the change time is the server's own.
        age = now - (status.st_mtime if status.st_mtime <= now else status.st_ctime)
        # Far in the future, this machine's clock was set back: then the age means nothing, and the ending decides.
        if self._quiet and -_CLOCK_TOLERANCE < age < self._quiet:
            return False
        return not self._patience or age >= self._patience or _ends_like_xml(folder, name)

    def read(self, incoming: Incoming) -> bytes:
        """Return the file's bytes.

        Raises:
            LimitExceeded: it is larger than the limit.
            ChannelUnavailable: it is gone, may not be read, is no plain file, or changed meanwhile.
        """
        name = from_source(incoming.source)
        try:
            with self._open(self._inbox, "inbox", incoming.label) as folder:
                return self._read_whole(folder, name, incoming)
        except (ChannelUnavailable, LimitExceeded):
            self._troubled.add(name)
            raise

    def _read_whole(self, folder: int, name: str, incoming: Incoming) -> bytes:
        with _opened(name, folder) as file:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                raise ChannelUnavailable(f"channel {self.id}: file {incoming.label} in the inbox is no plain file")
            if status.st_size > self._max_bytes:
                raise LimitExceeded(
                    f"channel {self.id}: file {incoming.label} has {status.st_size} bytes,"
                    f" more than max_bytes = {self._max_bytes}"
                )
            data = _read_bytes(file, status.st_size)
            after = os.fstat(file)
        if len(data) != incoming.size or not _is_version(after, incoming):
            raise ChannelUnavailable(f"channel {self.id}: file {incoming.label} in the inbox is still being written")
        return data

    def settle(self, incoming: Incoming) -> None:
        """Take one file away whose bytes are safe; see `settle_many`."""
        self.settle_many((incoming,))

    def settle_many(self, items: Iterable[Incoming]) -> None:
        """Delete files whose bytes are safe, or move them to the archive's folder for the day they were written.

        What is gone already, and what was written anew since the listing, is left as it is. The step
        needs no fsync: a file that comes back after a power cut is recognised as received.

        Raises:
            ChannelUnavailable: some could not be taken away; all others were.
        """
        failures: list[str] = []
        with self._open(self._inbox, "inbox") as folder:
            for incoming in items:
                try:
                    self._take_away(folder, incoming)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    failures.append(_reason(error))
        if failures:
            raise ChannelUnavailable(
                f"channel {self.id}: {len(failures)} received files could not be taken out of the inbox: {failures[0]}"
            )

    def _take_away(self, folder: int, incoming: Incoming) -> None:
        name = from_source(incoming.source)
        if not _is_version(os.stat(name, dir_fd=folder, follow_symlinks=False), incoming):
            return
        if self._archive is None:
            os.unlink(name, dir_fd=folder)
            return
        day = incoming.modified.astimezone(_OSLO).date().isoformat()
        with self._open(self._archive, "archive") as archive:
            _move_into(name, folder, day, archive)

    def set_aside(self, incoming: Incoming) -> None:
        """Move a file that cannot be received to the subfolder `refused`; raise ChannelUnavailable if that fails."""
        with self._open(self._inbox, "inbox", incoming.label) as folder, suppress(FileNotFoundError):
            _move_into(from_source(incoming.source), folder, REFUSED, folder)

    # -- out --------------------------------------------------------------------------------------

    def stage(self, name: str, data: bytes) -> None:
        """Write the bytes to a hidden file in the outbox; an earlier one of that name is replaced.

        It is durable after `secure`.

        Raises:
            UnsafeName: the name could be anything but a plain file.
            ChannelUnavailable: the folder is missing, full or read-only; nothing is left behind.
        """
        staged = _staged(name)
        with self._open(self._outbox, "outbox") as folder:
            try:
                file = os.open(staged, _CREATE_FILE, _FILE_MODE, dir_fd=folder)
            except FileExistsError:
                os.unlink(staged, dir_fd=folder)
                file = os.open(staged, _CREATE_FILE, _FILE_MODE, dir_fd=folder)
            waits = len(self._unflushed) < _MOST_OPEN
            try:
                _write_bytes(file, data)
                if not waits:
                    os.fsync(file)
            except OSError:
                waits = False
                with suppress(OSError):
                    os.unlink(staged, dir_fd=folder)
                raise
            finally:
                if waits:
                    self._unflushed.append(file)
                else:
                    os.close(file)

    def secure(self) -> None:
        """Make all staged files durable, and their names with one fsync of the folder.

        POSIX does not promise the name with the file: a delivery whose staged file is gone after a power cut would
        pass for published, and be lost.

        Raises:
            ChannelUnavailable: it cannot be done; nothing staged may be relied on.
        """
        with self._open(self._outbox, "outbox") as folder:
            self._flush()
            os.fsync(folder)

    def _flush(self) -> None:
        files, self._unflushed = self._unflushed, []
        try:
            for file in files:
                _begin_writing_out(file)
            for file in files:
                os.fsync(file)
        finally:
            for file in files:
                os.close(file)

    def publish(self, names: Iterable[str]) -> None:
        """Give staged files their names, then make all of them durable with one fsync of the folder.

        A name that is not staged was published before. An existing file is never replaced: one with
        the same bytes counts as published, another is an error.

        Raises:
            ChannelUnavailable: some names are not published; `is_staged` tells which, all others are.
        """
        pairs = [(_staged(name), name) for name in names]
        failures: list[str] = []
        with self._open(self._outbox, "outbox") as folder:
            for staged, name in pairs:
                try:
                    _show(folder, staged, name)
                except OSError as error:
                    failures.append(f"{name}: {_reason(error)}")
            os.fsync(folder)
        if failures:
            raise ChannelUnavailable(
                f"channel {self.id}: {len(failures)} of {len(pairs)} files were not published; {failures[0]}"
            )

    def is_staged(self, name: str) -> bool:
        """Tell whether a name is staged and not published; raise ChannelUnavailable without the outbox."""
        with self._open(self._outbox, "outbox") as folder:
            return _exists(_staged(name), folder)

    def staged(self) -> list[str]:
        """Return the names that are staged and not published; raise ChannelUnavailable without the outbox."""
        with self._open(self._outbox, "outbox") as folder, os.scandir(folder) as entries:
            found = [_STAGED.fullmatch(entry.name) for entry in entries]
            return sorted(match[1] for match in found if match and not match[1].startswith(_PROBE))

    def unstage(self, name: str) -> None:
        """Remove a staged file; one that is gone is no error."""
        with self._open(self._outbox, "outbox") as folder, suppress(FileNotFoundError):
            os.unlink(_staged(name), dir_fd=folder)

    # -- care -------------------------------------------------------------------------------------

    def create_folders(self) -> None:
        """Create the folders that are missing; raise ChannelUnavailable when one cannot be."""
        for role, path in self._folders():
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ChannelUnavailable(f"channel {self.id}: {role}: {_reason(error)}") from None

    def self_test(self) -> list[str]:
        """Write, rename and remove a hidden file in each folder; return what went wrong, one sentence each."""
        problems: list[str] = []
        devices: dict[str, int] = {}
        for role, path in self._folders():
            try:
                with self._open(path, role) as folder:
                    devices[role] = os.fstat(folder).st_dev
                    ahead = _probe(folder)
            except ChannelUnavailable as error:
                problems.append(str(error))
                continue
            if abs(ahead) > _CLOCK_TOLERANCE:
                problems.append(f"channel {self.id}: {role}: its clock is {ahead:+.0f} s from this machine's")
        if "archive" in devices and devices["archive"] != devices.get("inbox", devices["archive"]):
            problems.append(f"channel {self.id}: archive: it must lie on the same file system as the inbox")
        return problems

    def _folders(self) -> list[tuple[str, Path]]:
        folders = [("inbox", self._inbox), ("outbox", self._outbox)]
        return [*folders, ("archive", self._archive)] if self._archive else folders

    @contextmanager
    def _open(self, path: Path, role: str, label: str = "") -> Iterator[int]:
        """Open a folder, and say what fails inside the block without naming a file."""
        # "from None": the cause would carry the file's name into every trace.
        try:
            folder = os.open(path, _OPEN_FOLDER)
        except OSError as error:
            raise ChannelUnavailable(f"channel {self.id}: {role}: {_reason(error)}") from None
        try:
            yield folder
        except OSError as error:
            place = f"{role}, file {label}" if label else role
            raise ChannelUnavailable(f"channel {self.id}: {place}: {_reason(error)}") from None
        finally:
            os.close(folder)


def _staged(name: str) -> str:
    return f".{safe_name(name)}.staged"


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__


@contextmanager
def _opened(name: str, folder: int) -> Iterator[int]:
    file = os.open(name, _OPEN_FILE, dir_fd=folder)
    try:
        yield file
    finally:
        os.close(file)


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _moment(nanoseconds: int) -> datetime:
    """Return a file's time; one that no calendar holds (shares give such) becomes the nearest that does."""
    return _EPOCH + timedelta(microseconds=min(max(nanoseconds // 1_000, 0), _LAST_MICROSECOND))


def _is_version(status: os.stat_result, incoming: Incoming) -> bool:
    return status.st_size == incoming.size and incoming.version in {"", str(status.st_mtime_ns)}


def _read_bytes(file: int, size: int) -> bytes:
    """Read one byte more than expected, to see a file that grows."""
    data = os.read(file, size + 1)
    while 0 < len(data) <= size:
        more = os.read(file, size + 1 - len(data))
        if not more:
            break
        data += more
    return data


def _begin_writing_out(file: int) -> None:
    """Let the kernel begin to bring a file to the disk, as it does where somebody says that he will not read it.

    Of many files ext4 then gives all their places at once, and the first fsync commits that for the others: eighty
    take half the time, and two fifths of the CPU.
    """
    if hasattr(os, "posix_fadvise"):  # macOS has none
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)


def _write_bytes(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _ends_like_xml(folder: int, name: str) -> bool:
    try:
        with _opened(name, folder) as file:
            size = os.fstat(file).st_size
            return os.pread(file, _TAIL, max(0, size - _TAIL)).rstrip(_BLANK).endswith(b">")
    except FileNotFoundError:
        return False
    except OSError:
        # Not to be opened: `read` says so, where somebody hears it.
        return True


def _show(folder: int, staged: str, name: str) -> None:
    try:
        rename_new(staged, name, old_folder=folder, new_folder=folder)
    except FileNotFoundError:
        return
    except FileExistsError:
        if not _is_same(folder, staged, name):
            raise
        os.unlink(staged, dir_fd=folder)


def _is_same(folder: int, staged: str, name: str) -> bool:
    try:
        with _opened(staged, folder) as ours, _opened(name, folder) as theirs:
            size, status = os.fstat(ours).st_size, os.fstat(theirs)
            if not stat.S_ISREG(status.st_mode) or status.st_size != size:
                return False
            return _read_bytes(ours, size) == _read_bytes(theirs, size)
    except OSError:
        return False


def _move_into(name: str, folder: int, subfolder: str, parent: int) -> None:
    """Move a file to a subfolder, which is created; a taken name gets a number."""
    with suppress(FileExistsError):
        os.mkdir(subfolder, dir_fd=parent)
    target = os.open(subfolder, _OPEN_FOLDER | os.O_NOFOLLOW, dir_fd=parent)
    try:
        free, number = name, 0
        while True:
            try:
                rename_new(name, free, old_folder=folder, new_folder=target)
            except FileExistsError:
                number += 1
                free = f"{name}.{number}"
            else:
                return
    finally:
        os.close(target)


def _probe(folder: int) -> float:
    """Write, rename and remove a hidden file; return how many seconds the folder's clock is ahead."""
    name = f".{_PROBE}{os.getpid()}"
    for leftover in (f"{name}.staged", name):
        with suppress(FileNotFoundError):
            os.unlink(leftover, dir_fd=folder)
    file = os.open(f"{name}.staged", _CREATE_FILE, _FILE_MODE, dir_fd=folder)
    try:
        _write_bytes(file, b"self test")
        os.fsync(file)
        ahead = os.fstat(file).st_mtime - time.time()
    finally:
        os.close(file)
    os.rename(f"{name}.staged", name, src_dir_fd=folder, dst_dir_fd=folder)
    os.unlink(name, dir_fd=folder)
    return ahead
