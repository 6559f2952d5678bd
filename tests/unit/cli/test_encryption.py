"""`budstikke encrypt`, `budstikke decrypt` and `budstikke certificates`."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pki import CLINIC, SINCE, World, key, pem, world
from sealing import Craft, sealed

from adapter.trust.pki import Pair, Purpose

Budstikke = Callable[..., Any]
DOCUMENT = "<MsgHead>blåbær</MsgHead>".encode()
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def keys() -> World:
    return world()


@pytest.fixture
def pair(keys: World) -> Pair:
    """Return a pair that is valid whenever the tests run."""
    return _pair(keys, Purpose.ENCRYPTION, datetime.now(UTC) + 100 * DAY)


def _pair(keys: World, purpose: Purpose, until: datetime) -> Pair:
    return keys.issuing.issue(CLINIC, key("holder"), purpose, since=SINCE, until=until)


def _write(path: Path, pair: Pair) -> Path:
    path.parent.mkdir(exist_ok=True)
    private = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + pem(pair.certificate))
    return path


@pytest.fixture
def own(pair: Pair, folder: Path) -> Path:
    """Return a file with a key and its certificate, in a folder that the configuration names."""
    return _write(folder / "own" / "own.pem", pair)


@pytest.fixture
def document(folder: Path) -> Path:
    path = folder / "document.xml"
    path.write_bytes(DOCUMENT)
    return path


@pytest.fixture
def trusting(config: Path, own: Path, keys: World) -> Path:
    """Return a configuration with our certificates and trusted roots."""
    keys.write_anchors(config.parent / "roots")
    text = config.read_text("utf-8")
    config.write_text(f'{text}\n[trust]\nown = "{own.parent.name}"\nroots = "roots"\n', "utf-8")
    return config


@pytest.mark.parametrize(
    ("options", "how"),
    [
        ((), "aes-256-cbc, pkcs1-v1.5."),
        (("--gzip",), "aes-256-cbc, pkcs1-v1.5, gzip."),
        (("--mime", "--gzip", "--oaep"), "aes-256-cbc, oaep-sha256, mime, gzip."),
    ],
)
def test_what_is_encrypted_is_decrypted(
    budstikke: Budstikke, document: Path, own: Path, *, options: tuple[str, ...], how: str
) -> None:
    folder = document.parent
    assert budstikke("encrypt", document, "--to", own, *options, "-o", folder / "sealed").exit_code == 0
    ran = budstikke("decrypt", folder / "sealed", "--key", own, "-o", folder / "opened")

    assert ran.exit_code == 0
    assert how in ran.err
    assert (folder / "opened").read_bytes() == DOCUMENT


def test_the_keys_of_the_configuration_are_used(
    budstikke: Budstikke, document: Path, own: Path, trusting: Path, folder: Path
) -> None:
    budstikke("encrypt", document, "--to", own, "-o", folder / "sealed")
    ran = budstikke("decrypt", folder / "sealed", "--config", trusting)

    assert (ran.exit_code, ran.out) == (0, DOCUMENT.decode())


def test_mail_and_pem_have_base64_around_it(budstikke: Budstikke, own: Path, pair: Pair, folder: Path) -> None:
    data = base64.encodebytes(sealed(DOCUMENT, pair, Craft(cipher="des-ede3-cbc")))
    (folder / "mail").write_bytes(data)
    (folder / "pem").write_bytes(b"-----BEGIN CMS-----\n" + data + b"-----END CMS-----\n")

    for name in ("mail", "pem"):
        ran = budstikke("decrypt", folder / name, "--key", own)
        assert (ran.exit_code, ran.out) == (0, DOCUMENT.decode())
        assert "should not be used any more" in ran.err


def test_the_content_can_be_left_as_it_was_packed(
    budstikke: Budstikke, document: Path, own: Path, folder: Path
) -> None:
    budstikke("encrypt", document, "--to", own, "--gzip", "-o", folder / "sealed")
    budstikke("decrypt", folder / "sealed", "--key", own, "--raw", "-o", folder / "opened")

    assert (folder / "opened").read_bytes().startswith(b"\x1f\x8b")


def test_for_whom_it_is_encrypted_is_all_that_is_told(
    budstikke: Budstikke, own: Path, keys: World, folder: Path
) -> None:
    (folder / "foreign").write_bytes(sealed(DOCUMENT, keys.foreign, Craft()))
    (folder / "by-key").write_bytes(sealed(DOCUMENT, keys.foreign, Craft(by_key_identifier=True)))
    (folder / "rubbish").write_bytes(b"rubbish!!")
    told = {name: budstikke("decrypt", folder / name, "--key", own) for name in ("foreign", "by-key", "rubbish")}

    assert {ran.exit_code for ran in told.values()} == {3}
    assert all(ran.err.startswith("TRUST-06: The content cannot be decrypted.\n") for ran in told.values())
    assert keys.foreign.certificate.serial in told["foreign"].err
    assert "(key identifier)" in told["by-key"].err
    assert "no CMS EnvelopedData" in told["rubbish"].err


def test_a_certificate_for_signing_is_refused(budstikke: Budstikke, document: Path, keys: World, folder: Path) -> None:
    signing = _write(folder / "own" / "signing.pem", _pair(keys, Purpose.SIGNING, datetime.now(UTC) + DAY))
    ran = budstikke("encrypt", document, "--to", signing)

    assert ran.exit_code == 2
    assert "not made for encryption" in ran.err


def test_the_certificates_are_listed(budstikke: Budstikke, trusting: Path, pair: Pair) -> None:
    ran = budstikke("certificates", "list", "--config", trusting)
    rows = [json.loads(line) for line in budstikke("certificates", "list", "--json", "-c", trusting).out.splitlines()]

    assert "Syntetisk sykehus TEST" in ran.out
    assert [row["role"] for row in rows] == ["own", "issuer", "issuer", "issuer"]
    assert (rows[0]["serial"], rows[0]["organisation_number"]) == (pair.certificate.serial, "999888777")
    assert rows[0]["for"] == ["encryption"]


def test_without_certificates_it_says_so(budstikke: Budstikke, config: Path) -> None:
    assert "no certificates" in budstikke("certificates", "list", "--config", config).out
    ran = budstikke("certificates", "check", "--config", config)
    assert (ran.exit_code, ran.out.startswith("There is nothing to check")) == (0, True)


def test_certificates_in_order_are_checked(budstikke: Budstikke, trusting: Path) -> None:
    ran = budstikke("certificates", "check", "--config", trusting)
    (row,) = [
        json.loads(line) for line in budstikke("certificates", "check", "--json", "-c", trusting).out.splitlines()
    ]

    assert ran.exit_code == 0
    assert ran.out.splitlines()[1].startswith("well ")
    assert (row["state"], row["remarks"]) == ("well", [])
    assert [one["question"] for one in row["evidence"]] == ["chain", "validity"]


def test_what_needs_attention_is_told(budstikke: Budstikke, trusting: Path, keys: World, pair: Pair) -> None:
    own, now = trusting.parent / "own", datetime.now(UTC)
    _write(own / "old.pem", _pair(keys, Purpose.ENCRYPTION, now - DAY))
    _write(own / "ending.pem", _pair(keys, Purpose.SIGNING, now + 10 * DAY))
    _write(own / "ended.pem", _pair(keys, Purpose.AUTHENTICATION, now - DAY))
    _write(own / "foreign.pem", keys.foreign)
    ran = budstikke("certificates", "check", "--config", trusting)

    assert ran.exit_code == 1
    for start, name in (
        *(("well", "own.pem"), ("renewed", "old.pem"), ("ends soon", "ending.pem")),
        *(("not valid", "ended.pem"), ("not checked", "foreign.pem")),
    ):
        assert any(line.startswith(start) and name in line for line in ran.out.splitlines()), name
    assert "in less than 14 days" in ran.out
    assert "No chain leads" in ran.out
    later = (now + 200 * DAY).date()
    assert budstikke("certificates", "check", "--at", later, "--config", trusting).exit_code == 1
    assert pair.certificate.serial in budstikke("certificates", "check", "--at", later, "--config", trusting).out
