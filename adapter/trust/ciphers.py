"""The algorithms of CMS that are known here, by their published identifiers."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from adapter.trust.ber import Cursor, Misread, Tag, element, identifier
from adapter.values import value_class

_RSA = "1.2.840.113549.1.1.1"
_OAEP = "1.2.840.113549.1.1.7"
_MGF1 = "1.2.840.113549.1.1.8"
_NAMED = "1.2.840.113549.1.1.9"


@value_class
class ContentCipher:
    """A block cipher in the mode CBC, by which a content is encrypted."""

    oid: str
    #: What people call it.
    name: str
    #: Octets of its key, and of a block.
    key_size: int
    block_size: int
    algorithm: Callable[[bytes], AES | TripleDES]
    #: Read, but never written.
    is_weak: bool = False

    def encryptor(self, key: bytes, vector: bytes) -> CipherContext:
        """Return what encrypts."""
        return Cipher(self.algorithm(key), modes.CBC(vector)).encryptor()

    def decryptor(self, key: bytes, vector: bytes) -> CipherContext:
        """Return what decrypts."""
        return Cipher(self.algorithm(key), modes.CBC(vector)).decryptor()


def _aes(oid: str, bits: int) -> ContentCipher:
    return ContentCipher(oid=oid, name=f"aes-{bits}-cbc", key_size=bits // 8, block_size=16, algorithm=AES)


AES_256 = _aes("2.16.840.1.101.3.4.1.42", 256)
_TRIPLE_DES = ContentCipher(
    oid="1.2.840.113549.3.7", name="des-ede3-cbc", key_size=24, block_size=8, algorithm=TripleDES, is_weak=True
)
_AES_128, _AES_192 = _aes("2.16.840.1.101.3.4.1.2", 128), _aes("2.16.840.1.101.3.4.1.22", 192)
_CONTENT_CIPHERS = (AES_256, _AES_192, _AES_128, _TRIPLE_DES)


@value_class(kw_only=False)
class KeyTransport:
    """A way to encrypt the key of a content with RSA."""

    #: What people call it.
    name: str
    padding: padding.AsymmetricPadding
    #: AlgorithmIdentifier, DER.
    der: bytes


def _oaep(oid: str, function: hashes.HashAlgorithm) -> KeyTransport:
    digest = element(Tag.SEQUENCE, identifier(oid), element(Tag.NULL))
    mask = element(Tag.SEQUENCE, identifier(_MGF1), digest)
    parameters = element(Tag.SEQUENCE, element(Tag.FIRST, digest), element(Tag.SECOND, mask))
    return KeyTransport(
        f"oaep-{function.name}",
        padding.OAEP(mgf=padding.MGF1(function), algorithm=function, label=None),
        b"".join(element(Tag.SEQUENCE, identifier(_OAEP), parameters)),
    )


_HASHES: MappingProxyType[bytes, hashes.HashAlgorithm] = MappingProxyType(
    {
        b"".join(identifier(oid)): function
        for oid, function in {
            "1.3.14.3.2.26": hashes.SHA1(),  # noqa: S303 - the default of OAEP, where no collisions matter
            "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
            "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
            "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
        }.items()
    }
)
_BY_OID = MappingProxyType({b"".join(identifier(cipher.oid)): cipher for cipher in _CONTENT_CIPHERS})

#: What the standard's users write (HIS 1037 names none).
PKCS1 = KeyTransport(
    "pkcs1-v1.5", padding.PKCS1v15(), b"".join(element(Tag.SEQUENCE, identifier(_RSA), element(Tag.NULL)))
)
OAEP = _oaep("2.16.840.1.101.3.4.2.1", hashes.SHA256())


def read_cipher(cursor: Cursor) -> tuple[ContentCipher, bytes]:
    """Read the AlgorithmIdentifier of a content with its initial vector; Misread."""
    cursor.enter(Tag.SEQUENCE)
    cipher = _BY_OID.get(bytes(cursor.skip()))
    if cipher is None:
        raise Misread("an unknown cipher")
    vector = b"".join(cursor.octets(Tag.OCTETS))
    cursor.leave()
    if len(vector) != cipher.block_size:
        raise Misread("an initial vector of the wrong size")
    return cipher, vector


def read_transport(cursor: Cursor) -> KeyTransport:
    """Read the AlgorithmIdentifier of an encrypted key; Misread."""
    cursor.enter(Tag.SEQUENCE)
    oid = bytes(cursor.skip())
    parameters = cursor.skip() if cursor.next() is not None else memoryview(b"")
    cursor.leave()
    if oid == b"".join(identifier(_RSA)):
        return PKCS1
    if oid != b"".join(identifier(_OAEP)):
        raise Misread("an unknown way to encrypt a key")
    return _read_oaep(Cursor(parameters or b"".join(element(Tag.SEQUENCE))))


def _read_oaep(cursor: Cursor) -> KeyTransport:
    """Read the parameters of OAEP, each of which has a default (RFC 8017, A.2.1)."""
    label = b""
    cursor.enter(Tag.SEQUENCE)
    digest, mask = read_hashes(cursor)
    if cursor.next() == Tag.THIRD:
        cursor.enter(Tag.THIRD)
        cursor.enter(Tag.SEQUENCE)
        _demand(cursor, _NAMED)
        label = b"".join(cursor.octets(Tag.OCTETS))
        cursor.leave()
        cursor.leave()
    cursor.leave()
    scheme = padding.OAEP(mgf=padding.MGF1(mask), algorithm=digest, label=label or None)
    return KeyTransport(f"oaep-{digest.name}", scheme, b"")


def read_hashes(cursor: Cursor) -> tuple[hashes.HashAlgorithm, hashes.HashAlgorithm]:
    """Read the hash functions that parameters of RSA begin with, the padding's and its mask's; Misread.

    Each has a default, which is SHA-1: whether to rely on it is the caller's decision.
    """
    digest: hashes.HashAlgorithm = hashes.SHA1()  # noqa: S303 - the default of RFC 8017, A.2
    mask: hashes.HashAlgorithm = digest
    if cursor.next() == Tag.FIRST:
        cursor.enter(Tag.FIRST)
        digest = _read_hash(cursor)
        cursor.leave()
    if cursor.next() == Tag.SECOND:
        cursor.enter(Tag.SECOND)
        cursor.enter(Tag.SEQUENCE)
        _demand(cursor, _MGF1)
        mask = _read_hash(cursor)
        cursor.leave()
        cursor.leave()
    return digest, mask


def _read_hash(cursor: Cursor) -> hashes.HashAlgorithm:
    cursor.enter(Tag.SEQUENCE)
    found = _HASHES.get(bytes(cursor.skip()))
    if found is None:
        raise Misread("an unknown hash function")
    if cursor.next() is not None:
        cursor.skip()
    cursor.leave()
    return found


def _demand(cursor: Cursor, oid: str) -> None:
    if bytes(cursor.skip()) != b"".join(identifier(oid)):
        raise Misread("an unknown parameter")
