"""Private keys are read in one way, and nothing of them is ever told."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from pki import key

from adapter.errors import KeyUnusable
from adapter.trust.keys import ENVIRONMENT, load_key, passphrase_of

SECRET = b"Vakker Blomst"


def written(path: Path, encryption: KeySerializationEncryption | None = None) -> Path:
    path.write_bytes(key("holder").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()))
    return path


def test_a_key_is_read(tmp_path: Path) -> None:
    assert load_key(written(tmp_path / "key.pem")).public_key() == key("holder").public_key()


def test_a_protected_key_is_read_with_its_passphrase(tmp_path: Path) -> None:
    path = written(tmp_path / "key.pem", BestAvailableEncryption(SECRET))

    assert load_key(path, SECRET).public_key() == key("holder").public_key()
    with pytest.raises(KeyUnusable, match="needs a passphrase"):
        load_key(path)
    with pytest.raises(KeyUnusable, match="passphrase is another") as told:
        load_key(path, b"wrong secret")
    assert "wrong secret" not in str(told.value) + str(told.value.__cause__)


def test_a_passphrase_for_an_open_key_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="not protected"):
        load_key(written(tmp_path / "key.pem"), SECRET)


def test_what_is_no_rsa_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )

    with pytest.raises(KeyUnusable, match="no RSA key"):
        load_key(path)
    path.write_bytes(b"nothing")
    with pytest.raises(KeyUnusable, match="cannot be read"):
        load_key(path)


def test_a_passphrase_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_bytes(SECRET + b"\r\nmore\n")
    (tmp_path / "empty").write_bytes(b"\n")
    monkeypatch.delenv(ENVIRONMENT, raising=False)

    assert passphrase_of(None) is None
    assert passphrase_of(tmp_path / "secret") == SECRET
    assert passphrase_of(tmp_path / "empty") is None
    monkeypatch.setenv(ENVIRONMENT, "other")
    assert passphrase_of(None) == b"other"
    assert passphrase_of(tmp_path / "secret") == SECRET
