"""`budstikke sign` and `budstikke verify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from pki import World, pem, world

from adapter import resources
from adapter.trust.keys import ENVIRONMENT

Budstikke = Callable[..., Any]
MESSAGE = resources.fixtures() / "messages" / "henvisning-2.0-komplett.xml"
AT = ("--at", "2026-03-02T09:00")


@pytest.fixture(scope="module")
def keys() -> World:
    return world()


@pytest.fixture
def pair(keys: World, tmp_path: Path) -> tuple[str, Path, str, Path]:
    """Return the options that name a key and its certificate."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    key.write_bytes(keys.signing.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate.write_bytes(pem(keys.signing.certificate))
    return "--key", key, "--certificate", certificate


@pytest.fixture
def signed(budstikke: Budstikke, pair: tuple[object, ...], tmp_path: Path) -> Path:
    """Return a signed message."""
    path = tmp_path / "signed.xml"
    assert budstikke("sign", MESSAGE, *pair, "--output", path).exit_code == 0
    return path


def test_what_is_signed_is_verified(budstikke: Budstikke, signed: Path, keys: World, tmp_path: Path) -> None:
    trusted = keys.write_anchors(tmp_path / "trusted")
    ran = budstikke("verify", signed, "--trust", trusted, *AT)

    assert ran.exit_code == 0
    assert "signer is trusted" in ran.out
    assert "Syntetisk sykehus TEST" in ran.out
    assert "999888777" in ran.out


def test_the_verdict_is_told_in_json(budstikke: Budstikke, signed: Path, keys: World, tmp_path: Path) -> None:
    trusted = keys.write_anchors(tmp_path / "trusted")
    ran = budstikke("verify", signed, "--json", "--trust", trusted, *AT)
    told = json.loads(ran.out)

    assert {"file", "intact", "signer", "trusted", "reason", "algorithm", "signed_at_check"} <= told.keys()
    assert (told["file"], told["intact"], told["trusted"]) == (str(signed), True, True)
    assert told["signer"]["organisation_number"] == "999888777"
    assert told["signed_at_check"].startswith("2026-03-02T08:00")


def test_without_roots_a_message_can_only_be_intact(budstikke: Budstikke, signed: Path) -> None:
    ran = budstikke("verify", signed, *AT)

    assert ran.exit_code == 0
    assert "trusted              could not be checked" in ran.out


def test_a_changed_message_is_told(budstikke: Budstikke, signed: Path) -> None:
    signed.write_bytes(signed.read_bytes().replace(b"565501872", b"565501873"))
    ran = budstikke("verify", signed, *AT)

    assert ran.exit_code == 1
    assert "changed after it was signed" in ran.out


def test_an_unsigned_message_is_told(budstikke: Budstikke) -> None:
    ran = budstikke("verify", MESSAGE)

    assert ran.exit_code == 1
    assert "no signature" in ran.out


def test_a_stranger_is_told_where_roots_are_named(
    budstikke: Budstikke, signed: Path, keys: World, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "root.pem").write_bytes(pem(keys.foreign_root.pair.certificate))
    ran = budstikke("verify", signed, "--trust", tmp_path / "other", *AT)

    assert ran.exit_code == 1
    assert "No chain leads" in ran.out


def test_an_expired_signer_is_told_even_without_roots(budstikke: Budstikke, signed: Path) -> None:
    assert budstikke("verify", signed, "--at", "2030-01-01").exit_code == 1


def test_what_is_no_document_is_told_in_one_sentence(budstikke: Budstikke, tmp_path: Path) -> None:
    (tmp_path / "words.xml").write_text("words")
    ran = budstikke("verify", tmp_path / "words.xml")

    assert ran.exit_code == 1
    assert ran.err.startswith("FORM-01")


def test_a_protected_key_asks_for_its_passphrase_in_a_file_or_the_environment(
    budstikke: Budstikke,
    pair: tuple[object, Path, object, Path],
    keys: World,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    protected = BestAvailableEncryption(b"Vakker Blomst")
    pair[1].write_bytes(keys.signing.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protected))
    (tmp_path / "secret").write_text("Vakker Blomst\n")
    monkeypatch.delenv(ENVIRONMENT, raising=False)

    ran = budstikke("sign", MESSAGE, *pair)
    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith("TRUST-05")
    with_file = budstikke("sign", MESSAGE, *pair, "--passphrase-file", tmp_path / "secret")
    assert "SignatureValue" in with_file.out
    monkeypatch.setenv(ENVIRONMENT, "Vakker Blomst")
    assert budstikke("sign", MESSAGE, *pair).out == with_file.out


def test_a_certificate_of_another_key_is_a_mistake(
    budstikke: Budstikke, pair: tuple[object, Path, object, Path], keys: World
) -> None:
    pair[3].write_bytes(pem(keys.foreign.certificate))
    ran = budstikke("sign", MESSAGE, *pair)

    assert ran.exit_code == 2
    assert "not the key" in ran.err


def test_a_message_is_signed_once(budstikke: Budstikke, signed: Path, pair: tuple[object, ...]) -> None:
    ran = budstikke("sign", signed, *pair)

    assert ran.exit_code == 3
    assert "already" in ran.err
