"""`[trust]` says where certificates lie, and how to ask whether they were taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answering import DAY, Office, serving
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from pki import NOW, pem, world
from signing import BODY

from adapter.config import Settings, build
from adapter.config.models import LimitsTable, TrustTable
from adapter.errors import ConfigError
from adapter.trust.signature import sign
from adapter.trust.verdict import Fault


@pytest.fixture
def office() -> Iterator[Office]:
    with serving() as server:
        yield Office(server)


def _settings(**trust: Any) -> Settings:
    return Settings.model_construct(trust=TrustTable(**trust), limits=LimitsTable())


def test_nobody_is_asked_unless_it_is_configured() -> None:
    assert build.revocation(_settings()) is None
    assert build.verifier(_settings()).revocations is None


def test_a_signer_whose_certificate_was_taken_back_is_not_believed(office: Office, tmp_path: Path) -> None:
    """The lists are those of a folder: the root's says that its issuer stands well, the issuer's names the signer."""
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "root.crl").write_bytes(world().root.revocation_list([], at=NOW, lasts=10_000 * DAY))
    (lists / "ca.crl").write_bytes(
        office.authority.revocation_list([office.holder.certificate], at=NOW, lasts=10_000 * DAY)
    )
    roots = world().write_anchors(tmp_path / "roots")
    verifier = build.verifier(_settings(roots=roots, revocation=("crl",), revocation_lists=lists))
    data = sign(BODY, office.holder.key, office.holder.certificate.x509)
    verdict = verifier.judge(data, at=NOW)

    assert (verdict.intact, verdict.trusted, verdict.fault) == (True, False, Fault.REVOKED)
    proofs = {one.proof for one in verdict.evidence if one.proof}
    assert proofs == {(lists / "ca.crl").read_bytes(), (lists / "root.crl").read_bytes()}
    assert office.server.asked == []


def test_own_certificates_are_read_with_the_passphrase_of_a_file(tmp_path: Path) -> None:
    pair = world().encryption
    own = tmp_path / "own"
    own.mkdir()
    encryption = BestAvailableEncryption(b"hemmelig")
    private = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    (own / "a.pem").write_bytes(private + pem(pair.certificate))
    (tmp_path / "passphrase").write_bytes(b"hemmelig\n")

    store = build.certificates(_settings(own=own, passphrase_file=tmp_path / "passphrase"))
    assert [one.certificate for one in store.opening()] == [pair.certificate]
    with pytest.raises(ConfigError, match="needs a passphrase"):
        build.certificates(_settings(own=own))
    with pytest.raises(ConfigError, match="No such file"):
        build.certificates(_settings(own=own, passphrase_file=tmp_path / "missing"))
