"""Which files are handed out, and when they are looked at again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from adapter.channel.base import Incoming
from adapter.errors import ChannelUnavailable
from adapter.service import inboxes
from adapter.service.inboxes import Inboxes
from adapter.service.troubles import Troubles
from adapter.service.worker import Done, Failed, Fetch

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FAILED = Failed("INT-02", "ValueError", "", can_retry=False)
FILES = [Incoming(str(number), 60, NOW + timedelta(minutes=number), str(number)) for number in range(5)]


@dataclass
class Folder:
    """A folder of which only the listing matters."""

    files: list[Incoming] = field(default_factory=list)
    trouble: str = ""

    def listing(self, limit: int, now: datetime) -> list[Incoming]:
        if self.trouble:
            raise ChannelUnavailable(self.trouble)
        return [item for item in self.files if item.modified <= now][:limit]


@pytest.fixture
def nav() -> Folder:
    return Folder()


@pytest.fixture
def clinic() -> Folder:
    return Folder()


@pytest.fixture
def make(nav: Folder, clinic: Folder) -> Callable[..., Inboxes]:
    def build(troubles: Troubles | None = None, now: datetime = NOW + timedelta(hours=1), workers: int = 1) -> Inboxes:
        troubles = Troubles() if troubles is None else troubles
        made = Inboxes({"nav": nav, "clinic": clinic}, troubles, lambda: now, workers=workers)
        made.look()
        return made

    return build


def test_the_channel_that_has_waited_longest_is_fetched_first_in_batches_of_some_bytes(
    make: Callable[..., Inboxes], nav: Folder, clinic: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    nav.files, clinic.files = FILES[2:], [*FILES[:1], replace(FILES[4], size=900)]
    monkeypatch.setattr(inboxes, "BATCH_BYTES", 120)
    waiting = make()

    handed = [waiting.next() for _ in range(4)]

    assert handed == [
        Fetch("clinic", tuple(FILES[:1])),
        Fetch("nav", tuple(FILES[2:4])),
        Fetch("nav", tuple(FILES[4:])),
        Fetch("clinic", (replace(FILES[4], size=900),)),
    ]
    assert waiting.next() is None


def test_workers_share_what_waits_and_get_no_less_than_is_worth_a_commit(
    make: Callable[..., Inboxes], nav: Folder
) -> None:
    nav.files = [Incoming(str(number), 60, NOW, str(number)) for number in range(100)]
    waiting = make(workers=2)

    handed = [len(task.items) for task in iter(waiting.next, None)]

    assert handed == [40, 30, 15, 8, 5, 2]


def test_a_file_is_handed_out_once_until_its_worker_failed(make: Callable[..., Inboxes], nav: Folder) -> None:
    nav.files = FILES[:2]
    waiting = make()
    task = waiting.next()
    waiting.look()
    assert waiting.next() is None

    waiting.ended(task, None)

    assert waiting.next() == task


def test_a_file_that_could_not_be_read_is_looked_at_when_its_folder_is_polled(
    make: Callable[..., Inboxes], nav: Folder
) -> None:
    nav.files = FILES[:2]
    waiting = make()
    task = waiting.next()
    nav.files = FILES[:1]
    waiting.ended(task, Done(left=(FILES[0],)))
    assert waiting.next() is None
    assert waiting.has_left

    waiting.poll("nav")

    assert waiting.next() == Fetch("nav", (FILES[0],))
    assert not waiting.has_left


def test_a_folder_in_trouble_keeps_no_other_from_being_read(
    make: Callable[..., Inboxes], nav: Folder, clinic: Folder
) -> None:
    troubles = Troubles()
    nav.trouble, clinic.files = "it is not there", FILES[:1]
    waiting = make(troubles)

    assert troubles
    assert waiting.next() == Fetch("clinic", tuple(FILES[:1]))
    assert waiting.wait_for_files(timedelta(0))

    nav.trouble = ""
    waiting.poll("nav")
    assert not troubles


def test_a_file_that_is_too_young_is_waited_for(make: Callable[..., Inboxes], nav: Folder) -> None:
    nav.files = FILES[1:2]
    waiting = make(now=NOW)

    assert waiting.next() is None
    assert waiting.wait_for_files(timedelta(minutes=2))
    assert not waiting.wait_for_files(timedelta(0))


def test_files_of_before_count_until_their_batch_has_ended(make: Callable[..., Inboxes], nav: Folder) -> None:
    nav.files = FILES[:2]
    waiting = make()
    before = FILES[0].modified
    assert waiting.has_any_from(before)
    assert not waiting.has_any_from(before - timedelta(seconds=1))

    task = waiting.next()
    assert task is not None
    assert waiting.has_any_from(before)

    nav.files = [FILES[3]]
    waiting.ended(task, Done())
    assert waiting.has_files()
    assert not waiting.has_any_from(before)


@pytest.mark.parametrize("outcome", [FAILED, None])
def test_files_of_before_count_again_when_their_batch_failed(
    make: Callable[..., Inboxes], nav: Folder, outcome: Failed | None
) -> None:
    nav.files = FILES[:1]
    waiting = make()
    task = waiting.next()
    assert task is not None

    waiting.ended(task, outcome)

    assert waiting.has_any_from(NOW)


def test_files_that_cannot_be_read_do_not_count(make: Callable[..., Inboxes], nav: Folder, clinic: Folder) -> None:
    nav.files, clinic.files, clinic.trouble = FILES[:1], FILES[1:], "away"
    waiting = make()
    task = waiting.next()
    assert task is not None

    waiting.ended(task, Done(left=task.items))

    assert not waiting.has_any_from(NOW + timedelta(days=1))
