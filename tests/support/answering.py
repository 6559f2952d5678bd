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
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID
from pki import CLINIC, NOW, SINCE, UNTIL, key, world

from adapter.trust.ber import Tag, element, identifier, integer
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


def signed_by_pss(
    answer: bytes,
    signer: Pair,
    *,
    function: hashes.HashAlgorithm | None = None,
    mask: hashes.HashAlgorithm | None = None,
    salt: int = 32,
    told_salt: int | None = None,
    told_trailer: int | None = None,
) -> bytes:
    """Return an answer signed anew by RSASSA-PSS; what is `told` stands beside the signature in place of the truth."""
    function = function or hashes.SHA256()
    mask = mask or function
    read = ocsp.load_der_ocsp_response(answer)
    signed = read.tbs_response_bytes
    signature = signer.key.sign(signed, padding.PSS(padding.MGF1(mask), salt), function)
    told_salt = salt if told_salt is None else told_salt
    parameters = element(
        Tag.SEQUENCE,
        # DER leaves out what is the default
        [] if function.name == "sha1" else element(Tag.FIRST, _digest(function)),
        [] if mask.name == "sha1" else element(Tag.SECOND, element(Tag.SEQUENCE, identifier(_MGF1), _digest(mask))),
        [] if told_salt == 20 else element(Tag.THIRD, integer(told_salt)),
        [] if told_trailer is None else element(0xA3, integer(told_trailer)),
    )
    method = element(Tag.SEQUENCE, identifier("1.2.840.113549.1.1.10"), parameters)
    certificates = [one.public_bytes(Encoding.DER) for one in read.certificates]
    basic = element(
        Tag.SEQUENCE,
        [signed],
        method,
        element(0x03, [b"\0", signature]),
        element(Tag.FIRST, element(Tag.SEQUENCE, certificates)) if certificates else [],
    )
    kind = identifier("1.3.6.1.5.5.7.48.1.1")
    body = element(Tag.FIRST, element(Tag.SEQUENCE, kind, element(Tag.OCTETS, basic)))
    return b"".join(element(Tag.SEQUENCE, element(0x0A, [b"\0"]), body))


def _digest(function: hashes.HashAlgorithm) -> list[bytes]:
    return element(Tag.SEQUENCE, identifier(_HASHES[function.name]), element(Tag.NULL))


_MGF1 = "1.2.840.113549.1.1.8"
_HASHES = {"sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2"}


def _point(url: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


def _responder(url: str) -> x509.AuthorityInformationAccess:
    place = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)])
