"""Chains to a trusted root, held against `openssl verify` where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from pki import CLINIC, NOW, SINCE, UNTIL, World, key, pem

from adapter.errors import ConfigError
from adapter.trust.certificate import Certificate
from adapter.trust.chain import Anchors
from adapter.trust.pki import TEST_POLICY, Authority, Pair, Purpose

#: Whether there is a chain at the time, the certificate it is from, and the issuers on the way that are not roots.
Case = tuple[bool, Certificate, list[Certificate]]
_IDS = (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)


def altered(
    issuer: Pair,
    like: Certificate,
    of: rsa.RSAPrivateKey,
    *,
    without: tuple[type[x509.ExtensionType], ...] = (),
    added: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    until: datetime = UNTIL,
    function: hashes.HashAlgorithm | None = None,
) -> Certificate:
    """Return a certificate like another one, with extensions taken out or put in."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(like.x509.subject)
        .issuer_name(issuer.certificate.x509.subject)
        .public_key(of.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(until)
    )
    for extension in like.x509.extensions:
        if type(extension.value) not in without:
            builder = builder.add_extension(extension.value, extension.critical)
    for value, is_critical in added:
        builder = builder.add_extension(value, is_critical)
    made = builder.sign(issuer.key, function or hashes.SHA256())
    return Certificate.of(made.public_bytes(Encoding.DER))


def usage(**allowed: bool) -> tuple[x509.KeyUsage, bool]:
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in names}), True


def cases(world: World) -> dict[str, Case]:
    """Return each case by its name."""
    issuing = world.issuing.pair
    leaf, authority = world.signing.certificate, issuing.certificate
    deep = Authority(issuing).intermediate("Budstikke TEST too deep", key("deep"), since=SINCE)
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    email = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])

    def by_altered(*, expected: bool, without: tuple[type[x509.ExtensionType], ...] = (), **changes: object) -> Case:
        """Return a certificate from an authority that differs from the real one."""
        made = altered(world.root.pair, authority, key("altered"), without=(*_IDS, *without), **changes)
        return expected, altered(Pair(key("altered"), made), leaf, key("holder"), without=_IDS), [made]

    def with_leaf(*, expected: bool, **changes: object) -> Case:
        return expected, altered(issuing, leaf, key("holder"), **changes), [authority]

    plain = by_altered(expected=True)
    below = deep.issue(CLINIC, key("holder"), Purpose.SIGNING, since=SINCE, until=UNTIL).certificate
    return {
        "signing": (True, leaf, [authority]),
        "person": (True, world.person.certificate, [authority]),
        "second generation": (True, world.renewed.certificate, [world.second_generation.pair.certificate]),
        "expired": (False, world.expired.certificate, [authority]),
        "intermediate missing": (False, leaf, []),
        "wrong intermediate": (False, leaf, [world.second_generation.pair.certificate]),
        "foreign root": (False, world.foreign.certificate, [world.foreign_root.pair.certificate]),
        "self-signed": (False, world.foreign_root.pair.certificate, []),
        "plain altered authority": plain,
        "signed by another key": (False, plain[1], [authority]),
        "too deep": (False, below, [authority, deep.pair.certificate]),
        "expired authority": by_altered(expected=False, until=NOW - timedelta(days=1)),
        "authority without constraints": by_altered(expected=False, without=(x509.BasicConstraints, x509.KeyUsage)),
        "authority that is none": by_altered(
            expected=False,
            without=(x509.BasicConstraints,),
            added=((x509.BasicConstraints(ca=False, path_length=None), True),),
        ),
        "authority that may not sign certificates": by_altered(
            expected=False, without=(x509.KeyUsage,), added=(usage(crl_sign=True),)
        ),
        "authority with unknown critical extension": by_altered(expected=False, added=((unknown, True),)),
        "authority that does not say what it may": by_altered(expected=True, without=(x509.KeyUsage,)),
        "leaf with unknown critical extension": with_leaf(expected=False, added=((unknown, True),)),
        "leaf with unknown extension": with_leaf(expected=True, added=((unknown, False),)),
        "leaf by SHA-512": with_leaf(expected=True, function=hashes.SHA512()),
        "leaf with extended usage": with_leaf(expected=True, added=((email, False),)),
    }


NAMES = (
    *("signing", "person", "second generation", "expired", "intermediate missing", "wrong intermediate"),
    *("foreign root", "self-signed", "plain altered authority", "signed by another key", "too deep"),
    *("expired authority", "authority without constraints", "authority that does not say what it may"),
    *(
        "authority with unknown critical extension",
        "leaf with unknown critical extension",
        "leaf with unknown extension",
        "leaf by SHA-512",
    ),
    *("leaf with extended usage", "authority that may not sign certificates", "authority that is none"),
)


@pytest.fixture(scope="module")
def made(world: World) -> dict[str, Case]:
    return cases(world)


def has_chain(roots: list[Certificate], leaf: Certificate, others: list[Certificate], at: datetime) -> bool:
    """Tell whether there is a chain, with the issuers configured, and with them sent along."""
    configured = [one for one in others if is_issuer(one) and not one.is_self_issued]
    said = [
        any(chain.expired_at(at) is None for chain in Anchors(certificates).chains(leaf, along))
        for certificates, along in (([*roots, *configured], []), (roots, others))
    ]
    assert said[0] == said[1]
    return said[0]


def is_issuer(certificate: Certificate) -> bool:
    try:
        Anchors([certificate])
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_a_chain_is_found_where_there_is_one(made: dict[str, Case], world: World, name: str) -> None:
    expected, leaf, others = made[name]

    assert has_chain([world.root.pair.certificate], leaf, others, NOW) is expected


def test_no_case_is_forgotten(made: dict[str, Case]) -> None:
    assert set(made) == set(NAMES)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the command openssl is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_openssl_agrees(made: dict[str, Case], world: World, name: str, tmp_path: Path) -> None:
    expected, leaf, others = made[name]
    (tmp_path / "root.pem").write_bytes(pem(world.root.pair.certificate))
    (tmp_path / "others.pem").write_bytes(b"".join(map(pem, others)) or b"\n")
    (tmp_path / "leaf.pem").write_bytes(pem(leaf))
    command = ["openssl", "verify", "-purpose", "any", "-auth_level", "2"]
    untrusted = ["-untrusted", "others.pem"] if others else []
    done = subprocess.run(
        [*command, "-attime", str(int(NOW.timestamp())), "-CAfile", "root.pem", *untrusted, "leaf.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode == 0) is expected, done.stdout + done.stderr


def test_a_chain_names_who_vouches(world: World) -> None:
    (chain,) = world.anchors.chains(world.signing.certificate)

    assert [one.subject for one in chain.certificates] == [
        "Syntetisk sykehus TEST",
        "Budstikke TEST CA 1",
        "Budstikke TEST Root",
    ]
    assert chain.issuer == world.issuing.pair.certificate
    assert chain.expired_at(NOW) is None
    assert chain.expired_at(UNTIL + timedelta(days=1)) == world.signing.certificate


def test_a_certificate_by_a_hash_that_is_not_relied_on_has_no_chain(world: World) -> None:
    leaf = altered(world.issuing.pair, world.signing.certificate, key("holder"), function=hashes.SHA224())

    assert world.anchors.chains(leaf) == ()


def test_an_issuer_that_came_along_is_trusted_for_nothing(world: World) -> None:
    foreign = world.foreign_root.pair.certificate

    assert world.anchors.chains(world.foreign.certificate, [foreign]) == ()


def test_a_chain_stands_for_a_demanded_policy(world: World) -> None:
    anything = x509.ObjectIdentifier("2.5.29.32.0")
    demanded = Anchors(world.issuers, policies=[TEST_POLICY])
    other = Anchors(world.issuers, policies=["1.2.3"])
    bare = altered(world.issuing.pair, world.signing.certificate, key("holder"), without=(x509.CertificatePolicies,))
    every = altered(
        world.root.pair,
        world.issuing.pair.certificate,
        key("issuing"),
        without=(x509.CertificatePolicies,),
        added=((x509.CertificatePolicies([x509.PolicyInformation(anything, None)]), False),),
    )

    assert demanded.chains(world.signing.certificate)
    assert not other.chains(world.signing.certificate)
    assert not demanded.chains(bare)
    root = world.root.pair.certificate
    assert Anchors([root, every], policies=[TEST_POLICY]).chains(world.signing.certificate)


def test_a_folder_of_certificates_is_read(world: World, tmp_path: Path) -> None:
    folder = world.write_anchors(tmp_path / "trusted")
    (folder / "README.txt").write_text("words")

    anchors = Anchors.load(folder)

    assert anchors.roots == {world.root.pair.certificate}
    assert set(anchors.issuers()) == set(world.issuers)


def test_a_folder_that_cannot_be_used_is_told(world: World, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Anchors.load(tmp_path / "absent")
    with pytest.raises(ConfigError, match="no root"):
        Anchors.load(tmp_path)
    (tmp_path / "broken.pem").write_text("words")
    with pytest.raises(ConfigError, match=r"broken\.pem"):
        Anchors.load(tmp_path)
    (tmp_path / "broken.pem").write_bytes(pem(world.signing.certificate))
    with pytest.raises(ConfigError, match="no issuer"):
        Anchors.load(tmp_path)
