"""Fetching has limits: on schemes, on time, on size; and it goes nowhere it was not sent."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from answering import Server, serving

from adapter.trust.fetch import HttpFetch, Unreachable


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        running.pages["/here"] = lambda body: b"there " + body
        yield running


def test_an_answer_is_fetched(server: Server) -> None:
    assert HttpFetch()(server.url("/here")) == b"there "
    assert HttpFetch()(server.url("/here"), body=b"now", kind="text/plain") == b"there now"


def test_requests_go_by_the_proxy_that_is_configured_and_by_no_other(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert HttpFetch()(server.url("/here")) == b"there "
    with pytest.raises(Unreachable):
        HttpFetch(proxy=server.url(""))("http://issuer.invalid/here")

    assert server.asked[-1] == "http://issuer.invalid/here"


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ldap://127.0.0.1/", "ftp://127.0.0.1/", "here"])
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(Unreachable, match="neither"):
        HttpFetch()(url)


def test_what_is_not_there_is_told(server: Server) -> None:
    with pytest.raises(Unreachable, match="the server answers 404"):
        HttpFetch()(server.url("/nowhere"))
    with pytest.raises(Unreachable, match="Connection refused"):
        HttpFetch()("http://127.0.0.1:1/")
    with pytest.raises(Unreachable, match="no answer"):
        HttpFetch()("http://127.0.0.1:x/")


def test_no_redirection_is_followed(server: Server) -> None:
    server.status = 302

    with pytest.raises(Unreachable, match="302"):
        HttpFetch()(server.url("/here"))


def test_an_answer_may_not_be_larger_than_the_limit(server: Server) -> None:
    server.pages["/large"] = lambda _body: b"x" * 200_000

    assert len(HttpFetch(max_bytes=200_000)(server.url("/large"))) == 200_000
    with pytest.raises(Unreachable, match="larger than 199999"):
        HttpFetch(max_bytes=199_999)(server.url("/large"))


def test_nobody_waits_longer_than_the_limit(server: Server) -> None:
    server.delay = 30
    begun = time.monotonic()

    with pytest.raises(Unreachable, match="took too long"):
        HttpFetch(timeout=0.1)(server.url("/here"))
    assert time.monotonic() - begun < 20


def test_an_answer_that_drips_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.pages["/here"] = lambda _body: b"x" * 200_000
    moments = iter([0.0, 5.0, 11.0, 12.0])
    monkeypatch.setattr("adapter.trust.fetch.time.monotonic", lambda: next(moments, 13.0))

    with pytest.raises(Unreachable, match="longer than 10 seconds"):
        HttpFetch()(server.url("/here"))
