"""CMS EnvelopedData: a content for the holders of certificates, and for nobody else (RFC 5652).

What is read is what Norwegian message servers write, of which some is old: DES-EDE3, open lengths, keys wrapped by
PKCS #1 v1.5. What is written is AES-256.

A reader that tells its failures apart is a tool for whoever wants to read: by asking it often enough a content can be
decrypted without the key. So every failure is one and the same, a wrapped key that is not right is exchanged for one
that leads nowhere, and the work goes on as if nothing had happened. **Who answers the sender must keep that up**:
a content that turns out to be no document, too, is to be answered as one that could not be decrypted.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from adapter.errors import KeyUnusable, Undecryptable
from adapter.trust.ber import Cursor, Misread, Tag, element, identifier, integer
from adapter.trust.certificate import Certificate
from adapter.trust.ciphers import AES_256, PKCS1, ContentCipher, KeyTransport, read_cipher, read_transport
from adapter.trust.pki import Pair
from adapter.values import value_class

#: A content may be so large, in octets.
DEFAULT_LIMIT = 51_200_000
_MOST_RECIPIENTS = 64
_DATA = "1.2.840.113549.1.7.1"
_ENVELOPED = "1.2.840.113549.1.7.3"
_ENVELOPED_DER = b"".join(identifier(_ENVELOPED))


@value_class(kw_only=False)
class Addressee:
    """One of those that a content is encrypted for: whose certificate it was, by one of two marks."""

    #: The certificate's serial number, hexadecimal.
    serial: str | None = None
    #: The identifier of its key, hexadecimal.
    key_identifier: str | None = None


@value_class
class Opened:
    """A content that was decrypted, and how."""

    content: bytes = field(repr=False)
    #: Whose key it was.
    certificate: Certificate
    cipher: str
    transport: str
    #: True where the cipher is one that should not be used any more: whether to take that is the caller's decision.
    is_weak: bool


@value_class
class _Recipient:
    addressee: Addressee
    #: The name of the certificate's issuer, DER.
    issuer: bytes
    #: How the key is wrapped, which is looked at when it is unwrapped.
    algorithm: memoryview
    wrapped: bytes


@value_class
class _Sealed:
    recipients: list[_Recipient]
    cipher: ContentCipher
    vector: bytes
    #: The encrypted content.
    pieces: list[memoryview]


def encrypt(
    content: bytes, recipients: Sequence[Certificate], *, at: datetime, transport: KeyTransport = PKCS1
) -> bytes:
    """Return a content encrypted for the holders of certificates, as DER: AES-256-CBC under a key of its own.

    Raises KeyUnusable where a certificate is not valid at the moment, or not made for encryption.
    """
    if not recipients:
        raise ValueError("a content is encrypted for somebody")
    key, vector = os.urandom(AES_256.key_size), os.urandom(AES_256.block_size)
    infos = sorted(b"".join(_recipient_info(one, key, transport, at)) for one in recipients)
    encryptor = AES_256.encryptor(key, vector)
    pad = AES_256.block_size - len(content) % AES_256.block_size
    encrypted = [encryptor.update(content), encryptor.update(bytes((pad,)) * pad), encryptor.finalize()]
    algorithm = element(Tag.SEQUENCE, identifier(AES_256.oid), element(Tag.OCTETS, [vector]))
    info = element(Tag.SEQUENCE, identifier(_DATA), algorithm, element(Tag.FIRST_OCTETS, encrypted))
    enveloped = element(Tag.SEQUENCE, integer(0), element(Tag.SET, infos), info)
    return b"".join(element(Tag.SEQUENCE, identifier(_ENVELOPED), element(Tag.FIRST, enveloped)))


def _recipient_info(certificate: Certificate, key: bytes, transport: KeyTransport, at: datetime) -> list[bytes]:
    public = _encryption_key(certificate, at)
    issuer = certificate.x509.issuer.public_bytes()
    named = element(Tag.SEQUENCE, [issuer], integer(certificate.x509.serial_number))
    wrapped = public.encrypt(key, transport.padding)
    return element(Tag.SEQUENCE, integer(0), named, [transport.der], element(Tag.OCTETS, [wrapped]))


def _encryption_key(certificate: Certificate, at: datetime) -> rsa.RSAPublicKey:
    """Return the key that a certificate gives to encrypt with; raises KeyUnusable."""
    named = f"The certificate with serial number {certificate.serial}"
    if not certificate.is_valid_at(at):
        raise KeyUnusable(
            f"{named} is valid from {certificate.valid_from:%Y-%m-%d} to {certificate.valid_until:%Y-%m-%d} only.",
            hint="Get the receiver's present certificate for encryption from Adresseregisteret.",
        )
    public = certificate.public_key
    if not isinstance(public, rsa.RSAPublicKey) or not may_encrypt(certificate):
        raise KeyUnusable(
            f"{named} is not made for encryption.",
            hint="A receiver has two certificates: use the one with keyEncipherment.",
        )
    return public


def may_encrypt(certificate: Certificate) -> bool:
    """Tell whether a certificate is made for encrypting keys; one that does not say is made for anything."""
    try:
        return certificate.x509.extensions.get_extension_for_class(x509.KeyUsage).value.key_encipherment
    except x509.ExtensionNotFound:
        return True


def addressees(data: bytes) -> tuple[Addressee, ...]:
    """Return for whom a content is encrypted, which anybody can read from it; none where it cannot be read."""
    try:
        return tuple(one.addressee for one in _read(data).recipients)
    except Misread:
        return ()


def cipher_of(data: bytes) -> ContentCipher | None:
    """Return the cipher that a content is encrypted by, which anybody can read from it; None where it cannot be read.

    To refuse a cipher before anything is decrypted tells nobody anything of the content.
    """
    try:
        return _read(data).cipher
    except Misread:
        return None


def decrypt(data: bytes, pairs: Iterable[Pair], *, limit: int = DEFAULT_LIMIT) -> Opened:
    """Decrypt a content with the first of one's own keys that it is encrypted for, new or old.

    Raises Undecryptable, whatever the reason is. With a wrong key one content of 256 passes for right all the same:
    there is nothing in it that would tell.
    """
    try:
        sealed = _read(data)
        recipient, pair = _chosen(sealed.recipients, tuple(pairs))
        transport = read_transport(Cursor(recipient.algorithm))
        key = _unwrapped(recipient.wrapped, transport, pair.key, sealed.cipher.key_size)
        content = _content(sealed, key, limit)
    except Misread:
        raise Undecryptable from None
    return Opened(
        content=content,
        certificate=pair.certificate,
        cipher=sealed.cipher.name,
        transport=transport.name,
        is_weak=sealed.cipher.is_weak,
    )


def _chosen(recipients: Sequence[_Recipient], pairs: Sequence[Pair]) -> tuple[_Recipient, Pair]:
    """Return the first recipient that is us. Names are written in many ways: of two equal serials they decide."""
    found = [(one, pair) for one in recipients for pair in pairs if _is_for(one, pair.certificate)]
    if not found:
        raise Misread("none of our keys")
    return max(found, key=lambda two: two[0].issuer == two[1].certificate.x509.issuer.public_bytes())


def _is_for(recipient: _Recipient, certificate: Certificate) -> bool:
    addressee = recipient.addressee
    if addressee.key_identifier is None:
        return addressee.serial == certificate.serial
    try:
        own = certificate.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return False
    return addressee.key_identifier == own.digest.hex()


def _unwrapped(wrapped: bytes, transport: KeyTransport, key: rsa.RSAPrivateKey, size: int) -> bytes:
    """Return the key of a content; where the wrapped one is not right, one that is always the same and always wrong."""
    secret = hashlib.sha256(key.private_numbers().d.to_bytes(key.key_size // 8)).digest()
    wrong = hmac.digest(secret, wrapped, "sha256")[:size]
    try:
        found = key.decrypt(wrapped, transport.padding)
    except ValueError:
        return wrong
    return found if len(found) == size else wrong


def _content(sealed: _Sealed, key: bytes, limit: int) -> bytes:
    cipher = sealed.cipher
    size = sum(map(len, sealed.pieces))
    if not size or size % cipher.block_size or size > limit + cipher.block_size:
        raise Misread("a content of the wrong size")
    decryptor = cipher.decryptor(key, sealed.vector)
    # each step may want room for a block more than it will fill
    room = memoryview(bytearray(size + cipher.block_size))
    at = 0
    for piece in sealed.pieces:
        at += decryptor.update_into(piece, room[at:])
    decryptor.finalize()
    pad = room[size - 1]
    end = bytes(room[size - cipher.block_size : size])
    if not 1 <= pad <= cipher.block_size or not hmac.compare_digest(end[-pad:], bytes((pad,)) * pad):
        raise Misread("a content that does not end as it must")
    return bytes(room[: size - pad])


def _read(data: bytes) -> _Sealed:
    """Read a ContentInfo with EnvelopedData; raises Misread."""
    cursor = Cursor(data)
    cursor.enter(Tag.SEQUENCE)
    if bytes(cursor.skip()) != _ENVELOPED_DER:
        raise Misread("something else than EnvelopedData")
    cursor.enter(Tag.FIRST)
    cursor.enter(Tag.SEQUENCE)
    cursor.value(Tag.INTEGER)
    if cursor.next() == Tag.FIRST:
        cursor.skip()
    recipients = _read_recipients(cursor)
    cursor.enter(Tag.SEQUENCE)
    cursor.value(Tag.OBJECT)
    cipher, vector = read_cipher(cursor)
    pieces = list(cursor.octets(Tag.FIRST_OCTETS))
    cursor.leave()
    if cursor.next() == Tag.SECOND:
        cursor.skip()
    for _ in range(3):
        cursor.leave()
    return _Sealed(recipients=recipients, cipher=cipher, vector=vector, pieces=pieces)


def _read_recipients(cursor: Cursor) -> list[_Recipient]:
    """Read the recipients that a key is wrapped for by RSA; the other kinds are passed over."""
    found: list[_Recipient] = []
    cursor.enter(Tag.SET)
    count = 0
    while (tag := cursor.next()) is not None:
        count += 1
        if count > _MOST_RECIPIENTS:
            raise Misread("too many recipients")
        if tag == Tag.SEQUENCE:
            found.append(_read_recipient(cursor))
        else:
            cursor.skip()
    cursor.leave()
    return found


def _read_recipient(cursor: Cursor) -> _Recipient:
    cursor.enter(Tag.SEQUENCE)
    cursor.value(Tag.INTEGER)
    issuer = b""
    if cursor.next() == Tag.SEQUENCE:
        cursor.enter(Tag.SEQUENCE)
        issuer = bytes(cursor.skip())
        addressee = Addressee(serial=f"{int.from_bytes(cursor.value(Tag.INTEGER)):x}")
        cursor.leave()
    else:
        addressee = Addressee(key_identifier=b"".join(cursor.octets(Tag.FIRST_OCTETS)).hex())
    algorithm = cursor.skip()
    wrapped = b"".join(cursor.octets(Tag.OCTETS))
    cursor.leave()
    return _Recipient(addressee=addressee, issuer=issuer, algorithm=algorithm, wrapped=wrapped)
