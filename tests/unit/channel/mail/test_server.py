from __future__ import annotations

import pytest

from adapter.channel.mail.server import Server


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://mail.example", ("imap", "mail.example", 993, True)),
        ("imap://mail.example", ("imap", "mail.example", 143, False)),
        ("pop3s://mail.example/", ("pop3", "mail.example", 995, True)),
        ("pop3://MAIL.example:1110", ("pop3", "mail.example", 1110, False)),
        ("smtps://[::1]:4650", ("smtp", "::1", 4650, True)),
        ("smtp://mail.example", ("smtp", "mail.example", 587, False)),
    ],
)
def test_a_url_says_where_a_server_is_and_how_one_speaks_to_it(url: str, expected: tuple[object, ...]) -> None:
    server = Server.parse(url, "imap", "pop3", "smtp")

    assert (server.protocol, server.host, server.port, server.is_tls) == expected


@pytest.mark.parametrize(
    "url",
    [
        *("", "mail.example", "imaps://", "imaps:///INBOX", "imaps://a/b", "imaps://a?b", "imaps://a#b", "//a"),
        *("imaps://a:x", "imaps://a:99999", "imaps://[::1", "https://a", "smtps://a"),
    ],
)
def test_what_is_no_url_of_a_server_is_refused_with_one_that_is(url: str) -> None:
    with pytest.raises(ValueError, match=r"should be \"imaps://\" and a server.*; also imap, pop3s, pop3"):
        Server.parse(url, "imap", "pop3")


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        *(("localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("[::1]", True)),
        *(("mail.example", False), ("10.0.0.1", False), ("localhost.example", False)),
    ],
)
def test_this_machine_is_known_by_its_names(host: str, *, is_here: bool) -> None:
    assert Server.parse(f"imap://{host}", "imap").is_here is is_here


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://mail.example", "pop3s://mail.example:993"),
        ("imap://127.0.0.1:1143", "pop3://127.0.0.1:1143"),
        ("imaps://[::1]", "pop3s://[::1]:993"),
    ],
)
def test_the_url_of_another_protocol_is_written_as_it_is_read(url: str, expected: str) -> None:
    server = Server.parse(url, "imap")

    assert server.url_by("pop3") == expected
    assert Server.parse(expected, "pop3").url_by("imap") == server.url_by("imap")
    assert Server.parse(server.url_by("imap"), "imap") == server
