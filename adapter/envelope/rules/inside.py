"""The rules on what only the addressed receiver can see: the document inside the attachment (HITS 1172, 5.15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography import x509

from adapter.envelope import mime
from adapter.envelope.rules.packing import ENCODINGS, is_enveloped_data
from adapter.envelope.rules.subject import Seen, Subject, Unchecked
from adapter.errors import PackageUnreadable, Undecryptable
from adapter.trust import cms

if TYPE_CHECKING:
    from adapter.trust.certificate import Certificate
    from adapter.trust.pki import Pair

_RULES = (("5.15", ""), ("264", ""), ("5.15.1", "missing"), ("5.15.1", "xml"), ("259", "inside"))
#: What HITS 1172 expects, and the same by its older name (RFC 7303, 9.2).
_XML = frozenset({"application/xml", "text/xml"})
_BLANKS = b"\r\n\t "


def check(subject: Subject, pairs: Sequence[Pair]) -> Iterator[Seen | Unchecked]:
    """Yield what is wrong inside the attachments, and that it cannot be known without their key."""
    for part in subject.attachments:
        # another rule tells of an attachment that is not encrypted
        if is_enveloped_data(part.octets):
            yield from _attachment(part.octets, pairs)


def _attachment(octets: bytes, pairs: Sequence[Pair]) -> Iterator[Seen | Unchecked]:
    try:
        content = cms.decrypt(octets, pairs).content
    except Undecryptable:
        if _is_for(octets, pairs):
            yield Seen("5.15")
        else:
            yield from (Unchecked(number, case) for number, case in _RULES)
        return
    yield from _document(content)


def _is_for(octets: bytes, pairs: Sequence[Pair]) -> bool:
    """Tell whether a content is encrypted for one of our keys, which anybody can see."""
    marks = {mark for pair in pairs for mark in _marks(pair.certificate)}
    return any(one.serial in marks or one.key_identifier in marks for one in cms.addressees(octets))


def _marks(certificate: Certificate) -> Iterator[str]:
    yield certificate.serial
    with suppress(x509.ExtensionNotFound):
        yield certificate.x509.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest.hex()


def _document(content: bytes) -> Iterator[Seen]:
    headers = _headers(content)
    if headers is None:
        yield Seen("5.15.1", "bare")
        return
    if not headers.media_type:
        yield Seen("5.15.1", "missing")
    elif headers.media_type not in _XML:
        yield Seen("5.15.1", "xml")
    if not headers.encoding:
        yield Seen("264")
    elif headers.encoding not in ENCODINGS:
        yield Seen("259", "inside")


def _headers(content: bytes) -> mime.Headers | None:
    """Return the head of the MIME part that was encrypted, or None where a document stands alone."""
    try:
        headers, _ = mime.header_block(content.lstrip(_BLANKS))
    except PackageUnreadable:
        return None
    return headers if headers.values else None
