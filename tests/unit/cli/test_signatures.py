"""`budstikke sign` and `budstikke verify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Self

import mails
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from pki import NOW, SINCE, UNTIL, World, pem, world

from adapter import resources
from adapter.envelope import package
from adapter.partner.snapshot import Credential, Snapshot, Use
from adapter.partner.snapshot_file import save
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


def _configured(config: Path, keys: World, *, listed: bool = False, number: str = "") -> Path:
    """Give a configuration roots, and what a register knows of the clinic."""
    keys.write_anchors(config.parent / "roots")
    text = config.read_text("utf-8").replace('name = "Klinikken"', f'name = "Klinikken"{number}')
    (config.parent / "partners").mkdir()
    if listed:
        credential = Credential(Use.SIGNING, keys.signing.certificate.der)
        save(
            Snapshot(name="Klinikken", her_ids=("8990101",), source="ar", taken_at=NOW, credentials=(credential,)),
            config.parent / "partners",
        )
    config.write_text(text + '\n[trust]\nroots = "roots"\n\n[partners]\nfolder = "partners"\n', "utf-8")
    return config


def test_the_configuration_tells_whom_to_trust(budstikke: Budstikke, signed: Path, config: Path, keys: World) -> None:
    _configured(config, keys)
    ran = budstikke("verify", signed, *AT)
    strangers = config.parent / "other"
    strangers.mkdir()
    (strangers / "root.pem").write_bytes(pem(keys.foreign_root.pair.certificate))

    assert (ran.exit_code, "signer is trusted" in ran.out) == (0, True)
    assert budstikke("verify", signed, *AT, "--trust", strangers).exit_code == 1


def test_the_signer_has_the_her_id_of_the_party_that_lists_the_certificate(
    budstikke: Budstikke, signed: Path, config: Path, keys: World
) -> None:
    _configured(config, keys, listed=True)
    ran = budstikke("verify", signed, "--config", config, *AT)
    told = json.loads(budstikke("verify", signed, "--json", *AT).out)

    assert "HER-id               8990101\n" in ran.out
    assert "HER-id?              The certificate is listed for HER-id 8990101 in ar.\n" in ran.out
    assert told["signer"]["her_ids"] == ["8990101"]
    assert told["evidence"][-1] == {
        "question": "HER-id",
        "answer": True,
        "text": "The certificate is listed for HER-id 8990101 in ar.",
    }


def test_the_signer_has_the_her_id_of_the_party_of_its_organisation(
    budstikke: Budstikke, signed: Path, config: Path, keys: World
) -> None:
    _configured(config, keys, number='\norganisation_number = "999888777"')
    ran = budstikke("verify", signed, *AT)

    assert "HER-id               8990101\n" in ran.out
    assert "it is of organisation 999888777, as is HER-id 8990101." in ran.out


def test_a_register_that_does_not_know_the_signer_says_so(
    budstikke: Budstikke, signed: Path, config: Path, keys: World
) -> None:
    _configured(config, keys)
    ran = budstikke("verify", signed, *AT)
    told = json.loads(budstikke("verify", signed, "--json", *AT).out)

    assert ran.exit_code == 0
    assert "HER-id               could not be said\n" in ran.out
    assert "No party lists the certificate, and none is of organisation 999888777." in ran.out
    assert (told["signer"]["her_ids"], told["evidence"][-1]["answer"]) == ([], None)


def test_without_a_configuration_nothing_is_said_of_a_her_id(budstikke: Budstikke, signed: Path) -> None:
    assert "HER-id" not in budstikke("verify", signed, *AT).out


def test_issuers_are_asked_as_the_configuration_says(
    budstikke: Budstikke, signed: Path, config: Path, keys: World
) -> None:
    _configured(config, keys)
    lists = config.parent / "lists"
    lists.mkdir()
    text = config.read_text("utf-8").replace("[trust]", '[trust]\nrevocation = ["crl"]\nrevocation_lists = "lists"')
    config.write_text(text, "utf-8")
    nobody = budstikke("verify", signed, *AT)
    issuer = keys.issuing.revocation_list([keys.signing.certificate], at=SINCE, lasts=UNTIL - SINCE)
    (lists / "issuing.crl").write_bytes(issuer)
    revoked = budstikke("verify", signed, *AT)

    assert (nobody.exit_code, "Nobody could say whether the certificate" in nobody.out) == (1, True)
    assert "trusted              could not be checked\n" in nobody.out
    assert (revoked.exit_code, "was taken back at 2025-01-01" in revoked.out) == (1, True)
    assert "trusted              no\n" in revoked.out


def test_a_configuration_that_is_named_must_be_there(budstikke: Budstikke, signed: Path) -> None:
    ran = budstikke("verify", signed, "--config", "missing.toml")

    assert (ran.exit_code, "There is no configuration at missing.toml" in ran.err) == (2, True)


# --- Envelopes, several files, and certificates that should not sign -------------------------------------------------


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """Return a mail with a signed envelope."""
    path = tmp_path / "mail.eml"
    path.write_bytes(mails.mailed())
    return path


def test_the_signature_of_an_envelope_is_verified(
    budstikke: Budstikke, mail: Path, keys: World, tmp_path: Path
) -> None:
    trusted = keys.write_anchors(tmp_path / "trusted")
    ran = budstikke("verify", mail, "--trust", trusted, *AT)
    stranger = tmp_path / "stranger.eml"
    stranger.write_bytes(mails.mailed(signer=keys.foreign))

    assert (ran.exit_code, "999888777" in ran.out, "signer is trusted" in ran.out) == (0, True, True)
    assert "No chain leads" in budstikke("verify", stranger, "--trust", trusted, *AT).out


def test_an_envelope_with_a_changed_part_is_not_intact(budstikke: Budstikke, mail: Path) -> None:
    mail.write_bytes(mails.tampered(mail.read_bytes(), lambda octets: octets[:-1] + bytes((octets[-1] ^ 1,))))
    ran = budstikke("verify", mail, "--json", *AT)
    told = json.loads(ran.out)

    assert (ran.exit_code, told["intact"], told["fault"]) == (1, False, "invalid")


def test_an_envelope_without_the_parts_it_signs_cannot_be_checked(
    budstikke: Budstikke, mail: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "envelope.xml"
    alone.write_bytes(package.read(mail.read_bytes()).soap)
    ran = budstikke("verify", alone, "--json", *AT)
    told = json.loads(ran.out)

    assert (ran.exit_code, told["intact"], told["fault"]) == (1, None, "unverifiable")
    assert "not in the file" in told["reason"]


def test_a_mail_without_an_envelope_is_told_in_one_sentence(budstikke: Budstikke, tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(b"Subject: Tilbud\r\nContent-Type: text/plain\r\n\r\nBare i dag!")
    ran = budstikke("verify", path)

    assert ran.exit_code == 3
    assert ran.err.startswith("ENV-02")


def test_of_several_files_one_that_is_no_document_is_named_and_the_others_are_judged(
    budstikke: Budstikke, signed: Path, tmp_path: Path
) -> None:
    (tmp_path / "words.xml").write_text("words")
    ran = budstikke("verify", tmp_path / "words.xml", signed, *AT)

    assert ran.exit_code == 1
    assert ran.err.startswith(f"{tmp_path}/words.xml:\nFORM-01")
    assert f"{signed}: " in ran.out


def test_that_issuers_were_not_asked_is_told(budstikke: Budstikke, signed: Path, keys: World, tmp_path: Path) -> None:
    trusted = keys.write_anchors(tmp_path / "trusted")

    assert "  revocation?          not asked." in budstikke("verify", signed, "--trust", trusted, *AT).out


@pytest.mark.parametrize(
    ("name", "why"),
    [("expired", "valid from 2025-01-01 to 2026-01-31 only"), ("wrong_usage", "not made for signing")],
)
def test_a_signature_that_nobody_will_accept_is_made_with_a_remark(
    budstikke: Budstikke, keys: World, pair: tuple[object, Path, object, Path], name: str, why: str
) -> None:
    chosen = getattr(keys, name)
    pair[1].write_bytes(chosen.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pair[3].write_bytes(pem(chosen.certificate))
    ran = budstikke("sign", MESSAGE, *pair)

    assert (ran.exit_code, "SignatureValue" in ran.out) == (0, True)
    assert why in ran.err
    assert "S02" in ran.err


def test_a_good_certificate_signs_without_a_remark(
    budstikke: Budstikke, pair: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapter.cli.sign.datetime", Frozen)

    assert budstikke("sign", MESSAGE, *pair).err == ""


class Frozen(datetime):
    """A clock that stands still in the time of the test's certificates."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls(2026, 3, 2, 9, tzinfo=tz)
