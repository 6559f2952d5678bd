"""OpenSSL's command `ocsp` answers our questions, and we believe it as far as it deserves."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from answering import DAY, Office, Server
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pki import pem

from adapter.trust.fetch import Fetch, Unreachable
from adapter.trust.pki import Pair
from adapter.trust.revocation import Revocation
from adapter.trust.standing import Standing

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the command openssl is not installed")


#: Two ways to sign an answer.
PKCS1 = ("-rsigopt", "rsa_padding_mode:pkcs1")
PSS = ("-rsigopt", "rsa_padding_mode:pss", "-rsigopt", "rsa_pss_saltlen:digest")


def _responder(folder: Path, office: Office, signer: Pair, *, is_revoked: bool, padding: Sequence[str]) -> Fetch:
    """Return a way to OpenSSL's responder, by files: one process answers one question."""
    (folder / "ca.pem").write_bytes(pem(office.authority.pair.certificate))
    key = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "signer.pem").write_bytes(key + pem(signer.certificate))
    holder = office.holder.certificate
    number = f"{holder.x509.serial_number:X}"
    state = ("R", "260201090000Z,keyCompromise") if is_revoked else ("V", "")
    row = (state[0], "280101000000Z", state[1], number.zfill(len(number) + len(number) % 2), "unknown", "/CN=holder")
    (folder / "index.txt").write_text("\t".join(row) + "\n", encoding="ascii")

    def fetch(_url: str, *, body: bytes | None = None, kind: str = "") -> bytes:
        assert kind == "application/ocsp-request"
        (folder / "request").write_bytes(body or b"")
        done = subprocess.run(
            [
                *("openssl", "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "signer.pem"),
                *("-reqin", "request", "-respout", "response", "-ndays", "1", "-rmd", "sha256"),
                *padding,
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        if done.returncode:
            raise Unreachable(done.stderr)
        return (folder / "response").read_bytes()

    return fetch


@pytest.mark.parametrize("padding", [PKCS1, PSS], ids=["pkcs1", "pss"])
@pytest.mark.parametrize("is_delegated", [False, True])
@pytest.mark.parametrize("is_revoked", [False, True])
@pytest.mark.parametrize("uses_nonce", [False, True])
def test_what_openssl_answers_is_understood(
    tmp_path: Path, padding: Sequence[str], *, is_delegated: bool, is_revoked: bool, uses_nonce: bool
) -> None:
    office = Office(Server(port=1))
    signer = office.delegate if is_delegated else office.authority.pair
    fetch = _responder(tmp_path, office, signer, is_revoked=is_revoked, padding=padding)
    revocation = Revocation(fetch=fetch, ways=("ocsp",), uses_nonce=uses_nonce)
    now = datetime.now(UTC)
    answer = revocation.ask(office.holder.certificate, office.authority.pair.certificate, now)

    assert answer.standing is (Standing.REVOKED if is_revoked else Standing.GOOD), answer.evidence
    assert signer.certificate.subject in answer.evidence
    assert answer.revoked_at == (datetime(2026, 2, 1, 9, tzinfo=UTC) if is_revoked else None)


def test_openssl_reads_the_lists_of_the_test_world(tmp_path: Path) -> None:
    office = Office(Server(port=1))
    data = office.authority.revocation_list([office.holder.certificate], at=datetime.now(UTC) - DAY, lasts=2 * DAY)
    (tmp_path / "list.crl").write_bytes(data)
    (tmp_path / "ca.pem").write_bytes(pem(office.authority.pair.certificate))
    done = subprocess.run(
        ["openssl", "crl", "-inform", "DER", "-in", "list.crl", "-CAfile", "ca.pem", "-noout", "-verify"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    revocation = Revocation(fetch=_nobody, ways=("crl",), lists=tmp_path)
    answer = revocation.ask(office.holder.certificate, office.authority.pair.certificate, datetime.now(UTC))

    assert done.returncode == 0, done.stderr
    assert answer.standing is Standing.REVOKED


def _nobody(url: str, *, body: bytes | None = None, kind: str = "") -> bytes:
    raise Unreachable(f"{url} {kind} {len(body or b'')}")
