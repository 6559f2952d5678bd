"""What is taken out of a mailbox, and what a crash leaves of it."""

from __future__ import annotations

from typing import Any

import mails
import pytest
from envelopes import MESSAGE_ID
from mailboxes import Server
from mails import REFERRAL, mailed
from pki import NOW

from adapter.channel.mail.terms import Terms
from adapter.envelope.signal import StatusRequest
from adapter.errors import ChannelUnavailable, StoreError
from adapter.service.courier import receive
from adapter.service.courier.receive import BATCH


class Killed(BaseException):
    """The process died here."""


def test_mails_are_deleted_when_they_are_in_the_store(server: Server) -> None:
    def look() -> None:
        assert server.states() == ["received"]
        assert server.mailbox.is_open

    server.mailbox.before_settling = look
    server.collect(mailed())

    assert server.mailbox.lying == {}
    assert not server.mailbox.is_open


def test_mails_stay_where_the_store_does_not_take_them(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def writing(_self: object) -> None:
        raise StoreError("no room")

    monkeypatch.setattr(type(server.store), "writing", writing)
    with pytest.raises(StoreError):
        server.collect(mailed())

    assert len(server.mailbox.lying) == 1


def test_an_empty_mailbox_is_no_work(server: Server) -> None:
    assert server.collect() == receive.Collected()


def test_what_cannot_be_deleted_comes_again_as_a_duplicate(server: Server) -> None:
    def fail() -> None:
        raise ChannelUnavailable("it has gone")

    server.mailbox.before_settling = fail
    assert server.collect(mailed()).counts == {"opened": 1}
    server.mailbox.before_settling = lambda: None

    assert server.collect().counts == {"duplicate": 1}
    assert server.mailbox.lying == {}


def test_a_mail_that_cannot_be_read_keeps_nobody_up(server: Server) -> None:
    server.mailbox.put(mailed())
    server.mailbox.broken = {"uid-1"}

    assert server.collect(mails.numbered(2)).counts == {"opened": 1}
    assert list(server.mailbox.lying) == ["uid-1"]


def test_a_mailbox_that_gives_nothing_more_is_left_for_another_time(server: Server) -> None:
    server.mailbox.broken = {f"uid-{number}" for number in range(2, 6)}

    assert server.collect(*(mails.numbered(number) for number in range(6))).counts == {"opened": 1}
    assert len(server.mailbox.lying) == 5


def test_a_mailbox_that_deletes_nothing_is_not_asked_again_at_once(server: Server) -> None:
    def fail() -> None:
        raise ChannelUnavailable("it has gone")

    server.mailbox.before_settling = fail

    assert server.collect(*(b"%d" % number for number in range(BATCH + 1))).has_more is False


def test_a_mail_that_is_too_large_is_set_aside_and_the_operator_told(server: Server) -> None:
    server.mailbox.terms = Terms(address="klinikk@testedi.nhn.no", largest_mail=20_000)

    assert server.collect(b" " * 20_001, mailed(b"<a/>")).counts == {"opened": 1}
    assert (server.mailbox.aside, server.rules()) == (["uid-1"], ["FORM-03"])


def test_so_many_mails_are_taken_at_once_and_no_more(server: Server) -> None:
    collected = server.collect(*(b"%d" % number for number in range(BATCH + 2)))

    assert (collected.counts, collected.has_more) == ({"unreadable": BATCH}, True)
    assert server.collect().has_more is False


def test_so_many_octets_are_taken_at_once_and_no_more(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "_MOST_BYTES", 100)

    assert server.collect(b"1" * 60, b"2" * 40, b"3").counts == {"unreadable": 2}
    assert server.collect(b"4" * 200, b"5").counts == {"unreadable": 1}


def test_a_mailbox_of_which_nothing_can_be_read_is_not_asked_again_at_once(server: Server) -> None:
    server.mailbox.broken = {f"uid-{number + 1}" for number in range(BATCH)}

    assert server.collect(*(b"%d" % number for number in range(BATCH + 1))).has_more is False


def test_who_dies_before_deleting_has_lost_and_doubled_nothing(server: Server) -> None:
    def die() -> None:
        raise Killed

    server.mailbox.before_settling = die
    with pytest.raises(Killed):
        server.collect(mailed())
    server.mailbox.before_settling = lambda: None

    assert server.resume() == [REFERRAL]
    assert server.collect().counts == {"duplicate": 1}
    assert (len(server.messages()), len(server.answers())) == (1, 1)


def test_who_dies_while_opening_leaves_the_others_to_be_opened(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(receive, "open_mail", _deadly)
        with pytest.raises(Killed):
            server.collect(mails.numbered(1), mails.numbered(2))

    assert server.states() == ["received", "received"]
    assert server.resume() == [REFERRAL, REFERRAL]


def _deadly(*_: object, **__: object) -> None:
    raise Killed


def test_a_mail_that_kills_three_workers_is_put_aside(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "open_mail", _deadly)
    with pytest.raises(Killed):
        server.collect(mailed())
    for _ in range(2):
        with pytest.raises(Killed):
            server.resume()

    assert server.resume() == []
    assert (server.states(), server.rules()) == (["unreadable"], ["TRA-11"])


def test_a_mail_that_somebody_else_has_in_hand_is_left_to_him(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "open_mail", _deadly)
    with pytest.raises(Killed):
        server.collect(mailed())

    assert server.receiver.resume([1], NOW, "worker-2") == []
    assert server.states() == ["received"]


def test_a_defect_of_ours_stops_one_mail_and_no_other(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = receive.open_mail

    def open_mail(data: bytes, *args: Any, **options: Any) -> Any:
        if data == b"defect":
            raise ZeroDivisionError
        return opened(data, *args, **options)

    monkeypatch.setattr(receive, "open_mail", open_mail)

    assert server.collect(b"defect", mailed()).counts == {"unreadable": 1, "opened": 1}
    assert server.rules() == ["TRA-11"]


def test_a_store_that_fails_is_no_fault_of_the_mail(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("no room")

    monkeypatch.setattr(receive, "_status", fail)
    question = mails.asked(header={"action": "StatusRequest"}, status_request=StatusRequest(MESSAGE_ID))
    with pytest.raises(StoreError):
        server.collect(mails.signal(question))

    assert server.states() == ["received"]
