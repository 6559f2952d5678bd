"""Adresseregisteret on this machine, for trying things out: its REST interface over a folder of snapshots.

The folder is read anew for each question: take a file away, and the party is gone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from adapter.errors import SnapshotUnreadable
from adapter.partner.snapshot import Credential, Snapshot, Use, about
from adapter.partner.snapshot_file import read_folder


class SimulatedAddressRegister:
    """A server on the loopback interface; a context in which it answers."""

    def __init__(self, folder: Path, *, port: int = 0, token: str | None = None) -> None:
        """Take the folder, the port (0: a free one) and the token that is demanded, if any. OSError."""
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(folder, token))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Return its address, as `[addresses] url` takes it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def answer(folder: Path, path: str) -> Mapping[str, object] | None:
    """Return what the register has at a path; None where it has nothing. SnapshotUnreadable, OSError."""
    steps = tuple(path.strip("/").split("/"))
    match steps:
        case ("api", "v1", "communicationparty", her_id):
            known = about([her_id], read_folder(folder))
            return _party(known[0], her_id) if known else None
        case ("api", "v1", "certificate", her_id, use):
            own = (found for snapshot in about([her_id], read_folder(folder)) for found in snapshot.credentials)
            return next((_certificate(found) for found in own if found.use == use), None)
        case _:
            return None


def _party(snapshot: Snapshot, her_id: str) -> dict[str, object]:
    mail = (end.address for link in snapshot.links if link.protocol == "SMTP" for end in link.endpoints)
    above = {
        "herId": int(snapshot.parent_her_id) if snapshot.parent_her_id else None,
        "organizationNumber": snapshot.organisation_number,
    }
    details: dict[str, object] = {"organizationDetails": {"organizationNumber": snapshot.organisation_number}}
    if snapshot.parent_her_id:
        details = {"serviceDetails": {"serviceType": {"value": snapshot.service_type}, "parentOrganization": above}}
    party: dict[str, object] = {
        "herId": int(her_id),
        "name": snapshot.name,
        "type": "Service" if snapshot.parent_her_id else "Organization",
        **details,
        "ediAddress": next(mail, None),
        "validFrom": snapshot.valid_from.isoformat() if snapshot.valid_from else None,
        "validTo": snapshot.valid_until.isoformat() if snapshot.valid_until else None,
    }
    for use, key in ((Use.SIGNING, "currentSigningCertificate"), (Use.ENCRYPTION, "currentEncryptionCertificate")):
        current = next((found for found in snapshot.credentials if found.use is use), None)
        party[key] = _certificate(current) if current else None
    return party


def _certificate(credential: Credential) -> dict[str, object]:
    certificate = credential.certificate
    return {
        "thumbprint": credential.thumbprint,
        "validFrom": certificate.valid_from.isoformat(),
        "validTo": certificate.valid_until.isoformat(),
        "certificateValue": base64.b64encode(credential.der).decode(),
    }


def _handler(folder: Path, token: str | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers one question."""

        def do_GET(self) -> None:
            """Answer by the folder as it is now."""
            if token is not None and self.headers.get("Authorization") != f"Bearer {token}":
                self._reply(HTTPStatus.UNAUTHORIZED)
                return
            try:
                found = answer(folder, self.path)
            except (OSError, SnapshotUnreadable):
                self._reply(HTTPStatus.INTERNAL_SERVER_ERROR)
                return
            self._reply(HTTPStatus.NOT_FOUND if found is None else HTTPStatus.OK, found)

        def _reply(self, status: HTTPStatus, found: Mapping[str, object] | None = None) -> None:
            body = b"" if found is None else json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing on standard error."""

    return Handler
