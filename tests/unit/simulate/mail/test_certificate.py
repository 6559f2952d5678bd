from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from adapter.simulate.mail import certificate
from adapter.simulate.mail.certificate import identity


def test_it_is_for_this_machine_alone(tmp_path: Path) -> None:
    found = x509.load_pem_x509_certificate(identity(tmp_path).server_file.read_bytes())

    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["localhost", "127.0.0.1"]
    assert not found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_issuers_key_is_kept_by_nobody(tmp_path: Path) -> None:
    made = identity(tmp_path)

    assert b"PRIVATE KEY" not in made.ca_file.read_bytes()
    assert made.server_file.read_bytes().count(b"BEGIN PRIVATE KEY") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ca.pem", "server.pem"]


def test_one_that_lasts_stays(tmp_path: Path) -> None:
    before = identity(tmp_path).server_file.read_bytes()

    assert identity(tmp_path).server_file.read_bytes() == before


def test_one_that_ends_soon_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "_LIFETIME", timedelta(days=5))
    before = identity(tmp_path).server_file.read_bytes()

    assert identity(tmp_path).server_file.read_bytes() != before


@pytest.mark.parametrize("damage", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_one_that_is_damaged_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    identity(tmp_path).ca_file.write_bytes(damage)

    identity(tmp_path).context()
    assert identity(tmp_path).ca_file.read_bytes() != damage


def test_one_by_another_issuer_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    foreign = identity(tmp_path / "other").ca_file.read_bytes()
    identity(tmp_path).ca_file.write_bytes(foreign)

    assert identity(tmp_path).ca_file.read_bytes() != foreign
