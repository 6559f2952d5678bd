"""The conversation: logins, literals, and what is no command."""

from __future__ import annotations

import base64

import pytest
from mailroom import Mailroom

PLAIN = base64.b64encode(b"\0klinikk\0rett ord")


def _said(post: Mailroom, *lines: bytes) -> list[bytes]:
    """Return what is answered after the greeting."""
    return post.talk(post.host.imap_port, b"".join(line + b"\r\n" for line in lines))[1:]


def test_the_server_tells_what_it_can(post: Mailroom) -> None:
    greeting, told, *rest = post.talk(post.host.imap_port, b"a CAPABILITY\r\nb LOGOUT\r\n")

    can = b"IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS MOVE UNSELECT LITERAL+"
    assert greeting == b"* OK [CAPABILITY %s] Budstikke simulated mail" % can
    assert told == b"* CAPABILITY " + can
    assert rest == [b"a OK Told", b"* BYE Until later", b"b OK Logged out"]


@pytest.mark.parametrize(
    "lines",
    [
        [b'a LOGIN klinikk "rett ord"'],
        [b"a LOGIN {7}", b"klinikk {8}", b"rett ord"],
        [b"a LOGIN {7+}", b"klinikk {8+}", b"rett ord"],
        [b"a AUTHENTICATE PLAIN " + PLAIN],
        [b"a AUTHENTICATE PLAIN", PLAIN],
    ],
    ids=["quoted", "literals", "literals unasked", "plain at once", "plain"],
)
def test_a_client_logs_in(post: Mailroom, lines: list[bytes]) -> None:
    answer = _said(post, *lines)[-1]

    assert answer.startswith(b"a OK [CAPABILITY ")


def test_a_literal_is_asked_for_unless_the_client_does_not_wait(post: Mailroom) -> None:
    assert _said(post, b"a LOGIN {3}", b"nav {1+}", b"x")[0] == b"+ Go on"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"a LOGIN klinikk wrong", b"a NO [AUTHENTICATIONFAILED] Name or password is wrong"),
        (b"a LOGIN nobody x", b"a NO [AUTHENTICATIONFAILED] Name or password is wrong"),
        (b"a LOGIN klinikk", b"a BAD LOGIN takes 2 values"),
        (b"a AUTHENTICATE CRAM-MD5", b"a NO The mechanism is not known"),
        (b"a AUTHENTICATE", b"a NO The mechanism is not known"),
        (b"a AUTHENTICATE PLAIN ?", b"a BAD Name and password cannot be read"),
        (b"a SELECT INBOX", b"a BAD The command is not known, or not before a login"),
        (b"a STARTTLS", b"a BAD The command is not known, or not before a login"),
        (b"a NOOP", b"a OK Done"),
        (b"nonsense", b"* BAD That is no command"),
        (b"", b"* BAD That is no command"),
        (b"a LOGIN (", b"a BAD A list is not closed"),
    ],
)
def test_before_a_login_little_is_answered(post: Mailroom, line: bytes, answer: bytes) -> None:
    assert _said(post, line) == [answer]


def test_who_is_logged_in_does_not_log_in_again(post: Mailroom) -> None:
    answer = _said(post, b"a LOGIN nav x", b"b LOGIN klinikk x")[-1]

    assert answer == b"b BAD The command is not known, or not before a folder is open"


def test_a_client_that_makes_too_many_mistakes_is_left(post: Mailroom) -> None:
    lines = post.talk(post.host.imap_port, b"nonsense\r\n" * 20)

    assert lines[-1] == b"* BYE Too many mistakes"
    assert len(lines) == 12


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"a LOGIN {999999999}\r\n", [b"* BYE That is too large"]),
        (b"a " + b"x" * 70_000, []),
        (b"a LOGIN {5+}\r\nab", []),
        (b"a NOO", []),
    ],
    ids=["literal", "line", "cut literal", "cut line"],
)
def test_a_command_that_is_too_large_or_cut_off_ends_its_connection_alone(
    post: Mailroom, said: bytes, answer: list[bytes]
) -> None:
    other = post.imap()

    assert post.talk(post.host.imap_port, said)[1:] == answer
    assert other.noop()[0] == "OK"
