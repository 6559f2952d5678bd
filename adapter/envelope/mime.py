"""How the parts of an ebXML message are packed: SOAP with Attachments, over mail (HITS 1172, 5.5).

Reading takes what really comes: line ends of either kind, a start that is not given, a header block that runs into
the first boundary, headers cut off on the way, hyphens that are none, parts in any encoding. Bytes are cut, never
decoded to text, so that what is signed stays as it was. Writing follows the rules to the letter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import field
from email.utils import format_datetime
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from adapter.errors import PackageUnreadable, SpecError
from adapter.values import value_class

if TYPE_CHECKING:
    from datetime import datetime

#: What stands before the parts, and before each part, of everything that is sent in earnest.
_LARGEST_HEAD, _MOST_LINES = 65_536, 1_000
#: Real ones have two parts; a gateway may put a footer beside them.
_MOST_PARTS = 100
#: Real ones have one level; a list server may wrap the whole in another.
_MOST_LEVELS = 4
_LONGEST_BOUNDARY = 200

_FIELD = re.compile(rb"([A-Za-z0-9][!-9;-~]{0,79})[ \t]*:(.*)", re.DOTALL)
#: What word processors make of a hyphen, in UTF-8 and in the charsets of one octet.
_OTHER_HYPHENS = re.compile(rb"\xef\xbc\x8d|\xe2\x80[\x90-\x95]|\xe2\x88\x92|\xc2\xad|[\x96\x97\xad]")
#: What a mail has above it that comes from a text editor, or out of a mailbox in one file.
_ABOVE = re.compile(rb"(?:\xef\xbb\xbf)?(?:From (?![ \t]*:)[^\r\n]{1,500}\r?\n)?")
_PARAMETER = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s;]*))')
_BARE_PARAMETER = re.compile(rb'[A-Za-z-]{1,40}="')
_FIRST_BOUNDARY = re.compile(rb"--([!-~][ -~]{0,%d}?)[ \t]*(?=\r?\n)" % (_LONGEST_BOUNDARY - 1))
_EMPTY_LINES = re.compile(rb"[\r\n]*+")
_Line = tuple[int, int, bool]


@value_class(kw_only=False)
class Headers:
    """A block of headers. Names are in lower case; of what stands twice the first one counts."""

    values: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """Return a header's value without blanks around it, or None where it is not there."""
        return self.values.get(name.lower())

    @property
    def media_type(self) -> str | None:
        """Return the type in lower case, without parameters."""
        value = self.get("Content-Type")
        return None if value is None else value.partition(";")[0].strip().lower()

    def parameter(self, name: str) -> str | None:
        """Return a parameter of Content-Type, or None where it is not given."""
        for found in _PARAMETER.finditer(self.get("Content-Type") or ""):
            if found[1].lower() == name:
                return re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
        return None

    @property
    def encoding(self) -> str | None:
        """Return the Content-Transfer-Encoding in lower case."""
        value = self.get("Content-Transfer-Encoding")
        return None if value is None else value.strip('"').lower()

    @property
    def is_multipart(self) -> bool:
        """Tell whether there are parts inside."""
        return (self.media_type or "").startswith("multipart/")

    @property
    def content_id(self) -> str | None:
        """Return the Content-ID without its angle brackets."""
        value = self.get("Content-ID")
        return None if value is None else bare_id(value) or None


@value_class(kw_only=False)
class Part:
    """One part, decoded."""

    headers: Headers
    octets: bytes = field(repr=False)


@value_class
class Entity:
    """A message as it came: what stands above it, and its parts in order."""

    headers: Headers
    parts: tuple[Part, ...]


def bare_id(text: str) -> str:
    """Return a Content-ID or a `start` parameter without blanks and angle brackets."""
    return text.strip().removeprefix("<").removesuffix(">").strip()


def header_block(data: bytes, start: int = 0) -> tuple[Headers, int]:
    """Return the block of headers that stands at a place, and where what follows its blank line begins.

    Raises:
        PackageUnreadable: it is larger than any that is ever sent.
    """
    return _head(data, start, len(data))


def read(data: bytes, most_bytes: int = 51_200_000) -> Entity:
    """Return the parts of a message.

    Raises:
        PackageUnreadable: they cannot be told apart, or there is more of them than is ever sent.
    """
    if len(data) > most_bytes:
        raise PackageUnreadable(f"The message has {len(data)} bytes; {most_bytes} are allowed.")
    above = _ABOVE.match(data)
    if above is not None and above.end():
        data = data[above.end() :]
    if data.startswith(b"--"):
        # then the first boundary, too, stands behind a line end
        data = b"\n" + data
    head, start = _head(data, _next_text(data, 0), len(data))
    if head.media_type is None and _guessed(data, start):
        # what stood above the parts was lost on the way
        head = Headers(MappingProxyType({**head.values, "content-type": "multipart/related"}))
    parts = tuple(islice(_parts(data, head, start, len(data), levels=_MOST_LEVELS), _MOST_PARTS + 1))
    if len(parts) > _MOST_PARTS:
        raise PackageUnreadable(f"The message has more than {_MOST_PARTS} parts.")
    return Entity(headers=head, parts=parts)


def _parts(data: bytes, head: Headers, start: int, end: int, *, levels: int) -> Iterator[Part]:
    """Yield the parts of an entity, those of entities inside it among them."""
    if not head.is_multipart:
        yield Part(head, _decoded(data[start:end], head.encoding))
        return
    lines = _boundaries(data, head, start, end)
    if lines is None:
        raise PackageUnreadable("The message should have parts, and its boundary is not in it.")
    if not levels:
        raise PackageUnreadable("The parts of the message are packed into each other too often.")
    has_parts = False
    for first, last in _cuts(lines, end):
        has_parts = True
        inner, body = _head(data, first, last)
        yield from _parts(data, inner, body, last, levels=levels - 1)
    if not has_parts:
        raise PackageUnreadable("The message should have parts, and has none.")


def _boundaries(data: bytes, head: Headers, start: int, end: int) -> Iterator[_Line] | None:
    """Yield the lines that part an entity: by the boundary that is given or, where that is nowhere, by the one it has.

    Each is where the part before it ends, where the next begins, and whether it closes. None where there is no line.
    The message is looked through once: it may be large, and there are entities in entities.
    """
    given = (head.parameter("boundary") or "").encode("latin-1", "replace")
    for boundary in (given, _guessed(data, start)):
        lines = _delimiters(data, boundary, start, end) if boundary else iter(())
        first = next(lines, None)
        if first is not None:
            return chain((first,), lines)
    return None


def _guessed(data: bytes, start: int) -> bytes | None:
    """Return the boundary that the first line of a body shows, if it can be one."""
    found = _FIRST_BOUNDARY.match(data, _next_text(data, start))
    return found[1] if found else None


def _next_text(data: bytes, start: int) -> int:
    """Return where the first line begins that is not empty."""
    found = _EMPTY_LINES.match(data, start)
    return found.end() if found else start


def _delimiters(data: bytes, boundary: bytes, start: int, end: int) -> Iterator[_Line]:
    """Yield each line that is a boundary. Of one that only begins like it nothing is tried twice."""
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?+[ \t]{0,100}+\r?+(?=\n|\Z)")
    for found in line.finditer(data, max(start - 1, 0), end):
        before = found.start() - (data[found.start() - 1 : found.start()] == b"\r")
        yield max(before, start), min(found.end() + 1, end), found[1] is not None


def _cuts(lines: Iterator[_Line], end: int) -> Iterator[tuple[int, int]]:
    """Yield where each part begins and ends. The closing boundary may be missing."""
    first: int | None = None
    for before, after, is_last in lines:
        if first is not None:
            yield first, max(before, first)
        if is_last:
            return
        first = after
    if first is not None:
        yield first, end


def _after_line(data: bytes, position: int) -> int:
    """Return where the next line begins."""
    line = data.find(b"\n", position)
    return len(data) if line < 0 else line + 1


def _head(data: bytes, start: int, end: int) -> tuple[Headers, int]:
    """Return the headers that stand at a place, and where what they speak of begins.

    A line that is neither a header nor the rest of one ends the block: there the blank line was lost.
    """
    position, number = start, 0
    fields: list[tuple[str, list[bytes]]] = []
    while position < end:
        number += 1
        if position - start > _LARGEST_HEAD or number > _MOST_LINES:
            raise PackageUnreadable("A block of headers of the message is larger than any that is ever sent.")
        line_end = min(_after_line(data, position), end)
        line = data[position : min(line_end, position + _LARGEST_HEAD)].rstrip(b"\r\n")
        found = _field(line)
        if not line.strip():
            position = line_end
            break
        if fields and (line[:1] in b" \t" or _is_cut_off(fields[-1][1][-1], line)):
            fields[-1][1].append(line.strip())
        elif found:
            fields.append((found[1].decode("ascii").lower(), [found[2].strip()]))
        else:
            break
        position = line_end
    # of what stands twice the first one counts
    return Headers(MappingProxyType({name: _value(lines) for name, lines in reversed(fields)})), position


def _field(line: bytes) -> re.Match[bytes] | None:
    """Return the name and the value of a header; its hyphens may have gone through a word processor."""
    found = _FIELD.match(line)
    if found is not None:
        return found
    name, colon, value = line.partition(b":")
    return _FIELD.match(_OTHER_HYPHENS.sub(b"-", name) + colon + value)


def _is_cut_off(before: bytes, line: bytes) -> bool:
    """Tell whether a line is the rest of the one before it, although it is not indented."""
    return before.endswith(b";") and _BARE_PARAMETER.match(line) is not None


def _value(lines: Iterable[bytes]) -> str:
    return b" ".join(lines).decode("latin-1")


def _decoded(body: bytes, encoding: str | None) -> bytes:
    """Return the octets of a part. Base64 is read as mail programs do: what is no letter of it does not count."""
    if encoding == "base64":
        return _from_base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    return body


def _from_base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        # some systems leave out the padding at the end
        with suppress(binascii.Error):
            return binascii.a2b_base64(body + b"==")
    raise PackageUnreadable("A part of the message should be base64, and is not.")


# --- Writing ----------------------------------------------------------------------------------------------------------


@value_class
class Mail:
    """What stands above a message that goes by mail (HITS 1172, rules 18 to 20, 80 to 83, 250 and 251)."""

    #: The sender's address in Adresseregisteret.
    sender: str
    #: The receiver's.
    receiver: str
    #: Of the mail: a resend is the same mail.
    message_id: str
    sent: datetime


@value_class
class Payload:
    """What an envelope carries: as a rule an encrypted document."""

    content_id: str
    octets: bytes = field(repr=False)
    media_type: str = "application/pkcs7-mime; smime-type=enveloped-data"


_SOAP_TYPE = 'text/xml; charset="UTF-8"'
_CONTROL = re.compile(r"[^ -~]")
#: What can stand in a Content-ID and in a `cid:` address alike without being written in another way.
_ID = re.compile(r"[A-Za-z0-9!$&'*+,=._~@-]+")


def write(soap: bytes, payloads: tuple[Payload, ...], *, soap_id: str, mail: Mail | None = None) -> bytes:
    """Return a message: one part alone for a signal, otherwise multipart/related.

    Every part is base64, so that no mail server on the way has a reason to change a byte. The same values give the
    same bytes.

    Raises:
        SpecError: a value has characters that would break out of its header, or two parts have one id.
    """
    ids = [soap_id, *(payload.content_id for payload in payloads)]
    if len(set(ids)) != len(ids):
        raise SpecError("content_id: two parts cannot have the same one")
    if not all(map(_ID.fullmatch, ids)):
        raise SpecError("content_id: it has characters that an address cannot have")
    above = (*_above(mail), ("MIME-Version", "1.0"), ("SOAPAction", '"ebXML"'))
    content = (("Content-Type", _SOAP_TYPE), ("Content-Transfer-Encoding", "base64"), ("Content-ID", f"<{soap_id}>"))
    if not payloads:
        return _block(*above, *content) + _encoded(soap)
    # a line of base64 never begins with hyphens, so no boundary can stand in a part
    boundary = f"part-{hashlib.sha256(soap).hexdigest()[:32]}"
    related = f'multipart/related; type="text/xml"; start="<{soap_id}>"; boundary="{boundary}"'
    delimiter = f"--{boundary}\r\n".encode("ascii")
    pieces = [_block(*above, ("Content-Type", related)), delimiter, _block(*content), _encoded(soap)]
    for payload in payloads:
        pieces += (delimiter, _block(*_about(payload)), _encoded(payload.octets))
    return b"".join([*pieces, f"--{boundary}--\r\n".encode("ascii")])


def _above(mail: Mail | None) -> tuple[tuple[str, str], ...]:
    if mail is None:
        return ()
    return (
        ("From", mail.sender),
        ("To", mail.receiver),
        ("Date", format_datetime(mail.sent)),
        ("Message-ID", f"<{bare_id(mail.message_id)}>"),
    )


def _about(payload: Payload) -> tuple[tuple[str, str], ...]:
    return (
        ("Content-Type", payload.media_type),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-ID", f"<{payload.content_id}>"),
    )


def _block(*headers: tuple[str, str]) -> bytes:
    for name, value in headers:
        if _CONTROL.search(value) or not value.strip():
            raise SpecError(f"{name}: a header is one line of plain letters")
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii") + b"\r\n"


def _encoded(octets: bytes) -> bytes:
    """Return base64 in lines of 76."""
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")
