"""Where a mail server is, and how one speaks to it: what a URL of the configuration says."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import urlsplit

from adapter.values import value_class

Protocol = Literal["imap", "pop3", "smtp"]

#: The protocol of each scheme, its port, and whether TLS begins with the first byte.
_SCHEMES: Final[dict[str, tuple[Protocol, int, bool]]] = {
    "imaps": ("imap", 993, True),
    "imap": ("imap", 143, False),
    "pop3s": ("pop3", 995, True),
    "pop3": ("pop3", 110, False),
    "smtps": ("smtp", 465, True),
    "smtp": ("smtp", 587, False),
}


@value_class
class Server:
    """A mail server."""

    protocol: Protocol
    host: str
    port: int
    #: TLS from the first byte; otherwise STARTTLS (IMAP, SMTP) or STLS (POP3) begins it.
    is_tls: bool

    @classmethod
    def parse(cls, url: str, *protocols: Protocol) -> Server:
        """Read a URL of one of the protocols; raises ValueError with what it should look like."""
        schemes = [scheme for scheme, (protocol, _, _) in _SCHEMES.items() if protocol in protocols]
        shape = ValueError(
            f'should be "{schemes[0]}://" and a server, such as "{schemes[0]}://mail.example:{_SCHEMES[schemes[0]][1]}";'
            f" also {', '.join(schemes[1:])}"
        )
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise shape from None
        if "@" in parts.netloc:
            raise ValueError("should not hold a user: that, and the password's file, have keys of their own")
        if parts.scheme not in schemes or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise shape
        protocol, usual, is_tls = _SCHEMES[parts.scheme]
        return cls(protocol=protocol, host=parts.hostname, port=usual if port is None else port, is_tls=is_tls)

    @property
    def is_here(self) -> bool:
        """Tell whether it is on this machine, where nobody listens on the way."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def url_by(self, protocol: Protocol) -> str:
        """Return the URL of its port by another protocol, with TLS as it is."""
        scheme = next(
            scheme for scheme, (its, _, is_tls) in _SCHEMES.items() if its == protocol and is_tls == self.is_tls
        )
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
