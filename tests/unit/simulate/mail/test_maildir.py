from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.simulate.mail.maildir import Flag, Maildir


@pytest.fixture
def box(tmp_path: Path) -> Maildir:
    return Maildir(tmp_path / "box")


def _uids(box: Maildir) -> list[int]:
    return [mail.uid for mail in box.mails()]


def test_a_mail_lies_there_as_it_came(box: Maildir) -> None:
    mail = box.deliver(b"a\r\n\x00\xff")

    assert mail.path.read_bytes() == b"a\r\n\x00\xff"
    assert (mail.uid, mail.size, mail.flags, mail.is_recent) == (1, 5, frozenset(), True)
    assert abs(datetime.now(UTC) - mail.at) < timedelta(minutes=1)
    assert box.mails() == [mail]


def test_mails_survive_a_process_that_dies(box: Maildir) -> None:
    mails = [box.deliver(b"1"), box.deliver(b"2")]

    assert Maildir(box.folder).mails() == mails


def test_uids_rise_though_the_last_mail_is_gone_and_the_process_died(box: Maildir) -> None:
    last = [box.deliver(b"1"), box.deliver(b"2")][-1]
    box.remove(last)
    after = Maildir(box.folder)

    assert after.uid_validity == box.uid_validity
    assert after.deliver(b"3").uid > last.uid


def test_uids_follow_each_other_where_the_process_ended_well(box: Maildir) -> None:
    box.remove(box.deliver(b"1"))
    box.close()

    after = Maildir(box.folder)
    assert (after.uid_next, after.deliver(b"2").uid, after.uid_next) == (2, 2, 3)


def test_uids_are_higher_than_those_of_the_files_though_the_mark_is_lost(box: Maildir) -> None:
    box.deliver(b"1")
    (box.folder / "uids").unlink()

    assert Maildir(box.folder).deliver(b"2").uid == 2


def test_flags_lie_in_the_name_and_survive(box: Maildir) -> None:
    mail = box.flag(box.deliver(b"1"), {Flag.SEEN, Flag.DELETED})

    assert mail.path.name.endswith(":2,ST")
    assert not mail.is_recent
    assert Maildir(box.folder).mails() == [mail]
    assert box.flag(mail, ()).flags == frozenset()


def test_a_copy_keeps_flags_and_time(box: Maildir, tmp_path: Path) -> None:
    mail = box.flag(box.deliver(b"1"), {Flag.SEEN})
    target = Maildir(tmp_path / "other")
    copy = target.copy(mail)

    assert (copy.flags, copy.at, copy.path.read_bytes()) == (mail.flags, mail.at, b"1")
    box.remove(mail)
    assert copy.path.read_bytes() == b"1"


def test_a_moved_mail_is_in_one_place(box: Maildir, tmp_path: Path) -> None:
    mail = box.flag(box.deliver(b"1"), {Flag.SEEN})
    target = Maildir(tmp_path / "other")
    moved = box.move_to(mail, target)

    assert (box.mails(), target.mails()) == ([], [moved])
    assert moved.flags == {Flag.SEEN}


def test_a_mail_that_is_gone_can_be_removed_again(box: Maildir) -> None:
    mail = box.deliver(b"1")
    box.remove(mail)
    box.remove(mail)

    assert (box.mails(), box.get(mail.uid)) == ([], None)


def test_other_files_are_no_mails(box: Maildir) -> None:
    (box.folder / "cur" / "dovecot.index").touch()

    assert Maildir(box.folder).mails() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["deliver", "remove", "flag", "die", "end"]), max_size=12))
def test_a_uid_is_never_given_twice_whatever_happens(tmp_path_factory: pytest.TempPathFactory, acts: list[str]) -> None:
    box = Maildir(tmp_path_factory.mktemp("maildir"))
    given_before: list[int] = []
    for act in acts:
        if act == "deliver":
            given_before.append(box.deliver(b"x").uid)
        elif act == "remove" and box.mails():
            box.remove(box.mails()[-1])
        elif act == "flag" and box.mails():
            box.flag(box.mails()[0], {Flag.SEEN})
        elif act in {"die", "end"}:
            if act == "end":
                box.close()
            box = Maildir(box.folder)

    assert given_before == sorted(set(given_before))
    assert set(_uids(box)) <= set(given_before)
