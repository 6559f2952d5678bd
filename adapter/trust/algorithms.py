"""The algorithms of XML Signature that are known here, by their published identifiers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from types import MappingProxyType
from typing import Literal

from cryptography.hazmat.primitives import hashes

from adapter.values import value_class
from adapter.wire.namespaces import XMLDSIG

EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{XMLDSIG}enveloped-signature"

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_PSS = "http://www.w3.org/2007/05/xmldsig-more#"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_C14N11 = "http://www.w3.org/2006/12/xml-c14n11"


@value_class
class Canonicalization:
    """A way to write XML by which equal documents become equal bytes."""

    uri: str
    #: Leaves out namespaces that are in scope but not used.
    is_exclusive: bool = False
    keeps_comments: bool = False
    #: Version 1.1, which differs in what a part takes over from the elements around it.
    is_newer: bool = False


@value_class
class Digest:
    """A hash function."""

    uri: str
    function: Callable[[bytes], hashlib._Hash]
    is_weak: bool = False

    def of(self, data: bytes) -> bytes:
        """Return the digest of bytes."""
        return self.function(data).digest()


@value_class
class SignatureMethod:
    """A way to sign with a private key."""

    uri: str
    #: What people call it.
    name: str
    family: Literal["rsa", "rsa-pss", "ecdsa"]
    hash: hashes.HashAlgorithm
    is_weak: bool = False


INCLUSIVE = Canonicalization(uri=_C14N)
EXCLUSIVE = Canonicalization(uri=EXC_C14N, is_exclusive=True)
CANONICALIZATIONS = MappingProxyType(
    {
        known.uri: known
        for known in (
            INCLUSIVE,
            Canonicalization(uri=f"{_C14N}#WithComments", keeps_comments=True),
            Canonicalization(uri=_C14N11, is_newer=True),
            Canonicalization(uri=f"{_C14N11}#WithComments", is_newer=True, keeps_comments=True),
            EXCLUSIVE,
            Canonicalization(uri=f"{EXC_C14N}WithComments", is_exclusive=True, keeps_comments=True),
        )
    }
)

SHA256 = Digest(uri="http://www.w3.org/2001/04/xmlenc#sha256", function=hashlib.sha256)
DIGESTS = MappingProxyType(
    {
        known.uri: known
        for known in (
            SHA256,
            Digest(uri=f"{_MORE}sha384", function=hashlib.sha384),
            Digest(uri="http://www.w3.org/2001/04/xmlenc#sha512", function=hashlib.sha512),
            Digest(
                uri=f"{XMLDSIG}sha1",
                function=hashlib.sha1,
                is_weak=True,
            ),
        )
    }
)

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
RSA_SHA256 = SignatureMethod(uri=f"{_MORE}rsa-sha256", name="rsa-sha256", family="rsa", hash=_HASHES["sha256"])
SIGNATURE_METHODS = MappingProxyType(
    {
        known.uri: known
        for known in (
            RSA_SHA256,
            SignatureMethod(uri=f"{_MORE}rsa-sha384", name="rsa-sha384", family="rsa", hash=_HASHES["sha384"]),
            SignatureMethod(uri=f"{_MORE}rsa-sha512", name="rsa-sha512", family="rsa", hash=_HASHES["sha512"]),
            SignatureMethod(
                uri=f"{XMLDSIG}rsa-sha1",
                name="rsa-sha1",
                family="rsa",
                hash=hashes.SHA1(),  # noqa: S303 - let in by a dated exception for one partner only, never written
                is_weak=True,
            ),
            *(
                SignatureMethod(uri=f"{_MORE}ecdsa-{name}", name=f"ecdsa-{name}", family="ecdsa", hash=function)
                for name, function in _HASHES.items()
            ),
            *(
                SignatureMethod(uri=f"{_PSS}{name}-rsa-MGF1", name=f"{name}-rsa-MGF1", family="rsa-pss", hash=function)
                for name, function in _HASHES.items()
            ),
        )
    }
)
