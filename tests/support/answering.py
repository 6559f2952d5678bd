"""A certificate authority on the loopback: its lists, its responder, and what can go wrong with both."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID
from pki import CLINIC, NOW, SINCE, UNTIL, key, world

from adapter.trust.pki import Authority, Pair, Purpose

DAY = timedelta(days=1)


@dataclass
class Server:
    """Answers on the loopback what it is told to."""

    port: int = 0
    #: By path: what is answered, to the body of a request.
    pages: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    status: int = 200
    delay: float = 0.0
    #: The paths that were asked for.
    asked: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.asked.append(self.path)
            time.sleep(server.delay)
            page = server.pages.get(self.path.rpartition("127.0.0.1")[2])
            self.send_response(server.status if page else 404)
            self.end_headers()
            if page:
                with suppress(OSError):  # who asked may be gone
                    self.wfile.write(page(body))

        do_POST = do_GET  # noqa: N815 - the base class's name

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.port = running.server_port
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


@dataclass(frozen=True)
class Office:
    """The issuing authority of the test world, which says in its certificates where to ask about them."""

    server: Server

    @cached_property
    def authority(self) -> Authority:
        points = x509.CRLDistributionPoints([_point(self.server.url("/list"))])
        return replace(world().issuing, additions=(points, _responder(self.server.url("/ocsp"))))

    @cached_property
    def holder(self) -> Pair:
        return self.authority.issue(CLINIC, key("holder"), Purpose.SIGNING, since=SINCE, until=UNTIL)

    @cached_property
    def delegate(self) -> Pair:
        return self.appoint(ExtendedKeyUsageOID.OCSP_SIGNING)

    def appoint(self, usage: x509.ObjectIdentifier, by: Authority | None = None) -> Pair:
        """Return a responder that an authority appointed, for something."""
        authority = replace(by or world().issuing, additions=(x509.ExtendedKeyUsage([usage]),))
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Budstikke TEST Responder")])
        return authority.issue(name, key("person"), Purpose.AUTHENTICATION, since=SINCE, until=UNTIL)

    def publish(self, *revoked: Pair, at: datetime = NOW, lasts: timedelta = DAY) -> None:
        """Put a list where certificates say it is."""
        data = self.authority.revocation_list([one.certificate for one in revoked], at=at, lasts=lasts)
        self.server.pages["/list"] = lambda _body: data

    def respond(self, **told: Any) -> None:
        """Answer questions about the holder; see `reply`."""
        self.server.pages["/ocsp"] = lambda body: reply(self.authority, self.holder, body, **told)


def reply(
    authority: Authority,
    about: Pair,
    request: bytes,
    *,
    revoked_at: datetime | None = None,
    status: ocsp.OCSPCertStatus | None = None,
    since: datetime = NOW,
    until: datetime | None = NOW + DAY,
    by: Pair | None = None,
    is_forged: bool = False,
    nonce: bytes | None = None,
    repeats: bool = True,
    issuer: Authority | None = None,
) -> bytes:
    """Return an answer, by default that of an honest responder which knows nothing bad."""
    found = status or (ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD)
    signer = by or authority.pair
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate.x509,
            issuer=(issuer or authority).pair.certificate.x509,
            algorithm=hashes.SHA1(),  # noqa: S303 - the name of a key
            cert_status=found,
            this_update=since,
            next_update=until,
            revocation_time=revoked_at,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked_at else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate.x509)
    )
    if by is not None:
        builder = builder.certificates([by.certificate.x509])
    asked = ocsp.load_der_ocsp_request(request)
    for extension in asked.extensions if repeats else ():
        builder = builder.add_extension(x509.OCSPNonce(nonce or extension.value.nonce), critical=False)
    made = builder.sign(signer.key, hashes.SHA256())
    data = made.public_bytes(Encoding.DER)
    return data.replace(made.signature, bytes(len(made.signature))) if is_forged else data


def _point(url: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


def _responder(url: str) -> x509.AuthorityInformationAccess:
    place = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)])
