"""What a client does once it is logged in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mailroom import NAV, Mailroom

#: All flags there are.
FLAGS = r"\Answered \Flagged \Deleted \Seen \Draft"


def _given(post: Mailroom, count: int = 1) -> None:
    """Put mails of 100, 200 … bytes into NAV's inbox."""
    for number in range(1, count + 1):
        post.host.deliver(NAV.address, (b"Subject: %d\r\n\r\n" % number).ljust(100 * number, b"x"))


def _said(post: Mailroom, *lines: str, opens: str = "SELECT INBOX") -> list[str]:
    """Return what is answered to commands, all with the tag t, in a folder that is open."""
    said = ["a LOGIN nav x", f"b {opens}", *(f"t {line}" for line in lines)]
    answered = post.talk(post.host.imap_port, "".join(f"{line}\r\n" for line in said).encode())
    told = [line.decode() for line in answered]
    start = next(place for place, line in enumerate(told) if line.startswith("b "))
    return told[start + 1 :]


def test_a_folder_tells_what_is_in_it_when_it_is_opened(post: Mailroom) -> None:
    _given(post, 2)
    _said(post, r"STORE 1 +FLAGS (\Seen)")
    _given(post)
    said = [line.decode() for line in post.talk(post.host.imap_port, b"a LOGIN nav x\r\nb SELECT inbox\r\n")[2:]]

    assert said[:5] == [
        f"* FLAGS ({FLAGS})",
        "* 3 EXISTS",
        "* 1 RECENT",
        "* OK [UNSEEN 2] First unread",
        f"* OK [PERMANENTFLAGS ({FLAGS})] What is kept",
    ]
    assert re.fullmatch(r"\* OK \[UIDVALIDITY [1-9][0-9]*\] UIDs are valid", said[5])
    assert said[6:] == ["* OK [UIDNEXT 4] The next UID", "b OK [READ-WRITE] Opened"]


def test_a_folder_that_is_only_looked_at_stays_as_it_is(post: Mailroom) -> None:
    _given(post)
    said = _said(
        post,
        *("FETCH 1 (FLAGS BODY[]<0.2>)", r"STORE 1 +FLAGS (\Deleted)", "EXPUNGE", "MOVE 1 INBOX", "CLOSE"),
        opens="EXAMINE INBOX",
    )

    denied = "t NO The folder is open for reading only"
    assert said[:3] == [r"* 1 FETCH (FLAGS (\Recent) BODY[]<0> {2}", "Su)", "t OK Fetched"]
    assert said[3:] == [denied, denied, denied, "t OK Closed"]
    assert _said(post, "FETCH 1 FLAGS")[0] == r"* 1 FETCH (FLAGS (\Recent))"


def test_whoever_reads_a_mail_has_seen_it_and_whoever_peeks_has_not(post: Mailroom) -> None:
    _given(post)

    assert _said(post, "FETCH 1 BODY.PEEK[HEADER]", "FETCH 1 FLAGS")[-2] == r"* 1 FETCH (FLAGS (\Recent))"
    assert _said(post, "FETCH 1 BODY[HEADER]") == [
        r"* 1 FETCH (UID 1 FLAGS (\Seen))",
        "* 1 FETCH (BODY[HEADER] {14}",
        "Subject: 1",
        "",
        ")",
        "t OK Fetched",
    ]
    _given(post)
    assert _said(post, "FETCH 2 (FLAGS RFC822.SIZE RFC822.TEXT)")[0].startswith(
        r"* 2 FETCH (FLAGS (\Seen \Recent) RFC822.SIZE 100 RFC822.TEXT {86}"
    )


def test_a_fetch_by_uid_tells_the_uid(post: Mailroom) -> None:
    _given(post, 3)
    _said(post, r"STORE 1 FLAGS (\Deleted)", "EXPUNGE")

    assert _said(post, "UID FETCH 1:3 RFC822.SIZE") == [
        "* 1 FETCH (UID 2 RFC822.SIZE 200)",
        "* 2 FETCH (UID 3 RFC822.SIZE 300)",
        "t OK Fetched",
    ]
    assert _said(post, "UID FETCH 3 (RFC822.SIZE UID)")[0] == "* 2 FETCH (RFC822.SIZE 300 UID 3)"
    assert _said(post, "UID FETCH 1 UID") == ["t OK Fetched"]


@pytest.mark.parametrize(
    ("action", "flags"),
    [
        (r"FLAGS (\Draft)", r"\Draft"),
        (r"+FLAGS (\Draft \Deleted)", r"\Flagged \Deleted \Seen \Draft"),
        (r"-FLAGS \Seen \Draft", r"\Flagged"),
        (r"FLAGS ()", ""),
        (r"+FLAGS (keyword)", r"\Flagged \Seen"),
    ],
)
def test_flags_are_set_added_and_taken_away(post: Mailroom, action: str, flags: str) -> None:
    _given(post)
    _said(post, r"STORE 1 FLAGS (\Flagged \Seen)")

    assert _said(post, f"STORE 1 {action}") == [f"* 1 FETCH (UID 1 FLAGS ({flags}))", "t OK Stored"]
    assert _said(post, "FETCH 1 FLAGS")[0] == f"* 1 FETCH (FLAGS ({flags}))"


def test_flags_are_set_in_silence_where_that_is_asked_for(post: Mailroom) -> None:
    _given(post)

    assert _said(post, r"STORE 1 +FLAGS.SILENT (\Seen)", "NOOP") == ["t OK Stored", "t OK Done"]
    assert _said(post, "SEARCH SEEN")[0] == "* SEARCH 1"


def test_what_is_deleted_goes_with_expunge_and_the_numbers_follow(post: Mailroom) -> None:
    _given(post, 4)
    said = _said(post, r"STORE 1,3 +FLAGS.SILENT (\Deleted)", "EXPUNGE", "UID SEARCH ALL")

    assert said == ["t OK Stored", "* 3 EXPUNGE", "* 1 EXPUNGE", "t OK Removed", "* SEARCH 2 4", "t OK Searched"]


def test_uid_expunge_removes_nothing_but_what_it_names(post: Mailroom) -> None:
    _given(post, 3)
    said = _said(post, r"STORE 1:3 +FLAGS.SILENT (\Deleted)", "UID EXPUNGE 2", "UID SEARCH ALL")

    assert said[1:4] == ["* 2 EXPUNGE", "t OK Removed", "* SEARCH 1 3"]


@pytest.mark.parametrize(("command", "left"), [("CLOSE", "2"), ("UNSELECT", "1 2")])
def test_close_removes_what_is_deleted_and_unselect_does_not(post: Mailroom, command: str, left: str) -> None:
    _given(post, 2)
    said = _said(post, r"STORE 1 +FLAGS.SILENT (\Deleted)", command, "UID SEARCH ALL")

    assert said[1:] == ["t OK Closed", "t BAD The command is not known, or not before a folder is open"]
    assert _said(post, "UID SEARCH ALL")[0] == f"* SEARCH {left}"


def test_a_mail_is_moved_with_its_flags_to_a_folder_that_was_made(post: Mailroom) -> None:
    _given(post, 2)
    said = _said(post, "CREATE Budstikke", r"STORE 1 +FLAGS.SILENT (\Seen)", "UID MOVE 1 Budstikke", "UID SEARCH ALL")

    assert said[:2] == ["t OK Made", "t OK Stored"]
    assert re.fullmatch(r"\* OK \[COPYUID [0-9]+ 1 1\]", said[2])
    assert said[3:5] == ["* 1 EXPUNGE", "t OK Moved"]
    assert said[5] == "* SEARCH 2"
    assert _said(post, "FETCH 1 (UID FLAGS)", opens="SELECT Budstikke")[0] == r"* 1 FETCH (UID 1 FLAGS (\Seen \Recent))"


def test_a_mail_is_copied(post: Mailroom) -> None:
    _given(post, 3)
    said = _said(post, "CREATE Budstikke", "COPY 3,1 Budstikke", "UID COPY 9 Budstikke", "UID SEARCH ALL")

    assert re.fullmatch(r"t OK \[COPYUID [0-9]+ 1,3 1,2\] Copied", said[1])
    assert said[2:4] == ["t OK Nothing was there", "* SEARCH 1 2 3"]
    assert _said(post, "FETCH 1:* RFC822.SIZE", opens="SELECT Budstikke")[:2] == [
        "* 1 FETCH (RFC822.SIZE 100)",
        "* 2 FETCH (RFC822.SIZE 300)",
    ]


def test_folders_are_listed_and_told_of(post: Mailroom) -> None:
    _given(post, 2)
    _said(post, r"STORE 1 FLAGS (\Seen)", "CREATE Budstikke.aside")

    assert _said(post, 'LIST "" *')[:2] == ['* LIST () "." "INBOX"', '* LIST () "." "Budstikke.aside"']
    assert _said(post, 'LIST "" %')[0] == '* LIST () "." "INBOX"'
    assert _said(post, "LIST Bud *e")[0] == '* LIST () "." "Budstikke.aside"'
    assert _said(post, 'LIST "" ""')[0] == r'* LIST (\Noselect) "." ""'
    _given(post)
    assert _said(post, "STATUS INBOX (MESSAGES RECENT UIDNEXT UNSEEN)", opens="SELECT Budstikke.aside")[0] == (
        '* STATUS "INBOX" (MESSAGES 3 RECENT 1 UIDNEXT 4 UNSEEN 2)'
    )


def test_a_client_is_told_of_what_others_did(post: Mailroom) -> None:
    _given(post, 2)
    here, there = post.imap(), post.imap()
    here.select()
    there.select()
    there.store("2", "+FLAGS.SILENT", r"(\Seen)")
    there.store("1", "+FLAGS.SILENT", r"(\Deleted)")
    there.expunge()
    _given(post)
    here.uid("SEARCH", "ALL")

    assert here.response("EXPUNGE")[1] == [b"1"]
    assert here.response("FETCH")[1] == [rb"1 (UID 2 FLAGS (\Seen \Recent))"]
    assert here.response("EXISTS")[1] == [b"2", b"2"]


def test_numbers_stay_while_a_client_goes_by_them(post: Mailroom) -> None:
    _given(post, 2)
    here, there = post.imap(), post.imap()
    here.select()
    there.select()
    there.store("1", "+FLAGS.SILENT", r"(\Deleted)")
    there.expunge()

    assert here.fetch("1:2", "(UID)")[1] == [b"2 (UID 2)"]
    assert here.search(None, "ALL")[1] == [b"2"]
    assert here.response("EXPUNGE")[1] == [None]
    here.noop()
    assert here.response("EXPUNGE")[1] == [b"1"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("SELECT nowhere", "t NO [NONEXISTENT] There is no such folder"),
        ("STATUS nowhere (MESSAGES)", "t NO [NONEXISTENT] There is no such folder"),
        ("STATUS INBOX (SIZE)", "t BAD STATUS does not tell SIZE"),
        ("COPY 1 nowhere", "t NO [TRYCREATE] There is no such folder"),
        ("CREATE inbox", "t NO [ALREADYEXISTS] It is there"),
        ("CREATE ../up", "t NO [CANNOT] The name does not do"),
        ("STORE 1", "t BAD STORE takes a set, an action and flags"),
        ("STORE 1 FLAG (\\Seen)", "t BAD STORE does not know that action"),
        ("STORE 1 *FLAGS (\\Seen)", "t BAD STORE does not know that action"),
        ("FETCH 1 ENVELOPE", "t BAD ENVELOPE is not told here"),
        ("FETCH 1 ()", "t BAD Nothing is asked for"),
        ("FETCH x UID", "t BAD A set of numbers is none"),
        ("FETCH 1", "t BAD FETCH takes 2 values"),
        ("SEARCH", "t BAD There is nothing to search for"),
        ("UID EXPUNGE", "t BAD UID EXPUNGE takes 1 values"),
        ("APPEND INBOX x", "t BAD The command is not known"),
        ("UID NOOP", "t BAD The command is not known"),
        ("CHECK", "t OK Done"),
    ],
)
def test_what_cannot_be_done_is_told(post: Mailroom, line: str, answer: str) -> None:
    _given(post)

    assert _said(post, line) == [answer]


def test_a_mail_that_vanished_from_the_disk_does_not_end_the_connection(post: Mailroom, tmp_path: Path) -> None:
    _given(post)
    box = post.imap()
    box.select()
    next((tmp_path / "mail" / "nav" / "cur").iterdir()).unlink()

    assert box.fetch("1", "(BODY[])") == ("NO", [b"[SERVERBUG] The mailbox cannot be read or written"])
    assert box.noop()[0] == "OK"


WORDS = st.sampled_from(
    [
        *("UID", "FETCH", "STORE", "SEARCH", "COPY", "MOVE", "EXPUNGE", "SELECT", "STATUS", "LIST", "CREATE", "CLOSE"),
        *(
            "1",
            "1:*",
            "*",
            "0",
            "9999999999",
            "INBOX",
            "aside",
            "ALL",
            "NOT",
            "OR",
            "HEADER",
            "ON",
            "(",
            ")",
            '"',
            '""',
            "()",
        ),
        *(
            "FLAGS",
            "+FLAGS",
            "-FLAGS.SILENT",
            r"(\Seen)",
            "BODY[]",
            "BODY[]<0.1>",
            "BODY[",
            "(UID FLAGS)",
            "(MESSAGES)",
        ),
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, min_size=1, max_size=6))
def test_whatever_is_asked_is_answered_and_the_next_command_too(post: Mailroom, words: list[str]) -> None:
    _given(post)
    said = _said(post, " ".join(words), "NOOP")

    answered = [line.split()[1] for line in said if line.startswith(("t ", "* BAD"))]
    assert answered[0] in {"OK", "NO", "BAD"}
    assert said[-1] == "t OK Done"
