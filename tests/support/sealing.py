"""Encrypted contents of every make, honest and wrong, put together octet by octet."""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.x509 import SubjectKeyIdentifier

from adapter.trust.pki import Pair

_CIPHERS = {
    "aes-128-cbc": ("2.16.840.1.101.3.4.1.2", 16, 16),
    "aes-192-cbc": ("2.16.840.1.101.3.4.1.22", 24, 16),
    "aes-256-cbc": ("2.16.840.1.101.3.4.1.42", 32, 16),
    "des-ede3-cbc": ("1.2.840.113549.3.7", 24, 8),
}
_SHA256 = "2.16.840.1.101.3.4.2.1"
_SHA512 = "2.16.840.1.101.3.4.2.3"
_LABEL = b"merke"


@dataclass(frozen=True, kw_only=True)
class Craft:
    """What an encrypted content is made of."""

    cipher: str = "aes-256-cbc"
    #: Announced instead of the cipher's own.
    cipher_oid: str = ""
    transport: str = "pkcs1"
    #: Octets of each piece of the content; None: in one piece.
    piece: int | None = None
    is_open_ended: bool = False
    is_nested: bool = False
    by_key_identifier: bool = False
    key_identifier: bytes | None = None
    issuer: bytes | None = None
    has_originator: bool = False
    has_attributes: bool = False
    has_other_recipients: bool = False
    crowd: int = 1
    #: The wrapped key is not a wrapped key.
    is_spoiled: bool = False
    wrapped: bytes | None = None
    key_length: int | None = None
    vector: bytes | None = None
    content_type: str = "1.2.840.113549.1.7.3"
    #: The last block before encryption.
    end: bytes | None = None
    #: Octets taken from the end of what is encrypted.
    cut: int = 0

    def __str__(self) -> str:
        changed = (f"{name}={value}" for name, value in vars(self).items() if value != getattr(Craft, name))
        return ", ".join(changed) or "plain"


def sealed(content: bytes, pair: Pair, craft: Craft = Craft()) -> bytes:
    """Return a content encrypted for a pair."""
    oid, key_size, block = _CIPHERS[craft.cipher]
    key, vector = os.urandom(craft.key_length or key_size), os.urandom(block)
    algorithm = TripleDES if craft.cipher.startswith("des") else AES
    pad = block - len(content) % block
    padded = content + bytes((pad,)) * pad
    if craft.end is not None:
        padded = padded[: -len(craft.end)] + craft.end
    encryptor = Cipher(algorithm(key), modes.CBC(vector)).encryptor()
    encrypted = (encryptor.update(padded) + encryptor.finalize())[: len(padded) - craft.cut]
    recipients = [_recipient(pair, key, craft)] * craft.crowd
    if craft.has_other_recipients:
        # key agreement, a password: kinds that are passed over, and a way to wrap that nobody knows
        recipients = [_tlv(0xA1, _tlv(0x02, b"\3")), _recipient(pair, key, _STRANGER), *recipients]
    info = _around(
        0x30,
        craft,
        _oid("1.2.840.113549.1.7.1"),
        _tlv(0x30, _oid(craft.cipher_oid or oid), _tlv(0x04, vector if craft.vector is None else craft.vector)),
        _octets(encrypted, craft),
    )
    enveloped = _around(
        0x30,
        craft,
        _tlv(0x02, b"\0"),
        _tlv(0xA0, _tlv(0xA0, b"")) if craft.has_originator else b"",
        _tlv(0x31, *recipients),
        info,
        _tlv(0xA1, _tlv(0x30, _oid("1.2.3"), _tlv(0x31))) if craft.has_attributes else b"",
    )
    return _around(0x30, craft, _oid(craft.content_type), _around(0xA0, craft, enveloped))


def _recipient(pair: Pair, key: bytes, craft: Craft) -> bytes:
    certificate = pair.certificate.x509
    if craft.by_key_identifier:
        own = certificate.extensions.get_extension_for_class(SubjectKeyIdentifier).value.digest
        named = _tlv(0x80, craft.key_identifier or own)
    else:
        number = certificate.serial_number
        serial = number.to_bytes(number.bit_length() // 8 + 1)
        named = _tlv(0x30, craft.issuer or certificate.issuer.public_bytes(), _tlv(0x02, serial))
    scheme, identifier = _transport(craft.transport)
    wrapped = pair.certificate.public_key.encrypt(key, scheme) if craft.wrapped is None else craft.wrapped
    if craft.is_spoiled:
        wrapped = bytes(len(wrapped) - 1) + b"\x05"
    if craft.transport == "unknown" and craft is _STRANGER:
        named = _tlv(0x30, certificate.issuer.public_bytes(), _tlv(0x02, b"\x07"))
    return _tlv(0x30, _tlv(0x02, b"\0"), named, identifier, _tlv(0x04, wrapped))


def _transport(name: str) -> tuple[padding.AsymmetricPadding, bytes]:
    if not name.startswith("oaep"):
        oid = "1.2.840.113549.1.1.1" if name == "pkcs1" else "1.2.3.4"
        return padding.PKCS1v15(), _tlv(0x30, _oid(oid), _tlv(0x05))
    label = _tlv(0xA2, _tlv(0x30, _oid("1.2.840.113549.1.1.9"), _tlv(0x04, _LABEL)))
    scheme, parameters = {
        "oaep-sha1": (_oaep(hashes.SHA1()), _tlv(0x30)),  # noqa: S303 - the default of OAEP
        "oaep-default": (_oaep(hashes.SHA1()), b""),  # noqa: S303 - the default of OAEP
        "oaep-sha256": (_oaep(hashes.SHA256()), _parameters(_SHA256)),
        "oaep-sha512-label": (_oaep(hashes.SHA512(), _LABEL), _parameters(_SHA512, more=label, has_null=False)),
        "oaep-unknown-hash": (_oaep(hashes.SHA256()), _parameters("1.2.3")),
        "oaep-unknown-mask": (_oaep(hashes.SHA256()), _parameters(_SHA256, mask="1.2.3")),
    }[name]
    return scheme, _tlv(0x30, _oid("1.2.840.113549.1.1.7"), parameters)


def _parameters(
    function: str, *, mask: str = "1.2.840.113549.1.1.8", more: bytes = b"", has_null: bool = True
) -> bytes:
    digest = _tlv(0x30, _oid(function), _tlv(0x05) if has_null else b"")
    return _tlv(0x30, _tlv(0xA0, digest), _tlv(0xA1, _tlv(0x30, _oid(mask), digest)), more)


def _oaep(function: hashes.HashAlgorithm, label: bytes | None = None) -> padding.OAEP:
    return padding.OAEP(mgf=padding.MGF1(function), algorithm=function, label=label)


def _octets(data: bytes, craft: Craft) -> bytes:
    if craft.piece == 0:
        return b""
    if craft.piece is None:
        return _tlv(0x80, data)
    pieces = b"".join(_tlv(0x04, data[at : at + craft.piece]) for at in range(0, len(data), craft.piece))
    return _around(0xA0, craft, _around(0x24, craft, pieces) if craft.is_nested else pieces)


def _around(tag: int, craft: Craft, *contents: bytes) -> bytes:
    if craft.is_open_ended:
        return bytes((tag, 0x80)) + b"".join(contents) + b"\0\0"
    return _tlv(tag, *contents)


def _oid(dotted: str) -> bytes:
    numbers = dotted.split(".")
    octets = bytearray((int(numbers[0]) * 40 + int(numbers[1]),))
    for number in map(int, numbers[2:]):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        octets += bytes(reversed(groups))
    return _tlv(0x06, bytes(octets))


def _tlv(tag: int, *contents: bytes) -> bytes:
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


_STRANGER = Craft(transport="unknown")
