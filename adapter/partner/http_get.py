"""Ask a server by HTTP: within a time, within a size, over TLS, and never led elsewhere."""

from __future__ import annotations

import time
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from adapter.partner.fetch import Reply, is_safe
from adapter.values import value_class

_CHUNK = 65_536


@value_class
class HttpGet:
    """Asks servers by GET."""

    #: Seconds, for all of an answer.
    timeout: float = 10.0
    #: Of an answer.
    most_bytes: int = 1_000_000
    #: Holds the bearer token; read at each request, so that a new one counts at once.
    token_file: Path | None = None
    #: Where requests go instead, such as "http://proxy:3128"; None: straight there, whatever the environment says.
    proxy: str | None = None

    def __call__(self, url: str) -> Reply:
        """Return the answer, whatever its status; OSError where there is none that can be used."""
        if not is_safe(url):
            raise OSError("the address is neither https nor on this machine")
        headers = {"Accept": "application/json", "User-Agent": "budstikke"}
        if self.token_file is not None:
            headers["Authorization"] = f"Bearer {_token(self.token_file)}"
        proxies = {} if self.proxy is None else dict.fromkeys(("http", "https"), self.proxy)
        opener = build_opener(ProxyHandler(proxies), _NoRedirect)
        deadline = time.monotonic() + self.timeout
        try:
            # only https and this machine, see above
            with opener.open(Request(url, headers=headers), timeout=self.timeout) as answer:  # noqa: S310
                return Reply(answer.status, self._whole(answer, deadline))
        except HTTPError as error:
            with error:
                return Reply(error.code, b"")
        except (HTTPException, ValueError) as error:
            raise OSError(f"the answer cannot be read ({type(error).__name__})") from None

    def _whole(self, answer: HTTPResponse, deadline: float) -> bytes:
        body = bytearray()
        while piece := answer.read1(_CHUNK):
            body += piece
            if len(body) > self.most_bytes:
                raise OSError(f"the answer has more than {self.most_bytes} bytes")
            if time.monotonic() > deadline:
                raise OSError(f"the answer took longer than {self.timeout:g} seconds")
        return bytes(body)


def _token(file: Path) -> str:
    token = file.read_bytes().strip()
    if not token.isascii() or len(token.split()) != 1:
        raise OSError("the token file holds no token")
    return token.decode()


class _NoRedirect(HTTPRedirectHandler):
    """Takes a redirection for the answer that it is: the token is for one server."""

    def redirect_request(self, *_request: object, **_named: object) -> None:
        """Follow nothing."""
