"""Encrypted contents: opened by whom they are for, and telling everybody else nothing."""

from __future__ import annotations

import contextlib
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from pki import CLINIC, NOW, SINCE, UNTIL, World, key
from pki import world as make_world
from sealing import Craft, sealed

from adapter.errors import KeyUnusable, Undecryptable
from adapter.trust.certificate import Certificate
from adapter.trust.ciphers import OAEP, PKCS1
from adapter.trust.cms import Addressee, addressees, cipher_of, decrypt, encrypt
from adapter.trust.pki import Pair, Purpose

CONTENT = b"<MsgHead>" + bytes(range(256)) * 3 + b"</MsgHead>"
SAID = "The content cannot be decrypted."


@pytest.mark.parametrize("transport", [PKCS1, OAEP], ids=lambda one: one.name)
def test_what_is_encrypted_for_us_is_opened(world: World, transport: Any) -> None:
    data = encrypt(CONTENT, [world.encryption.certificate], at=NOW, transport=transport)
    opened = decrypt(data, [world.encryption])

    assert opened.content == CONTENT
    assert (opened.cipher, opened.transport, opened.is_weak) == ("aes-256-cbc", transport.name, False)
    assert opened.certificate == world.encryption.certificate
    assert CONTENT[:9] not in data
    assert "MsgHead" not in repr(opened)


@settings(max_examples=30, deadline=None)
@given(content=st.binary(max_size=300))
def test_every_content_comes_out_as_it_went_in(content: bytes) -> None:
    holder = make_world().encryption

    assert decrypt(encrypt(content, [holder.certificate], at=NOW), [holder]).content == content


def test_a_content_for_several_is_opened_by_each(world: World) -> None:
    old = world.encryption
    new = world.second_generation.issue(CLINIC, key("person"), Purpose.ENCRYPTION, since=SINCE, until=UNTIL)
    data = encrypt(CONTENT, [old.certificate, new.certificate], at=NOW)

    assert decrypt(data, [old]).content == decrypt(data, [new]).content == CONTENT
    assert set(addressees(data)) == {Addressee(one.certificate.serial) for one in (old, new)}


def test_an_old_key_still_opens_what_was_written_for_it(world: World) -> None:
    new = world.issuing.issue(CLINIC, key("person"), Purpose.ENCRYPTION, since=SINCE, until=UNTIL)
    data = encrypt(CONTENT, [world.encryption.certificate], at=NOW)

    assert decrypt(data, [new, world.encryption]).certificate == world.encryption.certificate


@pytest.mark.parametrize(
    "craft",
    [
        Craft(cipher="aes-128-cbc"),
        Craft(cipher="aes-192-cbc"),
        Craft(cipher="aes-256-cbc"),
        Craft(cipher="des-ede3-cbc"),
        Craft(is_open_ended=True, piece=1_000),
        Craft(cipher="des-ede3-cbc", is_open_ended=True, piece=7),
        Craft(is_open_ended=True, piece=50, is_nested=True),
        Craft(by_key_identifier=True),
        Craft(transport="oaep-sha1"),
        Craft(transport="oaep-default"),
        Craft(transport="oaep-sha256"),
        Craft(transport="oaep-sha512-label"),
        Craft(has_originator=True, has_attributes=True, has_other_recipients=True),
    ],
    ids=str,
)
def test_what_other_systems_write_is_read(world: World, craft: Craft) -> None:
    opened = decrypt(sealed(CONTENT, world.encryption, craft), [world.encryption])

    assert opened.content == CONTENT
    assert opened.cipher == craft.cipher
    assert opened.is_weak is (craft.cipher == "des-ede3-cbc")


@pytest.mark.parametrize("cipher", ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des-ede3-cbc"])
@pytest.mark.parametrize("is_open_ended", [False, True])
def test_anybody_can_read_by_which_cipher_a_content_is_encrypted(
    world: World, cipher: str, *, is_open_ended: bool
) -> None:
    found = cipher_of(sealed(CONTENT, world.foreign, Craft(cipher=cipher, is_open_ended=is_open_ended)))

    assert found is not None
    assert (found.name, found.is_weak) == (cipher, cipher == "des-ede3-cbc")


def test_what_cannot_be_read_has_no_cipher(world: World) -> None:
    data = sealed(CONTENT, world.encryption, Craft(cipher="des-ede3-cbc"))

    assert [cipher_of(octets) for octets in (b"", b"ingenting", data[:-1])] == [None, None, None]
    assert cipher_of(sealed(CONTENT, world.encryption, Craft(cipher_oid="1.2.3"))) is None


def test_of_two_certificates_with_one_serial_number_the_issuer_decides(world: World) -> None:
    pair = world.encryption
    twin = _self_made(world.foreign.certificate.x509.subject, pair.certificate.x509.serial_number)

    assert decrypt(sealed(CONTENT, twin), [pair, twin]).content == CONTENT
    assert decrypt(sealed(CONTENT, pair), [twin, pair]).content == CONTENT
    # only where there is a choice: many systems write the name in another way than the certificate has it
    renamed = Craft(issuer=twin.certificate.x509.issuer.public_bytes())
    assert decrypt(sealed(CONTENT, pair, renamed), [pair]).content == CONTENT


def _self_made(name: x509.Name, number: int) -> Pair:
    """Return a pair whose certificate says nothing but whose it is."""
    own = key("self-made")
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(own.public_key())
    made = builder.serial_number(number).not_valid_before(SINCE).not_valid_after(UNTIL).sign(own, hashes.SHA256())
    return Pair(own, Certificate.of(made.public_bytes(Encoding.DER)))


def _said(data: bytes, pair: Pair) -> bytes | str:
    """Return the content, or what is said instead."""
    try:
        return decrypt(data, [pair]).content
    except Undecryptable as failed:
        return str(failed)


@pytest.mark.parametrize("craft", [Craft(is_spoiled=True), Craft(key_length=16), Craft(wrapped=b"")], ids=str)
def test_a_wrong_wrapped_key_fails_like_everything_else_or_leads_to_noise(world: World, craft: Craft) -> None:
    """Under a wrong key one content of 256 happens to end as it must, and nothing can tell: so each is tried often."""
    said = [_said(sealed(CONTENT, world.encryption, craft), world.encryption) for _ in range(8)]

    assert CONTENT not in said
    assert {one for one in said if isinstance(one, str)} == {SAID}


def _failing(world: World) -> dict[str, Callable[[], bytes]]:
    pair = world.encryption
    good = sealed(CONTENT, pair, Craft())
    return {
        "nothing": lambda: b"",
        "no CMS": lambda: b"<xml/>",
        "cut off": lambda: good[:-1],
        "cut in the middle": lambda: good[: len(good) // 2],
        "for somebody else": lambda: sealed(CONTENT, world.foreign, Craft()),
        "for a key nobody has": lambda: sealed(CONTENT, pair, Craft(by_key_identifier=True, key_identifier=b"\1" * 20)),
        "a spoiled end": lambda: sealed(CONTENT, pair, Craft(end=b"\0" * 16)),
        "a long end": lambda: sealed(CONTENT, pair, Craft(end=b"\x11" * 16)),
        "half a block": lambda: sealed(CONTENT, pair, Craft(cut=5)),
        "no content": lambda: sealed(CONTENT, pair, Craft(piece=0)),
        "an unknown cipher": lambda: sealed(CONTENT, pair, Craft(cipher_oid="1.2.3.4")),
        "an unknown way to wrap": lambda: sealed(CONTENT, pair, Craft(transport="unknown")),
        "a short vector": lambda: sealed(CONTENT, pair, Craft(vector=b"\0" * 8)),
        "an unknown hash": lambda: sealed(CONTENT, pair, Craft(transport="oaep-unknown-hash")),
        "an unknown mask": lambda: sealed(CONTENT, pair, Craft(transport="oaep-unknown-mask")),
        "another kind of CMS": lambda: sealed(CONTENT, pair, Craft(content_type="1.2.840.113549.1.7.2")),
        "a crowd": lambda: sealed(CONTENT, pair, Craft(crowd=100)),
    }


@pytest.mark.parametrize("case", sorted(_failing(make_world())))
def test_every_failure_is_the_same(world: World, case: str) -> None:
    with pytest.raises(Undecryptable) as failed:
        decrypt(_failing(world)[case](), [world.encryption])

    assert str(failed.value) == SAID
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__


def test_a_content_that_is_too_large_is_not_decrypted(world: World) -> None:
    data = sealed(b"x" * 2_000, world.encryption, Craft())

    assert decrypt(data, [world.encryption], limit=2_000).content == b"x" * 2_000
    with pytest.raises(Undecryptable):
        decrypt(data, [world.encryption], limit=1_900)


def test_a_wrong_wrapped_key_leads_to_the_same_content_each_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks twice must not learn from a difference that the key was wrong."""
    data = sealed(CONTENT, world.encryption, Craft(key_length=16))
    seen = []
    monkeypatch.setattr("adapter.trust.cms._content", lambda _sealed, key, _limit: seen.append(key) or b"")
    for _ in range(2):
        decrypt(data, [world.encryption])

    assert seen[0] == seen[1]
    assert len(seen[0]) == 32


def test_nothing_is_encrypted_for_who_cannot_open_it(world: World) -> None:
    with pytest.raises(KeyUnusable, match="not made for encryption"):
        encrypt(CONTENT, [world.signing.certificate], at=NOW)
    with pytest.raises(KeyUnusable, match="valid from 2025-01-01"):
        encrypt(CONTENT, [world.encryption.certificate], at=UNTIL + timedelta(seconds=1))
    with pytest.raises(ValueError, match="for somebody"):
        encrypt(CONTENT, [], at=NOW)


def test_a_certificate_that_says_little_is_enough(world: World) -> None:
    """Without keyUsage it is for everything, and without the identifier of its key it is found by its number."""
    pair = _self_made(world.root.pair.certificate.x509.subject, 7)

    assert decrypt(encrypt(CONTENT, [pair.certificate], at=NOW), [pair]).content == CONTENT
    with pytest.raises(Undecryptable):
        decrypt(sealed(CONTENT, world.encryption, Craft(by_key_identifier=True)), [pair])


def test_who_a_content_is_for_can_be_read_without_a_key(world: World) -> None:
    pair = world.encryption

    assert addressees(sealed(CONTENT, pair, Craft())) == (Addressee(serial=pair.certificate.serial),)
    (by_key,) = addressees(sealed(CONTENT, pair, Craft(by_key_identifier=True)))
    assert by_key.key_identifier is not None
    assert addressees(b"no CMS") == ()


def test_a_large_content_in_many_pieces_costs_a_few_copies_and_little_time(world: World) -> None:
    content = b"\0" * 8_000_000
    data = sealed(content, world.encryption, Craft(is_open_ended=True, piece=1_000))
    tracemalloc.start()
    begun = time.process_time()
    opened = decrypt(data, [world.encryption])
    seconds = time.process_time() - begun
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert opened.content == content
    assert peak < 3 * len(data)
    assert seconds < 15


@settings(max_examples=60)
@given(data=st.data())
def test_no_bytes_make_it_fail_otherwise(data: st.DataObject) -> None:
    pair = make_world().encryption
    good = bytearray(sealed(CONTENT, pair, Craft(is_open_ended=data.draw(st.booleans()), piece=64)))
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Undecryptable):
        decrypt(bytes(good), [pair])


@given(data=st.binary(max_size=200))
def test_rubbish_is_refused(data: bytes) -> None:
    with pytest.raises(Undecryptable):
        decrypt(data, [make_world().encryption])


def test_padding_of_another_hash_is_refused(world: World) -> None:
    """A key wrapped under one hash and announced under another is as wrong as any other."""
    other = padding.OAEP(mgf=padding.MGF1(hashes.SHA384()), algorithm=hashes.SHA384(), label=None)
    wrapped = world.encryption.key.public_key().encrypt(b"\0" * 32, other)

    with pytest.raises(Undecryptable, match=SAID):
        decrypt(sealed(CONTENT, world.encryption, Craft(transport="oaep-sha256", wrapped=wrapped)), [world.encryption])
