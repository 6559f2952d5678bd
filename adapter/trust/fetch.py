"""The one way from here to the network: a request, an answer, and limits on both.

What is asked for are signed statements of issuers, at addresses from certificates whose chain is trusted already: so
the answers need not be believed, and plain HTTP will do. No redirection is followed.
"""

from __future__ import annotations

import time
from http.client import HTTPException, HTTPResponse
from typing import Protocol, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from adapter.values import value_class

_CHUNK = 65_536


class Unreachable(Exception):
    """A statement could not be fetched; the text says why, in a few words."""


class Fetch(Protocol):
    """Brings bytes from an address."""

    def __call__(self, url: str, *, body: bytes | None = None, kind: str = "") -> bytes:
        """Return what an address answers, to the body of a request if there is one; raises Unreachable."""


@value_class
class HttpFetch:
    """Fetches by HTTP and HTTPS."""

    #: Seconds, for all of a request.
    timeout: float = 10.0
    #: An answer may be so large.
    max_bytes: int = 20_000_000
    #: Where requests go instead, such as "http://proxy:3128"; None: straight there, whatever the environment says.
    proxy: str | None = None

    def __call__(self, url: str, *, body: bytes | None = None, kind: str = "") -> bytes:
        """Return what an address answers; raises Unreachable."""
        if urlsplit(url).scheme not in {"http", "https"}:
            raise Unreachable("the address is neither of HTTP nor of HTTPS")
        # only http and https, see above
        request = Request(url, data=body, headers={"Content-Type": kind} if kind else {})  # noqa: S310
        deadline = time.monotonic() + self.timeout
        try:
            with cast("HTTPResponse", self._opener().open(request, timeout=self.timeout)) as response:
                return self._read(response, deadline)
        except HTTPError as error:
            error.close()
            raise Unreachable(f"the server answers {error.code}") from None
        except URLError as error:
            raise Unreachable(f"no answer: {_why(error.reason)}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(f"no answer: {_why(error)}") from None

    def _read(self, response: HTTPResponse, deadline: float) -> bytes:
        pieces: list[bytes] = []
        left = self.max_bytes
        while piece := response.read1(_CHUNK):
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                raise Unreachable(f"the answer is larger than {self.max_bytes} bytes")
            if time.monotonic() > deadline:
                raise Unreachable(f"the answer took longer than {self.timeout:g} seconds")
        return b"".join(pieces)

    def _opener(self) -> OpenerDirector:
        opener = OpenerDirector()
        proxies = {} if self.proxy is None else dict.fromkeys(("http", "https"), self.proxy)
        for handler in (
            *(ProxyHandler(proxies), HTTPHandler(), HTTPSHandler()),
            *(HTTPDefaultErrorHandler(), HTTPErrorProcessor()),
        ):
            opener.add_handler(handler)
        return opener


def _why(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "it took too long"
    return getattr(reason, "strerror", None) or type(reason).__name__
