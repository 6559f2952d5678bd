"""The certificates of an installation are found in their folders, and whatever is wrong there is told by its file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from pki import CLINIC, NOW, OTHER, SINCE, UNTIL, World, key, pem

from adapter.errors import ConfigError
from adapter.trust.cms import decrypt, encrypt
from adapter.trust.pki import Pair, Purpose
from adapter.trust.store import CertificateStore, Role

SECRET = b"hemmelig"
DAY = timedelta(days=1)


def _key_pem(pair: Pair, encryption: KeySerializationEncryption | None = None) -> bytes:
    return pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def _bundle(pair: Pair) -> bytes:
    encryption = BestAvailableEncryption(SECRET)
    return pkcs12.serialize_key_and_certificates(b"own", pair.key, pair.certificate.x509, None, encryption)


def test_pairs_are_found_in_every_form(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.p12").write_bytes(_bundle(world.encryption))
    (tmp_path / "b.pem").write_bytes(_key_pem(world.person) + pem(world.person.certificate) + pem(world.issuers[1]))
    (tmp_path / "c.key").write_bytes(_key_pem(world.foreign, BestAvailableEncryption(SECRET)))
    (tmp_path / "c.cer").write_bytes(world.foreign.certificate.der)
    (tmp_path / "readme.txt").write_bytes(b"nothing")
    store = CertificateStore.load(own=tmp_path, passphrase=SECRET)

    found = {entry.path.name: (entry.certificate, entry.uses) for entry in store.own}
    assert found == {
        "a.p12": (world.encryption.certificate, ("encryption",)),
        "b.pem": (world.person.certificate, ("signing",)),
        "c.cer": (world.foreign.certificate, ("signing",)),
    }


def test_nothing_secret_is_shown(world: World, tmp_path: Path) -> None:
    (tmp_path / "a.p12").write_bytes(_bundle(world.encryption))
    shown = repr(CertificateStore.load(own=tmp_path, passphrase=SECRET))

    assert "hemmelig" not in shown
    assert "PrivateKey" not in shown


def test_every_generation_opens_and_the_newest_signs(world: World, tmp_path: Path) -> None:
    since = NOW - 10 * DAY
    newer = world.issuing.issue(CLINIC, key("person"), Purpose.SIGNING, since=since, until=UNTIL)
    latest = world.issuing.issue(CLINIC, key("foreign-holder"), Purpose.SIGNING, since=NOW + DAY, until=UNTIL)
    old = world.issuing.issue(CLINIC, key("holder"), Purpose.ENCRYPTION, since=SINCE, until=NOW - DAY)
    for name, pair in {"old": old, "newer": newer, "latest": latest, "first": world.signing}.items():
        (tmp_path / f"{name}.pem").write_bytes(_key_pem(pair) + pem(pair.certificate))
    store = CertificateStore.load(own=tmp_path)
    data = encrypt(b"<x/>", [old.certificate], at=NOW - 2 * DAY)

    assert decrypt(data, store.opening()).content == b"<x/>"
    signer = store.signing(NOW)
    assert signer is not None
    assert signer.certificate == newer.certificate
    assert store.signing(UNTIL + DAY) is None


@pytest.mark.parametrize(("days", "due"), [(61, None), (60, 60), (31, 60), (30, 30), (14, 14), (7, 7), (1, 7), (-1, 0)])
def test_an_end_is_told_of_ahead(world: World, tmp_path: Path, days: int, due: int | None) -> None:
    (tmp_path / "own.pem").write_bytes(_key_pem(world.signing) + pem(world.signing.certificate))
    store = CertificateStore.load(own=tmp_path)
    found = store.expiring(UNTIL - days * DAY)

    assert [expiry.days for expiry in found] == ([] if due is None else [due])
    if found:
        assert "Our own certificate for signing (own.pem, serial" in found[0].text
        assert "2028-01-01" in found[0].text


def test_what_is_renewed_is_not_told_of(world: World, tmp_path: Path) -> None:
    own, partners = tmp_path / "own", tmp_path / "partners"
    own.mkdir()
    partners.mkdir()
    short = world.issuing.issue(CLINIC, key("holder"), Purpose.SIGNING, since=SINCE, until=NOW + DAY)
    partner = world.issuing.issue(OTHER, key("foreign-holder"), Purpose.ENCRYPTION, since=SINCE, until=NOW + 5 * DAY)
    (own / "short.pem").write_bytes(_key_pem(short) + pem(short.certificate))
    (partners / "8990200.pem").write_bytes(pem(partner.certificate))

    told = CertificateStore.load(own=own, partners=partners).expiring(NOW)
    assert [(one.entry.role, one.entry.path.name) for one in told] == [
        (Role.OWN, "short.pem"),
        (Role.PARTNER, "8990200.pem"),
    ]
    # another kind of certificate does not take its place
    (own / "other.pem").write_bytes(_key_pem(world.encryption) + pem(world.encryption.certificate))
    assert len(CertificateStore.load(own=own, partners=partners).expiring(NOW)) == 2
    (own / "long.pem").write_bytes(_key_pem(world.signing) + pem(world.signing.certificate))
    assert [one.entry.role for one in CertificateStore.load(own=own, partners=partners).expiring(NOW)] == [Role.PARTNER]


def test_issuers_are_listed_and_not_warned_of(world: World, tmp_path: Path) -> None:
    store = CertificateStore.load(roots=world.write_anchors(tmp_path / "roots"))

    assert {entry.role for entry in store.entries} == {Role.ISSUER}
    assert store.expiring(NOW + 100 * 365 * DAY) == ()
    assert store.signing(NOW) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("lonely.key", "there is no certificate for the key"),
        ("lonely.pem", "there is no key for the certificate"),
        ("rubbish.cer", "no certificate that can be read"),
        ("wrong.p12", "cannot be read, or its passphrase is another"),
        ("elliptic.p12", "no RSA key with a certificate"),
        ("folder.pem", "Is a directory"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_file(world: World, tmp_path: Path, name: str, why: str) -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    contents = {
        "lonely.key": _key_pem(world.signing),
        "lonely.pem": pem(world.signing.certificate),
        "rubbish.cer": b"rubbish",
        "wrong.p12": b"rubbish",
        "elliptic.p12": pkcs12.serialize_key_and_certificates(
            b"own", elliptic, None, None, BestAvailableEncryption(SECRET)
        ),
    }
    if name in contents:
        (tmp_path / name).write_bytes(contents[name])
    else:
        (tmp_path / name).mkdir()

    with pytest.raises(ConfigError) as failed:
        CertificateStore.load(own=tmp_path, passphrase=SECRET)
    assert str(failed.value).startswith(f"{tmp_path / name}: ")
    assert why in str(failed.value)
    assert failed.value.advice


def test_partners_files_hold_certificates_only(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_bytes(b"rubbish")

    with pytest.raises(ConfigError, match=r"x\.pem: The bytes are no certificate"):
        CertificateStore.load(partners=tmp_path)
    with pytest.raises(ConfigError, match="No such file"):
        CertificateStore.load(partners=tmp_path / "missing")
