"""What it is to ask a server: an address nobody can tamper with, and an answer with a status."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from adapter.values import value_class


@value_class(kw_only=False)
class Reply:
    """What a server answered."""

    status: int
    body: bytes


#: Asks for a URL; OSError where no answer comes.
Get = Callable[[str], Reply]


def is_safe(url: str) -> bool:
    """Tell whether nobody on the way can read or change what a URL gives: TLS, or a server on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
