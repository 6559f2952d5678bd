from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.simulate.mail.arguments import Malformed, parse
from adapter.simulate.mail.items import parse_flags, parse_items, part_of, split, told, write_flags
from adapter.simulate.mail.maildir import Flag, Mail, Maildir

HEADER = b"Subject: Svar\r\n p\xe5 brev\r\nFrom: a@b.example\r\nX-Subject: nei\r\n"
MAIL = HEADER + b"\r\nLinje\r\n\r\nSlutt"


@pytest.fixture
def mail(tmp_path: Path) -> Mail:
    box = Maildir(tmp_path / "box")
    found = box.deliver(MAIL)
    at = datetime(2026, 3, 9, 8, 5, 1, tzinfo=UTC).timestamp()
    os.utime(found.path, (at, at))
    return Maildir(box.folder).mails()[0]


@pytest.mark.parametrize(
    ("section", "part"),
    [
        ("", MAIL),
        ("HEADER", HEADER + b"\r\n"),
        ("TEXT", b"Linje\r\n\r\nSlutt"),
        ("HEADER.FIELDS (SUBJECT DATE)", b"Subject: Svar\r\n p\xe5 brev\r\n\r\n"),
        ('HEADER.FIELDS ("FROM")', b"From: a@b.example\r\n\r\n"),
        ("HEADER.FIELDS.NOT (SUBJECT FROM)", b"X-Subject: nei\r\n\r\n"),
    ],
)
def test_a_part_of_a_mail_is_its_bytes(section: str, part: bytes) -> None:
    assert part_of(MAIL, section) == part


@given(st.binary(max_size=60))
def test_header_and_body_are_the_mail(data: bytes) -> None:
    header, body = split(data)

    assert header + body == data


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("UID", b"UID 1"),
        ("FAST", b'FLAGS (\\Recent) INTERNALDATE " 9-Mar-2026 08:05:01 +0000" RFC822.SIZE %d' % len(MAIL)),
        ("(flags uid)", b"FLAGS (\\Recent) UID 1"),
        ("BODY.PEEK[]<4.6>", b"BODY[]<4> {6}\r\nect: S"),
        ("body[text]<0.999>", b"BODY[TEXT]<0> {14}\r\nLinje\r\n\r\nSlutt"),
        ("RFC822", b"RFC822 {%d}\r\n%s" % (len(MAIL), MAIL)),
        ("RFC822.HEADER", b"RFC822.HEADER {%d}\r\n%s\r\n" % (len(HEADER) + 2, HEADER)),
        ("BODY[HEADER.FIELDS (From)]", b"BODY[HEADER.FIELDS (FROM)] {21}\r\nFrom: a@b.example\r\n\r\n"),
    ],
)
def test_what_is_asked_for_is_told(mail: Mail, asked: str, answer: bytes) -> None:
    items = parse_items(parse(asked.encode())[0])

    assert b"".join(told(7, mail, items, is_recent=True)) == b"* 7 FETCH (%s)\r\n" % answer


@pytest.mark.parametrize(
    ("asked", "is_reading"),
    [
        ("BODY[]", True),
        ("BODY.PEEK[]", False),
        ("RFC822", True),
        ("RFC822.TEXT", True),
        ("RFC822.HEADER", False),
        ("UID", False),
    ],
)
def test_whoever_gets_the_bytes_has_read_them_unless_it_peeks(asked: str, *, is_reading: bool) -> None:
    assert parse_items(asked)[0].is_reading == is_reading


@pytest.mark.parametrize(
    "asked", ["ENVELOPE", "BODY", "BODY[1]", "BODY[]<5>", "BODY[]<0.0>", "BODY[HEADER.FIELDS ()]", "ALL"]
)
def test_what_is_not_told_is_refused(asked: str) -> None:
    with pytest.raises(Malformed, match="is not told here"):
        parse_items(asked)


@given(st.sets(st.sampled_from(Flag)))
def test_flags_that_are_written_are_read(flags: set[Flag]) -> None:
    assert parse_flags(parse(write_flags(flags, is_recent=True).encode())) == flags
