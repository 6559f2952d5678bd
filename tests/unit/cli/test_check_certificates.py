"""`check` tells whether mail can be signed and opened before the daemon has to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pki import pem, world

from adapter.trust.pki import Pair

Budstikke = Callable[..., Any]


@pytest.fixture
def mail_config(with_mail: Callable[..., Path]) -> Path:
    return with_mail()


def write(config: Path, **pairs: Pair) -> None:
    folder = config.parent / "own"
    folder.mkdir()
    for name, pair in pairs.items():
        key = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(key + pem(pair.certificate))


def told(budstikke: Budstikke) -> str:
    (line,) = [line for line in budstikke("check").out.splitlines() if " certificates: " in line]
    return line


def test_a_folder_of_certificates_that_is_not_there_fails(budstikke: Budstikke, mail_config: Path) -> None:
    assert told(budstikke).startswith("FAILED  certificates: ")
    assert str(mail_config.parent / "own") in told(budstikke)
    assert budstikke("check").exit_code == 1


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "none of our own is valid for signing now"),
        (("expired", "encryption"), "none of our own is valid for signing now"),
        (("signing",), "none of our own can open what comes by mail"),
    ],
)
def test_mail_without_a_certificate_to_sign_or_to_open_with_fails(
    budstikke: Budstikke, mail_config: Path, names: tuple[str, ...], said: str
) -> None:
    write(mail_config, **{name: getattr(world(), name) for name in names})

    assert told(budstikke).startswith(f"FAILED  certificates: {said}")


def test_certificates_to_sign_and_to_open_with_are_well(budstikke: Budstikke, mail_config: Path) -> None:
    write(mail_config, signing=world().signing, encryption=world().encryption)

    assert told(budstikke).startswith("ok      certificates: 2 our own, 0 of partners")


@pytest.mark.usefixtures("config")
def test_without_mail_no_certificates_are_needed(budstikke: Budstikke) -> None:
    assert told(budstikke).startswith("ok      certificates: 0 our own")
