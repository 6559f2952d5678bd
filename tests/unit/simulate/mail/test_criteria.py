from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapter.simulate.mail.arguments import Malformed, parse
from adapter.simulate.mail.criteria import Candidate, parse_criteria
from adapter.simulate.mail.maildir import Flag, Maildir


@pytest.fixture
def candidates(tmp_path: Path) -> list[Candidate]:
    """Return three mails with the UIDs 2, 3 and 4: of three days, the first read, the last new."""
    box = Maildir(tmp_path / "box")
    box.remove(box.deliver(b"gone"))
    subjects = (b"Henvisning", b"=?utf-8?q?Svar?=\r\n p\xc3\xa5 henvisning", b"Svar")
    for day, subject in enumerate(subjects, 9):
        mail = box.deliver(
            b"Subject: %s\r\nTo: nav@edi.example\r\nMessage-ID: <%d>\r\n\r\n" % (subject, day) + b"x" * day * 10
        )
        at = datetime(2026, 3, day, 23, 30, tzinfo=UTC).timestamp()
        os.utime(mail.path, (at, at))
        if day == 9:
            box.flag(mail, {Flag.SEEN, Flag.DELETED})
    return [Candidate(number, mail, mail.is_recent) for number, mail in enumerate(Maildir(box.folder).mails(), 1)]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ALL", [1, 2, 3]),
        ("2:*", [2, 3]),
        ("*", [3]),
        ("UID 3:*", [2, 3]),
        ("UID 9:*", [3]),
        ("SEEN", [1]),
        ("UNSEEN", [2, 3]),
        ("deleted", [1]),
        ("UNDELETED UNFLAGGED", [2, 3]),
        ("DRAFT", []),
        ("ANSWERED", []),
        ("NOT SEEN", [2, 3]),
        ("OR SEEN UID 4", [1, 3]),
        ("OR (SEEN DELETED) NOT 1:2", [1, 3]),
        ("(1:2 UNSEEN)", [2]),
        ("NEW", [2, 3]),
        ("RECENT", [2, 3]),
        ("OLD", [1]),
        ("KEYWORD x", []),
        ("UNKEYWORD x", [1, 2, 3]),
        ("SUBJECT svar", [2, 3]),
        ('SUBJECT "på henvisning"', [2]),
        ("TO nav", [1, 2, 3]),
        ("FROM nav", []),
        ("HEADER Message-ID <10>", [2]),
        ('HEADER Message-ID ""', [1, 2, 3]),
        ("LARGER 166", [2]),
        ("SMALLER 166", [1]),
        ("BEFORE 10-Mar-2026", [1]),
        ("ON 10-mar-2026", [2]),
        ("SINCE 10-Mar-2026", [2, 3]),
        ("CHARSET UTF-8 ALL", [1, 2, 3]),
        ("CHARSET us-ascii 1", [1]),
    ],
)
def test_mails_are_found(candidates: list[Candidate], search: str, found: list[int]) -> None:
    test = parse_criteria(parse(search.encode()), last_number=3, last_uid=4)

    assert [one.number for one in candidates if test(one)] == found


@pytest.mark.parametrize(
    "search",
    [
        *("", "BODY x", "NOT", "OR SEEN", "UID", "UID x", "0", "1:", "HEADER Subject", "LARGER x", "SUBJECT (a)"),
        *("ON yesterday", "ON 1-Foo-2026", "CHARSET KOI8-R ALL", "CHARSET", "(BODY x)", "NOT " * 30 + "SEEN"),
    ],
)
def test_what_nothing_is_found_by_is_refused(search: str) -> None:
    with pytest.raises(Malformed):
        parse_criteria(parse(search.encode()), last_number=3, last_uid=4)
