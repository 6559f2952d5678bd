from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from adapter.simulate.mail.box import Box

AT_ONCE, HOUR = timedelta(), timedelta(hours=1)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "box")


def _inbox(box: Box) -> list[bytes]:
    return [mail.path.read_bytes() for mail in box.inbox.mails()]


def test_a_mail_that_waits_shows_when_its_time_has_come(box: Box) -> None:
    box.hold(b"late", HOUR)
    box.hold(b"soon", AT_ONCE)
    box.release()

    assert _inbox(box) == [b"soon"]


def test_a_mail_that_waits_survives_and_gets_its_uid_when_it_shows(box: Box) -> None:
    box.hold(b"first", AT_ONCE)
    second = box.deliver(b"second")
    after = Box(box.inbox.folder)
    after.release()

    assert _inbox(after) == [b"second", b"first"]
    assert after.inbox.mails()[-1].uid > second.uid


def test_a_mail_is_overtaken_by_the_next(box: Box) -> None:
    box.hold(b"1", HOUR, is_overtaken=True)
    box.hold(b"delayed", HOUR)
    box.deliver(b"2")
    box.deliver(b"3")

    assert _inbox(box) == [b"2", b"1", b"3"]


def test_a_mail_that_nothing_overtakes_shows_after_its_wait(box: Box) -> None:
    box.hold(b"1", AT_ONCE, is_overtaken=True)
    box.release()

    assert _inbox(box) == [b"1"]


def test_folders_are_made_once_and_survive(box: Box) -> None:
    assert box.create("Budstikke")
    assert not box.create("Budstikke")
    assert not box.create("inbox")

    after = Box(box.inbox.folder)
    assert after.names() == ["INBOX", "Budstikke"]
    assert after.get("Inbox") is after.inbox
    assert after.get("budstikke") is None


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a\r\nb", "å" * 3, "a" * 200])
def test_a_folder_that_would_lie_elsewhere_is_not_made(box: Box, name: str) -> None:
    assert not box.create(name)
    assert box.names() == ["INBOX"]
