"""OpenSSL's command `cms` reads what we encrypt, and we read what it does, by every algorithm."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pki import NOW, World, pem, world

from adapter.trust.ciphers import OAEP, PKCS1, KeyTransport
from adapter.trust.cms import decrypt, encrypt

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the command openssl is not installed")

CONTENT = "<Melding>Blåbærsyltetøy</Melding>\r\n".encode() * 500


@pytest.fixture(scope="module")
def keys() -> World:
    return world()


@pytest.fixture
def folder(keys: World, tmp_path: Path) -> Path:
    """Return a folder with the holder's key and certificate, and a content."""
    pair = keys.encryption
    (tmp_path / "key.pem").write_bytes(
        pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem(pair.certificate)
    )
    (tmp_path / "certificate.pem").write_bytes(pem(pair.certificate))
    (tmp_path / "content").write_bytes(CONTENT)
    return tmp_path


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["openssl", "cms", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("transport", [PKCS1, OAEP], ids=lambda one: one.name)
def test_openssl_opens_what_we_encrypt(keys: World, folder: Path, transport: KeyTransport) -> None:
    certificates = [keys.encryption.certificate, keys.wrong_usage.certificate]
    (folder / "sealed").write_bytes(encrypt(CONTENT, certificates, at=NOW, transport=transport))
    arguments = ("-decrypt", "-inform", "DER", "-in", "sealed", "-out", "opened", "-binary")
    _openssl(folder, *arguments, "-inkey", "key.pem", "-recip", "certificate.pem")

    assert (folder / "opened").read_bytes() == CONTENT


@pytest.mark.parametrize("cipher", ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3"])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-stream", "-indef"),
        ("-keyid",),
        ("-keyopt", "rsa_padding_mode:oaep"),
        ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"),
        (
            *("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha512"),
            *("-keyopt", "rsa_mgf1_md:sha384", "-keyopt", "rsa_oaep_label:6d65726b65"),
        ),
    ],
    ids=["plain", "stream", "key identifier", "oaep", "oaep-sha256", "oaep-mixed"],
)
def test_we_open_what_openssl_encrypts(keys: World, folder: Path, cipher: str, options: tuple[str, ...]) -> None:
    # options about the recipient follow its name
    before = [option for option in options if option in {"-stream", "-indef", "-keyid"}]
    after = [] if before else list(options)
    arguments = ("-encrypt", "-binary", f"-{cipher}", "-outform", "DER", "-in", "content", "-out", "sealed")
    _openssl(folder, *arguments, *before, "-recip", "certificate.pem", *after)
    opened = decrypt((folder / "sealed").read_bytes(), [keys.encryption])

    assert opened.content == CONTENT
    assert opened.is_weak is (cipher == "des3")
