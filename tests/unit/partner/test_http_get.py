"""Servers are asked within limits, over TLS, and never elsewhere than where they were to be asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from adapter.partner.fetch import is_safe
from adapter.partner.http_get import HttpGet


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer by the path."""
        if self.path == "/torn":
            self.wfile.write(b"no HTTP at all\r\n")
            return
        self.send_response({"/away": 302, "/gone": 404}.get(self.path, 200))
        if self.path == "/away":
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        if self.path == "/slow":
            with suppress(BrokenPipeError, ConnectionResetError):  # the other side gives up, as it should
                for _ in range(20):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            return
        self.wfile.write(b"x" * 100)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def url() -> Iterator[str]:
    """Return the address of a server that does what its path says."""
    with _serving() as address:
        yield address


def test_an_answer_comes_with_its_status(url: str) -> None:
    assert HttpGet()(f"{url}/").body == b"x" * 100
    assert HttpGet()(f"{url}/gone").status == 404


def test_a_redirection_is_not_followed(url: str) -> None:
    assert HttpGet()(f"{url}/away").status == 302


@pytest.mark.parametrize(("path", "said"), [("/", "more than 99 bytes"), ("/torn", "cannot be read")])
def test_what_is_too_large_or_no_http_is_no_answer(url: str, path: str, said: str) -> None:
    with pytest.raises(OSError, match=said):
        HttpGet(most_bytes=99)(f"{url}{path}")


def test_what_takes_longer_than_it_may_is_no_answer(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the test is what runs on: on a busy machine, nothing that is waited for would be sure to come."""
    moments = iter([0.0, 9.0])
    monkeypatch.setattr("adapter.partner.http_get.time.monotonic", lambda: next(moments, 11.0))

    with pytest.raises(OSError, match="longer than 10 seconds"):
        HttpGet()(f"{url}/slow")


def test_a_proxy_is_asked_instead(url: str) -> None:
    """Only the one that is configured: that of the environment is nobody's decision."""
    assert HttpGet(proxy=url)("http://127.0.0.1:9/gone").status == 200


def test_what_others_could_read_is_not_asked() -> None:
    with pytest.raises(OSError, match="neither https nor on this machine"):
        HttpGet()("http://register.example/")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://cpapi.test.grunndata.nhn.no", True),
        ("http://127.0.0.1:8155", True),
        ("http://[::1]/", True),
        ("http://localhost/", False),
        ("http://10.0.0.1/", False),
        ("https:///x", False),
        ("file:///etc/passwd", False),
        ("register", False),
    ],
)
def test_only_tls_and_this_machine_are_safe(address: str, expected: bool) -> None:  # noqa: FBT001 - what is expected
    assert is_safe(address) is expected
