"""The rules on how a message is packed (HITS 1172, 5.5 and 5.15). They need the mail, not only its envelope."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.envelope import mime
from adapter.envelope.rules.subject import Seen, Subject

#: Header, the rule where it is missing, the rule where it is empty.
_MAIL = (
    ("From", "018", "080"),
    ("To", "019", "081"),
    ("Message-ID", "250", "251"),
    ("Date", "020", "083"),
)
#: What a part may be encoded as.
ENCODINGS = frozenset({"8bit", "binary", "quoted-printable", "base64"})
#: EnvelopedData, as a CMS object begins: its identifier (1.2.840.113549.1.7.3).
_ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
#: Of a CMS object, with room for the lengths before the identifier.
_BEGINNING = 32


def check(subject: Subject) -> Iterator[Seen]:
    """Yield what is wrong with the packing."""
    entity = subject.entity
    if entity is None:
        return
    yield from _mail(entity.headers)
    yield from _top(entity)
    yield from _soap_part(entity, subject.envelope)
    for part in subject.attachments:
        yield from _attachment(part)


def _mail(headers: mime.Headers) -> Iterator[Seen]:
    for name, missing, empty in _MAIL:
        value = headers.get(name)
        if value is None:
            yield Seen(missing)
        elif not mime.bare_id(value):
            yield Seen(empty)


def _top(entity: mime.Entity) -> Iterator[Seen]:
    headers = entity.headers
    version, action, kind = headers.get("MIME-Version"), headers.get("SOAPAction"), headers.media_type
    if version is None:
        yield Seen("021")
    elif version.partition("(")[0].strip() != "1.0":
        yield Seen("082")
    if action is None:
        yield Seen("022")
    elif action != '"ebXML"':
        yield Seen("051")
    if kind in {None, "text/plain"}:
        yield Seen("252")
    elif kind not in {"multipart/related", "text/xml"}:
        yield Seen("066")
    if kind == "multipart/related" and (headers.parameter("type") or "").lower() != "text/xml":
        yield Seen("253")


def _soap_part(entity: mime.Entity, envelope: mime.Part | None) -> Iterator[Seen]:
    if not any(part.headers.media_type == "text/xml" for part in entity.parts):
        yield Seen("067")
    if envelope is None:
        return
    headers = envelope.headers
    start = mime.bare_id(entity.headers.parameter("start") or "")
    if start and start != headers.content_id:
        yield Seen("5.5.2.2")
    if headers.media_type != "text/xml":
        yield Seen("255")
    if (headers.parameter("charset") or "").lower() != "utf-8":
        yield Seen("256")
    if headers.encoding is None:
        yield Seen("257")
    elif headers.encoding not in ENCODINGS:
        yield Seen("258")


def _attachment(part: mime.Part) -> Iterator[Seen]:
    if part.headers.encoding != "base64":
        yield Seen("259")
    is_enveloped = (part.headers.parameter("smime-type") or "").lower() == "enveloped-data"
    if part.headers.media_type != "application/pkcs7-mime" or not is_enveloped:
        yield Seen("260")
    if not is_enveloped_data(part.octets):
        yield Seen("263")


def is_enveloped_data(octets: bytes) -> bool:
    """Tell whether octets begin as a CMS object does whose content is encrypted."""
    return octets.startswith(b"\x30") and _ENVELOPED_DATA in octets[:_BEGINNING]
