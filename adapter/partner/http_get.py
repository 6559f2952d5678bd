"""Ask a server by HTTP: within a time, within a size, over TLS, and never led elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from adapter.partner.fetch import Reply, is_safe


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpGet:
    """Asks servers by GET; proxies are those of the environment."""

    #: Seconds until a silent server counts as out of reach.
    timeout: float = 10.0
    #: Of an answer.
    most_bytes: int = 1_000_000
    #: Holds the bearer token; read at each request, so that a new one counts at once.
    token_file: Path | None = None

    def __call__(self, url: str) -> Reply:
        """Return the answer, whatever its status; OSError where there is none that can be used."""
        if not is_safe(url):
            raise OSError("the address is neither https nor on this machine")
        headers = {"Accept": "application/json", "User-Agent": "budstikke"}
        if self.token_file is not None:
            headers["Authorization"] = f"Bearer {_token(self.token_file)}"
        try:
            with build_opener(_NoRedirect).open(Request(url, headers=headers), timeout=self.timeout) as answer:  # noqa: S310 - `is_safe`
                return Reply(answer.status, self._whole(answer))
        except HTTPError as error:
            with error:
                return Reply(error.code, b"")
        except (HTTPException, ValueError) as error:
            raise OSError(f"the answer cannot be read ({type(error).__name__})") from None

    def _whole(self, answer: IO[bytes]) -> bytes:
        body = answer.read(self.most_bytes + 1)
        if len(body) > self.most_bytes:
            raise OSError(f"the answer has more than {self.most_bytes} bytes")
        return body


def _token(file: Path) -> str:
    token = file.read_bytes().strip()
    if not token.isascii() or len(token.split()) != 1:
        raise OSError("the token file holds no token")
    return token.decode()


class _NoRedirect(HTTPRedirectHandler):
    """Takes a redirection for the answer that it is: the token is for one server."""

    def redirect_request(self, *_request: object, **_named: object) -> None:
        """Follow nothing."""
