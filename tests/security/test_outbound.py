"""What goes out is made by nothing that is not relied on any more."""

from __future__ import annotations

import re

import envelopes
import pytest
from pki import NOW, world
from targets import messages

from adapter.envelope.package import read
from adapter.trust.cms import decrypt, encrypt
from adapter.trust.signature import sign

OLD = (b"sha1", b"hmac", b"dsa-", b"md5", b"rsa-1_5", b"tripledes")


def signed() -> bytes:
    pair = world().signing
    return sign(next(data for data in messages() if b"MsgHead" in data), pair.key, pair.certificate.x509)


@pytest.mark.parametrize(
    "written",
    [signed, *(lambda make=make: read(make()).soap for make in (envelopes.sent, envelopes.receipt, envelopes.error))],
)
def test_nothing_old_is_written(written: object) -> None:
    assert callable(written)
    # by their names only: any three letters stand in one base64 of twenty
    named = [name.lower() for name in re.findall(rb'Algorithm="([^"]+)"', written())]

    assert any(b"rsa-sha256" in name for name in named)
    assert any(b"xmlenc#sha256" in name for name in named)
    assert [name for name in named if any(method in name for method in OLD)] == []


def test_contents_are_encrypted_by_aes_256() -> None:
    pair = world().encryption
    opened = decrypt(encrypt(b"content", [pair.certificate], at=NOW), [pair])

    assert (opened.cipher, opened.is_weak) == ("aes-256-cbc", False)
