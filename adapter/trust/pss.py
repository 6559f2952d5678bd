"""The parameters of RSASSA-PSS (RFC 4055, 3.1), as they stand beside a signature."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from adapter.trust.ber import Cursor, Misread, Tag
from adapter.trust.ciphers import read_hashes
from adapter.values import value_class

_SALT = 20
#: Octets of a salt: more than the largest key has place for.
_LONGEST_SALT = 2_048
_TRAILER = 1
_FOURTH = 0xA3


@value_class(kw_only=False)
class Scheme:
    """One way to sign by RSASSA-PSS."""

    hash: hashes.HashAlgorithm
    #: Of what the mask is made.
    mask: hashes.HashAlgorithm
    salt_length: int

    @property
    def padding(self) -> padding.PSS:
        """Return what a key verifies by."""
        return padding.PSS(padding.MGF1(self.mask), self.salt_length)


def read_scheme(cursor: Cursor) -> Scheme:
    """Read the parameters, each of which has a default; Misread."""
    salt_length, trailer = _SALT, _TRAILER
    cursor.enter(Tag.SEQUENCE)
    digest, mask = read_hashes(cursor)
    if cursor.next() == Tag.THIRD:
        salt_length = _number(cursor, Tag.THIRD)
    if cursor.next() == _FOURTH:
        trailer = _number(cursor, _FOURTH)
    cursor.leave()
    if trailer != _TRAILER or not 0 <= salt_length <= _LONGEST_SALT:
        raise Misread("a parameter of RSASSA-PSS is not one that is in use")
    return Scheme(digest, mask, salt_length)


def _number(cursor: Cursor, tag: int) -> int:
    cursor.enter(tag)
    value = int.from_bytes(cursor.value(Tag.INTEGER), signed=True)
    cursor.leave()
    return value
