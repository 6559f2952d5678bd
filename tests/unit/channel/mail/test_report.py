"""What a mail server reports of a mail that it could not deliver."""

from __future__ import annotations

import pytest
import returned
from returned import MAIL_ID, receiver, report

from adapter.channel.mail.report import Report, read

ROOM = 1_000_000


def said(data: bytes) -> Report:
    found = read(data, ROOM)
    assert found is not None
    return found


def test_a_report_names_the_mail_and_what_became_of_it() -> None:
    assert said(report()) == Report(about=(MAIL_ID,), action="failed", status="5.1.1")


@pytest.mark.parametrize("kind", ["message/rfc822", "message/global", "text/rfc822-headers", "MESSAGE/RFC822"])
def test_the_mail_may_come_back_whole(kind: str) -> None:
    assert said(report(returned_kind=kind, rest="Message-ID: <in-the-text@a>\r\n")).about == (MAIL_ID,)


def test_the_mail_may_be_named_by_the_report_itself() -> None:
    assert said(report(mail_id=None, original="b@a")).about == ("b@a",)
    assert said(report(original="b@a")).about == (MAIL_ID, "b@a")
    assert said(report(original=MAIL_ID)).about == (MAIL_ID,)


def test_a_report_may_name_nothing() -> None:
    assert said(report(mail_id=None)).about == ()


@pytest.mark.parametrize(
    ("action", "status", "expected"),
    [
        ("failed", "5.1.1", ("failed", "5.1.1")),
        ("Failed", "5.7.26 (policy)", ("failed", "5.7.26")),
        ("failed (no such user)", "5.1.1", ("failed", "5.1.1")),
        ("delayed", "4.4.1", ("delayed", "4.4.1")),
        ("delivered", "2.0.0", ("delivered", "2.0.0")),
        (returned.WORDS, returned.WORDS, (None, None)),
        ("", "", (None, None)),
        (None, "5.1.1", (None, None)),
        ("failed", None, ("failed", None)),
        ("failed", "9.1.1", ("failed", None)),
        ("failed", "5.1.1234", ("failed", None)),
        ("failed", "5.1.1.1", ("failed", None)),
    ],
)
def test_nothing_but_codes_is_taken(
    action: str | None, status: str | None, expected: tuple[str | None, str | None]
) -> None:
    found = said(report(receiver(action=action, status=status)))

    assert (found.action, found.status) == expected


@pytest.mark.parametrize(
    ("action", "status", "is_for_good"),
    [
        ("failed", "5.1.1", True),
        # the server has given up, but what stood in the way may pass
        ("failed", "4.4.7", False),
        ("failed", None, False),
        ("delayed", "5.1.1", False),
        ("delayed", "4.4.1", False),
    ],
)
def test_only_a_failure_of_class_5_is_for_good(action: str, status: str | None, *, is_for_good: bool) -> None:
    assert said(report(receiver(action=action, status=status))).is_for_good is is_for_good


def test_what_differs_from_receiver_to_receiver_is_not_said_of_the_mail() -> None:
    found = said(report(receiver(), receiver(action="delayed", status="4.4.1")))

    assert (found.action, found.status, found.is_for_good) == (None, None, False)
    assert said(report(receiver(), receiver())).is_for_good


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Subject: a\r\n\r\nMessage-ID: <a@b>\r\n",
        report(kind="multipart/mixed"),
        report(kind="multipart/report; report-type=disposition-notification", status_kind="message/disposition"),
        report().replace(b"--=_r", b"--=_s"),
        report(rest="a" * ROOM),
        report(receiver(status="5.1.1" + "\r\nX: a" * 2_000)),
        report(mail_id="a@b>\r\n" + "X: a\r\n" * 2_000),
    ],
    ids=["nothing", "text", "mixed", "read-receipt", "no-parts", "too-large", "long-status", "long-head"],
)
def test_other_mails_are_no_reports(data: bytes) -> None:
    assert read(data, ROOM) is None


def test_what_is_no_field_ends_what_is_read() -> None:
    found = said(report("no field\r\n", receiver()))

    assert (found.action, found.status) == (None, None)


def test_no_more_receivers_are_read_than_there_may_be() -> None:
    found = said(report(*[receiver()] * 19, receiver(action="delayed", status="4.4.1")))

    assert found.is_for_good
